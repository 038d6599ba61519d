// BrokenRule+TwoPage.swift: the two-page display, and what its interpreter keeps in the RAM.

import Chip8Core

extension BrokenRule {
  private static let load = Opcodes(0xF065, 0xF0FF)
  private static let store = Opcodes(0xF055, 0xF0FF)
  private static let registers = 0xDF0..<0xE00
  private static let stack = 0xDB7..<0xDCF
  private static let sprite = 0xDD0..<0xDF0
  private static let display = 0xE00..<0x1000

  static var twoPage: [BrokenRule] {
    [
      twoPage("registers hold something at first") { $0.v[7] = 1 },
      twoPage("the start leads to the driver") { $0.ram[0x201] = 0x60 },
      nothing("0230", Opcodes(0x0230, 0xFFFF)),
      after("0230 clears the upper half", Opcodes(0x0230, 0xFFFF)) { before, state, _, _ in
        for row in 32..<64 { state[plane: 0, row: row] = before[plane: 0, row: row] }
      },
      after("0230 clears VF", Opcodes(0x0230, 0xFFFF)) { _, state, _, _ in state.v[15] = 0 },
      instead("00E0 clears the two-page display", Opcodes(0x00E0, 0xFFFF)) { _, _ in
        Instruction(.clear)
      },
      instead("0230 is machine code", Opcodes(0x0230, 0xFFFF)) { _, _ in Instruction(.machineCode)
      },
      hidden("the registers", registers),
      hidden("return addresses", stack),
      hidden("the last sprite", sprite),
      hidden("the display", display),
      unreached("the registers", registers) { before, state in state.v = before.v },
      unreached("return addresses", stack) { before, state in state.stack = before.stack },
      unreached("the display", display) { before, state in state.planes = before.planes },
      after("registers are stored all at once", store) { before, state, x, _ in
        guard isTwoPage(before), registers.contains(Int(before.i)) else { return }
        let first = Int(before.i) - registers.lowerBound
        for k in 0...x where first + k < 16 { state.v[first + k] = before.v[k] }
      },
      after("the last sprite is not shifted", Opcodes(0xD000, 0xF000)) { before, state, _, _ in
        guard isTwoPage(before) else { return }
        for row in 0..<Int(before.word(at: before.pc) & 0xF) {
          state.ram[sprite.lowerBound + 2 * row] = before.ram[Int(before.i) + row & 0xFFF]
          state.ram[sprite.lowerBound + 2 * row + 1] = 0
        }
      },
    ]
  }

  private static func isTwoPage(_ state: State) -> Bool { state.configuration.platform == .hires }

  /// Another state to begin with.
  private static func twoPage(
    _ name: String, _ change: @escaping (inout State) -> Void
  ) -> BrokenRule {
    BrokenRule(name: name, begin: { if isTwoPage($0) { change(&$0) } })
  }

  /// Fx65 finds nothing there.
  private static func hidden(_ what: String, _ area: Range<Int>) -> BrokenRule {
    after("\(what) cannot be read", load) { before, state, x, _ in
      guard isTwoPage(before) else { return }
      for k in 0...x where area.contains(Int(before.i) + k) { state.v[k] = 0 }
    }
  }

  /// Fx55 changes nothing there.
  private static func unreached(
    _ what: String, _ area: Range<Int>, _ undo: @escaping (State, inout State) -> Void
  ) -> BrokenRule {
    after("\(what) cannot be written", store) { before, state, _, _ in
      if isTwoPage(before), area.contains(Int(before.i)) { undo(before, &state) }
    }
  }
}
