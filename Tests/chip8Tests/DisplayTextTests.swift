// DisplayTextTests.swift: whatever files, programs and arguments are called, and whatever is in
// them, a terminal gets lines of text.

import Foundation
import SaveState
import Testing

@Suite struct DisplayTextTests {
  /// CSI in two forms, OSC, a line end, the right-to-left override, a zero-width space and a tag.
  private static let evil =
    "x\u{1B}[31m\u{9B}2J\u{9D}0;t\u{7}\nchip8: y\u{2028}\u{202E}z\u{2066}\u{200B}\u{E0041}\u{7F}"
  private static let shown =
    "x\u{FFFD}[31m\u{FFFD}2J\u{FFFD}0;t\u{FFFD}\u{FFFD}chip8: y\u{FFFD}\u{FFFD}z" + "\u{FFFD}"
    + "\u{FFFD}\u{FFFD}\u{FFFD}"

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(Self.evil + ".ch8", Programs.digit)
    try scratch.write("digit.ch8", Programs.digit)
  }

  /// Expects lines of text that can be seen, and in one of them all that is left of the evil name.
  private func expectText(
    _ arguments: [String], code: Int32 = 0, isNamed: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try scratch.run(arguments)
    #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
    let text = outcome.text + outcome.errors
    let hidden = text.unicodeScalars.filter { $0 != "\n" && $0 != "\t" && $0.isHidden }
    #expect(
      hidden.isEmpty, "\(arguments): \(text.debugDescription)", sourceLocation: sourceLocation)
    #expect(
      text.contains(Self.shown) == isNamed, "\(arguments): \(text.debugDescription)",
      sourceLocation: sourceLocation)
    for line in outcome.errors.split(separator: "\n") where code == 64 {
      #expect(line.hasPrefix("chip8: "), sourceLocation: sourceLocation)
    }
  }

  /// What is in lines of text and cannot be seen, but for tabs.
  private func hidden(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { $0 != "\n" && $0 != "\t" && $0.isHidden }
  }

  @Test func programsAndFiles() throws {
    let (evil, state) = (Self.evil, Self.evil + ".state")
    try expectText([evil + ".ch8", "--headless", "--frames", "9"])
    try expectText(
      [evil + ".ch8", "--headless", "--frames", "9", "--save", state, "--base", "missing"],
      code: 66, isNamed: false)
    try expectText([evil + ".ch8", "--headless", "--frames", "9", "--save", state])
    for command in ["info", "verify", "optimize", "tree"] {
      try expectText(["image", command, state])
    }
    try expectText(
      ["digit.ch8", "--headless", "--frames", "9", "--save", "a.state"], isNamed: false)
    try expectText(["image", "diff", "a.state", state])
    try expectText(["missing\(evil)", "--headless"], code: 66)
    try expectText(["--restore", evil + ".ch8", "--headless"], code: 65)
    try expectText(["--resume", evil + ".ch8", "--headless", "--frames", "1"])
    try expectText(["digit.ch8", "--headless", "--save", "missing/\(evil)"], code: 73)
    try expectText(["image", "set", state, "--note", evil], isNamed: false)
    try expectText(["image", "info", state])
    // A file that was not named is called nothing that a terminal would mind.
    try expectText(["image", "rom", state], isNamed: false)
    #expect(try scratch.names.contains("program.ch8"))
  }

  @Test func incompleteImages() throws {
    let state = "a.state"
    let run = [Self.evil + ".ch8", "--headless", "--frames", "9"]
    try expectText(run + ["--save", Self.evil])
    try expectText(run + ["--save", state, "--base", Self.evil])
    try FileManager.default.removeItem(atPath: scratch.path(Self.evil))
    try expectText(["image", "info", state], code: 65)
    try expectText(["image", "tree", state])
    try expectText(run + ["--save", state, "--no-rom"])
    for program in ["digit.ch8", Self.evil + ".ch8"] {
      try FileManager.default.removeItem(atPath: scratch.path(program))
    }
    try expectText([state, "--headless", "--rom-path", Self.evil], code: 65)
  }

  @Test func slots() throws {
    let rom = Self.evil + ".ch8"
    try expectText([rom, "--headless", "--frames", "9", "--save-slot", "a"])
    try expectText(["slots", "note", rom, "a", Self.evil], isNamed: false)
    for arguments in [["list"], ["list", rom], ["show", rom, "a"]] {
      try expectText(["slots"] + arguments)
    }
    try expectText(["slots", "export", rom, "a", Self.evil])
    try expectText(["slots", "import", rom, "b", Self.evil])
    try expectText(["slots", "import", "digit.ch8", "b", "missing\(Self.evil)"], code: 66)
    try expectText(["slots", "show", rom, Self.evil], code: 64)
    // What shows nothing can be in a name. A script gets the path as it is.
    let name = "a\u{200B}b"
    try expectText([rom, "--headless", "--frames", "9", "--save-slot", name])
    let path = try scratch.chip8("slots", "path", rom, name).text
    #expect(path.hasSuffix("/\(name).state\n"))
    #expect(FileManager.default.fileExists(atPath: String(path.dropLast())))
  }

  @Test func sources() throws {
    // The parts of a name that can be a word.
    let word = Self.evil.replacing("\n", with: "").replacing(" ", with: "")
    let label = ": \(word)"
    try scratch.write(Self.evil + ".8o", Array(": main\n\(label)\njump \(word)\n".utf8))
    try expectText(["asm", Self.evil + ".8o", "-o", "a.ch8", "--symbols", "a.sym"])
    try expectText(["asm", Self.evil + ".8o", "-o", "a.ch8", "--listing"])
    try expectText(["disasm", "a.ch8", "--symbols", "a.sym"], isNamed: false)
    try expectText([Self.evil + ".ch8", "--headless", "--symbols", "a.sym"], code: 65)
    let run = ["a.ch8", "--headless", "--symbols", "a.sym", "--frames", "2"]
    try expectText(run + ["--trace", "-"], isNamed: false)
    try expectText(run + ["--break", word, "--save", "a.state"], isNamed: false)
    try expectText(["image", "info", "a.state"], isNamed: false)
    try scratch.write(Self.evil + ".8o", Array(": main\n \(word) \"\(Self.evil)".utf8))
    try expectText(["asm", Self.evil + ".8o"], code: 65)
    try scratch.write("a.8o", Array(": main :assert \"\(Self.evil)\" { 0 }".utf8))
    try expectText(["asm", "a.8o"], code: 65)
    try scratch.write("a.sym", Array(#"{"labels":{"\#u{9B}":-1}}"#.utf8))
    try expectText(
      ["digit.ch8", "--headless", "--symbols", "a.sym"], code: 65, isNamed: false)
  }

  @Test(arguments: [
    ["--platform"], ["--quirk"], ["--ipf"], ["--poke"], ["--until"], ["--keys"], ["--colors"],
    ["--key-map"], ["--save", "a", "--executable", "--with"],
  ])
  func arguments(options: [String]) throws {
    // The parser's own messages repeat arguments.
    let outcome = try scratch.run(["digit.ch8", "--headless"] + options + [Self.evil])
    #expect(outcome.code == 64)
    expectOneSentence(outcome, naming: options.last ?? "")
    #expect(hidden(outcome.errors).isEmpty)
  }

  @Test func recordings() throws {
    let rom = Self.evil + ".ch8"
    // A movie's text has the name itself, with such characters as numbers.
    try expectText([rom, "--headless", "--frames", "9", "--record", "-"], isNamed: false)
    try scratch.write(Self.evil, Array("nonsense".utf8))
    try expectText([rom, "--headless", "--input", Self.evil], code: 65)
  }

  @Test func jsonKeepsTextUnchanged() throws {
    struct Named: Decodable {
      let program: String
    }
    let outcome = try scratch.chip8(Self.evil + ".ch8", "--headless", "--json")
    #expect(hidden(outcome.text).isEmpty)
    #expect(outcome.text.contains(#"\u009b2J"#) && outcome.text.contains(#"\udb40\udc41"#))
    #expect(
      try JSONDecoder().decode(Named.self, from: Data(outcome.output)).program == Self.evil)
  }

  @Test func aLongTextIsCut() throws {
    let outcome = try scratch.chip8(
      "digit.ch8", "--headless", "--break", String(repeating: "ü", count: 50_000))
    #expect(outcome.code == 64 && outcome.errors.utf8.count < 10_000)
    #expect(outcome.errors.hasSuffix("or run the program's source\n"))
  }
}
