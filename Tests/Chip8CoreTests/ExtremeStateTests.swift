// Whatever loads can be run, saved and loaded again, with any value in any field.

import Chip8Core
import SaveState
import Testing

@Suite struct ExtremeStateTests {
  /// A machine whose fields have values from all over their ranges, and often from their ends.
  private struct Extremes {
    var random: Seeded
    let configuration: Configuration

    init(_ platform: Platform, seed: UInt64) {
      random = Seeded(seed)
      var configuration = Configuration(platform)
      if platform == .vip, Bool.random(using: &random) { configuration.timing = .cycles }
      configuration.quirks = []
      for (_, quirk) in Quirks.named where Bool.random(using: &random) {
        configuration.quirks.insert(quirk)
      }
      configuration.instructionsPerFrame =
        [1, 2, 30, 10_000_000].randomElement(using: &random) ?? 1
      configuration.font = Font.allCases.randomElement(using: &random) ?? .octo
      self.configuration = configuration
    }

    mutating func value<Value: FixedWidthInteger & UnsignedInteger>(
      upTo limit: Value = .max
    ) -> Value {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: 0
      case 1: limit
      case 2: limit - min(limit, .random(in: 0...20, using: &random))
      default: .random(in: 0...limit, using: &random)
      }
    }

    mutating func machine() throws -> Chip8 {
      let platform = configuration.platform
      let bytes = (0..<Int.random(in: 1...platform.maxProgramByteCount, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let program = Program(name: "extreme", bytes: bytes)
      let state = try Chip8(program, configuration, seed: value()).changed { fill(&$0) }.state
      var machine = Chip8(testing: program, in: state)
      if Bool.random(using: &random) { machine.allowHostCalls() }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        try machine.apply(.entryCall(Int(value(upTo: UInt16(platform.ramByteCount - 2)))))
      }
      return machine
    }

    private mutating func fill(_ state: inout State) {
      let platform = configuration.platform
      for address in stride(from: 0, to: state.ram.count, by: 2) {
        let opcode = opcode()
        state.ram[address] = UInt8(opcode >> 8)
        state.ram[address + 1] = UInt8(opcode & 0xFF)
      }
      state.registers = (0..<16).map { _ in value() }
      (state.pc, state.i, state.delay, state.sound) = (value(), value(), value(), value())
      state.stackCount = value(upTo: UInt8(platform.maxStackCount))
      for k in 0..<16 {
        state.stack[k] = value()
        state.flags[k] = k < platform.flagCount ? value() : 0
      }
      state.keys = KeySet(rawValue: value())
      if Int.random(in: 0..<4, using: &random) == 0 {
        state.keyWait = KeyWait(testing: value(upTo: 15), pressed: KeySet(rawValue: value()))
      }
      fillTime(&state)
      state.isHires = platform.hasHires && Bool.random(using: &random)
      state.selectedPlanes = platform.planeCount == 2 ? value(upTo: 3) : 1
      if platform == .xochip, Bool.random(using: &random) { state.pattern = value() }
      (state.pitch, state.phase) = (value(), value())
      for plane in 0..<platform.planeCount {
        for row in 0..<(platform.hasHires ? 64 : 32) {
          state[plane: plane, row: row] =
            platform.hasHires ? value() : UInt128(value() as UInt64) << 64
        }
      }
    }

    private mutating func fillTime(_ state: inout State) {
      state.frames = value(upTo: State.maxFrames)
      state.instructions = value(upTo: State.maxInstructions)
      let isWithinFrame = Bool.random(using: &random)
      guard configuration.timing == .cycles else {
        state.instructionsLeftInFrame =
          isWithinFrame ? 1 + value(upTo: UInt32(configuration.instructionsPerFrame) - 1) : nil
        return
      }
      state.instructionsLeftInFrame = isWithinFrame ? 0 : nil
      state.drawWait = Bool.random(using: &random) ? value(upTo: 2862) : nil
      // The range is that of docs/STATE-FORMAT.md.
      let earliest = 3668 * max(state.frames, 1) - 3668
      state.cycles = earliest + value(upTo: 3668 * state.frames + 41444 - earliest)
    }

    /// An instruction that the machine has.
    private mutating func opcode() -> UInt16 {
      while true {
        let opcode: UInt16 = .random(in: 0...UInt16.max, using: &random)
        switch Instruction(opcode: opcode, for: configuration.platform.extensions).kind {
        case .illegal, .machineCode, .exit: continue
        default: return opcode
        }
      }
    }
  }

