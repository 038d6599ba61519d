// DebugCommandTests.swift: `chip8 debug`, by commands from the command line and from a pipe.

import Foundation
import Testing

@Suite struct DebugCommandTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let source = """
      :alias x v3
      :monitor x 1
      : main
        i := box
        loop
          x += 2
          draw
          if x == 200 then jump fail
        again
      : draw
        sprite x v4 2
        ;
      : fail
        return
      : box 0xF0 0xF0
      """
    try scratch.write("game.8o", Array(source.utf8))
  }

  private func debug(_ commands: String..., options: [String] = []) throws -> Outcome {
    try scratch.run(["debug", "game.8o"] + options + commands.flatMap { ["-c", $0] })
  }

  @Test func aSessionGoesForthAndBack() throws {
    let outcome = try debug(
      "break draw if x == 20", "continue", "print x", "step", "reverse-step", "reverse-stepi",
      "where")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(
      outcome.text == """
        breakpoint 1 at 0x020C draw (game.8o:11) if x == 20
        breakpoint 1 at 0x020C draw (game.8o:11) if x == 20
        frame 2, instruction 57: 0x020C draw (game.8o:11)
        11    sprite x v4 2
        0x020C  D342     sprite v3 v4 2
        0x14 20
        frame 2, instruction 58: 0x020E draw+2 (game.8o:12)
        12    ;
        0x020E  00EE     return
        frame 2, instruction 57: 0x020C draw (game.8o:11)
        11    sprite x v4 2
        0x020C  D342     sprite v3 v4 2
        frame 2, instruction 56: 0x0204 main+4 (game.8o:7)
        7      draw
        0x0204  220C     draw
        frame 2, instruction 56: 0x0204 main+4 (game.8o:7)
        7      draw
        0x0204  220C     draw

        """)
  }

  @Test func commandsComeThroughAPipe() throws {
    let commands = """
      # to where x is 20
      break draw if x == 20
      continue
      last-write x
      set x = 0x30
      print x
      undo
      print x
      quit
      nonsense
      """
    let outcome = try scratch.run(["debug", "game.8o"], input: Array(commands.utf8))
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.text.contains("written by 0x0202 main+2 (game.8o:6)"))
    #expect(outcome.text.contains("0x30 48\n") && outcome.text.contains("0x12 18\n"))
  }

  @Test func aNumberOfFramesOrStepsIsCounted() throws {
    let outcome = try debug("continue 10", "print frame", "continue 1", "step 0", "continue 0")
    #expect(outcome.text.contains("10 frames were run without a stop"), "\(outcome.text)")
    #expect(outcome.text.contains("a frame was run without a stop"), "\(outcome.text)")
    #expect(outcome.errors.contains("the count must be positive"), "\(outcome.errors)")
  }

  @Test func whatIsWrongIsSaid() throws {
    for (commands, message) in [
      (["nonsense"], "nonsense: no such command"), (["break nowhere"], "nowhere is not a register"),
      (["print 1 / 0"], "division by zero"), (["finish"], nil),
      (["watch pc"], "PC cannot be watched"),
      (["set box = 3"], "box is neither a register nor [ADDR]"),
      (["set v3 = 256"], "256 is too large"),
      (["first-diff 9"], "no such leaf: 9"), (["undo"], "nothing to undo"),
      (["break main hits x"], "hits takes"), (["break main hits"], "hits takes"),
      (["break main if"], "the expression is incomplete"),
    ] as [([String], String?)] {
      let outcome = try scratch.run(["debug", "game.8o"] + commands.flatMap { ["-c", $0] })
      #expect(outcome.code == (message == nil ? 0 : 64), "\(commands): \(outcome.text)")
      #expect(outcome.errors.contains(message ?? "") || message == nil, "\(outcome.errors)")
    }
    let missing = try scratch.chip8("debug", "nothing.8o", "-c", "where")
    #expect(missing.code == 66)
    #expect(try scratch.chip8("debug").code == 64)
  }

  @Test func coverageListsWhatWasNotExecuted() throws {
    try scratch.write("all.8o", Array(": main\nv0 += 1\njump main\n".utf8))
    let some = ": main\nv0 += 1\nif v0 == 255 begin\nv1 := 1\nend\njump main\n"
    try scratch.write("some.8o", Array(some.utf8))
    for (file, text) in [
      ("all.8o", "2 of 2 lines were executed\n"),
      ("some.8o", "3 of 4 lines were executed; not:\nsome.8o:4  v1 := 1"),
    ] {
      let outcome = try scratch.run(["debug", file, "-c", "frame 2", "-c", "coverage"])
      #expect(outcome.text.contains(text), "\(outcome.text)\(outcome.errors)")
    }
  }

  /// The fault is where the session ends, and the way back is open.
  @Test func aFaultCanBeGoneBackFrom() throws {
    let fault = try debug("continue")
    #expect(fault.code == 70 && fault.text.contains("program stopped: 00EE at 0x210"))
    let back = try debug("continue", "reverse-stepi")
    #expect(back.code == 0, "\(back.text) \(back.errors)")
  }

  @Test func thePastOfASavedStateAndAMovieIsThere() throws {
    _ = try scratch.chip8(
      "game.8o", "--headless", "--frames", "20", "--save", "game.state", "--record", "game.movie")
    for file in [["game.state"], ["--input", "game.movie"]] {
      let outcome = try scratch.run(
        ["debug"] + file + [
          "-c", "goto 20", "-c", "watch V3 if v3 == 10", "-c", "reverse-continue",
        ])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.text.contains("watchpoint 1: change of V3 if v3 == 10, by 0x0202"))
    }
  }
}
