// What a program can ask of its host, and what it is told.

import Chip8Core
import Octo
import SaveState
import Testing

/// A program with a call: its request block is `block`, its buffer `buffer`.
private func caller(
  _ block: String, before: String = "", after: String = "", data: String = ""
) throws -> Program {
  let source = """
    : main
      v3 := 0x33 i := block \(before)
      native 0xC81
      \(after)
      : stop jump stop
    : sub v4 := 0x44 ;
    : block \(block)
    : name 0x61 0x2E 0x31 0
    : longName \(String(repeating: "0x61 ", count: 64)) 0
    : tooLongName \(String(repeating: "0x61 ", count: 65)) 0
    : buffer \(String(repeating: "0xEE ", count: 16))
    : texts 0x61 0x62 0  0  0xC3 0xBC 0  0xFF 0 \(data)
    """
  return Program(name: "caller", bytes: try assemble(source, named: "caller").program)
}

private let saving = "1 0 :pointer name 0 0 :pointer buffer 0 8"

extension Chip8 {
  /// A machine that may call its host.
  fileprivate static func calling(
    _ program: Program, on platform: Platform = .chip8, timing: Configuration.Timing = .ipf
  ) throws -> Chip8 {
    var configuration = Configuration(platform)
    configuration.timing = timing
    var machine = try Chip8(loaded: program, configuration)
    machine.allowHostCalls()
    return machine
  }

  /// The call that the program makes next.
  fileprivate mutating func nextCall() -> HostCall? {
    for _ in 0..<100 {
      switch run(frames: 1) {
      case .hostCall(let call): return call
      case .done: continue
      default: return nil
      }
    }
    return nil
  }

  fileprivate mutating func callThatIsThere() throws -> HostCall {
    let call = nextCall()
    return try #require(call)
  }

  fileprivate func bytes(at address: Int, _ count: Int) -> [UInt8] {
    Array(state.ram[address..<address + count])
  }
}

@Suite struct HostCallTests {
  static let timings: [(Platform, Configuration.Timing)] =
    Platform.allCases.map { ($0, .ipf) } + [(.vip, .cycles), (.hires, .cycles)]

  @Test(arguments: timings)
  func probesDetectTheHost(platform: Platform, timing: Configuration.Timing) throws {
    var configuration = Configuration(platform)
    configuration.timing = timing
    for isAllowed in [false, true] {
      var machine = try Chip8(loaded: program([0x6000, 0x0C80, 0x1204]), configuration)
      if isAllowed { machine.allowHostCalls() }
      machine.step(3)
      #expect(machine.state.registers == [isAllowed ? 1 : 0] + Array(repeating: 0, count: 15))
      #expect(machine.state.pc == 0x204 && machine.allowsHostCalls == isAllowed)
    }
  }

  @Test(arguments: timings)
  func withoutAHostACallIsAFault(platform: Platform, timing: Configuration.Timing) throws {
    var configuration = Configuration(platform)
    configuration.timing = timing
    var machine = try Chip8(loaded: program([0x6000, 0x0C81]), configuration)
    let kind: Fault.Kind =
      platform.extensions.contains(.machineCode) ? .machineCode : .illegalInstruction
    guard case .fault(let fault) = machine.run(frames: 3) else {
      Issue.record("no fault")
      return
    }
    #expect((fault.kind, fault.pc, fault.opcode) == (kind, 0x202, 0x0C81))
    #expect(fault.description == "0C81 at 0x202 calls the host" && fault.callsMissingHost)
  }

  @Test(arguments: timings)
  func savedProgramsReturnTwice(platform: Platform, timing: Configuration.Timing) throws {
    var machine = try Chip8.calling(try caller(saving), on: platform, timing: timing)
    let call = try machine.callThatIsThere()
    #expect(call.operation == .save(.proceed) && call.name == "a.1")
    let standing = machine
    #expect(standing.state.word(at: standing.state.pc) == 0x0C81 && !standing.isSuspended)
    var suspended: Chip8 = try machine.suspended.restored()
    #expect(suspended.isSuspended)
    try machine.apply(.hostAnswer(.done))
    #expect(machine.run(instructions: 1) == .done)
    // The call, and with it the frame, is over; nothing else has changed.
    let after = machine.state
    #expect(after.pc == standing.state.pc + 2 && after.instructionsLeftInFrame == nil)
    #expect(after.frames == standing.state.frames + 1)
    #expect(after.instructions == standing.state.instructions + 1)
    #expect(Array(after.registers.prefix(4)) == [1, 0, 0, 0x33])
    #expect(after.i == standing.state.i)
    // On the two-page machine V0 is in the RAM too.
    #expect(after.ram.prefix(0xDF0) == standing.state.ram.prefix(0xDF0))
    #expect(platform == .hires || after.ram == standing.state.ram)
    // The other one, with arguments.
    try suspended.apply(.arguments(["ab", "", "ü"]))
    #expect(suspended.isSuspended && suspended.state.instructions == standing.state.instructions)
    suspended.step()
    #expect(!suspended.isSuspended)
    #expect(Array(suspended.state.registers.prefix(2)) == [2, 3])
    let buffer = Int(suspended.state.word(at: suspended.state.i + 6))
    #expect(suspended.bytes(at: buffer, 9) == [0x61, 0x62, 0, 0, 0xC3, 0xBC, 0, 0xEE, 0xEE])
    #expect(suspended.state.frames == after.frames && suspended.state.cycles == after.cycles)
  }

