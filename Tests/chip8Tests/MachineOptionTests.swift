// MachineOptionTests.swift: the options that decide what machine a program gets.

import Foundation
import Testing

@Suite struct MachineOptionTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [
    ("vip", 15), ("chip8", 12), ("chip48", 15), ("schip10", 15), ("schip11", 30), ("schip", 30),
    ("xochip", 1000),
  ])
  func everyPlatform(platform: String, instructionsPerFrame: Int) throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report("count.ch8", "--platform", platform, "--frames", "3")
    #expect((report.platform, report.ipf) == (platform, instructionsPerFrame))
    #expect(report.instructions == 3 * instructionsPerFrame)
  }

  @Test(arguments: [
    (Programs.count, "chip8"), (Programs.scroller, "schip"), (Programs.colors, "xochip"),
    (Programs.twoPage, "hires"),
  ])
  func thePlatformIsFoundOut(program: [UInt8], platform: String) throws {
    try scratch.write("a.ch8", program)
    #expect(try scratch.report("a.ch8", "--frames", "1").platform == platform)
    let report = try scratch.report("a.ch8", "--frames", "1", "--platform", "auto")
    #expect(report.platform == platform)
  }

  @Test func twoPageProgramsBeginAfterTheirDriver() throws {
    try scratch.write("a.ch8", Programs.twoPage)
    let start = try scratch.report("a.ch8", "--frames", "0")
    #expect((start.registers.pc, start.ipf) == (0x2C0, 15))
    #expect((start.screen.width, start.screen.height) == (64, 64))
    let outcome = try scratch.run([
      "a.ch8", "--headless", "--json", "--platform", "chip8", "--frames", "2",
    ])
    #expect(try Report(outcome).platform == "chip8")
  }

  /// 8xy6 shifts Vy on chip8 and Vx with `shift`.
  @Test func aQuirkIsSwitched() throws {
    try scratch.write("shift.ch8", rom(0x6008, 0x6120, 0x8016, 0x1206))
    func v0(_ options: String...) throws -> Int {
      let outcome = try scratch.run(["shift.ch8", "--headless", "--json"] + options)
      return try Report(outcome).registers.v[0]
    }
    #expect(try v0() == 0x10)
    #expect(try v0("--quirk", "shift=on") == 4)
    #expect(try v0("--platform", "schip") == 4)
    #expect(try v0("--platform", "schip", "--quirk", "shift=off") == 0x10)
    #expect(try v0("--quirk", "shift=on", "--quirk", "wrap=on") == 4)
  }

  /// The names that the documentation gives; that each does what it says is the machine's test.
  @Test(arguments: [
    "shift", "memoryIncrementByX", "memoryLeaveIUnchanged", "wrap", "jump", "vblank", "logic",
    "vblank-in-hires", "lores-big-sprites", "row-collisions", "resolution-clears",
    "doubled-lores", "scroll-zero-exits", "index-overflow-faults", "index-wraps",
    "index-overflow-flag", "key-wait-beeps", "skip-machine-code",
  ])
  func everyQuirkCanBeSwitched(quirk: String) throws {
    try scratch.write("halt.ch8", Programs.halt)
    let on = try scratch.report("halt.ch8", "--quirk", "\(quirk)=on")
    let off = try scratch.report("halt.ch8", "--quirk", "\(quirk)=off")
    #expect(on.state.sha256 != off.state.sha256)
  }

  @Test(arguments: [1, 7, 10_000_000])
  func instructionsPerFrame(count: Int) throws {
    try scratch.write("count.ch8", Programs.count)
    let report = try scratch.report("count.ch8", "--ipf", "\(count)", "--frames", "2")
    #expect((report.ipf, report.instructions) == (count, 2 * count))
  }

  /// 60 frames of 3668 cycles; a round takes 78 + 80 + 80.
  @Test func timingInCycles() throws {
    try scratch.write("count.ch8", Programs.count)
    let options = ["count.ch8", "--headless", "--json", "--platform", "vip", "--frames", "60"]
    let cycles = try Report(try scratch.run(options + ["--timing", "cycles"]))
    let forProgram = 60 * (3668 - 1832)
    #expect(abs(cycles.instructions - forProgram * 3 / 238) < 60)
    let frames = try Report(try scratch.run(options + ["--timing", "ipf"]))
    #expect(frames.instructions == 900)
  }

  /// What executes instructions changes nothing, is not saved, and is named where it was chosen.
  @Test func everyEngineDoesTheSame() throws {
    try scratch.write("game.ch8", Array(Data(contentsOf: URL(filePath: "roms/backfire.ch8"))))
    let run = ["game.ch8", "--frames", "200", "--ipf", "1000", "--keys", "20-30:6,60-:8"]
    func report(_ options: String...) throws -> Report {
      try Report(try scratch.run(run + ["--headless", "--json"] + options))
    }
    let plain = try report("--save", "plain.state")
    #expect(plain.engine == nil && plain.frames == 200)
    for (choice, engine) in [("reference", "reference"), ("fast", "fast"), ("auto", "fast")] {
      let chosen = try report("--engine", choice, "--save", "a.state")
      #expect(chosen.engine == engine && chosen.state == plain.state)
      #expect(try scratch.read("a.state") == scratch.read("plain.state"))
      let restored = try scratch.report("a.state", "--engine", choice, "--frames", "1")
      #expect(restored.engine == engine && restored.frames == 201)
    }
    #expect(try scratch.report("a.state", "--frames", "1").engine == nil)
  }

  @Test func theSeedDecidesTheRandomNumbers() throws {
    try scratch.write("random.ch8", rom(0xC0FF, 0xC1FF, 0xC2FF, 0xC3FF, 0x1208))
    let without = try scratch.report("random.ch8")
    // SplitMix64 from 0: E220A839…, 6E789E6A…, 06C45D18…, F88BB8A8…
    #expect(Array(without.registers.v.prefix(4)) == [0xE2, 0x6E, 0x06, 0xF8])
    #expect(try scratch.report("random.ch8", "--seed", "0") == without)
    let other = try scratch.report("random.ch8", "--seed", "18446744073709551615")
    #expect(other.registers.v != without.registers.v)
  }

  @Test func pokesWriteBeforeTheFirstInstruction() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let report = try scratch.report(
      "halt.ch8", "--poke", "0x201=0x2A", "--poke", "515=7,0x12,0x04")
    #expect((report.registers.v[0], report.registers.v[1]) == (0x2A, 7))
    let edge = try scratch.report("halt.ch8", "--poke", "0xFFF=1")
    #expect(edge.ram != (try scratch.report("halt.ch8")).ram)
  }

  @Test func aRestoredMachineCanBePoked() throws {
    try scratch.write("count.ch8", Programs.count)
    _ = try scratch.report("count.ch8", "--instructions", "3", "--save", "a.state")
    let report = try scratch.report("a.state", "--poke", "0x201=5", "--instructions", "3")
    #expect(report.registers.v[0] == 6)
  }
}
