// InputTests.swift: all input comes through one door, and a tape of it is all that a session was.

import Chip8Core
import Octo
import SaveState
import Testing

/// A program that draws, sounds, waits for keys, stores flags where there are any, and calls its host.
struct Restless {
  let program: Program
  /// A program in its place, which is longer.
  let longer: Program
  /// A subroutine of it.
  let sub: Int
  let platform: Platform
  let timing: Configuration.Timing

  static let all: [(Platform, Configuration.Timing)] =
    Platform.allCases.map { ($0, .ipf) } + [(.vip, .cycles), (.hires, .cycles)]

  init(_ platform: Platform, _ timing: Configuration.Timing) throws {
    let flags = platform.flagCount > 0 ? "saveflags v3 loadflags v4" : ""
    let source = """
      : main
        v7 += 1 v8 := v0 v5 += v1 v2 := random 7
        if v2 == 0 then ask
        if v2 == 1 then hold
        v9 := 3 delay := v9 buzzer := v9 sprite v7 v9 2 \(flags)
        if v9 key then v6 += 1
        v4 := delay
        jump main
      : sub v4 += 0x11 ;
      : ask i := block native 0xC81 v3 += v0 ;
      : hold vA := key ;
      : block 1 2 :pointer name :pointer sub :pointer buffer 0 8
      : name 0x61 0
      : buffer 0 0 0 0 0 0 0 0
      """
    let assembly = try assemble(source, named: "restless")
    program = Program(name: "restless", bytes: assembly.program)
    longer = Program(name: "longer", bytes: assembly.program + [0x12, 0x34])
    sub = try #require(assembly.labels["sub"])
    (self.platform, self.timing) = (platform, timing)
  }

  func machine() throws -> Chip8 {
    var configuration = Configuration(platform)
    configuration.timing = timing
    var machine = try Chip8(loaded: program, configuration, seed: 7)
    machine.allowHostCalls()
    return machine
  }

  func input(_ random: inout Seeded) -> InputEvent {
    switch Int.random(in: 0..<20, using: &random) {
    case 0:
      .poke(.random(in: 0x600..<0x610, using: &random), [.random(in: 0...255, using: &random)])
    case 1: .entryCall(sub)
    case 2: .arguments(["a", "b"])
    // What is where a program begins on the two-page machine leads elsewhere.
    case 3 where platform != .hires: .program(Bool.random(using: &random) ? program : longer)
    case 4: .userFlags([.random(in: 0...255, using: &random)])
    case 7: .register([.v(5), .i, .dt, .st].randomElement(using: &random) ?? .i, 0x61)
    case 5, 6: .hostAnswer([.done, .denied, .restored].randomElement(using: &random) ?? .done)
    default: .keys(KeySet(rawValue: .random(in: 0...0xF, using: &random)))
    }
  }
}

