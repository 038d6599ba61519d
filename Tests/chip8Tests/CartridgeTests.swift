// CartridgeTests.swift: programs in pictures.

import Chip8Player
import Foundation
import Testing

@Suite struct CartridgeTests {
  let scratch: Scratch

  static let source = """
    # A digit that counts, and a letter that is no ASCII: ü.
    : main
    \tloop
    \t\tv0 += 1
    \t\ti := hex v0
    \t\tclear
    \t\tsprite v1 v1 5
    \tagain

    """

  init() throws {
    scratch = try Scratch()
    try scratch.write("count.8o", Array(Self.source.utf8))
  }

  private func chip8(_ arguments: String...) throws {
    let outcome = try scratch.run(arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
  }

  @Test func packedSourcesUnpackUnchanged() throws {
    try chip8("cart", "pack", "count.8o")
    try chip8("cart", "unpack", "count.gif", "-o", "again.8o", "--options", "again.json")
    #expect(try scratch.text("again.8o") == Self.source)
    try chip8("cart", "pack", "again.8o", "-o", "again.gif", "--options", "again.json")
    #expect(try scratch.read("again.gif") == scratch.read("count.gif"))
  }

  @Test func cartridgesRunLikeTheirSource() throws {
    try chip8("cart", "pack", "count.8o", "--quirk", "shift=on", "--ipf", "77", "-o", "c.gif")
    let cartridge = try scratch.report("c.gif", "--frames", "50")
    let source = try scratch.report(
      "count.8o", "--frames", "50", "--quirk", "shift=on", "--ipf", "77")
    #expect(cartridge.ipf == 77)
    #expect(cartridge.state == source.state)
  }

  @Test func octosOptionsAreQuirks() throws {
    let options = ##"{"vfOrderQuirks":1,"shiftQuirks":true}"##
    try scratch.write("o.json", Array(options.utf8))
    try chip8("cart", "pack", "count.8o", "--options", "o.json", "-o", "c.gif")
    let cartridge = try scratch.report("c.gif", "--frames", "9")
    let source = try scratch.report(
      "count.8o", "--frames", "9", "--quirk", "vf-order=on", "--quirk", "shift=on")
    #expect(cartridge.state == source.state)
    try chip8("cart", "unpack", "c.gif", "-o", "c.8o", "--options", "c.json")
    #expect(try scratch.text("c.json").contains(#""vfOrderQuirks" : true"#))
  }

  @Test func commandLineOptionsTakePrecedence() throws {
    try chip8("cart", "pack", "count.8o", "--ipf", "77", "-o", "c.gif")
    #expect(try scratch.report("c.gif", "--frames", "1", "--ipf", "5").ipf == 5)
    #expect(try scratch.report("c.gif", "--frames", "1", "--platform", "xochip").ipf == 1000)
  }

  @Test func theScreenHasTheColorsOfTheCartridge() throws {
    let options = ##"{"backgroundColor":"hotpink","fillColor":"#FeDCBA","tickrate":"9"}"##
    try scratch.write("o.json", Array(options.utf8))
    try chip8("cart", "pack", "count.8o", "--options", "o.json", "-o", "c.gif")
    #expect(try scratch.report("c.gif", "--frames", "0").ipf == 9)
    #expect(try colors(of: "c.gif") == [0xFF_69B4, 0xFE_DCBA])
  }

  /// The colours of a program's screen after some frames.
  private func colors(of name: String, _ options: String...) throws -> Set<Int> {
    let run = [name, "--headless", "--frames", "9", "--screenshot", "s.png", "--scale", "1"]
    #expect(try scratch.run(run + options).code == 0)
    return Set(try #require(ScreenRenderer(png: scratch.read("s.png"))).points)
  }

  /// A source, and a cartridge as far as it says nothing, runs and looks as Octo does it; one that is
  /// known as what is known of it.
  @Test func sourcesAreOctos() throws {
    let report = try scratch.report("count.8o", "--frames", "9")
    #expect((report.platform, report.ipf) == ("xochip", 20))
    #expect(try colors(of: "count.8o") == [0x99_6600, 0xFF_CC00])
    #expect(try colors(of: "count.8o", "--colors", "000000,FFFFFF") == [0, 0xFF_FFFF])
    try scratch.write("o.json", Array(##"{"fillColor":"#fff"}"##.utf8))
    try chip8("cart", "pack", "count.8o", "--options", "o.json", "-o", "c.gif")
    #expect(try colors(of: "c.gif") == [0x99_6600, 0xFF_FFFF])
    let directory = FileManager.default.currentDirectoryPath + "/roms"
    let known = try scratch.report("\(directory)/backfire.8o", "--frames", "60")
    #expect(try known == scratch.report("\(directory)/backfire.ch8", "--frames", "60"))
    #expect((known.platform, known.ipf) == ("chip8", 12))
  }

  @Test func unsupportedCartridgeOptionsAreReported() throws {
    let packed = try scratch.chip8(
      "cart", "pack", "count.8o", "--platform", "schip11", "-o", "c.gif")
    #expect(packed.code == 0)
    #expect(packed.errors.contains("count.8o: a cartridge cannot hold --platform schip11 --quirk "))
    #expect(packed.errors.contains("--quirk row-collisions=on"))
    #expect(!packed.errors.contains("--quirk shift"))
    let options = ##"{"fillColor":"none","fontStyle":"eti660","screenRotation":45,"tickrate":9}"##
    try scratch.write("o.json", Array(options.utf8))
    let unknown = try scratch.chip8(
      "cart", "pack", "count.8o", "--options", "o.json", "-o", "c.gif")
    #expect(unknown.code == 0)
    #expect(unknown.errors.hasSuffix("ignored: fillColor, fontStyle, screenRotation\n"))
  }

  @Test func pipesCarryCartridges() throws {
    let outcome = try scratch.shell("$CHIP8 cart pack - <count.8o | $CHIP8 cart unpack -")
    #expect(outcome.text == Self.source)
  }

  @Test func otherGIFsAreRefused() throws {
    try scratch.write("empty.gif", [])
    try scratch.write("text.gif", Array("GIF89a is what this says".utf8))
    for name in ["empty.gif", "text.gif"] {
      try scratch.expectRefusal(["cart", "unpack", name], code: 65, naming: name)
    }
    try scratch.expectRefusal(["text.gif", "--headless"], code: 65, naming: "text.gif")
    try scratch.expectRefusal(["cart", "pack", "none.8o"], code: 66, naming: "none.8o")
    try scratch.write("bad.json", [0x7B])
    try scratch.expectRefusal(
      ["cart", "pack", "count.8o", "--options", "bad.json"], code: 65, naming: "bad.json")
  }

  /// Whatever is done to the bytes: a program, or a refusal.
  @Test func damagedCartridgesNeverCrash() throws {
    try chip8("cart", "pack", "count.8o")
    let whole = try scratch.read("count.gif")
    for place in stride(from: 0, to: whole.count, by: whole.count / 60) {
      var changed = whole
      changed[place] ^= 0x25
      for bytes in [changed, Array(whole.prefix(place))] {
        try scratch.write("damaged.gif", bytes)
        let outcome = try scratch.run(["cart", "unpack", "damaged.gif", "-o", "out.8o"])
        #expect([0, 65].contains(outcome.code), "at \(place): \(outcome.errors)")
      }
    }
  }
}
