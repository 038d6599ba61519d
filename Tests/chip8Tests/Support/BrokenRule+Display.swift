// BrokenRule+Display.swift: drawing, clearing, scrolling, planes and resolutions.

import Chip8Core

extension BrokenRule {
  private static let sprite = Opcodes(0xD000, 0xF000)

  static var drawing: [BrokenRule] {
    [
      nothing("00E0", Opcodes(0x00E0, 0xFFFF)),
      nothing("Dxyn", sprite),
      after("Dxyn lights pixels and puts none out", sprite) { before, state, _, _ in
        for plane in 0..<2 {
          for row in 0..<64 { state[plane: plane, row: row] |= before[plane: plane, row: row] }
        }
      },
      after("Dxyn leaves VF alone", sprite) { before, state, _, _ in state.v[15] = before.v[15] },
      after("Dxyn always gives 0", sprite) { _, state, _, _ in state.v[15] = 0 },
      after("Dxyn always gives 1", sprite) { _, state, _, _ in state.v[15] = 1 },
      before("Dxyn clears VF before it reads Vx and Vy", sprite) { state, _, _ in state.v[15] = 0 },
      after("Dxyn moves I", sprite) { before, state, _, _ in
        state.i += before.word(at: before.pc) & 0xF
      },
      after("00E0 clears VF", Opcodes(0x00E0, 0xFFFF)) { _, state, _, _ in state.v[15] = 0 },
      after("what is clipped collides", sprite, collideClipped),
      draw("Dxyn takes Vy for x and Vx for y") { x, y, n, _ in Instruction(.draw, x: y, y: x, n: n)
      },
      draw("Dxyn draws a row less") { x, y, n, _ in
        n > 1 ? Instruction(.draw, x: x, y: y, n: n - 1) : nil
      },
      draw("Dxyn draws fourteen rows at most") { x, y, n, _ in
        Instruction(.draw, x: x, y: y, n: min(n, 14))
      },
      draw("Dxy0 draws fifteen rows of eight") { x, y, n, _ in
        n == 0 ? Instruction(.draw, x: x, y: y, n: 15) : nil
      },
      draw("Dxy0 draws nothing") { _, _, n, _ in n == 0 ? Instruction(.copy, x: 0, y: 0) : nil },
      draw("a start right of the screen draws nothing") { x, _, _, state in
        Int(state.v[Int(x)]) >= state.screen.width ? Instruction(.copy, x: 0, y: 0) : nil
      },
      draw("a start below the screen draws nothing") { _, y, _, state in
        Int(state.v[Int(y)]) >= state.screen.height ? Instruction(.copy, x: 0, y: 0) : nil
      },
      draw("sprites do not continue above and below") { x, y, n, state in
        let rows = state.screen.height - Int(state.v[Int(y)]) % state.screen.height
        return Int(n) > rows ? Instruction(.draw, x: x, y: y, n: UInt8(rows)) : nil
      },
    ]
  }

  /// In lores: whether what is outside the screen would hit something at the other side.
  private static func collideClipped(_ before: State, _ state: inout State, _ x: Int, _ y: Int) {
    let quirks = before.configuration.quirks
    guard !before.isHires, !quirks.contains(.wrap) else { return }
    let scale = quirks.contains(.doubledLores) ? 2 : 1
    let (left, top) = (Int(before.v[x]) & 63, Int(before.v[y]) & 31)
    for row in 0..<Int(before.word(at: before.pc) & 0xF) {
      let byte = before.ram[(Int(before.i) + row) & (before.ram.count - 1)]
      let line = before[plane: 0, row: (top + row) % 32 * scale]
      for column in 0..<8 where byte & 0x80 >> UInt8(column) != 0 {
        let isOutside = left + column > 63 || top + row > 31
        let bit = UInt128(127 - (left + column) % 64 * scale)
        if isOutside, line >> bit & 1 != 0 { state.v[15] = 1 }
      }
    }
  }