@Suite struct InputTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  @Test("Keys that are held down are those of the next frame that begins")
  func keys() throws {
    var byEvent = try machine(.chip8, 0xE0A1, 0x7101, 0x1200)
    var byRun = byEvent
    let zero = KeySet(key: 0)
    try byEvent.apply(.keys(zero))
    #expect(byEvent.state.keys.isEmpty && byEvent.heldKeys == zero)
    _ = byEvent.run(frames: 2, instructions: 8)
    _ = byRun.run(frames: 2, instructions: 8, keys: zero)
    try byEvent.apply(.keys([]))
    #expect(byEvent.state.keys == zero)
    _ = byEvent.run(frames: 2)
    _ = byRun.run(frames: 2, keys: [])
    #expect(byEvent.stateDigest == byRun.stateDigest && byEvent.state.keys.isEmpty)
  }

  @Test("Keys are kept in a snapshot, and not in an image")
  func heldKeys() throws {
    var machine = try machine(.chip8, 0x1200)
    let digest = machine.stateDigest
    try machine.apply(.keys(KeySet(key: 5)))
    #expect(machine.stateDigest == digest)
    var snapshot = machine.snapshot
    #expect(Chip8(snapshot).heldKeys == KeySet(key: 5))
    #expect(try machine.restored().heldKeys.isEmpty)
    machine.releaseHeldInput()
    #expect(machine.heldKeys.isEmpty)
    machine.restore(from: snapshot)
    #expect(machine.heldKeys == KeySet(key: 5))
    try machine.apply(.keys(KeySet(key: 6)))
    machine.copy(to: &snapshot)
    #expect(Chip8(snapshot).heldKeys == KeySet(key: 6))
  }

  @Test("What is refused has its own reason, and changes nothing")
  func refusals() throws {
    var machine = try machine(.chip8, 0x1200)
    let digest = machine.stateDigest
    let large = Program(name: "", bytes: Array(repeating: 1, count: 5000))
    for (event, error) in [
      (.poke(0x1000, [1]), .program(.outsideRAM(address: 0x1000, .chip8))),
      (.entryCall(-1), .entryCall(.outsideRAM(address: -1, .chip8))),
      (.arguments(["a"]), .arguments(.notSuspended)),
      (.program(large), .program(.tooLarge(byteCount: 5000, .chip8))),
    ] as [(InputEvent, InputError)] {
      #expect(throws: error) { try machine.apply(event) }
    }
    #expect(machine.stateDigest == digest && machine.program.name == "test")
  }

  @Test("An answer of restored makes the machine its own image")
  func suspension() throws {
    let restless = try Restless(.chip8, .ipf)
    var machine = try restless.machine()
    while true {
      if case .hostCall = machine.run(frames: 1) { break }
      if machine.state.keyWait != nil {
        _ = machine.run(frames: 1, keys: KeySet(key: 1))
        try machine.apply(.keys([]))
      }
    }
    let suspended = machine.suspended
    try machine.apply(.hostAnswer(.restored))
    #expect(machine.isSuspended && machine.stateDigest == suspended.stateDigest)
  }

  /// Any inputs at any positions: from any moment, the tape leads to the same machine, at once and in
  /// pieces.
  @Test(arguments: Restless.all)
  func tapesAreSessions(platform: Platform, timing: Configuration.Timing) throws {
    var random = Seeded(InputTests.seed)
    let restless = try Restless(platform, timing)
    var machine = try restless.machine()
    var tape = Tape<InputEvent>()
    var moments: [(machine: Chip8.Snapshot, inputCount: Int)] = []
    for round in 0..<120 {
      if round % 24 == 0 { moments.append((machine.snapshot, tape.entries.count)) }
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let input = restless.input(&random)
        guard (try? machine.apply(input)) != nil else { continue }
        tape.append(input, at: machine.position)
      }
      if Int.random(in: 0..<4, using: &random) == 0 { machine.endKeyWait() }
      _ = machine.run(
        frames: .random(in: 0...3, using: &random),
        instructions: .random(in: 0...40, using: &random))
    }
    #expect(machine.state.instructions > 100 && tape.entries.count > 60)
    for moment in moments {
      var whole = Replay(Chip8(moment.machine), tape.entries[moment.inputCount...])
      var pieces = whole
      try whole.advance(to: machine.position)
      for _ in 0..<1000 where pieces.machine.position < machine.position {
        let (state, end) = (pieces.machine.state, machine.position)
        try pieces.advance(
          until: Position(
            frame: min(state.frames + .random(in: 0...9, using: &random), end.frame),
            instruction: min(
              state.instructions + .random(in: 0...99, using: &random), end.instruction)))
      }
      try pieces.advance(to: machine.position)
      for replayed in [whole, pieces] {
        try #require(
          replayed.machine.position == machine.position && replayed.remaining.isEmpty
            && replayed.machine.canonicalState == machine.canonicalState
            && replayed.machine.heldKeys == machine.heldKeys
            && replayed.machine.tone == machine.tone,
          "seed \(InputTests.seed), moment \(moment.inputCount) of \(tape.entries.count)")
      }
    }
  }

  /// What was executed is known across answers, pokes and calls on the way, back to where the program
  /// was replaced last.
  @Test(
    arguments: [(.chip8, .ipf), (.hires, .ipf), (.vip, .cycles)]
      as [(Platform, Configuration.Timing)])
  func theLastInstructionsAreThoseThatWereExecuted(
    platform: Platform, timing: Configuration.Timing
  ) throws {
    var random = Seeded(InputTests.seed)
    let restless = try Restless(platform, timing)
    var timeline = Timeline(try restless.machine(), spacing: 1000)
    for round in 0..<3 {
      for _ in 0..<(round * 450) {
        try? timeline.apply(.hostAnswer(.done))
        let keys = timeline.machine.state.frames % 3 == 0 ? KeySet(key: 3) : []
        if keys != timeline.machine.heldKeys { try timeline.apply(.keys(keys)) }
        timeline.run { _ = $0.run(frames: 5) }
      }
      var executed: [ExecutedInstruction] = []
      // A machine that waits for a key executes few instructions in many frames.
      for step in 0..<100_000 where step < 600 || executed.count < 32 {
        if Int.random(in: 0..<4, using: &random) == 0 {
          let program = timeline.machine.program
          try? timeline.apply(restless.input(&random))
          if timeline.machine.program != program { executed = [] }
        }
        timeline.run { $0.endKeyWait() }
        let (state, opcode) = (timeline.machine.state, timeline.machine.nextInstruction.opcode)
        if case .hostCall = timeline.run({ $0.run(frames: 1, instructions: 1) }) {
          try timeline.apply(.hostAnswer(.done))
        }
        guard timeline.machine.state.instructions > state.instructions else { continue }
        executed.append(
          ExecutedInstruction(
            address: state.pc, opcode: opcode, next: state.word(at: state.pc &+ 2)))
      }
      #expect(executed.count >= 32)
      #expect(
        timeline.lastInstructions(32) == executed.suffix(32),
        "seed \(InputTests.seed), round \(round)")
    }
  }

  /// Of what was before a machine was loaded nothing is shown that is not proved.
  @Test(arguments: [true, false]) func theLastInstructionsGoBackIntoATruePast(isTrue: Bool) throws {
    var timeline = Timeline(try machine(.chip8, 0x7001, 0x7101, 0x1200))
    timeline.run { _ = $0.run(frames: 2, instructions: 7) }
    let past = try #require(timeline.past(byteLimit: 1000))
    var loaded = timeline.machine
    if !isTrue { try loaded.apply(.poke(0x300, [9])) }
    timeline = Timeline(loaded, past: past)
    timeline.run { _ = $0.run(frames: 1, instructions: 2) }
    #expect(
      timeline.lastInstructions(4).map(\.address)
        == (isTrue ? [0x204, 0x200] : []) + [0x202, 0x204])
  }
}
