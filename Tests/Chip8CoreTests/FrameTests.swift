// Frames: what happens in one, and what ends it and the run.

import Chip8Core
import Testing

@Suite struct FrameTests {
  @Test(arguments: Platform.allCases) func framesHoldTheirInstructions(platform: Platform) throws {
    var machine = try machine(platform, 0x7001, 0x1200)
    #expect(machine.run(frames: 3) == .done)
    #expect(machine.state.instructions == UInt64(3 * platform.instructionsPerFrame))
    #expect(machine.state.frames == 3)
    #expect(machine.state.instructionsLeftInFrame == nil)
  }

  @Test func runsOfInstructionsAndOfFramesAgree() throws {
    let start = try machine(.chip8, 0x7001, 0xF007, 0xF115, 0xF018, 0x7103, 0x1200)
    var byFrames = start
    _ = byFrames.run(frames: 10)
    var byInstructions = start
    for _ in 0..<120 { byInstructions.step() }
    #expect(byFrames.stateDigest == byInstructions.stateDigest)
  }

  @Test func aFrameEndsWithItsLastInstruction() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    machine.step(11)
    #expect((machine.state.frames, machine.state.instructionsLeftInFrame) == (0, 1))
    machine.step(1)
    #expect((machine.state.frames, machine.state.instructionsLeftInFrame) == (1, nil))
  }

  @Test func nothingIsDoneWithoutFramesOrInstructions() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    let digest = machine.stateDigest
    #expect(machine.run(frames: 0) == .done)
    #expect(machine.run(instructions: 0, keys: KeySet(key: 1)) == .done)
    #expect(machine.stateDigest == digest)
  }

  @Test func keysAreTakenOnceAFrame() throws {
    var machine = try machine(.chip8, 0x1200)
    machine.step(1, keys: KeySet(key: 1))
    machine.step(10, keys: KeySet(key: 2))
    #expect(machine.state.keys == KeySet(key: 1))
    machine.step(2, keys: KeySet(key: 2))
    #expect(machine.state.keys == KeySet(key: 2))
  }

  @Test func timersCountDownOnceAFrame() throws {
    var machine = try machine(.chip8, 0x6003, 0xF015, 0x6002, 0xF018, 0xF507, 0x1208)
    var seen: [[UInt8]] = []
    for _ in 0..<5 {
      _ = machine.run(frames: 1)
      seen.append([machine.state.v[5], machine.state.delay, machine.state.sound])
    }
    #expect(seen == [[3, 2, 1], [2, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]])
  }

  @Test func delayIsReadAndSetInAnyRegister() throws {
    for x in 0..<16 as Range<UInt16> {
      let state = try executed(.chip8, 0x6077 | x << 8, 0xF015 | x << 8, 0x6000 | x << 8)
      #expect(state.delay == 0x77)
      let read = try executed(.chip8, 0xF007 | x << 8, from: { $0.delay = 0x66 })
      #expect(read.v[Int(x)] == 0x66)
    }
  }

  @Test func drawingWaitsForTheDisplayAtTheEndOfItsFrame() throws {
    var machine = try machine(.vip, 0xD001, 0xD001, 0x7301, 0x1204)
    _ = machine.run(frames: 1)
    #expect((machine.state.pc, machine.state.instructions) == (0x202, 1))
    _ = machine.run(frames: 1)
    #expect((machine.state.pc, machine.state.instructions) == (0x204, 2))
    _ = machine.run(frames: 1)
    #expect(machine.state.instructions == 2 + 15)
  }

  // MARK: What ends a run

  @Test func aProgramThatJumpsToItselfHasHalted() throws {
    var machine = try machine(.chip8, 0x7001, 0x1202)
    #expect(machine.run(frames: 100, stopsAtHalt: true) == .halt)
    #expect((machine.state.frames, machine.state.instructions) == (1, 12))
    #expect(machine.run(frames: 9) == .done)
    #expect((machine.state.frames, machine.state.instructions) == (10, 120))
    #expect(machine.state.v[0] == 1)
  }

  @Test func aLoopIsNotAHalt() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    #expect(machine.run(frames: 5, stopsAtHalt: true) == .done)
  }

  @Test func aJumpWithAnOffsetHaltsToo() throws {
    var machine = try machine(.chip8, 0xB200)
    #expect(machine.run(frames: 5, stopsAtHalt: true) == .halt)
    #expect(machine.state.frames == 1)
  }

  @Test(
    arguments: Platform.withHires.map { ($0, 0x00FD) } + Platform.allCases.map { ($0, 0x0000) })
  func exitLeavesTheMachineAtIt(platform: Platform, opcode: UInt16) throws {
    var machine = try machine(platform, 0x6001, opcode)
    #expect(machine.run(frames: 1) == .exit)
    #expect((machine.state.pc, machine.state.instructions, machine.state.frames) == (0x202, 1, 0))
    let digest = machine.stateDigest
    #expect(machine.run(frames: 1) == .exit)
    #expect(machine.stateDigest == digest)
  }

  @Test(
    arguments: [
      (Platform.chip8, [0x6001, 0xFFFF], .illegalInstruction, 0x202, 0xFFFF),
      (.chip8, [0x6001, 0x0123], .machineCode, 0x202, 0x0123),
      (.vip, [0x00FD], .machineCode, 0x200, 0x00FD),
      (.chip48, [0x00FD], .illegalInstruction, 0x200, 0x00FD),
      (.schip, [0x5122], .illegalInstruction, 0x200, 0x5122),
      (.xochip, [0x6001, 0x00EE], .stackUnderflow, 0x202, 0x00EE),
      (.chip8, [0x2200], .stackOverflow, 0x200, 0x2200),
    ] as [(Platform, [UInt16], Fault.Kind, UInt16, UInt16)])
  func faultsStandBeforeTheInstructionAndDoNotCountIt(
    platform: Platform, words: [UInt16], kind: Fault.Kind, pc: UInt16, opcode: UInt16
  ) throws {
    var machine = try Chip8(program(words), Configuration(platform))
    let fault = Fault(testing: kind, pc: pc, opcode: opcode, platform)
    #expect(machine.run(frames: 4) == .fault(fault))
    let count = kind == .stackOverflow ? platform.maxStackCount : words.count - 1
    #expect((machine.state.pc, machine.state.instructions) == (pc, UInt64(count)))
    let digest = machine.stateDigest
    #expect(machine.run(frames: 4) == .fault(fault))
    #expect(machine.stateDigest == digest)
  }

  @Test(arguments: Platform.allCases) func theStackHoldsAsManyCallsAsThePlatform(
    platform: Platform
  ) throws {
    var machine = try machine(platform, 0x2200)
    machine.step(platform.maxStackCount)
    #expect(Int(machine.state.stackCount) == platform.maxStackCount)
    let stop = machine.run(instructions: 1)
    #expect(
      stop == .fault(Fault(testing: .stackOverflow, pc: 0x200, opcode: 0x2200, platform)))
  }

  @Test(
    arguments: [
      (.illegalInstruction, "FFFF at 0x20A is not an instruction of CHIP-8"),
      (
        .machineCode,
        "FFFF at 0x20A calls 1802 machine code, which is not supported"
      ),
      (.stackOverflow, "FFFF at 0x20A: stack overflow (16 levels)"),
      (.stackUnderflow, "FFFF at 0x20A: stack underflow"),
      (.indexOverflow, "FFFF at 0x20A moves I past the end of the memory"),
    ] as [(Fault.Kind, String)])
  func faultsSayWhatAndWhere(kind: Fault.Kind, text: String) {
    #expect(Fault(testing: kind, pc: 0x20A, opcode: 0xFFFF, .chip8).description == text)
  }
}