  private static func draw(
    _ name: String, _ other: @escaping (UInt8, UInt8, UInt8, State) -> Instruction?
  ) -> BrokenRule {
    instead(name, sprite) { instruction, state in
      other(instruction.x, instruction.y, instruction.n, state)
    }
  }

  static var planes: [BrokenRule] {
    [
      nothing("Fn01", Opcodes(0xF001, 0xF0FF)),
      instead("Fn01 selects nothing where n is above 3", Opcodes(0xF001, 0xF0FF)) { _, state in
        state.word(at: state.pc) >= 0xF400 ? Instruction(.selectPlanes, x: 0) : nil
      },
      instead("Fn01 selects both planes where n is above 3", Opcodes(0xF001, 0xF0FF)) { _, state in
        state.word(at: state.pc) >= 0xF400 ? Instruction(.selectPlanes, x: 3) : nil
      },
      BrokenRule(
        name: "both planes are selected at first",
        begin: { if $0.configuration.platform == .xochip { $0.selectedPlanes = 3 } }),
      onBoth("00E0 clears both planes", Opcodes(0x00E0, 0xFFFF)),
      onBoth("00Cn moves both planes", Opcodes(0x00C0, 0xFFF0)),
      onBoth("00Dn moves both planes", Opcodes(0x00D0, 0xFFF0)),
      onBoth("00FB moves both planes", Opcodes(0x00FB, 0xFFFF)),
      onBoth("00FC moves both planes", Opcodes(0x00FC, 0xFFFF)),
      after("00FE clears only the selected planes", Opcodes(0x00FE, 0xFFFF)) {
        before, state, _, _ in
        for plane in 0..<2 where before.selectedPlanes & 1 << UInt8(plane) == 0 {
          for row in 0..<64 { state[plane: plane, row: row] = before[plane: plane, row: row] }
        }
      },
      inTurn("a sprite's rows are the same for both planes", [1, 2]),
      inTurn("a sprite's rows for plane 2 come first", [2, 1]),
      after("only plane 1 collides", sprite) { before, state, x, y in
        if before.selectedPlanes == 2 { state.v[15] = 0 }
      },
      after("with no plane Dxyn leaves VF alone", sprite) { before, state, _, _ in
        if before.selectedPlanes == 0 { state.v[15] = before.v[15] }
      },
      instead("with no plane Dxyn draws on plane 1", Opcodes(0xF001, 0xFFFF)) { _, _ in
        Instruction(.selectPlanes, x: 1)
      },
    ]
  }

  private static func onBoth(_ name: String, _ opcodes: Opcodes) -> BrokenRule {
    replacing(name, opcodes) { machine, instruction, keys in
      let selected = machine.state.selectedPlanes
      if machine.state.configuration.platform == .xochip {
        machine.change { $0.selectedPlanes = 3 }
      }
      let stop = machine.run(instruction, keys: keys)
      machine.change { $0.selectedPlanes = selected }
      return stop
    }
  }

  /// With both planes, each is drawn from these rows: as if it was the only one, or the other one
  /// was first.
  private static func inTurn(_ name: String, _ order: [UInt8]) -> BrokenRule {
    replacing(name, sprite) { machine, instruction, keys in
      guard machine.state.selectedPlanes == 3 else {
        return machine.run(instruction, keys: keys)
      }
      let (i, pc) = (machine.state.i, machine.state.pc)
      let byteCount = instruction.n == 0 ? 32 : UInt16(instruction.n)
      var stop = Chip8.Stop.done
      for (turn, plane) in order.enumerated() {
        machine.change {
          $0.selectedPlanes = plane
          $0.pc = pc
          if order[0] == 2 { $0.i = i + UInt16(turn) * byteCount }
        }
        stop = machine.run(instruction, keys: keys)
      }
      machine.change {
        $0.selectedPlanes = 3
        $0.i = i
      }
      return stop
    }
  }

