// Subroutines that are called before a program continues.

import Chip8Core
import Octo
import SaveState
import Testing

@Suite struct EntryCallTests {
  /// Counts in V1, and has entry calls that spoil every register, wait, call, save, and never return.
  private static let source = """
    : main
      loop
        v1 += 1
        v2 := 7 delay := v2
        sprite v1 v2 1
        down
      again
    : down v3 := 3 deeper ;
    : deeper v4 += 1 ;
    : spoil
      \((0..<16).map { "v\(String($0, radix: 16)) := \(0xA0 + $0)" }.joined(separator: " "))
      i := trail load v1 v0 += 1 i := trail save v1
      deeper buzzer := v4
      i := 0x123 ;
    : second
      i := trail load v1 v1 := v0 i := trail save v1 ;
    : wait v0 := key i := trail save v0 ;
    : endless jump endless
    : broken 0x00 0x01
    : trail 0 0
    """

  private struct EntryCalls {
    let program: Program
    let labels: [String: Int]

    func address(_ label: String) throws -> Int { try #require(labels[label]) }
  }

  private func calls() throws -> EntryCalls {
    let assembly = try assemble(Self.source, named: "goals")
    return EntryCalls(
      program: Program(name: "goals", bytes: assembly.program),
      labels: Symbols(of: assembly, source: "goals", sha1: "").labels)
  }

  /// A machine in the middle of something.
  private func machine(
    _ calls: EntryCalls, _ platform: Platform, _ timing: Configuration.Timing,
    instructions: Int = 45
  ) throws -> Chip8 {
    var configuration = Configuration(platform)
    configuration.timing = timing
    configuration.instructionsPerFrame = 7
    var machine = try Chip8(loaded: calls.program, configuration)
    machine.step(instructions)
    return machine
  }

  @Test(arguments: HostCallTests.timings)
  func entryCallsRunInOrderAndRestoreTheProgram(
    platform: Platform, timing: Configuration.Timing
  ) throws {
    let calls = try calls()
    for instructions in 40..<52 {
      var machine = try machine(calls, platform, timing, instructions: instructions)
      let before = machine.state
      try machine.apply(.entryCall(try calls.address("spoil")))
      try machine.apply(.entryCall(try calls.address("second")))
      machine = try machine.restored()
      let spoil = UInt16(try calls.address("spoil"))
      #expect(machine.state.pc == spoil)
      var count = 0
      while machine.state.entryCalls != nil, count < 200 {
        machine.step()
        machine = try machine.restored()
        count += 1
      }
      let after = machine.state
      #expect(after.entryCalls == nil && count == 33)
      #expect(after.registers == before.registers)
      #expect((after.pc, after.i, after.stackCount) == (before.pc, before.i, before.stackCount))
      #expect(after.drawWait == before.drawWait)
      let trail = try calls.address("trail")
      #expect(Array(after.ram[trail..<trail + 2]) == [1, 1])
      #expect(after.sound > 0 && after.instructions == before.instructions + UInt64(count))
    }
  }

  /// However a run is divided, it comes to the same end: with and without being saved in between.
  @Test(arguments: HostCallTests.timings)
  func runsCanBeDividedAnywhere(platform: Platform, timing: Configuration.Timing) throws {
    let calls = try calls()
    var start = try machine(calls, platform, timing)
    for name in ["spoil", "wait", "second", "spoil"] {
      try start.apply(.entryCall(try calls.address(name)))
    }
    func keys(_ machine: Chip8) -> KeySet { machine.state.frames % 16 < 10 ? [] : KeySet(key: 5) }
    var (single, frames) = (start, start)
    while single.state.frames < 60 {
      _ = single.run(frames: 1, instructions: 1, keys: keys(single))
      single = try single.restored()
    }
    while frames.state.frames < 60 { _ = frames.run(frames: 1, keys: keys(frames)) }
    #expect(single.stateDigest == frames.stateDigest && single.state.entryCalls == nil)
    let trail = try calls.address("trail")
    #expect(Array(single.state.ram[trail..<trail + 2]) == [6, 5])
  }

