// SettingsCommandTests.swift: what is saved beside a machine travels with it, and does what it says.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct SettingsCommandTests {
  /// Counts in V0 and in the memory; the subroutine has its own name.
  static let source = """
    : main
      i := total
    : turn
      count
      jump turn
    : count
      v0 += 1
      save v0
      i := total
      return
    : total 0

    """

  private static let all = [
    "--colors", "102030,FFEEDD", "--rotate", "90", "--speed", "150", "--key-map", "up=5,q=none",
    "--symbols", "game.sym", "--break", "count", "--watchpoint", "total:1", "--watchpoint",
    "0x300:16",
  ]

  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.8o", Array(Self.source.utf8))
    #expect(try scratch.chip8("asm", "game.8o", "--symbols", "game.sym").code == 0)
  }

  private func chip8(_ arguments: String...) throws -> Outcome {
    let outcome = try scratch.run(arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return outcome
  }

  /// How a run ended.
  private struct Stop: Decodable, Equatable {
    struct Point: Decodable, Equatable {
      let address: Int
      let place: String?
      let bytes: Int?
      let by: Int?
    }

    let stop: String
    let point: Point?
    let instructions: Int

    init(_ stop: String, _ address: Int? = nil, _ place: String? = nil, by: Int? = nil, at: Int) {
      self.stop = stop
      point = address.map { Point(address: $0, place: place, bytes: by == nil ? nil : 1, by: by) }
      instructions = at
    }
  }

  private func stop(_ arguments: String...) throws -> Stop {
    let outcome = try scratch.run(arguments + ["--headless", "--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return try JSONDecoder().decode(Stop.self, from: Data(outcome.output))
  }

  /// What `image info` says of settings and labels, as one text.
  private func reported(_ name: String) throws -> String {
    let info = try chip8("image", "info", name, "--json")
    let object = try JSONSerialization.jsonObject(with: Data(info.output)) as? [String: Any]
    let beside = ["settings": object?["settings"] ?? "none", "labels": object?["labels"] ?? "none"]
    return String(
      decoding: try JSONSerialization.data(withJSONObject: beside, options: .sortedKeys),
      as: UTF8.self)
  }

  private static let nothing = #"{"labels":[],"settings":"none"}"#

  // MARK: There and back

  /// Everything is set, saved in each way that there is, restored in a fresh process and saved again.
  @Test func allOfItTravels() throws {
    let save = { (options: [String]) in
      let outcome = try scratch.run(
        ["game.ch8", "--headless", "--frames", "0"] + options + Self.all)
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    }
    try save(["--save", "a.state"])
    let expected = try reported("a.state")
    for part in [
      ##""colors":["#102030","#FFEEDD","#E08E3C","#4F8FC0"]"##, #""rotation":90"#, #""speed":150"#,
      #"{"key":"q","usage":20},{"key":"up","keypad":5,"usage":82}"#,
      #""breakpoints":[{"address":518,"place":"count"}]"#,
      #"{"address":526,"bytes":1,"place":"total"}"#,
      #"{"address":768,"bytes":16,"place":"total+242"}"#,
      #"{"address":518,"name":"count"}"#,
    ] { #expect(expected.contains(part), "\(part) in \(expected)") }

    try save(["--save", "run", "--executable", "--with", "--headless --frames 1 --save run.state"])
    #expect(try scratch.shell("./run").code == 0)
    #expect(try reported("run.state") == expected)

    try save(["--save-slot", "here"])
    let path = try chip8("slots", "path", "game.ch8", "here").text.split(separator: "\n")[0]
    _ = try chip8("\(path)", "--headless", "--frames", "1", "--save", "slot.state")
    #expect(try reported("slot.state") == expected)

    _ = try chip8(
      "a.state", "--headless", "--frames", "1", "--save", "b.state", "--base", "a.state")
    _ = try chip8("b.state", "--headless", "--frames", "1", "--save", "c.state", "--no-rom")
    #expect(try reported("b.state") == expected)
    #expect(try reported("c.state") == expected)
    _ = try chip8("image", "flatten", "b.state", "-o", "flat.state")
    #expect(try reported("flat.state") == expected)
    #expect(try chip8("image", "verify", "a.state", "run.state", "b.state").code == 0)
  }

  /// The command line takes precedence, each option for itself, and that is what is saved.
  @Test func theCommandLineTakesPrecedence() throws {
    _ = try scratch.run(
      ["game.ch8", "--headless", "--frames", "0", "--save", "a.state"] + Self.all)
    _ = try chip8(
      "a.state", "--headless", "--frames", "0", "--save", "b.state", "--rotate", "0", "--colors",
      "000000,111111,222222", "--break", "turn", "--key-map", "space=A")
    let reported = try reported("b.state")
    for part in [
      ##""colors":["#000000","#111111","#222222","#4F8FC0"]"##, #""rotation":0"#, #""speed":150"#,
      #""keys":[{"key":"space","keypad":10,"usage":44}]"#,
      #""breakpoints":[{"address":514,"place":"turn"}]"#, #""watchpoints":[{"address":526"#,
    ] { #expect(reported.contains(part), "\(part) in \(reported)") }
    _ = try chip8(
      "a.state", "--no-settings", "--headless", "--frames", "0", "--save", "c.state")
    #expect(try self.reported("c.state") == Self.nothing)
  }

  @Test func aFileIsChanged() throws {
    _ = try chip8("game.ch8", "--headless", "--frames", "0", "--save", "a.state")
    let before = try scratch.read("a.state")
    #expect(try reported("a.state") == Self.nothing)
    _ = try chip8("image", "set", "a.state", "--symbols", "game.sym", "--speed", "50")
    _ = try chip8("image", "set", "a.state", "--break", "turn", "--note", "here")
    #expect(
      try reported("a.state").hasSuffix(
        #""settings":{"breakpoints":[{"address":514,"place":"turn"}],"colors":[],"keys":[],"speed":50,"#
          + #""watchpoints":[]}}"#))
    _ = try chip8("image", "set", "a.state", "--no-settings", "--note", "")
    #expect(try scratch.read("a.state") == before)
    try scratch.expectRefusal(["image", "set", "a.state"], code: 64, naming: "--note")
  }

  @Test func cartridgeOptionsAreSaved() throws {
    let options = ##"{"backgroundColor":"#102030","fillColor":"#FEDCBA","screenRotation":270}"##
    try scratch.write("o.json", Array(options.utf8))
    _ = try chip8("cart", "pack", "game.8o", "--options", "o.json", "-o", "game.gif")
    _ = try chip8("game.gif", "--headless", "--frames", "2", "--save", "a.state")
    #expect(try reported("a.state").contains(##""colors":["#102030","#FEDCBA""##))
    #expect(try reported("a.state").contains(#""rotation":270"#))
    // In a picture of the restored machine too, and of the file.
    _ = try chip8(
      "a.state", "--headless", "--frames", "2", "--screenshot", "a.png", "--scale", "1")
    _ = try chip8("image", "info", "a.state", "--screenshot", "b.png", "--scale", "1")
    for name in ["a.png", "b.png"] {
      #expect(try ScreenRenderer(png: scratch.read(name))?.points.first == 0x10_2030)
    }
  }

  // MARK: Stops

  @Test func runsStopAtBreakpointsAndContinue() throws {
    #expect(
      try stop("game.8o", "--break", "count", "--save", "a.state")
        == Stop("breakpoint", 518, "count", at: 2))
    // The image alone knows where, and what it is called.
    for turn in 1...3 {
      #expect(
        try stop("a.state", "--save", "a.state")
          == Stop("breakpoint", 518, "count", at: 2 + 6 * turn))
    }
    #expect(try stop("a.state", "--frames", "0") == Stop("frames", at: 20))
    // A limit before the next one; the state is that of a run without any.
    #expect(try stop("a.state", "--instructions", "2", "--save", "b.state").stop == "instructions")
    let straight = try scratch.report("game.8o", "--instructions", "22")
    #expect(try scratch.report("b.state", "--frames", "0").state == straight.state)
    #expect(
      try chip8("game.8o", "--headless", "--break", "0x206").text
        == "game on xochip: stopped by breakpoint at 0x206 (count), 0 frames and 2 instructions "
        + "after power-on\n")
    #expect(try stop("game.ch8", "--break", "0x200") == Stop("breakpoint", 512, at: 0))
  }

  @Test func aRunStopsAtChanges() throws {
    #expect(
      try stop("game.8o", "--watchpoint", "total", "--save", "a.state")
        == Stop("watchpoint", 526, "total", by: 520, at: 4))
    #expect(try stop("a.state") == Stop("watchpoint", 526, "total", by: 520, at: 10))
    #expect(
      try chip8("a.state", "--headless").text.contains(
        "by watchpoint at 0x20E (total), changed by 0x208 (count+2), 0 frames"))
  }

  /// Traces and other stops are the same with breakpoints, and labels of an image do for them.
  @Test func tracesContinuePastBreakpoints() throws {
    _ = try chip8("game.8o", "--headless", "--frames", "0", "--save", "a.state")
    let whole = try chip8("a.state", "--headless", "--instructions", "14", "--trace", "-").text
    #expect(whole.contains(" count: v0 += 0x01\n"))
    var parts = ""
    for _ in 0..<3 {
      let stop = try stop("a.state", "--break", "count", "--trace", "part", "--save", "a.state")
      #expect(stop.stop == "breakpoint")
      parts += try scratch.text("part")
    }
    #expect(parts == whole)
    #expect(try stop("a.state", "--no-settings", "--until", "pc=0x206").stop == "pc")
    #expect(try stop("a.state", "--break", "0x300", "--until", "pc=count").stop == "pc")
  }

  // MARK: Refusals

  @Test func invalidSettingsAreRefused() throws {
    let run = ["game.ch8", "--headless"]
    for (options, name) in [
      (["--colors", "102030"], "102030"), (["--colors", "1,2"], "1,2"),
      (["--colors", "000000,111111,222222,333333,444444"], "444444"), (["--rotate", "45"], "45"),
      (["--speed", "9"], "9"), (["--speed", "-1"], "-1"), (["--speed", "1001"], "1001"),
      (["--key-map", "up"], "up"), (["--key-map", "f5=1"], "f5=1"),
      (["--key-map", "up=10"], "up=10"), (["--break", "0x1000"], "0x1000"),
      (["--break", "count"], "--symbols"), (["--watchpoint", "0xFFF:2"], "0xFFF"),
      (["--watchpoint", "5:0"], "5:0"), (["--break", "none", "--symbols", "game.sym"], "none"),
    ] { try scratch.expectRefusal(run + options, code: 64, naming: name) }
    try scratch.expectRefusal(
      run + (0...256).flatMap { ["--break", "\($0)"] }, code: 64, naming: "--break")
    try scratch.expectRefusal(
      run + ["--symbols", "none.sym"], code: 66, naming: "none.sym")
  }

  /// A machine is whole whatever is saved beside it. What is damaged is reported, and kept as it is
  /// until something else is set.
  @Test func damageIsReported() throws {
    for (tag, contents) in [("SETT", [1]), ("LABL", [0, 2, 0])] as [(String, [UInt8])] {
      _ = try chip8("game.ch8", "--headless", "--frames", "0", "--save", "a.state")
      let whole = try scratch.read("a.state")
      var image = AlteredImage(whole)
      image.sections.append(
        AlteredImage.Section(
          tag: tag, flags: 2, version: 1, codec: 0, contents: contents,
          decodedByteCount: UInt32(contents.count)))
      try scratch.write("a.state", image.bytes)
      let damaged = try scratch.read("a.state")
      let outcome = try scratch.chip8(
        "a.state", "--headless", "--frames", "0", "--save", "b.state")
      #expect(outcome.code == 0)
      expectOneSentence(outcome, naming: "a.state: warning: the machine is intact, but")
      #expect(outcome.errors.contains(tag))
      #expect(try scratch.read("b.state") == damaged)
      try scratch.expectRefusal(["image", "info", "a.state"], code: 65, naming: tag)
      try scratch.expectRefusal(["image", "verify", "a.state"], code: 65, naming: tag)
      _ = try chip8(
        "a.state", "--headless", "--frames", "0", "--no-settings", "--save", "c.state")
      #expect(try scratch.read("c.state") == whole)
      _ = try chip8("image", "set", "a.state", "--no-settings")
      #expect(try scratch.read("a.state") == whole)
    }
  }

  /// What a later version says is kept as it is, byte for byte.
  @Test func laterVersionsAreKept() throws {
    _ = try chip8("game.ch8", "--headless", "--frames", "0", "--save", "a.state")
    var image = AlteredImage(try scratch.read("a.state"))
    image.sections.append(
      AlteredImage.Section(
        tag: "SETT", flags: 2, version: 2, codec: 0, contents: [1, 2, 3], decodedByteCount: 3))
    try scratch.write("a.state", image.bytes)
    _ = try chip8("a.state", "--headless", "--frames", "1", "--save", "b.state")
    let kept = AlteredImage(try scratch.read("b.state"))["SETT"]
    #expect(kept?.version == 2 && kept?.contents == [1, 2, 3])
  }
}
