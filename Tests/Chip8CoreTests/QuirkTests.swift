// Each quirk by itself, on against off.

import Chip8Core
import SaveState
import Testing

@Suite struct QuirkTests {
  @Test(arguments: [0x8121, 0x8122, 0x8123, 0x8F21, 0x8F22, 0x8F23] as [UInt16])
  func logicClearsVF(opcode: UInt16) throws {
    let change = { (state: inout State) in
      state.v[1] = 0x5A
      state.v[2] = 0x3C
      state.v[0xF] = 0x77
    }
    let off = try executed(.chip8, opcode, from: change)
    let on = try executed(.chip8, opcode, adding: .logic, from: change)
    #expect(off.v[0xF] != 0)
    #expect(on.v[0xF] == 0)
    #expect(on.v[1] == off.v[1])
  }

  @Test(
    arguments: [(0x8126, 0x2D, 0, 0x40, 1), (0x812E, 0xB4, 0, 0x02, 1)]
      as [(UInt16, UInt8, UInt8, UInt8, UInt8)])
  func shiftTakesVx(opcode: UInt16, off: UInt8, offFlag: UInt8, on: UInt8, onFlag: UInt8) throws {
    let change = { (state: inout State) in
      state.v[1] = 0x81
      state.v[2] = 0x5A
    }
    let plain = try executed(.chip8, opcode, from: change)
    #expect((plain.v[1], plain.v[0xF]) == (off, offFlag))
    let quirky = try executed(.chip8, opcode, adding: .shift, from: change)
    #expect((quirky.v[1], quirky.v[0xF]) == (on, onFlag))
  }

