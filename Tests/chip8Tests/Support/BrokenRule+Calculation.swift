// BrokenRule+Calculation.swift: registers, flags, flow and memory.

import Chip8Core

extension BrokenRule {
  private static let sums: [(name: String, digit: UInt16, flag: Calculation, result: Calculation)] =
    [
      ("8xy4", 4, { Int($0) + Int($1) > 255 ? 1 : 0 }, { $0 &+ $1 }),
      ("8xy5", 5, { $0 >= $1 ? 1 : 0 }, { $0 &- $1 }),
      ("8xy6", 6, { $1 & 1 }, { $1 >> 1 }),
      ("8xy7", 7, { $1 >= $0 ? 1 : 0 }, { $1 &- $0 }),
      ("8xyE", 0xE, { $1 >> 7 }, { $1 << 1 }),
    ]
  private typealias Calculation = @Sendable (UInt8, UInt8) -> UInt8

  /// What every instruction with a flag can get wrong about it.
  static var flags: [BrokenRule] {
    sums.flatMap { sum in
      let opcodes = Opcodes(0x8000 | sum.digit, 0xF00F)
      return [
        after("\(sum.name) leaves VF alone", opcodes) { before, state, x, _ in
          if x != 15 { state.v[15] = before.v[15] }
        },
        after("\(sum.name) gives the opposite flag", opcodes) { _, state, _, _ in
          state.v[15] ^= 1
        },
        after("\(sum.name) writes VF before the result", opcodes) { before, state, x, y in
          if x == 15 {
            let isShift = [6, 0xE].contains(sum.digit)
            let takesX = isShift && before.configuration.quirks.contains(.shift)
            state.v[15] = sum.result(before.v[x], before.v[takesX ? x : y])
          }
        },
        after("\(sum.name) reads Vy after writing VF", opcodes) { before, state, x, y in
          guard x != 15, y == 15 else { return }
          let isShift = [6, 0xE].contains(sum.digit)
          guard !(isShift && before.configuration.quirks.contains(.shift)) else { return }
          state.v[x] = sum.result(before.v[x], state.v[15])
        },
      ]
    }
  }

  static var arithmetic: [BrokenRule] {
    [
      nothing("6xnn", Opcodes(0x6000, 0xF000)),
      nothing("7xnn", Opcodes(0x7000, 0xF000)),
      after("7xnn sets VF", Opcodes(0x7000, 0xF000)) { before, state, x, _ in
        if x != 15 { state.v[15] = state.v[x] < before.v[x] ? 1 : 0 }
      },
      after("7xnn does not come round", Opcodes(0x7000, 0xF000)) { before, state, x, _ in
        if state.v[x] < before.v[x] { state.v[x] = 255 }
      },
      nothing("8xy0", Opcodes(0x8000, 0xF00F)),
      swapped("8xy0 copies Vx to Vy", 0),
      other("8xy1 is 8xy3", 1) { Instruction(.xor, x: $0, y: $1) },
      other("8xy1 is 8xy2", 1) { Instruction(.and, x: $0, y: $1) },
      other("8xy2 is 8xy1", 2) { Instruction(.or, x: $0, y: $1) },
      other("8xy2 is 8xy0", 2) { Instruction(.copy, x: $0, y: $1) },
      other("8xy3 is 8xy1", 3) { Instruction(.or, x: $0, y: $1) },
      other("8xy4 is 8xy1", 4) { Instruction(.or, x: $0, y: $1) },
      after("8xy4 does not come round", Opcodes(0x8004, 0xF00F)) { before, state, x, y in
        if x != 15, Int(before.v[x]) + Int(before.v[y]) > 255 { state.v[x] = 255 }
      },
      other("8xy5 is 8xy7", 5) { Instruction(.subtractFrom, x: $0, y: $1) },
      other("8xy7 is 8xy5", 7) { Instruction(.subtract, x: $0, y: $1) },
      after("8xy5 takes equal numbers for a borrow", Opcodes(0x8005, 0xF00F)) { old, state, x, y in
        if old.v[x] == old.v[y] { state.v[15] = 0 }
      },
      after("8xy7 takes equal numbers for a borrow", Opcodes(0x8007, 0xF00F)) { old, state, x, y in
        if old.v[x] == old.v[y] { state.v[15] = 0 }
      },
      after("8xy6 keeps the sign", Opcodes(0x8006, 0xF00F)) { _, state, x, _ in
        if x != 15 { state.v[x] |= state.v[x] << 1 & 0x80 }
      },
      after("8xy6 rotates", Opcodes(0x8006, 0xF00F)) { _, state, x, _ in
        if x != 15 { state.v[x] |= state.v[15] << 7 }
      },
      after("8xyE rotates", Opcodes(0x800E, 0xF00F)) { _, state, x, _ in
        if x != 15 { state.v[x] |= state.v[15] }
      },
      other("8xy6 is 8xyE", 6) { Instruction(.shiftLeft, x: $0, y: $1) },
      other("8xyE is 8xy6", 0xE) { Instruction(.shiftRight, x: $0, y: $1) },
      instead("Cxnn does not mask", Opcodes(0xC000, 0xF000)) { instruction, _ in
        Instruction(.random, x: instruction.x, nn: 0xFF)
      },
      nothing("Cxnn", Opcodes(0xC000, 0xF000)),
      after("Cxnn always gives nn", Opcodes(0xC000, 0xF000)) { before, state, x, _ in
        state.v[x] = UInt8(truncatingIfNeeded: before.word(at: before.pc))
      },
      BrokenRule(name: "the random numbers follow from seed 1", begin: { $0.random.state = 1 }),
    ]
  }