  /// The same machine from its file.
  private func reloaded(_ machine: Chip8) throws -> Chip8 {
    try Image(Image(of: machine).bytes).machine()
  }

  @Test(arguments: Platform.allCases)
  func loadedMachinesRunAndSaveAgain(platform: Platform) throws {
    for seed in 0..<200 as Range<UInt64> {
      var extremes = Extremes(platform, seed: seed)
      var machine = try reloaded(extremes.machine())
      for _ in 0..<8 {
        let keys = KeySet(rawValue: .random(in: 0...UInt16.max, using: &extremes.random))
        try machine.apply(.keys(keys))
        if Bool.random(using: &extremes.random) { machine.endKeyWait() }
        // What it is in memory and what its file makes of it are the same, and remain so.
        var again = try reloaded(machine)
        #expect(again.canonicalState == machine.canonicalState, "seed \(seed)")
        let frames = Int.random(in: 1...3, using: &extremes.random)
        let instructions = Int.random(in: 1...200, using: &extremes.random)
        let stop = machine.run(frames: frames, instructions: instructions, keys: keys)
        #expect(again.run(frames: frames, instructions: instructions, keys: keys) == stop)
        #expect(again.canonicalState == machine.canonicalState, "seed \(seed)")
        if case .hostCall = stop {
          try machine.apply(
            .hostAnswer(HostStatus.allCases.randomElement(using: &extremes.random) ?? .denied))
        }
      }
    }
  }

  @Test(
    arguments: [
      (0, State.maxFrames, 0), (1, State.maxFrames - 1, 0), (0, 0, State.maxInstructions),
      (0, State.maxFrames, State.maxInstructions),
    ] as [(Int, UInt64, UInt64)])
  func aMachineThatCanCountNoFurtherStandsStill(
    framesLeft: Int, frames: UInt64, instructions: UInt64
  ) throws {
    var machine = try machine(.chip8, 0x7001, 0x1200).changed {
      ($0.frames, $0.instructions) = (frames, instructions)
    }
    #expect(machine.run(frames: framesLeft) == .done)
    let state = machine.canonicalState
    let stop = machine.run(frames: 2)
    guard case .fault(let fault) = stop else {
      Issue.record("\(stop)")
      return
    }
    #expect(fault.kind == .outOfTime && fault.pc == machine.state.pc)
    #expect(fault.description.contains("281474976710655 frames or 4611686018427387903 instruct"))
    #expect(machine.canonicalState == state)
    #expect(try reloaded(machine).canonicalState == state)
  }

  @Test func theLastInstructionsAndFramesAreCounted() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200).changed {
      $0.instructions = State.maxInstructions - 5
    }
    #expect(machine.run(frames: 100) == .done)
    #expect(machine.state.instructions == State.maxInstructions && machine.state.v[0] == 3)
    // One whose frames pass without an instruction.
    machine = machine.changed {
      ($0.frames, $0.instructions) = (State.maxFrames - 5, 0)
      $0.keyWait = KeyWait(testing: 0, pressed: [])
    }
    #expect(machine.run(frames: 100) == .done)
    #expect(machine.state.frames == State.maxFrames)
  }

  @Test func theEndOfAKeyWaitKeepsTheCyclesInTheirRange() throws {
    var machine = try cyclesMachine(0xF00A, 0x1200).changed {
      $0.keyWait = KeyWait(testing: 3, pressed: KeySet(key: 5))
      $0.cycles = 41444
    }
    machine.endKeyWait()
    #expect(machine.state.v[3] == 5 && machine.state.cycles == 41444)
    #expect(try reloaded(machine).canonicalState == machine.canonicalState)
  }
}
