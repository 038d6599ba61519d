// AsmTests.swift: `chip8 asm` on the command line. The language has its own tests.

import Foundation
import Testing

@Suite struct AsmTests {
  private static let source = Array(": main\n  v0 := 5\n  : halt jump halt\n".utf8)
  private static let program = rom(0x6005, 0x1202)

  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.8o", AsmTests.source)
  }

  @Test func aProgramIsAssembledBesideItsSource() throws {
    let outcome = try scratch.chip8("asm", "game.8o")
    #expect(outcome.code == 0 && outcome.output.isEmpty)
    #expect(try scratch.read("game.ch8") == AsmTests.program)
    #expect(try scratch.report("game.ch8").registers.v[0] == 5)
  }

  /// The program alone says less of its machine than its source does.
  @Test func differencesFromTheSourceAreReported() throws {
    let outcome = try scratch.chip8("asm", "game.8o")
    #expect(
      outcome.errors == """
        chip8: game.8o: assembled, this program is detected as chip8 at 12 instructions per frame, but its \
        source runs on xochip at 20; to run it the same, use --platform xochip --ipf 20

        """)
    let options = ["--platform", "xochip", "--ipf", "20"]
    #expect(
      try Report(scratch.run(["game.ch8", "--headless", "--json"] + options))
        == scratch.report("game.8o"))
    let known = FileManager.default.currentDirectoryPath + "/roms/lace.8o"
    #expect(try scratch.chip8("asm", known, "-o", "lace.ch8").errors.isEmpty)
  }

  @Test func theOutputIsNamed() throws {
    for option in ["-o", "--output"] {
      #expect(try scratch.chip8("asm", "game.8o", option, "other.bin").code == 0)
      #expect(try scratch.read("other.bin") == AsmTests.program)
    }
    #expect(try scratch.names == ["game.8o", "other.bin"])
  }

  @Test func pipes() throws {
    #expect(try scratch.chip8("asm", "-", input: AsmTests.source).output == AsmTests.program)
    #expect(try scratch.chip8("asm", "game.8o", "-o", "-").output == AsmTests.program)
    let piped = try scratch.shell(
      "\"$CHIP8\" asm - <game.8o | \"$CHIP8\" - --headless --json")
    #expect(try Report(piped).registers.v[0] == 5)
    #expect(try scratch.names == ["game.8o"])
  }

  @Test func anErrorShowsItsPlace() throws {
    try scratch.write("game.8o", Array(": main\n  v0 := banana\n".utf8))
    try scratch.write("game.ch8", [1, 2, 3])
    let outcome = try scratch.chip8("asm", "game.8o")
    #expect(outcome.code == 65 && outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("chip8: game.8o:2:9: ") == true)
    #expect(lines.dropFirst() == ["  v0 := banana", "        ^"])
    #expect(try scratch.read("game.ch8") == [1, 2, 3])
    #expect(try scratch.names == ["game.8o", "game.ch8"])
  }

  @Test func severalErrorsAtOnce() throws {
    let source = ": main\n\tv0 := 300 # \u{1B}[2J\n  clera\n  draw\n: drwa\n  delay + v0\n"
    try scratch.write("game.8o", Array(source.utf8))
    for arguments in [["asm", "game.8o"], ["game.8o", "--headless"]] {
      let outcome = try scratch.run(arguments)
      #expect(outcome.code == 65 && outcome.output.isEmpty)
      #expect(
        outcome.errors == """
          chip8: game.8o:2:8: 300 does not fit in a byte (-128 to 255)
          \tv0 := 300 # \u{FFFD}[2J
          \t      ^
          chip8: game.8o:3:3: unknown name `clera`; did you mean `clear`?
            clera
            ^
          chip8: game.8o:4:3: unknown name `draw`; did you mean `drwa`?
            draw
            ^
          chip8: game.8o:6:9: expected `:=`, found `+`
            delay + v0
                  ^

          """)
    }
    #expect(try scratch.names == ["game.8o"])
  }

  @Test func longLinesAreCut() throws {
    let spaces = String(repeating: " ", count: 100_000)
    try scratch.write("game.8o", Array(": main\(spaces)v0 := 300\(spaces)".utf8))
    let outcome = try scratch.chip8("asm", "game.8o")
    let lines = outcome.errors.split(separator: "\n")
    #expect(outcome.code == 65 && lines.count == 3 && outcome.errors.utf8.count < 400)
    #expect(lines[2].count == 61 && Array(lines[1])[60] == "3")
  }

  @Test func notAllErrorsAreShown() throws {
    let source = ": main\n" + String(repeating: "v0 := 300\n", count: 100)
    try scratch.write("game.8o", Array(source.utf8))
    let lines = try scratch.chip8("asm", "game.8o").errors.split(separator: "\n")
    #expect(
      lines.count == 61 && lines.last == "chip8: game.8o: there may be more errors than these")
  }

  @Test func badFiles() throws {
    try scratch.expectRefusal(["asm", "missing.8o"], code: 66, naming: "missing.8o")
    try scratch.expectRefusal(["asm"], code: 64, naming: "SOURCE.8o")
    try scratch.expectRefusal(["asm", "game.8o", "more.8o"], code: 64, naming: "more.8o")
    try scratch.expectRefusal(["asm", "game.8o", "-x"], code: 64, naming: "-x")
    try scratch.expectRefusal(
      ["asm", "game.8o", "-o", "missing/a.ch8"], code: 73, naming: "missing/a.ch8")
    try scratch.write("bytes.8o", [0xFF, 0xFE])
    try scratch.expectRefusal(["asm", "bytes.8o"], code: 65, naming: "bytes.8o")
    try scratch.expectRefusal(["asm", "/dev/zero", "-o", "a"], code: 65, naming: "/dev/zero")
  }
}
