// What the instruction table says that instructions read and write is true of what executes them.

import Chip8Core
import Testing

@Suite struct InstructionEffectTests {
  /// The two-page machine is left out, as it has everything in its RAM.
  static let platforms = Platform.allCases.filter { $0 != .hires }

  /// The instructions that stay in the machine.
  static let kinds = Instruction.Kind.allCases.filter {
    ![.callHost, .machineCode, .illegal].contains($0)
  }

  /// A piece of the state, so small that instructions read or write all of it.
  enum Piece: Hashable {
    case register(Int), i, stack, delay, sound, pattern, keys, display, flags, random, byte(Int)
  }

  /// The pieces of an instruction's parts, in the state before it.
  private func pieces(_ parts: Instruction.Parts, _ instruction: Instruction, _ state: State)
    -> Set<Piece>
  {
    let (x, y) = (Int(instruction.x), Int(instruction.y))
    var pieces: Set<Piece> = []
    let registers: [(Instruction.Parts, ClosedRange<Int>)] = [
      (.v0, 0...0), (.v1, 1...1), (.vx, x...x), (.vy, y...y), (.vf, 15...15),
      (.v0ThroughVx, 0...x), (.vxThroughVy, min(x, y)...max(x, y)),
    ]
    for (part, range) in registers where parts.contains(part) {
      pieces.formUnion(range.map(Piece.register))
    }
    let others: [(Instruction.Parts, Piece)] = [
      (.i, .i), (.stack, .stack), (.delay, .delay), (.sound, .sound), (.pattern, .pattern),
      (.keys, .keys), (.display, .display), (.flags, .flags), (.random, .random),
    ]
    for (part, piece) in others where parts.contains(part) { pieces.insert(piece) }
    if parts.contains(.bytesAtI) {
      // The most that one instruction reads: a sprite of 16×16 pixels on two planes.
      let end = Int(state.i) + (instruction.kind == .draw ? 64 : 16)
      pieces.formUnion((Int(state.i)..<end).map { .byte($0 % state.ram.count) })
    }
    return pieces
  }

  /// Where two states differ, apart from the program counter and the time.
  private func differences(_ a: State, _ b: State) -> Set<Piece> {
    var pieces = Set((0..<16).filter { a.v[$0] != b.v[$0] }.map(Piece.register))
    func note(_ isDifferent: Bool, _ piece: Piece) { if isDifferent { pieces.insert(piece) } }
    note(a.i != b.i, .i)
    note(
      a.stackCount != b.stackCount
        || (0..<Int(a.stackCount)).contains { a.stack[$0] != b.stack[$0] },
      .stack)
    note(a.delay != b.delay, .delay)
    note(a.sound != b.sound, .sound)
    note(a.pattern != b.pattern || a.pitch != b.pitch, .pattern)
    note(a.keys != b.keys, .keys)
    note(
      a.isHires != b.isHires || a.selectedPlanes != b.selectedPlanes
        || (0..<64).contains { a[plane: 0, row: $0] != b[plane: 0, row: $0] }
        || (0..<64).contains { a[plane: 1, row: $0] != b[plane: 1, row: $0] }, .display)
    note((0..<16).contains { a.flags[$0] != b.flags[$0] }, .flags)
    note(a.random != b.random, .random)
    guard a.ram != b.ram else { return pieces }
    return pieces.union(a.ram.indices.filter { a.ram[$0] != b.ram[$0] }.map(Piece.byte))
  }

  private func change(_ piece: Piece, of state: inout State) {
    switch piece {
    case .register(let k): state.v[k] ^= 0x5A
    case .i: state.i ^= 0x124
    case .stack: state.stack[0] ^= 0x10
    case .delay: state.delay = 77
    case .sound: state.sound = 78
    case .pattern: (state.pattern, state.pitch) = (7, 79)
    case .keys: state.keys.formSymmetricDifference(KeySet(rawValue: 0xFFFF))
    case .display: state[plane: 0, row: 3] ^= 1 << 100
    case .flags: state.flags[2] ^= 1
    case .random: state.random.state ^= 1
    case .byte(let address): state.ram[address] ^= 0xFF
    }
  }

