// BrokenRule+Memory.swift: I, the memory, digits, the flags that are kept, and faults.

import Chip8Core

extension BrokenRule {
  static var memory: [BrokenRule] {
    [
      nothing("Annn", Opcodes(0xA000, 0xF000)),
      after("Annn has eleven bits", Opcodes(0xA000, 0xF000)) { _, state, _, _ in state.i &= 0x7FF },
      nothing("Fx1E", Opcodes(0xF01E, 0xF0FF)),
      after("Fx1E stays within the page", Opcodes(0xF01E, 0xF0FF)) { before, state, _, _ in
        state.i = before.i & 0xFF00 | state.i & 0xFF
      },
      after("Fx1E clears VF", Opcodes(0xF01E, 0xF0FF)) { _, state, _, _ in state.v[15] = 0 },
      after("Fx1E has twelve bits on XO-CHIP", Opcodes(0xF01E, 0xF0FF)) { _, state, _, _ in
        if state.configuration.platform == .xochip { state.i &= 0xFFF }
      },
      nothing("F000", Opcodes(0xF000, 0xFFFF)),
      after("F000 has twelve bits", Opcodes(0xF000, 0xFFFF)) { _, state, _, _ in state.i &= 0xFFF },
      after("F000 does not skip its operand", Opcodes(0xF000, 0xFFFF)) { _, state, _, _ in
        state.pc &-= 2
      },
      nothing("Fx29", Opcodes(0xF029, 0xF0FF)),
      after("Fx29 takes all of Vx", Opcodes(0xF029, 0xF0FF)) { before, state, x, _ in
        state.i = UInt16(before.v[x]) * 5
      },
      after("Fx29 has digits of four bytes", Opcodes(0xF029, 0xF0FF)) { before, state, x, _ in
        state.i = UInt16(before.v[x] & 0xF) * 4
      },
      BrokenRule(
        name: "the digits are those of another machine",
        configure: { $0.font = $0.font == .vip ? .octo : .vip }),
      nothing("Fx30", Opcodes(0xF030, 0xF0FF)),
      after("Fx30 takes all of Vx", Opcodes(0xF030, 0xF0FF)) { before, state, x, _ in
        state.i += UInt16(before.v[x] >> 4) * 160
      },
      BrokenRule(
        name: "the big digits are those of another machine",
        configure: { $0.font = $0.font == .schip10 ? .schip11 : .schip10 }),
      nothing("Fx33", Opcodes(0xF033, 0xF0FF)),
      after("Fx33 writes the ones first", Opcodes(0xF033, 0xF0FF)) { _, state, _, _ in
        let i = Int(state.i)
        if i + 2 < state.ram.count { state.ram.swapAt(i, i + 2) }
      },
      after("Fx33 writes a fourth digit", Opcodes(0xF033, 0xF0FF)) { _, state, _, _ in
        if Int(state.i) + 3 < state.ram.count { state.ram[Int(state.i) + 3] = 0 }
      },
      stale,
    ]
  }

  static var storing: [BrokenRule] {
    [
      nothing("Fx55", Opcodes(0xF055, 0xF0FF)),
      nothing("Fx65", Opcodes(0xF065, 0xF0FF)),
      range("Fx55 and Fx65 leave Vx out", 0xF045, 0xF0CF) { $0 == 0 ? nil : $0 - 1 },
      after("Fx55 stores a register more", Opcodes(0xF055, 0xF0FF)) { before, state, x, _ in
        let next = Int(before.i) + x + 1
        if x < 15, next < state.ram.count { state.ram[next] = before.v[x + 1] }
      },
      after("Fx65 loads a register more", Opcodes(0xF065, 0xF0FF)) { before, state, x, _ in
        let next = Int(before.i) + x + 1
        if x < 15, next < state.ram.count { state.v[x + 1] = state.ram[next] }
      },
      after("Fx65 past the memory finds nothing", Opcodes(0xF065, 0xF0FF)) { before, state, x, _ in
        for k in 0...x where Int(before.i) + k >= state.ram.count { state.v[k] = 0 }
      },
      nothing("5xy2", Opcodes(0x5002, 0xF00F)),
      nothing("5xy3", Opcodes(0x5003, 0xF00F)),
      instead("5xy2 always goes upwards", Opcodes(0x5002, 0xF00F)) { instruction, _ in
        let (x, y) = (instruction.x, instruction.y)
        return Instruction(.storeRange, x: min(x, y), y: max(x, y))
      },
      instead("5xy3 always goes upwards", Opcodes(0x5003, 0xF00F)) { instruction, _ in
        let (x, y) = (instruction.x, instruction.y)
        return Instruction(.loadRange, x: min(x, y), y: max(x, y))
      },
      after("5xy2 moves I", Opcodes(0x5002, 0xF00F)) { _, state, x, y in
        state.i += UInt16(abs(x - y) + 1)
      },
      after("5xy3 moves I", Opcodes(0x5003, 0xF00F)) { _, state, x, y in
        state.i += UInt16(abs(x - y) + 1)
      },
      instead("5xy2 leaves Vy out", Opcodes(0x5002, 0xF00F)) { instruction, _ in
        let (x, y) = (instruction.x, instruction.y)
        guard instruction.kind == .storeRange, x != y else { return nil }
        return Instruction(.storeRange, x: x, y: x < y ? y - 1 : y + 1)
      },
      instead("5xy3 leaves Vy out", Opcodes(0x5003, 0xF00F)) { instruction, _ in
        let (x, y) = (instruction.x, instruction.y)
        guard instruction.kind == .loadRange, x != y else { return nil }
        return Instruction(.loadRange, x: x, y: x < y ? y - 1 : y + 1)
      },
      nothing("Fx75", Opcodes(0xF075, 0xF0FF)),
      nothing("Fx85", Opcodes(0xF085, 0xF0FF)),
      range("Fx75 and Fx85 know only eight registers", 0xF005, 0xF00F) { min($0, 7) },
      instead("Fx75 always keeps eight", Opcodes(0xF075, 0xF0FF)) { instruction, _ in
        guard instruction.kind == .storeFlags else { return nil }
        return Instruction(.storeFlags, x: max(instruction.x, 7))
      },
      instead("Fx85 always loads eight", Opcodes(0xF085, 0xF0FF)) { instruction, _ in
        guard instruction.kind == .loadFlags else { return nil }
        return Instruction(.loadFlags, x: max(instruction.x, 7))
      },
    ]
  }

