// SymbolTests.swift: symbol files and listings on the command line, and sources that are played.

import Testing

@Suite struct SymbolTests {
  private static let source = """
    # A digit that moves.
    :alias x v0
    :macro step { x += 1 }
    : main
    \tx := 5
      again-and-again
    : again-and-again
      step step
    : halt jump halt
    : data 1 2 3 4 5 6 7 8 9

    """

  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.8o", Array(Self.source.utf8))
  }

  // MARK: Listings

  @Test func aListingShowsWhatEachLineMade() throws {
    let outcome = try scratch.chip8("asm", "game.8o", "--listing")
    #expect(outcome.code == 0)
    #expect(
      outcome.text == """
                                          1  # A digit that moves.
                                          2  :alias x v0
        0204  70 01 70 01                 3  :macro step { x += 1 }
                                          4  : main
        0200  60 05                       5  \tx := 5
        0202  22 04                       6    again-and-again
                                          7  : again-and-again
                                          8    step step
        0208  12 08                       9  : halt jump halt
        020A  01 02 03 04 05 06 07 08    10  : data 1 2 3 4 5 6 7 8 9
        0212  09

        """)
    #expect(try scratch.names == ["game.8o", "game.ch8"])
  }

  @Test func controlCharactersDoNotReachTheTerminal() throws {
    try scratch.write("a.8o", Array(": main 1 # \u{1B}[2J\r\n".utf8))
    let outcome = try scratch.chip8("asm", "a.8o", "--listing")
    #expect(outcome.text == "0200  01                          1  : main 1 # \u{FFFD}[2J\n")
  }

  // MARK: Symbol files

  @Test func theSameSourceGivesTheSameSymbols() throws {
    #expect(try scratch.chip8("asm", "game.8o", "--symbols", "game.sym").code == 0)
    let file = try scratch.text("game.sym")
    #expect(file.hasPrefix(#"{"aliases":{"x":0},"#) && file.hasSuffix("}\n"))
    #expect(file.contains(#""source":"game.8o""#))
    let piped = try scratch.chip8("asm", "game.8o", "-o", "a.ch8", "--symbols", "-")
    #expect(piped.text == file)
  }

  @Test func oneThingOnStandardOutput() throws {
    for options in [
      ["game.8o", "--symbols", "-", "--listing"], ["game.8o", "-o", "-", "--listing"],
      ["game.8o", "-o", "-", "--symbols", "-"], ["-", "--listing"],
    ] {
      try scratch.expectRefusal(["asm"] + options, code: 64, naming: "standard output")
    }
    try scratch.expectRefusal(
      ["asm", "game.8o", "--symbols", "game.ch8"], code: 64, naming: "game")
    try scratch.expectRefusal(
      ["asm", "game.8o", "--symbols", "missing/a.sym"], code: 73, naming: "missing/a.sym")
  }

  @Test func aTraceNamesAddresses() throws {
    #expect(try scratch.chip8("asm", "game.8o", "--symbols", "game.sym").code == 0)
    let run = ["--headless", "--instructions", "5", "--trace", "-"]
    let traced = try scratch.run(["game.ch8", "--symbols", "game.sym"] + run)
    let lines = traced.text.split(separator: "\n").map { $0.drop { $0 != "V" }.dropFirst(50) }
    #expect(
      lines == [
        "main: v0 := 0x05", "main+2: again-and-again", "again-and-again: v0 += 0x01",
        "again-and-again+2: v0 += 0x01", "halt: jump halt",
      ])
    // The source is its own symbol file.
    #expect(try scratch.run(["game.8o"] + run).output == traced.output)
  }

  @Test func aRunStopsAtALabel() throws {
    #expect(try scratch.chip8("asm", "game.8o", "--symbols", "game.sym").code == 0)
    for options in [["game.8o"], ["game.ch8", "--symbols", "game.sym"]] {
      let run = options + ["--until", "pc=again-and-again", "--headless", "--json"]
      let report = try Report(try scratch.run(run))
      #expect(report.stop == "pc" && report.registers.pc == 0x204 && report.instructions == 2)
    }
  }

  @Test func unknownLabels() throws {
    try scratch.expectRefusal(
      ["game.8o", "--headless", "--until", "pc=nowhere"], code: 64, naming: "nowhere")
    #expect(try scratch.chip8("asm", "game.8o").code == 0)
    try scratch.expectRefusal(
      ["game.ch8", "--headless", "--until", "pc=halt"], code: 64, naming: "--symbols")
  }

  @Test func symbolFilesThatCannotBeUsed() throws {
    #expect(try scratch.chip8("asm", "game.8o", "--symbols", "game.sym").code == 0)
    let run = ["--headless", "--symbols", "bad.sym"]
    try scratch.expectRefusal(["game.ch8"] + run, code: 66, naming: "bad.sym")
    for text in ["", "{}", "[1", #"{"format":"chip8-symbols","version":1,"labels":{"a":-1}}"#] {
      try scratch.write("bad.sym", Array(text.utf8))
      try scratch.expectRefusal(["game.ch8"] + run, code: 65, naming: "bad.sym")
    }
    // Those of another program.
    try scratch.write("bad.sym", try scratch.read("game.sym"))
    try scratch.write("halt.ch8", Programs.halt)
    try scratch.expectRefusal(["halt.ch8"] + run, code: 65, naming: "another program")
  }

  // MARK: Sources that are played

  @Test func aSourceIsAssembledAndRun() throws {
    let report = try scratch.report("game.8o", "--save", "a.state")
    #expect(report.program == "game" && report.platform == "xochip" && report.stop == "halt")
    #expect(report.registers.v[0] == 7)
    #expect(try scratch.report("a.state", "--frames", "0").state == report.state)
  }

  @Test func aSourceThatCannotBePlayed() throws {
    try scratch.write("a.8o", Array(": main\n  v0 := banana\n".utf8))
    let outcome = try scratch.chip8("a.8o", "--headless")
    #expect(outcome.code == 65 && outcome.output.isEmpty)
    #expect(outcome.errors == (try scratch.chip8("asm", "a.8o").errors))
    try scratch.write("a.8o", Array(": main 1 :org 0xFFFF 2 3".utf8))
    #expect(try scratch.chip8("a.8o", "--headless").code == 65)
    try scratch.write("a.8o", [0xFF])
    try scratch.expectRefusal(["a.8o", "--headless"], code: 65, naming: "a.8o")
  }
}