  /// A machine before an instruction, in the middle of a frame.
  private func machine(
    _ kind: Instruction.Kind, _ platform: Platform, _ random: inout Seeded
  ) throws -> (Chip8, Instruction)? {
    func number(_ max: UInt8 = 15) -> UInt8 { .random(in: 0...max, using: &random) }
    let made = Instruction(
      kind, x: kind == .selectPlanes ? number(3) : number(7), y: number(), n: number())
    let instruction = Instruction(opcode: made.opcode, for: platform.extensions)
    guard instruction.kind == kind else { return nil }
    var configuration = Configuration(platform)
    for (_, quirk) in Quirks.named where Bool.random(using: &random) {
      configuration.quirks.formSymmetricDifference(quirk)
    }
    configuration.instructionsPerFrame = 100
    let machine = try Chip8(loaded: program([made.opcode, 0x1202]), configuration)
    return (
      machine.changed { state in
        for k in 0..<16 {
          (state.v[k], state.flags[k]) = (number(255), number(255))
          state.stack[k] = 0x300 + 2 * UInt16(k)
        }
        (state.i, state.stackCount) = (0x400 + UInt16(number(255)), 1 + number(7))
        for address in 0x400..<0x600 { state.ram[address] = number(255) }
        for row in 0..<32 {
          state[plane: 0, row: row] = UInt128(random.next()) << 64
        }
        state.keys = KeySet(rawValue: .random(in: 0...UInt16.max, using: &random))
        state.random.state = random.next()
        // The frame has begun, and continues after most instructions.
        state.instructionsLeftInFrame = 50
      }, instruction
    )
  }

  private func executed(_ machine: Chip8) -> (State, Chip8.Stop) {
    var machine = machine
    machine.followRules()
    let stop = machine.run(instructions: 1)
    return (machine.state, stop)
  }

  @Test(arguments: platforms)
  func instructionsWriteNoMoreThanTheTableSays(platform: Platform) throws {
    var random = Seeded(1)
    for kind in Self.kinds {
      for _ in 0..<20 {
        guard let (machine, instruction) = try machine(kind, platform, &random) else { continue }
        let changed = differences(machine.state, executed(machine).0)
        let allowed = pieces(instruction.writes, instruction, machine.state)
        #expect(changed.subtracting(allowed) == [], "\(hexadecimal(instruction.opcode, 4))")
      }
    }
  }

  @Test(arguments: platforms)
  func instructionsReadNoMoreThanTheTableSays(platform: Platform) throws {
    var random = Seeded(2)
    for kind in Self.kinds {
      for _ in 0..<4 {
        guard let (machine, instruction) = try machine(kind, platform, &random) else { continue }
        let (after, stop) = executed(machine)
        let read = pieces(instruction.reads, instruction, machine.state)
        let others: [Piece] = [
          .i, .stack, .delay, .sound, .pattern, .keys, .display, .flags, .random,
          .byte(Int(machine.state.i)), .byte(0x380),
        ]
        for piece in (0..<16).map(Piece.register) + others where !read.contains(piece) {
          let (other, otherStop) = executed(machine.changed { change(piece, of: &$0) })
          #expect(
            differences(after, other).subtracting([piece]) == [] && other.pc == after.pc
              && otherStop == stop, "\(hexadecimal(instruction.opcode, 4)) \(piece)")
        }
      }
    }
  }

  /// A row that says too much would be as wrong, but is not so easily seen.
  @Test func tableRowsDoNotOverstateAccesses() {
    #expect(Instruction(.store, x: 3).writes == [.bytesAtI, .i])
    #expect(Instruction(.load, x: 3).reads == [.bytesAtI, .i])
    #expect(Instruction(.copy, x: 3, y: 4).reads == .vy)
    #expect(Instruction(.jump).reads.isEmpty && Instruction(.jump).writes.isEmpty)
  }
}