  static var scrolls: [BrokenRule] {
    [
      nothing("00Cn", Opcodes(0x00C0, 0xFFF0)),
      nothing("00Dn", Opcodes(0x00D0, 0xFFF0)),
      nothing("00FB", Opcodes(0x00FB, 0xFFFF)),
      nothing("00FC", Opcodes(0x00FC, 0xFFFF)),
      instead("00Cn moves a row less", Opcodes(0x00C0, 0xFFF0)) { instruction, _ in
        guard instruction.kind == .scrollDown, instruction.n > 1 else { return nil }
        return Instruction(.scrollDown, n: instruction.n - 1)
      },
      instead("00Cn moves seven rows at most", Opcodes(0x00C0, 0xFFF0)) { instruction, _ in
        guard instruction.kind == .scrollDown else { return nil }
        return Instruction(.scrollDown, n: min(instruction.n, 7))
      },
      instead("00Dn moves a row less", Opcodes(0x00D0, 0xFFF0)) { instruction, _ in
        guard instruction.kind == .scrollUp, instruction.n > 1 else { return nil }
        return Instruction(.scrollUp, n: instruction.n - 1)
      },
      instead("00Dn moves down", Opcodes(0x00D0, 0xFFF0)) { instruction, _ in
        guard instruction.kind == .scrollUp else { return nil }
        return Instruction(.scrollDown, n: instruction.n)
      },
      instead("00FB moves left", Opcodes(0x00FB, 0xFFFF)) { _, _ in Instruction(.scrollLeft) },
      instead("00FC moves right", Opcodes(0x00FC, 0xFFFF)) { _, _ in Instruction(.scrollRight) },
      comesBack("00Cn brings rows back at the top", Opcodes(0x00C0, 0xFFF0), rows: 1),
      comesBack("00Dn brings rows back at the bottom", Opcodes(0x00D0, 0xFFF0), rows: -1),
      comesBack("00FB brings columns back at the left", Opcodes(0x00FB, 0xFFFF), columns: 1),
      comesBack("00FC brings columns back at the right", Opcodes(0x00FC, 0xFFFF), columns: -1),
      nothing("00FE", Opcodes(0x00FE, 0xFFFF)),
      nothing("00FF", Opcodes(0x00FF, 0xFFFF)),
      after("lores sprites fill both rows", sprite) { before, state, _, y in
        // Without the copy, what was in the odd row is drawn over, not written over.
        guard !before.isHires, before.configuration.quirks.contains(.doubledLores) else { return }
        for row in stride(from: 0, to: 64, by: 2) {
          let drawn = state[plane: 0, row: row] ^ before[plane: 0, row: row]
          state[plane: 0, row: row + 1] = before[plane: 0, row: row + 1] ^ drawn
        }
      },
    ]
  }

  /// What is moved out of the screen comes in at the other side.
  private static func comesBack(
    _ name: String, _ opcodes: Opcodes, rows: Int = 0, columns: Int = 0
  ) -> BrokenRule {
    after(name, opcodes) { before, state, _, _ in
      let isSmall = !before.isHires && !before.configuration.quirks.contains(.doubledLores)
      let (width, height) = isSmall ? (64, 32) : (128, 64)
      let count = Int(before.word(at: before.pc) & 0xF)
      for plane in 0..<2 where before.selectedPlanes & 1 << UInt8(plane) != 0 {
        for k in 0..<(rows == 0 ? height : count) {
          if rows != 0 {
            let to = rows > 0 ? k : height - 1 - k
            let from = rows > 0 ? height - count + k : count - 1 - k
            state[plane: plane, row: to] = before[plane: plane, row: from]
          } else {
            let row = before[plane: plane, row: k]
            let mask = UInt128.max << UInt128(128 - width)
            state[plane: plane, row: k] |=
              (columns > 0 ? row << UInt128(width - 4) : row >> UInt128(width - 4)) & mask
          }
        }
      }
    }
  }
}