  /// Another last register.
  private static func range(
    _ name: String, _ bits: UInt16, _ mask: UInt16, _ last: @escaping (UInt8) -> UInt8?
  ) -> BrokenRule {
    let kinds: [Instruction.Kind] = bits == 0xF005 ? [.storeFlags, .loadFlags] : [.store, .load]
    return instead(name, Opcodes(bits, mask)) { instruction, _ in
      guard kinds.contains(instruction.kind) else { return nil }
      return last(instruction.x).map { Instruction(instruction.kind, x: $0) }
    }
  }

  /// An instruction stays what it was when it was executed first.
  private static var stale: BrokenRule {
    BrokenRule(
      name: "a changed program runs on as it was",
      makeStep: {
        var known: [UInt16: Instruction] = [:]
        return { machine, keys in
          machine.endKeyWait(holding: keys)
          let pc = machine.state.pc
          let instruction = known[pc] ?? machine.nextInstruction
          known[pc] = instruction
          return machine.run(instruction, keys: keys)
        }
      })
  }

  static var faults: [BrokenRule] {
    [
      set("an illegal instruction does nothing") { _, _, _ in Instruction(.copy, x: 0, y: 0) },
      set("all machines know what XO-CHIP knows") { opcode, _, _ in
        Instruction(opcode: opcode, for: Platform.xochip.extensions)
      },
      set("CHIP-48 knows SUPER-CHIP") { opcode, platform, _ in
        platform == .chip48
          ? Instruction(opcode: opcode, for: Platform.schip10.extensions) : nil
      },
      set("SUPER-CHIP 1.0 knows the scrolls") { opcode, platform, _ in
        platform == .schip10
          ? Instruction(opcode: opcode, for: Platform.schip.extensions) : nil
      },
      set("calls of machine code do nothing") { _, _, instruction in
        instruction.kind == .machineCode ? Instruction(.copy, x: 0, y: 0) : nil
      },
      set("0nnn is machine code everywhere") { opcode, _, _ in
        opcode >> 12 == 0 ? Instruction(.machineCode) : nil
      },
      set("0nnn is illegal everywhere") { _, _, instruction in
        instruction.kind == .machineCode ? Instruction(.illegal) : nil
      },
      nothing("00FD", Opcodes(0x00FD, 0xFFFF)),
      nothing("0000", Opcodes(0x0000, 0xFFFF)),
      instead("0000 is machine code", Opcodes(0x0000, 0xFFFF)) { _, _ in
        Instruction(.machineCode)
      },
      replacing("a fault is after its instruction", Opcodes(0, 0)) { machine, right, keys in
        let stop = machine.run(right, keys: keys)
        guard case .fault(let fault) = stop else { return stop }
        return .fault(
          Fault(testing: fault.kind, pc: fault.pc &+ 2, opcode: fault.opcode, fault.platform))
      },
    ]
  }

  /// Another instruction for those that the machine lacks.
  private static func set(
    _ name: String, _ other: @escaping (UInt16, Platform, Instruction) -> Instruction?
  ) -> BrokenRule {
    instead(name, Opcodes(0, 0)) { instruction, state in
      guard [.illegal, .machineCode].contains(instruction.kind) else { return nil }
      return other(state.word(at: state.pc), state.configuration.platform, instruction)
    }
  }
}