  @Test func resumingWithoutArguments() throws {
    var machine = try Chip8.calling(try caller(saving))
    _ = try machine.callThatIsThere()
    var suspended = machine.suspended
    suspended.step()
    #expect(Array(suspended.state.registers.prefix(2)) == [2, 0])
  }

  @Test func argumentsThatDoNotFitAreNotWritten() throws {
    var machine = try Chip8.calling(try caller(saving))
    _ = try machine.callThatIsThere()
    let ram = machine.state.ram
    for (arguments, status) in [(["1234567"], 2), (["12345678"], 3), (["123", "456"], 2)] {
      var suspended = machine.suspended
      try suspended.apply(.arguments(arguments))
      suspended.step()
      #expect(
        Array(suspended.state.registers.prefix(2)) == [UInt8(status), UInt8(arguments.count)])
      #expect((suspended.state.ram == ram) == (status == 3))
    }
  }

  @Test func subroutinesContinueWhereTheImageIsWritten() throws {
    var machine = try Chip8.calling(
      try caller("1 2 :pointer name :pointer sub :pointer buffer 0 8", after: "v5 := 0x55"))
    let call = try machine.callThatIsThere()
    guard case .save(.call) = call.operation else {
      Issue.record("\(call)")
      return
    }
    var suspended = machine.suspended
    try machine.apply(.hostAnswer(.done))
    machine.step(4)
    #expect(machine.state.registers.prefix(6) == [1, 0, 0, 0x33, 0x44, 0x55])
    #expect(machine.state.stackCount == 0)
    suspended.step(4)
    #expect(suspended.state.registers.prefix(6) == [2, 0, 0, 0x33, 0, 0x55])
    // Where the host cannot save, there is no continuation either.
    var failed = try Chip8.calling(try caller("1 2 :pointer name :pointer sub 0 0 0 0"))
    _ = try failed.callThatIsThere()
    try failed.apply(.hostAnswer(.notWritten))
    failed.step(4)
    #expect(failed.state.registers.prefix(6) == [0x28, 0, 0, 0x33, 0, 0])
  }

  @Test(
    arguments: [
      ("1 0 :pointer longName 0 0 0 0 0 0", nil),
      ("1 0 :pointer tooLongName 0 0 0 0 0 0", .badName),
      ("1 1 :pointer name 0 0 0 0 0 0", nil),
      ("1 3 :pointer name 0 0 0 0 0 0", .badRequest),
      ("1 2 :pointer name 0x0F 0xFE 0 0 0 0", nil),
      ("1 2 :pointer name 0x0F 0xFF 0 0 0 0", .badRequest),
      ("1 0 :pointer texts 0 0 0 0 0 0", nil),
      ("1 0 0x10 0x00 0 0 0 0 0 0", .badRequest),
      ("1 0 0xFF 0xFF 0 0 0 0 0 0", .badRequest),
      ("1 0 :pointer buffer 0 0 0 0 0 0", .badName),
      ("1 0 0 0 0 0 0 0 0 0", .badName),
      ("1 0 :pointer name 0 0 0x0F 0xFF 0 1", nil),
      ("1 0 :pointer name 0 0 0x0F 0xFF 0 2", .badRequest),
      ("1 0 :pointer name 0 0 0xFF 0xFF 0xFF 0xFF", .badRequest),
      ("2 0 :pointer name 0 0 0xFF 0xFF 0 0", nil),
      ("2 0 :pointer name 0 0 :pointer texts 0 3", nil),
      ("2 0 :pointer name 0 0 :pointer texts 0 4", .badArguments),
      ("2 0 :pointer name 0 0 0 0 0 21", .badArguments),
      ("2 0 :pointer name 0 0 0x0F 0xFE 0 3", .badRequest),
      ("2 1 :pointer name 0 0 0 0 0 0", .badRequest),
      ("3 0 0 0 0 0 :pointer buffer 0 1", .done),
      ("3 1 0 0 0 0 :pointer buffer 0 1", .badRequest),
      ("0 0 :pointer name 0 0 0 0 0 0", .badRequest),
      ("4 0 :pointer name 0 0 0 0 0 0", .badRequest),
    ] as [(String, HostStatus?)])
  func requestsAreCheckedBeforeTheHostHearsOfThem(block: String, status: HostStatus?) throws {
    var machine = try Chip8.calling(try caller(block))
    let call = machine.nextCall()
    #expect((call == nil) == (status != nil))
    if let status {
      #expect(machine.state.registers.prefix(4) == [status.rawValue, 0, 0, 0x33])
    }
    // At the end of the RAM there is no block.
    var end = try Chip8.calling(try caller(saving, before: "i := 0xFF7"))
    let atEnd = end.nextCall()
    #expect(atEnd == nil && end.state.v[0] == HostStatus.badRequest.rawValue)
  }

  @Test func argumentsOfARestoreAreRead() throws {
    var machine = try Chip8.calling(try caller("2 0 :pointer name 0 0 :pointer texts 0 3"))
    let call = try machine.callThatIsThere()
    #expect(call.operation == .restore(["ab", "", "ü"]))
    let many = String(repeating: "0 ", count: 20)
    machine = try Chip8.calling(
      try caller("2 0 :pointer name 0 0 :pointer many 0 20", data: ": many \(many)"))
    let other = try machine.callThatIsThere()
    #expect(other.operation == .restore(Array(repeating: "", count: 20)))
    let long = String(repeating: "0x61 ", count: 1024)
    for (last, isAllowed) in [("0", true), ("0x61 0", false)] {
      machine = try Chip8.calling(
        try caller(
          "2 0 :pointer name 0 0 :pointer many 0 2", data: ": many \(long) 0 \(long) \(last)"))
      let call = machine.nextCall()
      #expect((call != nil) == isAllowed)
    }
  }

  @Test func aFullStackIsNotAFault() throws {
    let block = "1 2 :pointer name :pointer sub 0 0 0 0"
    var machine = try Chip8.calling(try caller(block)).changed { $0.stackCount = 16 }
    let none = machine.nextCall()
    #expect(none == nil && machine.state.v[0] == HostStatus.stackFull.rawValue)
    machine = try Chip8.calling(try caller(block)).changed { $0.stackCount = 15 }
    _ = try machine.callThatIsThere()
  }

  @Test func argumentsAreAskedForAtAnyTime() throws {
    let program = try caller(
      saving,
      after: "i := ask v9 := 3 loop native 0xC81 v9 -= vA v9 += 0xFF while v9 != 0 again",
      data: ": ask 3 0 0 0 0 0 :pointer buffer 0 16")
    var machine = try Chip8.calling(program)
    _ = try machine.callThatIsThere()
    var suspended = machine.suspended
    try suspended.apply(.arguments(["12345678", "9"]))
    suspended.step()
    #expect(suspended.state.v[0] == 3)
    for _ in 0..<2 {
      _ = suspended.run(frames: 2)
      #expect(suspended.state.registers.prefix(2) == [1, 2])
    }
    // The image that it writes then says nothing of them.
    #expect(suspended.suspended.state.hostCalls?.arguments == [])
  }

  @Test func onlySuspendedMachinesGetArguments() throws {
    var machine = try Chip8.calling(try caller(saving))
    let digest = machine.stateDigest
    func refusal(_ machine: Chip8, _ arguments: [String]) -> Arguments.Refusal? {
      var machine = machine
      do throws(InputError) {
        try machine.apply(.arguments(arguments))
        return nil
      } catch {
        if case .arguments(let refusal) = error { return refusal }
        return nil
      }
    }
    #expect(refusal(machine, []) == nil)
    #expect(refusal(machine, ["a"]) == .notSuspended)
    _ = try machine.callThatIsThere()
    #expect(refusal(machine, ["a"]) == .notSuspended)
    machine = machine.suspended
    #expect(refusal(machine, Array(repeating: "", count: 20)) == nil)
    #expect(refusal(machine, Array(repeating: "", count: 21)) == .tooMany(21))
    let long = String(repeating: "ü", count: 1024)
    #expect(refusal(machine, [long]) == nil)
    #expect(refusal(machine, [long, "a"]) == .tooLong(byteCount: 2049))
    #expect(refusal(machine, ["a\0"]) == .containsZero)
    #expect(machine.stateDigest != digest)
  }

  /// A program that calls all the time, with a host that answers this or that: saved and loaded at
  /// every boundary, at calls too, it comes to the same end.
  @Test(arguments: timings)
  func callsAreExactAtEveryBoundary(
    platform: Platform, timing: Configuration.Timing
  ) throws {
    let program = try caller(
      "1 2 :pointer name :pointer sub :pointer buffer 0 8",
      after: """
        loop
          v7 += 1 v8 := v0 v5 += v1 i := block
          native 0xC81
          v9 := 3 delay := v9 sprite v7 v9 2
          i := ask native 0xC81
        again
        """,
      data: ": ask 3 0 0 0 0 0 :pointer buffer 0 16")
    var straight = try Chip8.calling(program, on: platform, timing: timing)
    var chained = straight
    var count = 0
    func answer(_ machine: Chip8, _ number: Int) throws -> Chip8 {
      var machine = machine
      switch number % 3 {
      case 0: try machine.apply(.hostAnswer(.done))
      case 1: try machine.apply(.hostAnswer(.notWritten))
      default:
        machine = machine.suspended
        try? machine.apply(.arguments(["\(number)", "x"]))
      }
      return machine
    }
    while count < 40 {
      let stop = straight.run(frames: 5)
      guard case .hostCall = stop else {
        try #require(stop == .done)
        continue
      }
      while true {
        chained = try chained.restored()
        let stop = chained.run(frames: 1, instructions: 1)
        if case .hostCall = stop { break }
        try #require(stop == .done)
      }
      #expect(chained.stateDigest == straight.stateDigest)
      (straight, chained) = (try answer(straight, count), try answer(chained, count))
      count += 1
    }
    #expect(straight.state.frames > 70)
  }

  /// Whatever is at I and in the RAM: the machine continues, or faults, and stays one that can be
  /// saved.
  @Test(arguments: [71, 72] as [UInt64]) func anyRequestBlockIsSafe(seed: UInt64) throws {
    print("request blocks from seed \(seed)")
    var random = Seeded(seed)
    var asked: [UInt8: Int] = [:]
    for round in 0..<4000 {
      let platform = Platform.allCases[round % 8]
      let timing: Configuration.Timing =
        platform.hasCycles && round % 16 < 8 ? .cycles : .ipf
      let start = try Chip8.calling(try Self.anyCaller, on: platform, timing: timing)
      var machine = start.changed { state in
        scramble(&state, using: &random)
      }
      if Bool.random(using: &random) { machine = machine.suspended }
      if Int.random(in: 0..<8, using: &random) == 0 { try machine.apply(.entryCall(0x200)) }
      for _ in 0..<6 {
        switch machine.run(frames: 1, instructions: 3) {
        case .hostCall(let call):
          #expect(call.name.isEmpty || HostCall.isName(call.name.utf8))
          asked[machine.state.ram[Int(machine.state.i)], default: 0] += 1
          try machine.apply(
            .hostAnswer(HostStatus.allCases.randomElement(using: &random) ?? .done))
        case .fault, .exit: break
        case .done, .halt: continue
        }
      }
      let again: Chip8 = try machine.restored()
      #expect(again.stateDigest == machine.stateDigest)
    }
    #expect((asked[1] ?? 0) > 100 && (asked[2] ?? 0) > 100)
  }

  private static var anyCaller: Program {
    get throws { program([0x0C81, 0x1200]) }
  }

  /// A block that is nearly right, at any place.
  private func scramble(_ state: inout State, using random: inout Seeded) {
    let last = state.ram.count - 1
    for _ in 0..<200 {
      state.ram[.random(in: 0x300...last, using: &random)] = .random(in: 0...255, using: &random)
    }
    let edge = Int.random(in: 0..<4, using: &random) == 0
    state.i =
      edge
      ? UInt16(last - 9 + Int.random(in: -2...2, using: &random))
      : .random(in: 0x280...0x2F0, using: &random)
    guard Int(state.i) + 10 <= state.ram.count else { return }
    func put(_ offset: Int, _ word: Int) {
      state.ram[Int(state.i) + offset] = UInt8(word >> 8 & 0xFF)
      state.ram[Int(state.i) + offset + 1] = UInt8(word & 0xFF)
    }
    put(0, .random(in: 1...3, using: &random) << 8 | .random(in: 0...2, using: &random))
    for (offset, most) in [(2, last), (4, last), (6, last), (8, 40)] {
      let isWild = Int.random(in: 0..<6, using: &random) == 0
      put(offset, .random(in: 0...(isWild ? 0xFFFF : most), using: &random))
    }
    if Bool.random(using: &random) {
      put(2, 0x310)
      state.ram.replaceSubrange(0x310..<0x313, with: [0x61, 0x2D, 0])
    }
    state.stackCount = .random(
      in: 0...UInt8(state.configuration.platform.maxStackCount), using: &random)
  }
}