  @Test(
    arguments: [
      (0x8F24, 0x02), (0x8F25, 0x7E), (0x8F26, 0x41), (0x8F27, 0x82), (0x8F2E, 0x04),
    ] as [(UInt16, UInt8)])
  func theResultStaysInVF(opcode: UInt16, result: UInt8) throws {
    let change = { (state: inout State) in
      state.v[2] = 0x82
      state.v[0xF] = [0x8F25, 0x8F27].contains(opcode) ? 0 : 0x80
    }
    let off = try executed(.chip8, opcode, from: change)
    #expect(off.v[0xF] <= 1)
    let on = try executed(.chip8, opcode, adding: .vfOrder, from: change)
    #expect(on.v[0xF] == result)
    // With another register for x it makes no difference.
    let elsewhere = opcode & 0xF0FF | 0x0100
    #expect(
      try executed(.chip8, elsewhere, from: change).registers
        == executed(.chip8, elsewhere, adding: .vfOrder, from: change).registers)
  }

  /// Older versions do not know it, and refuse it by its name.
  @Test func imagesNeedVFOrder() throws {
    #expect(try Image(of: machine(.chip8, 0x1200)).needs() == [])
    #expect(try Image(of: machine(.chip8, 0x1200, adding: .vfOrder)).needs() == ["vf-order"])
  }

  @Test(arguments: [0x55, 0x65] as [UInt16])
  func storeAndLoadMoveIndex(low: UInt16) throws {
    for x in 0..<16 as Range<UInt16> {
      let opcode = 0xF000 | x << 8 | low
      let index = { (quirks: Quirks) in
        try executed(.chip8, opcode, adding: quirks, from: { $0.i = 0x300 }).i
      }
      #expect(try index([]) == 0x300 + x + 1)
      #expect(try index(.memoryIncrementByX) == 0x300 + x)
      #expect(try index(.memoryLeaveIUnchanged) == 0x300)
      #expect(try index([.memoryIncrementByX, .memoryLeaveIUnchanged]) == 0x300)
    }
  }

  @Test func jumpAddsVx() throws {
    let change = { (state: inout State) in
      state.v[0] = 0x10
      state.v[3] = 0x04
    }
    #expect(try executed(.chip8, 0xB340, from: change).pc == 0x350)
    #expect(try executed(.chip8, 0xB340, adding: .jump, from: change).pc == 0x344)
  }

  @Test func drawingEndsTheFrame() throws {
    for (quirks, lores, hires) in [
      ([], 0, 0), (.vblank, 1, 0), ([.vblank, .vblankInHires], 1, 1), (.vblankInHires, 0, 0),
    ] as [(Quirks, UInt64, UInt64)] {
      let state = try executed(.schip, 0xD001, adding: quirks)
      #expect(state.frames == lores)
      let other = try executed(.schip, 0xD001, adding: quirks, from: { $0.isHires = true })
      #expect(other.frames == hires)
    }
  }

  @Test func wrapContinuesAtTheOtherEdge() throws {
    let change = { (state: inout State) in
      state.v[0] = 62
      state.v[1] = 31
      state.i = 0x300
      state.ram.replaceSubrange(0x300..<0x302, with: [0xF0, 0x90])
    }
    let off = try executed(.chip8, 0xD012, from: change)
    #expect(off.screen.lit == [[62, 31, 1], [63, 31, 1]])
    let on = try executed(.chip8, 0xD012, adding: .wrap, from: change)
    #expect(
      on.screen.lit == [
        [1, 0, 1], [62, 0, 1], [0, 31, 1], [1, 31, 1], [62, 31, 1], [63, 31, 1],
      ])
  }

  @Test func bigSpritesInLoresAreWide() throws {
    let count = { (quirks: Quirks) in
      try executed(
        .schip10, 0xD010, adding: quirks, removing: .doubledLores,
        from: {
          $0.i = 0x300
          $0.ram.replaceSubrange(0x300..<0x320, with: Array(repeating: 0xFF, count: 32))
        }
      ).screen.lit.count
    }
    #expect(try count([]) == 8 * 16)
    #expect(try count(.loresBigSprites) == 16 * 16)
  }

  @Test func rowCollisionsAreCountedInHires() throws {
    for (quirks, hires, lores) in [([], 1, 1), (.rowCollisions, 5, 1)] as [(Quirks, UInt8, UInt8)] {
      let flag = { (isHires: Bool) in
        try executed(
          .schip, 0xD016, adding: quirks,
          from: {
            $0.isHires = isHires
            $0.v[1] = isHires ? 60 : 28
            $0.i = 0x300
            $0.ram.replaceSubrange(0x300..<0x306, with: Array(repeating: 0x80, count: 6))
            // Three rows collide, one does not, and two are past the bottom.
            for row in 0..<3 { $0[plane: 0, row: (isHires ? 60 : 28) + row] = 1 << 127 }
          }
        ).v[0xF]
      }
      #expect(try flag(true) == hires)
      #expect(try flag(false) == lores)
    }
  }

  @Test(arguments: [0x00FE, 0x00FF] as [UInt16])
  func resolutionClearsBothPlanes(opcode: UInt16) throws {
    for (quirks, isKept) in [([], true), (.resolutionClears, false)] as [(Quirks, Bool)] {
      let state = try executed(
        .xochip, opcode, adding: quirks,
        removing: Quirks.resolutionClears.subtracting(quirks),
        from: {
          $0[plane: 0, row: 3] = 1 << 127
          $0[plane: 1, row: 4] = 1 << 126
        })
      #expect((state[plane: 0, row: 3] != 0, state[plane: 1, row: 4] != 0) == (isKept, isKept))
      #expect(state.isHires == (opcode == 0x00FF))
    }
  }

  @Test func doubledLoresDrawsFourPixels() throws {
    let rows = { (platform: Platform, quirks: Quirks) in
      let state = try executed(
        platform, 0xD011, adding: quirks,
        from: {
          $0.v[0] = 1
          $0.v[1] = 1
          $0.i = 0x300
          $0.ram[0x300] = 0x80
        })
      #expect(state.screen.lit == [[1, 1, 1]])
      return (0..<4).map { state[plane: 0, row: $0] >> 120 }
    }
    #expect(try rows(.schip, []) == [0, 0b0100_0000, 0, 0])
    #expect(try rows(.schip, .doubledLores) == [0, 0, 0b0011_0000, 0b0011_0000])
    // Without a hires screen there is nothing to double pixels on.
    #expect(try rows(.chip8, .doubledLores) == [0, 0b0100_0000, 0, 0])
  }

  @Test func scrollingByNothingExits() throws {
    var plain = try machine(.schip, 0x00C0, 0x6001)
    #expect(plain.run(instructions: 2) == .done)
    var quirky = try machine(.schip, 0x00C0, 0x6001, adding: .scrollZeroExits)
    #expect(quirky.run(instructions: 2) == .exit)
    #expect((quirky.state.pc, quirky.state.instructions) == (0x200, 0))
    var other = try machine(.schip, 0x00C1, 0x6001, adding: .scrollZeroExits)
    #expect(other.run(instructions: 2) == .done)
  }

  @Test func indexOverflowIsAFaultOrWrapsOrIsFlagged() throws {
    for (i, quirks, expected, flag) in [
      (0xFFE, [], 0x1001, 7), (0xFFE, .indexWraps, 0x001, 7), (0xFFC, .indexWraps, 0xFFF, 7),
      (0xFFE, .indexOverflowFlag, 0x1001, 1), (0xFFC, .indexOverflowFlag, 0xFFF, 0),
      (0xFFC, .indexOverflowFaults, 0xFFF, 7),
      (0xFFE, [.indexWraps, .indexOverflowFlag], 0x001, 1),
    ] as [(UInt16, Quirks, UInt16, UInt8)] {
      let state = try executed(
        .chip8, 0xF31E, adding: quirks,
        from: {
          $0.i = i
          $0.v[3] = 3
          $0.v[0xF] = 7
        })
      #expect((state.i, state.v[0xF]) == (expected, flag))
    }
    var machine = try machine(.chip8, 0xF31E, adding: .indexOverflowFaults).changed {
      $0.i = 0xFFE
      $0.v[3] = 3
    }
    let fault = Fault(testing: .indexOverflow, pc: 0x200, opcode: 0xF31E, .chip8)
    #expect(machine.run(frames: 1) == .fault(fault))
    #expect(machine.state.i == 0xFFE)
  }

  @Test func aHeldKeySoundsTheBuzzer() throws {
    for (quirks, sound) in [([], 0), (.keyWaitBeeps, 4)] as [(Quirks, UInt8)] {
      var machine = try machine(.chip8, 0xF00A, adding: quirks)
      _ = machine.run(frames: 1)
      #expect(machine.state.sound == 0)
      _ = machine.run(frames: 1, keys: KeySet(key: 3))
      // The frame has counted it down.
      #expect(machine.state.sound == max(sound, 1) - 1)
      #expect((machine.tone == nil) == quirks.isEmpty)
    }
  }

  @Test(arguments: Platform.allCases) func machineCodeIsSkipped(platform: Platform) throws {
    for opcode in [0x0123, 0x00EF, 0x0C81] as [UInt16] {
      var machine = try machine(platform, opcode, 0x6001, adding: .skipMachineCode)
      #expect(machine.run(instructions: 2) == .done)
      #expect((machine.state.pc, machine.state.v[0], machine.state.instructions) == (0x204, 1, 2))
    }
    var end = try machine(platform, 0x0000, adding: .skipMachineCode)
    #expect(end.run(instructions: 2) == .exit)
    var illegal = try machine(platform, 0x8008, adding: .skipMachineCode)
    #expect(
      illegal.run(instructions: 2)
        == .fault(Fault(testing: .illegalInstruction, pc: 0x200, opcode: 0x8008, platform)))
  }

  @Test func skippedMachineCodeTakesTimeInCycles() throws {
    var machine = try cyclesMachine(0x0123, 0x1202).changed {
      $0.configuration.quirks.insert(.skipMachineCode)
    }
    let cycles = machine.state.cycles
    machine.step()
    #expect(machine.state.cycles == cycles + 50)
  }

  /// A reader without the quirk refuses the image by its name.
  @Test func imagesNameTheQuirksThatCameLater() throws {
    for ((name, quirk), isNew) in zip(Quirks.named, (0...).lazy.map { $0 > 16 }) {
      let image = Image(of: try machine(.chip8, 0x1200, adding: quirk))
      #expect(try image.needs() == (isNew ? [name] : []))
      let restored: Chip8 = try image.machine()
      #expect(restored.state.configuration.quirks == quirk)
    }
  }

  @Test func namesAreThoseOfTheBits() {
    for (bit, (name, quirk)) in Quirks.named.enumerated() {
      #expect(quirk.rawValue == 1 << UInt32(bit))
      #expect(Quirks(named: name) == quirk)
    }
    #expect(Quirks.named.count == 19)
    #expect(Quirks(named: "Logic") == nil)
  }
}
