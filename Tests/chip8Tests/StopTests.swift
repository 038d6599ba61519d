// StopTests.swift: when a headless run ends, and why.

import Testing

@Suite struct StopTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func framesAreCounted() throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report("count.ch8", "--frames", "5")
    #expect((report.stop, report.frames, report.instructions) == ("frames", 5, 60))
  }

  @Test func noFramesDoNothing() throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report(
      "count.ch8", "--frames", "0", "--save", "a.state", "--screenshot", "a.png")
    #expect((report.stop, report.frames, report.instructions) == ("frames", 0, 0))
    #expect(report.registers.pc == 0x200)
    #expect(try scratch.names == ["a.png", "a.state", "count.ch8"])
    #expect(try scratch.report("a.state", "--frames", "0") == report)
  }

  @Test func framesCountFromTheStartOfTheRun() throws {
    try scratch.write("count.ch8", Programs.count)
    _ = try scratch.report("count.ch8", "--frames", "5", "--save", "a.state")
    let report = try scratch.report("--restore", "a.state", "--frames", "3")
    #expect((report.frames, report.instructions) == (8, 96))
  }

  @Test func partialFramesCount() throws {
    try scratch.write("count.ch8", Programs.count)
    _ = try scratch.report("count.ch8", "--instructions", "30", "--save", "a.state")
    let report = try scratch.report("--restore", "a.state", "--frames", "1")
    #expect((report.frames, report.instructions) == (3, 36))
  }

  /// 12 instructions make a frame.
  @Test(arguments: [(0, 0), (1, 0), (11, 0), (12, 1), (13, 1), (1000, 83)])
  func instructionsAreCountedExactly(instructions: Int, frames: Int) throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report("count.ch8", "--instructions", "\(instructions)")
    #expect(report.stop == "instructions")
    #expect((report.instructions, report.frames) == (instructions, frames))
    #expect(report.registers.v[0] == (instructions + 2) / 3 & 0xFF)
  }

  @Test func instructionsCountFromTheStartOfTheRun() throws {
    try scratch.write("count.ch8", Programs.count)
    _ = try scratch.report("count.ch8", "--instructions", "7", "--save", "a.state")
    let report = try scratch.report("--restore", "a.state", "--instructions", "7")
    #expect(report.instructions == 14)
  }

  /// Without frames to count, these would run forever.
  @Test(arguments: [["--instructions", "50"], ["--until", "halt"], ["--until", "pc=0x300"]])
  func runsThatCannotReachTheirStopEnd(options: [String]) throws {
    try scratch.write("wait.ch8", [0xF0, 0x0A])
    let wait = try scratch.run(["wait.ch8", "--headless", "--json"] + options)
    #expect(try Report(wait).stop == "key-wait")
    // The wait ends when a key is released.
    let held = try scratch.run(["wait.ch8", "--headless", "--json", "--keys", "0-:F"] + options)
    #expect(try Report(held).stop == "key-wait")
    try scratch.write("loop.ch8", [0x12, 0x00])
    let loop = try scratch.run(["loop.ch8", "--headless", "--json"] + options)
    #expect(try Report(loop).stop == (options[0] == "--instructions" ? "instructions" : "halt"))
  }

  @Test func theFirstStopEndsTheRun() throws {
    try scratch.write("count.ch8", Programs.count)
    let both = try scratch.report("count.ch8", "--frames", "2", "--instructions", "20")
    #expect((both.stop, both.instructions) == ("instructions", 20))
    let other = try scratch.report("count.ch8", "--frames", "1", "--instructions", "20")
    #expect((other.stop, other.instructions) == ("frames", 12))
    let first = try scratch.report(
      "count.ch8", "--until", "halt", "--until", "pc=0x204", "--until", "pc=0x202")
    #expect((first.stop, first.instructions) == ("pc", 1))
  }

  // MARK: --until

  @Test func untilHalt() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let report = try scratch.report("halt.ch8", "--until", "halt")
    #expect((report.stop, report.frames, report.registers.pc) == ("halt", 1, 0x204))
  }

  @Test func exitIsAHalt() throws {
    try scratch.write("exit.ch8", rom(0x6005, 0x00FD))
    let report = try scratch.report("exit.ch8", "--until", "halt")
    #expect((report.platform, report.stop, report.registers.pc) == ("schip", "halt", 0x202))
  }

  @Test func aHaltStopsNothingUnlessAsked() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let report = try scratch.report("halt.ch8", "--frames", "100")
    #expect((report.stop, report.frames) == ("frames", 100))
  }

  @Test func untilKeyWait() throws {
    try scratch.write("key.ch8", Programs.key)
    let report = try scratch.report("key.ch8", "--until", "key-wait")
    #expect((report.stop, report.frames, report.instructions) == ("key-wait", 1, 1))
    #expect(report.registers.pc == 0x200)
  }

  @Test func keyWaitsWithKeysLeftDoNotStop() throws {
    try scratch.write("key.ch8", rom(0xF00A, 0xF10A, 0x1204))
    let report = try scratch.report("key.ch8", "--until", "key-wait", "--keys", "5-7:A")
    #expect((report.stop, report.frames, report.registers.v[0]) == ("key-wait", 8, 0xA))
    #expect(report.registers.pc == 0x202)
  }

  @Test(arguments: ["pc=0x206", "pc=518"])
  func untilAnAddress(condition: String) throws {
    try scratch.write("count.ch8", rom(0x6003, 0x71FF, 0x3103, 0x1202, 0x1208))
    let report = try scratch.report("count.ch8", "--until", condition)
    #expect((report.stop, report.registers.pc) == ("pc", 0x206))
    #expect((report.instructions, report.frames) == (3, 0))
  }

  @Test func untilTheAddressAfterAWaitForAKey() throws {
    try scratch.write("key.ch8", Programs.key)
    let options = ["key.ch8", "--headless", "--json", "--keys", "3-4:7"]
    let outcome = try scratch.run(options + ["--until", "pc=0x202", "--save", "a.state"])
    let report = try Report(outcome)
    #expect((report.stop, report.frames, report.instructions) == ("pc", 4, 1))
    #expect((report.registers.pc, report.registers.v[0]) == (0x202, 7))
    // It continues from there as if it had not stopped.
    let resumed = try scratch.report("a.state", "--frames", "3")
    let straight = try Report(try scratch.run(options + ["--frames", "7"]))
    #expect(resumed.state == straight.state)
  }

  @Test func untilAScreen() throws {
    try scratch.write(
      "draw.ch8", rom(0x6003, 0xF015, 0xF007, 0x3000, 0x1204, 0xF029, 0xD005, 0x120E))
    let after = try scratch.report("draw.ch8", "--until", "halt")
    let stopped = try scratch.report(
      "draw.ch8", "--until", "screen=\(after.screen.sha1.uppercased())")
    #expect((stopped.stop, stopped.screen) == ("screen", after.screen))
    #expect(stopped.frames == after.frames && stopped.frames > 1)
  }

  // MARK: Without a stop

  @Test func aHaltEndsARunWithoutAStop() throws {
    try scratch.write("halt.ch8", Programs.halt)
    #expect(try scratch.report("halt.ch8").stop == "halt")
  }

  @Test func aWaitForAKeyEndsARunWithoutAStop() throws {
    try scratch.write("key.ch8", Programs.key)
    #expect(try scratch.report("key.ch8").stop == "key-wait")
    #expect(try scratch.report("key.ch8", "--keys", "2-4:5").stop == "halt")
  }

  @Test func tenMinutesEndARunWithoutAStop() throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report("count.ch8")
    #expect((report.stop, report.frames) == ("frames", 36_000))
  }
}