  @Test(arguments: HostCallTests.timings)
  func keyWaitsContinueAfterEntryCalls(platform: Platform, timing: Configuration.Timing) throws {
    let source = """
      : main v5 := key v6 := 1 : stop jump stop
      : goal v0 := 9 i := 0x300 save v0 ;
      """
    var configuration = Configuration(platform)
    configuration.timing = timing
    var machine = try Chip8(
      loaded: Program(name: "wait", bytes: try assemble(source, named: "wait").program),
      configuration)
    _ = machine.run(frames: 2)
    _ = machine.run(frames: 1, keys: KeySet(key: 7))
    let waiting = machine.state
    try machine.apply(.entryCall(0x206))
    #expect(machine.state.keyWait == nil)
    _ = machine.run(frames: 1, keys: KeySet(key: 7))
    #expect(machine.state.ram[0x300] == 9 && machine.state.entryCalls == nil)
    #expect(machine.state.keyWait == waiting.keyWait && machine.state.pc == waiting.pc)
    #expect(machine.state.instructionsLeftInFrame == nil)
    _ = machine.run(frames: 9, keys: [])
    #expect(machine.state.v[5] == 7 && machine.state.v[6] == 1)
  }

  @Test func faultsInEntryCallsAreReported() throws {
    let calls = try calls()
    for (label, kind, message) in [
      ("broken", Fault.Kind.machineCode, "0001 at 0x"),
      ("endless", .endlessEntryCall, "did not return within 3600 frames"),
    ] {
      var machine = try machine(calls, .chip8, .ipf)
      try machine.apply(.entryCall(try calls.address(label)))
      let frames = machine.state.frames
      let stop = machine.run(frames: 5000, stopsAtHalt: true)
      guard case .fault(let fault) = stop else {
        Issue.record("\(label): \(stop)")
        continue
      }
      let address = UInt16(try calls.address(label))
      #expect(fault.kind == kind && fault.entryCall == address)
      #expect(
        fault.description.hasPrefix("entry call at 0x\(hexadecimal(address, 3)): \(message)"))
      #expect(machine.state.frames - frames == (kind == .endlessEntryCall ? 3600 : 0))
      let again = machine.run(frames: 1)
      #expect(again == stop)
    }
  }

  @Test func entryCallLimits() throws {
    var machine = try machine(calls(), .chip8, .ipf)
    for address in [-1, 0xFFF, 0x1000] {
      #expect(throws: InputError.entryCall(.outsideRAM(address: address, .chip8))) {
        try machine.apply(.entryCall(address))
      }
    }
    for _ in 0..<16 { try machine.apply(.entryCall(0xFFE)) }
    #expect(throws: InputError.entryCall(.tooMany)) { try machine.apply(.entryCall(0x200)) }
    #expect(try machine.restored().state.entryCalls?.waiting.count == 15)
  }

  /// A machine that is suspended stays so until its entry calls are done, and these can ask for what it was
  /// woken with.
  @Test func entryCallsPrecedeTheSuspendedCall() throws {
    let source = """
      : main i := block native 0xC81 : stop jump stop
      : goal i := ask native 0xC81 ;
      : block 1 0 :pointer name 0 0 :pointer buffer 0 8
      : ask 3 0 0 0 0 0 :pointer other 0 8
      : name 0x61 0
      : buffer 0 0 0 0 0 0 0 0
      : other 0 0 0 0 0 0 0 0
      """
    let assembly = try assemble(source, named: "suspended")
    let labels = Symbols(of: assembly, source: "suspended", sha1: "").labels
    var machine = try Chip8(
      Program(name: "suspended", bytes: assembly.program), Configuration(.chip8))
    machine.allowHostCalls()
    guard case .hostCall = machine.run(frames: 1) else {
      Issue.record("no call")
      return
    }
    machine = machine.suspended
    try machine.apply(.entryCall(try #require(labels["goal"])))
    #expect(machine.isSuspended)
    try machine.apply(.arguments(["ab"]))
    machine = try machine.restored()
    machine.step(3)
    #expect(machine.state.entryCalls == nil && machine.isSuspended)
    machine = try machine.restored()
    machine.step()
    #expect(machine.state.registers.prefix(2) == [2, 1])
    for label in ["buffer", "other"] {
      let address = try #require(labels[label])
      #expect(Array(machine.state.ram[address..<address + 4]) == [0x61, 0x62, 0, 0])
    }
  }
}
