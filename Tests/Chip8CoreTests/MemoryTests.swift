// Instructions on I, on the RAM and on the flags; and code that changes itself.

import Chip8Core
import Testing

@Suite struct MemoryTests {
  static let values = (0..<16).map { UInt8($0 * 11 + 3) }

  @Test func indexTakesAnyAddress() throws {
    for address in 0..<0x1000 {
      #expect(try executed(.chip8, 0xA000 | UInt16(address)).i == UInt16(address))
    }
    #expect(
      try executed(.xochip, 0xF000, 0xBEEF, from: { $0.instructionsLeftInFrame = 1 }).i == 0xBEEF)
  }

  @Test func aLongLoadIsOneInstructionOfFourBytes() throws {
    var machine = try machine(.xochip, 0xF000, 0x1234, 0x6001)
    machine.step()
    #expect((machine.state.pc, machine.state.instructions) == (0x204, 1))
  }

  @Test func addingToIndexHas16BitsAndNoFlag() throws {
    for platform in [.vip, .chip8, .xochip] as [Platform] {
      let state = try executed(
        platform, 0xF31E,
        from: {
          $0.i = 0xFFF0
          $0.v[3] = 0x22
          $0.v[0xF] = 9
        })
      #expect((state.i, state.v[0xF]) == (0x0012, 9))
    }
  }

  @Test func smallDigitsAreWhereTheFontIs() throws {
    for digit in 0..<256 {
      let state = try executed(.vip, 0x6700 | UInt16(digit), 0xF729)
      #expect(state.i == UInt16(digit % 16 * 5))
    }
  }

  @Test func bigDigitsFollowTheSmallOnes() throws {
    for digit in 0..<256 {
      let state = try executed(.xochip, 0x6700 | UInt16(digit), 0xF730)
      #expect(state.i == UInt16(80 + digit % 16 * 10))
    }
  }

  @Test func storeAndLoadGoUpToTheirRegister() throws {
    for x in 0..<16 {
      let stored = try executed(
        .chip8, 0xF055 | UInt16(x) << 8,
        from: {
          $0.i = 0x300
          $0.registers = Self.values
        })
      #expect(Array(stored.ram[0x300..<0x310]) == Self.values.prefix(x + 1) + Self.zeros(15 - x))
      let loaded = try executed(
        .chip8, 0xF065 | UInt16(x) << 8,
        from: {
          $0.i = 0x300
          $0.ram.replaceSubrange(0x300..<0x310, with: Self.values)
        })
      #expect(loaded.registers == Self.values.prefix(x + 1) + Self.zeros(15 - x))
    }
  }

  static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

  @Test func memoryWrapsAtItsEnd() throws {
    for (platform, end) in [(Platform.chip8, 0xFFF), (.xochip, 0xFFFF)] as [(Platform, UInt16)] {
      let stored = try executed(
        platform, 0xF155,
        from: {
          $0.i = end
          $0.v[0] = 0xAA
          $0.v[1] = 0xBB
        })
      #expect((stored.ram[Int(end)], stored.ram[0]) == (0xAA, 0xBB))
      let loaded = try executed(platform, 0xF165, from: { $0.i = end })
      #expect((loaded.v[0], loaded.v[1]) == (0, 0xF0))
      let decimal = try executed(
        platform, 0xF033,
        from: {
          $0.i = end
          $0.v[0] = 123
        })
      #expect((decimal.ram[Int(end)], decimal.ram[0], decimal.ram[1]) == (1, 2, 3))
    }
    #expect(try executed(.chip8, 0xF065, from: { $0.i = 0x5200 }).v[0] == 0xF0)
  }

  @Test func flagsAreKeptUpToTheirRegister() throws {
    for (platform, count) in [(Platform.schip10, 8), (.schip11, 8), (.schip, 8), (.xochip, 16)] {
      for x in 0..<count {
        let stored = try executed(
          platform, 0xF075 | UInt16(x) << 8,
          from: {
            $0.registers = Self.values
          })
        #expect((0..<16).map { stored.flags[$0] } == Self.values.prefix(x + 1) + Self.zeros(15 - x))
        let loaded = try executed(
          platform, 0xF085 | UInt16(x) << 8,
          from: {
            for k in 0..<16 { $0.flags[k] = Self.values[k] }
          })
        #expect(loaded.registers == Self.values.prefix(x + 1) + Self.zeros(15 - x))
      }
    }
  }

  @Test func rangesGoBothWaysAndLeaveIndexAlone() throws {
    for x in 0..<16 {
      for y in 0..<16 {
        let range = x <= y ? Array(x...y) : Array((y...x).reversed())
        let operands = UInt16(x) << 8 | UInt16(y) << 4
        let stored = try executed(
          .xochip, 0x5002 | operands,
          from: {
            $0.i = 0x300
            $0.registers = Self.values
          })
        #expect(
          Array(stored.ram[0x300..<0x310])
            == range.map { Self.values[$0] } + Self.zeros(16 - range.count))
        let loaded = try executed(
          .xochip, 0x5003 | operands,
          from: {
            $0.i = 0x300
            $0.ram.replaceSubrange(0x300..<0x310, with: Self.values)
          })
        var expected = Self.zeros(16)
        for (k, register) in range.enumerated() { expected[register] = Self.values[k] }
        #expect(loaded.registers == expected)
        #expect((stored.i, loaded.i) == (0x300, 0x300))
      }
    }
  }

  // MARK: Code that changes itself

  /// The subroutine at 0x300 is executed, changed by an instruction and executed again.
  @Test(
    arguments: [(0xA300, 0xF155, 0x55), (0xA300, 0x5012, 0x55), (0xA301, 0xF133, 0)]
      as [(UInt16, UInt16, UInt8)])
  func changedCodeIsSeenAtOnce(index: UInt16, opcode: UInt16, value: UInt8) throws {
    var machine = try machine(.xochip, 0x2300, 0x6062, 0x6155, index, opcode, 0x2300)
      .changed { $0.ram.replaceSubrange(0x300..<0x304, with: [0x62, 0x11, 0x00, 0xEE]) }
    machine.step(2)
    #expect(machine.state.v[2] == 0x11)
    machine.step(7)
    #expect(machine.state.v[2] == value)
  }

  /// The instruction is in the last byte and the first one.
  @Test func codeThatWrapsIsSeenToChange() throws {
    var machine = try machine(.chip8, 0x1FFF).changed {
      $0.ram[0xFFF] = 0x6A
      $0.ram.replaceSubrange(0..<7, with: [0x11, 0xA0, 0x00, 0xF0, 0x55, 0x1F, 0xFF])
      $0.v[0] = 0x22
    }
    machine.step(2)
    #expect(machine.state.v[0xA] == 0x11)
    machine.step(4)
    #expect(machine.state.v[0xA] == 0x22)
  }

  @Test func pokedCodeIsSeenAtOnce() throws {
    var machine = try machine(.chip8, 0x6011, 0x1200)
    machine.step(2)
    try machine.apply(.poke(0x201, [0x22]))
    machine.step()
    #expect(machine.state.v[0] == 0x22)
  }

  @Test func pokesOutsideTheMemoryAreRefusedWhole() throws {
    var machine = try machine(.chip8, 0x6011)
    for (address, count) in [(-1, 1), (0x1000, 1), (0xFFF, 2)] {
      #expect(throws: InputError.program(.outsideRAM(address: address, .chip8))) {
        try machine.apply(.poke(address, Array(repeating: 1, count: count)))
      }
    }
    #expect(machine.state.ram[0xFFF] == 0)
    try machine.apply(.poke(0xFFF, [7]))
    #expect(machine.state.ram[0xFFF] == 7)
  }
}
