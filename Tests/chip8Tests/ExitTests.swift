// ExitTests.swift: how the program ends when the machine cannot continue, or the user interrupts.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct ExitTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  // MARK: Faults

  @Test(arguments: [
    ("stack-underflow", rom(0x6001, 0x00EE), "chip8", 0x202, 0x00EE),
    ("stack-overflow", rom(0x6001, 0x2202), "chip8", 0x202, 0x2202),
    ("illegal-instruction", rom(0x6001, 0xF0FF), "chip8", 0x202, 0xF0FF),
    ("illegal-instruction", rom(0x6001, 0x00FF), "chip48", 0x202, 0x00FF),
    ("machine-code", rom(0x6001, 0x0300), "vip", 0x202, 0x0300),
    ("index-overflow", rom(0xAFFF, 0x6001, 0xF01E), "schip11", 0x204, 0xF01E),
  ])
  func aFaultIsReported(
    kind: String, program: [UInt8], platform: String, pc: Int, opcode: Int
  ) throws {
    try scratch.write("broken.ch8", program)
    let outcome = try scratch.chip8(
      "broken.ch8", "--headless", "--json", "--platform", platform, "--save", "a.state")
    #expect(outcome.code == 70)
    expectOneSentence(outcome, naming: "broken")
    let report = try Report(outcome)
    let fault = try #require(report.fault)
    #expect(report.stop == "fault")
    #expect((fault.kind, fault.pc, fault.opcode) == (kind, pc, opcode))
    #expect(!fault.message.isEmpty && report.registers.pc == pc)
    // What is saved is the machine before the offending instruction, which faults again.
    let again = try scratch.chip8("a.state", "--headless", "--json", "--frames", "1")
    #expect(again.code == 70 && again.output == outcome.output)
  }

  // MARK: No display

  /// A window of SDL's drivers that show nothing would be invisible.
  @Test func withoutADisplayNothingIsPlayed() throws {
    try scratch.write("stay.ch8", rom(0x1200))
    let outcome = try scratch.chip8("stay.ch8")
    #expect(outcome.code == 69)
    #expect(outcome.errors.contains("no display"))
  }

  /// A state that was made by hand, with all the frames that can be counted.
  @Test func machinesAtTheirCounterLimitCanBeSaved() throws {
    try scratch.write("count.ch8", Programs.count)
    _ = try scratch.report("count.ch8", "--frames", "5", "--save", "a.state")
    let saved: Chip8 = try Image(contentsOf: scratch.path("a.state")).machine()
    var state = saved.state
    state.frames = State.maxFrames - 3
    try scratch.write("old.state", Image(of: Chip8(testing: saved.program, in: state)).bytes)
    let outcome = try scratch.chip8(
      "old.state", "--headless", "--json", "--frames", "9", "--save", "b.state")
    #expect(outcome.code == 70)
    expectOneSentence(outcome, naming: "the machine is at its limit")
    let report = try Report(outcome)
    #expect(report.fault?.kind == "out-of-time" && report.frames == Int(State.maxFrames))
    #expect(try scratch.chip8("image", "verify", "b.state").code == 0)
    #expect(try scratch.report("b.state", "--frames", "0").state == report.state)
  }

  // MARK: Interrupts

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func anInterruptedRunStillReportsAndSaves(signal: Int32) throws {
    try scratch.write("count.ch8", Programs.count)
    let running = try Running(
      [
        "count.ch8", "--headless", "--json", "--until", "halt", "--save", "a.state",
        "--screenshot", "a.png", "--trace", "a.txt",
      ], in: scratch)
    // The trace is opened after all arguments were accepted, and written from time to time.
    try waitUntil { (try? scratch.read("a.txt").isEmpty) == false }
    kill(running.process, signal)
    let outcome = try running.outcome()
    #expect(outcome.code == 130)
    expectOneSentence(outcome, naming: "interrupted")
    let report = try Report(outcome)
    #expect(report.stop == "interrupt" && report.instructions > 0)
    #expect(try scratch.report("a.state", "--frames", "0").state == report.state)
    #expect(ScreenRenderer(png: try scratch.read("a.png")) != nil)
    let lines = try scratch.text("a.txt").split(separator: "\n")
    #expect(lines.count == report.instructions)
    #expect(try scratch.names == ["a.png", "a.state", "a.txt", "count.ch8"])
  }

  /// Both within the save: the first is noted, and the second waits until the machine is in its file.
  @Test(.enabled(if: Strace.isAvailable, "needs strace, and to be allowed to trace"))
  func secondSignalsWaitForTheSave() throws {
    try scratch.write("count.ch8", Programs.count)
    let (outcome, _) = try Strace.run(
      ["count.ch8", "--headless", "--frames", "9", "--save", "a.state"], in: scratch,
      names: "fsync,linkat", injections: ["fsync:signal=INT:when=1", "linkat:signal=INT:when=1"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try scratch.report("a.state", "--frames", "0").frames == 9)
  }

  // MARK: Files that cannot be written

  private static let outputs = [
    ("--save", "a.state"), ("--trace", "a.trace"), ("--record", "a.record"),
    ("--screenshot", "a.png"),
  ]

  @Test(arguments: outputs.map(\.0))
  func failedOutputsDoNotBlockOthers(option: String) throws {
    try scratch.write("halt.ch8", Programs.halt)
    let outcome = try scratch.run(
      ["halt.ch8", "--headless", "--frames", "2", "--slots", "slots", "--save-slot", "a"]
        + Self.outputs.flatMap { [$0, $0 != option ? $1 : "/dev/full"] })
    #expect(outcome.code == 74 && outcome.output.isEmpty)
    expectOneSentence(outcome, naming: "/dev/full")
    for (other, path) in Self.outputs where other != option {
      #expect(try !scratch.read(path).isEmpty, "\(other)")
    }
    #expect(try scratch.chip8("slots", "show", "halt.ch8", "a", "--slots", "slots").code == 0)
  }

  @Test func failuresAreReportedInOrder() throws {
    try scratch.write("fault.ch8", Programs.fault)
    let outcome = try scratch.chip8("fault.ch8", "--headless", "--save", "/dev/full", "--json")
    let lines = outcome.errors.split(separator: "\n")
    try #require(lines.count == 2)
    for (line, text) in zip(lines, ["/dev/full: ", "fault: "]) {
      #expect(line.hasPrefix("chip8: \(text)"))
    }
    #expect(outcome.code == 74 && outcome.output.isEmpty)
  }

  /// One whose reader is gone ends a run that would not end by itself.
  @Test func aTraceThatFailsEndsTheRun() throws {
    try scratch.write("count.ch8", Programs.count)
    let outcome = try scratch.chip8(
      "count.ch8", "--headless", "--until", "pc=0xFFF", "--trace", "/dev/full", "--save",
      "a.state")
    #expect(outcome.code == 74 && outcome.output.isEmpty)
    expectOneSentence(outcome, naming: "/dev/full")
    #expect(try scratch.report("a.state", "--frames", "0").instructions > 0)
  }

  @Test func aTraceReplacesAnOlderOneWhenItHasLines() throws {
    try scratch.write("halt.ch8", Programs.halt)
    try scratch.write("a.trace", Array(repeating: 7, count: 100_000))
    let refused = try scratch.chip8(
      "halt.ch8", "--headless", "--trace", "a.trace", "--break", "nowhere")
    #expect(refused.code == 64)
    #expect(try scratch.read("a.trace").count == 100_000)
    _ = try scratch.report("halt.ch8", "--trace", "a.trace", "--frames", "1")
    #expect(try scratch.text("a.trace").split(separator: "\n").count == 12)
    _ = try scratch.report("halt.ch8", "--trace", "a.trace", "--frames", "0")
    #expect(try scratch.read("a.trace").isEmpty)
  }

  // MARK: Standard output

  @Test(arguments: [
    "halt.ch8 --headless --json", "halt.ch8 --headless --print screen", "halt.ch8 --headless",
    "halt.ch8 --headless --save -", "halt.ch8 --headless --screenshot -",
    "halt.ch8 --headless --trace -", "--help", "--version",
  ])
  func standardOutputCannotBeWritten(arguments: String) throws {
    try scratch.write("halt.ch8", Programs.halt)
    for redirection in [">/dev/full", ">&-"] {
      let outcome = try scratch.shell("\"$CHIP8\" \(arguments) \(redirection)")
      #expect(outcome.code == 74, "\(redirection)")
      expectOneSentence(outcome, naming: "standard output")
    }
  }

  @Test func closedPipesAreErrors() throws {
    try scratch.write("count.ch8", Programs.count)
    let outcome = try scratch.shell(
      "{ \"$CHIP8\" count.ch8 --headless --trace -; echo $? >code; } | head -n 1")
    #expect(outcome.text.split(separator: "\n").count == 1)
    #expect(try scratch.text("code") == "74\n")
    expectOneSentence(outcome, naming: "standard output")
  }

  @Test func closedDescriptorsAreNotTakenForFiles() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let trace = try scratch.shell(
      "\"$CHIP8\" halt.ch8 --headless --frames 1 --trace a.txt >&- 2>&-")
    #expect(trace.code == 74)
    #expect(try scratch.text("a.txt").split(separator: "\n").count == 12)
    let input = try scratch.shell("\"$CHIP8\" - --headless <&-")
    #expect(input.code == 66)
    expectOneSentence(input, naming: "standard input")
  }

  // MARK: Help

  @Test func helpAndVersionExitWithZero() throws {
    for option in ["--help", "-h", "help", "--help-all", "--version", "asm --help"] {
      let outcome = try scratch.run(option.split(separator: " ").map(String.init))
      #expect(outcome.code == 0 && outcome.errors.isEmpty && !outcome.output.isEmpty, "\(option)")
    }
    let help = try scratch.chip8("--help-all").text
    for option in ["--platform", "--frames", "--until", "--save", "--restore", "asm"] {
      #expect(help.contains(option))
    }
  }

  /// What a player needs fits on a screen, and says nothing that is not so.
  @Test func helpFitsOnAScreen() throws {
    let help = try scratch.chip8("--help").text
    #expect(try scratch.chip8("-h").text == help && scratch.chip8("help").text == help)
    #expect(try scratch.chip8("game.ch8", "--help").text == help)
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 45 && lines.allSatisfy { $0.count <= 100 })
    let all = try scratch.chip8("--help-all").text
    for option in help.matches(of: /--[a-z]+(-[a-z]+)*/).map(\.output.0) {
      #expect(
        all.contains("\(option) ") || all.contains("\(option)\n") || all.contains("\(option)/"),
        "\(option)")
    }
    for key in ["Esc", "F1", "F5", "F9", "Backspace", "Ctrl+Q"] { #expect(help.contains(key)) }
  }
}
