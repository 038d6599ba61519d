// DisasmTests.swift: `chip8 disasm` on the command line.

import Foundation
import Testing

@Suite struct DisasmTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("digit.ch8", Programs.digit)
    try scratch.write("colors.ch8", Programs.colors)
  }

  @Test func theSourceAssemblesToTheSameBytes() throws {
    for name in ["digit", "colors"] {
      let outcome = try scratch.chip8("disasm", "\(name).ch8", "-o", "\(name).8o")
      #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty)
      #expect(try scratch.chip8("asm", "\(name).8o", "-o", "again.ch8").code == 0)
      #expect(try scratch.read("again.ch8") == (try scratch.read("\(name).ch8")))
    }
    let piped = try scratch.shell(
      "\"$CHIP8\" disasm - <digit.ch8 | \"$CHIP8\" asm - | cmp - digit.ch8")
    #expect(piped.code == 0)
  }

  @Test func thePlatformIsFoundOrNamed() throws {
    let found = try scratch.chip8("disasm", "colors.ch8").text
    #expect(found.hasPrefix("# colors: 42 bytes for XO-CHIP\n: main\n  plane 3\n"))
    let named = try scratch.chip8("disasm", "colors.ch8", "--platform", "vip").text
    #expect(named.hasPrefix("# colors: 42 bytes for COSMAC VIP\n: main\n  0xF3 0x01 "))
  }

  @Test func whatASavedStateLeavesOutIsFound() throws {
    let source = try scratch.chip8("disasm", "digit.ch8").output
    _ = try scratch.shell("mkdir away")
    _ = try scratch.report("digit.ch8", "--frames", "1", "--save", "away/light.state", "--no-rom")
    _ = try scratch.report("digit.ch8", "--frames", "1", "--save", "base.state")
    _ = try scratch.report(
      "base.state", "--frames", "1", "--save", "away/later.state", "--base", "base.state")
    for (name, option) in [("light", "--rom-path"), ("later", "--base-path")] {
      let state = "away/\(name).state"
      #expect(try scratch.chip8("disasm", state, option, ".").output == source)
      try scratch.expectRefusal(["disasm", state], code: 65, naming: option)
    }
    try scratch.expectRefusal(
      ["disasm", "away/later.state", "--base-path", ".", "-o", "base.state"], code: 64,
      naming: "base.state")
  }

  /// Its driver is not code of this machine, and what follows it begins at a name of its own.
  @Test func aTwoPageProgram() throws {
    let bytes = Programs.twoPage
    try scratch.write("two.ch8", bytes)
    #expect(try scratch.chip8("disasm", "two.ch8", "-o", "two.8o").code == 0)
    let source = try scratch.text("two.8o")
    let head = "# two: 228 bytes for two-page CHIP-8\n  # 0x200 jumps to main\n  0x00 "
    #expect(source.hasPrefix(head))
    #expect(source.contains(": main\n  0x00 "))
    #expect(source.contains("0x02 0x30\n: start-2C0\n  v0 := random 0xFF\n"))
    #expect(try scratch.chip8("asm", "two.8o", "-o", "again.ch8").code == 0)
    #expect(try scratch.read("again.ch8") == bytes)
  }

  @Test func symbolsGiveNames() throws {
    let source = """
      : ball 0x3C 0x42
      : main :breakpoint begin i := ball :monitor ball 2
      : draw-it sprite v0 v1 2 jump draw-it
      : v1-x : "odd name" jump v1-x
      """
    try scratch.write("a.8o", Array(source.utf8))
    #expect(try scratch.chip8("asm", "a.8o", "--symbols", "a.sym").code == 0)
    let outcome = try scratch.chip8("disasm", "a.ch8", "--symbols", "a.sym")
    #expect(
      outcome.text == """
        # a: 12 bytes for CHIP-8
          # 0x200 jumps to main
        : ball
          # monitor ball
          0x3C 0x42
        : main
          # breakpoint begin
          i := ball
        : draw-it
          sprite v0 v1 2
          jump draw-it
        : v1-x
          0x12 0x0A

        """)
    try scratch.expectRefusal(
      ["disasm", "digit.ch8", "--symbols", "a.sym"], code: 65, naming: "another program")
  }

  @Test func asJSON() throws {
    struct Listing: Decodable {
      struct Item: Decodable {
        let address: Int
        let bytes: String
        let kind: String
        let labels: [String]
        let remarks: [String]
        let text: String
      }
      let program: String
      let platform: String
      let bytes: Int
      let items: [Item]
    }
    let outcome = try scratch.chip8("disasm", "digit.ch8", "--json")
    let listing = try JSONDecoder().decode(Listing.self, from: Data(outcome.output))
    #expect(listing.program == "digit" && listing.platform == "chip8" && listing.bytes == 12)
    #expect(listing.items.map(\.bytes).joined() == "6007F029611E620DD125120A")
    #expect(listing.items.map(\.address) == Array(stride(from: 0x200, to: 0x20C, by: 2)))
    let last = try #require(listing.items.last)
    #expect(last.kind == "code" && last.labels == ["code-20A"] && last.text == "jump code-20A")
  }

  /// A program is the same in whatever file it is, and what it is in says which machine it is for.
  @Test func programsInEveryContainer() throws {
    try scratch.write("a.8o", Array(": main i := long 0x1234 : stay jump stay".utf8))
    for command in [
      "asm a.8o", "cart pack a.8o", "a.8o --headless --save a.state",
      "a.8o --headless --frames 1 --platform schip --save schip.state",
    ] {
      _ = try scratch.run(command.split(separator: " ").map(String.init))
    }
    let program = try scratch.read("a.ch8")
    for (name, title) in [
      ("a.ch8", "XO-CHIP"), ("a.8o", "XO-CHIP"), ("a.gif", "XO-CHIP"), ("a.state", "XO-CHIP"),
      ("schip.state", "SUPER-CHIP"),
    ] {
      let source = try scratch.chip8("disasm", name)
      #expect(source.text.hasPrefix("# a: \(program.count) bytes for \(title)"), "\(source)")
      #expect(try scratch.chip8("asm", "-", input: source.output).output == program, "\(name)")
    }
  }

  @Test func badFiles() throws {
    try scratch.expectRefusal(["disasm", "missing.ch8"], code: 66, naming: "missing.ch8")
    try scratch.expectRefusal(["disasm"], code: 64, naming: "ROM")
    try scratch.expectRefusal(["disasm", "digit.ch8", "--platform", "x"], code: 64, naming: "x")
    try scratch.write("empty.ch8", [])
    try scratch.expectRefusal(["disasm", "empty.ch8"], code: 65, naming: "empty.ch8")
    try scratch.write("large.ch8", Array(repeating: 0, count: 65025))
    try scratch.expectRefusal(["disasm", "large.ch8"], code: 65, naming: "large.ch8")
    try scratch.write("bad.sym", Array("{}".utf8))
    try scratch.expectRefusal(
      ["disasm", "digit.ch8", "--symbols", "bad.sym"], code: 65, naming: "bad.sym")
    try scratch.expectRefusal(
      ["disasm", "digit.ch8", "-o", "missing/a.8o"], code: 73, naming: "missing/a.8o")
  }
}