  /// Another calculation with the same registers.
  private static func other(
    _ name: String, _ digit: UInt16, _ other: @escaping (UInt8, UInt8) -> Instruction
  ) -> BrokenRule {
    instead(name, Opcodes(0x8000 | digit, 0xF00F)) { _, state in
      let opcode = state.word(at: state.pc)
      return other(UInt8(opcode >> 8 & 0xF), UInt8(opcode >> 4 & 0xF))
    }
  }

  private static func swapped(_ name: String, _ digit: UInt16) -> BrokenRule {
    other(name, digit) { Instruction(.copy, x: $1, y: $0) }
  }

  static var flow: [BrokenRule] {
    [
      nothing("1nnn", Opcodes(0x1000, 0xF000)),
      nothing("2nnn", Opcodes(0x2000, 0xF000)),
      nothing("00EE", Opcodes(0x00EE, 0xFFFF)),
      nothing("Bnnn", Opcodes(0xB000, 0xF000)),
      after("1nnn has eleven bits", Opcodes(0x1000, 0xF000)) { _, state, _, _ in
        state.pc &= 0x7FF
      },
      after("2nnn comes back to itself and two further", Opcodes(0x2000, 0xF000)) {
        _, state, _, _ in
        state.stack[Int(state.stackCount) - 1] += 2
      },
      instead("Bnnn adds nothing", Opcodes(0xB000, 0xF000)) { instruction, _ in
        Instruction(.jump, nnn: instruction.nnn)
      },
      after("Bnnn stays within the page", Opcodes(0xB000, 0xF000)) { before, state, _, _ in
        state.pc = before.word(at: before.pc) & 0xF00 | state.pc & 0xFF
      },
      after("Bnnn goes to even addresses", Opcodes(0xB000, 0xF000)) { _, state, _, _ in
        state.pc &= 0xFFFE
      },
      after("Bnnn has twelve bits", Opcodes(0xB000, 0xF000)) { _, state, _, _ in
        state.pc &= 0xFFF
      },
      instead("the stack has one level less", Opcodes(0x2000, 0xF000)) { _, state in
        let levels = state.configuration.platform.maxStackCount
        return Int(state.stackCount) == levels - 1 ? Instruction(.illegal) : nil
      },
      before("the stack has no end", Opcodes(0x2000, 0xF000)) { state, _, _ in
        let levels = state.configuration.platform.maxStackCount
        if Int(state.stackCount) == levels { state.stackCount -= 1 }
      },
      instead("00EE with nothing to return to is no fault", Opcodes(0x00EE, 0xFFFF)) { _, state in
        state.stackCount == 0 ? Instruction(.copy, x: 0, y: 0) : nil
      },
      inverted("3xnn", Opcodes(0x3000, 0xF000)),
      inverted("4xnn", Opcodes(0x4000, 0xF000)),
      inverted("5xy0", Opcodes(0x5000, 0xF00F)),
      inverted("9xy0", Opcodes(0x9000, 0xF00F)),
      inverted("Ex9E", Opcodes(0xE09E, 0xF0FF)),
      inverted("ExA1", Opcodes(0xE0A1, 0xF0FF)),
    ]
      + ([
        ("3xnn", 0x3000, 0xF000), ("4xnn", 0x4000, 0xF000), ("5xy0", 0x5000, 0xF00F),
        ("9xy0", 0x9000, 0xF00F), ("Ex9E", 0xE09E, 0xF0FF), ("ExA1", 0xE0A1, 0xF0FF),
      ]
      as [(String, UInt16, UInt16)]).flatMap { name, bits, mask in
        [
          nothing(name, Opcodes(bits, mask)),
          after("\(name) skips only half of F000", Opcodes(bits, mask)) { before, state, _, _ in
            if state.pc == before.pc &+ 6 { state.pc &-= 2 }
          },
        ]
      }
  }

  private static func inverted(_ name: String, _ opcodes: Opcodes) -> BrokenRule {
    instead("\(name) skips when it should not", opcodes) { instruction, _ in
      let (x, y, nn) = (instruction.x, instruction.y, instruction.nn)
      return switch instruction.kind {
      case .skipIfEqual: Instruction(.skipIfNotEqual, x: x, nn: nn)
      case .skipIfNotEqual: Instruction(.skipIfEqual, x: x, nn: nn)
      case .skipIfSame: Instruction(.skipIfDifferent, x: x, y: y)
      case .skipIfDifferent: Instruction(.skipIfSame, x: x, y: y)
      case .skipIfKey: Instruction(.skipIfNoKey, x: x)
      case .skipIfNoKey: Instruction(.skipIfKey, x: x)
      default: nil
      }
    }
  }
}
