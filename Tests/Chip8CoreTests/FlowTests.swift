// Where the program continues.

import Chip8Core
import Testing

@Suite struct FlowTests {
  @Test func jumpsGoAnywhere() throws {
    for target in 0..<0x1000 where target != 0x200 {
      let state = try executed(.chip8, 0x1000 | UInt16(target))
      #expect(state.pc == UInt16(target))
    }
  }

  @Test func jumpsWithAnOffsetAddV0() throws {
    #expect(try executed(.chip8, 0x60FF, 0xBFFF).pc == 0x10FE)
    #expect(try executed(.chip8, 0x6034, 0xB500).pc == 0x534)
  }

  @Test func callsReturnToTheNextInstruction() throws {
    var machine = try machine(.chip8, 0x2204, 0x6101, 0x2208, 0x6102, 0x00EE)
    machine.step()
    #expect(
      (machine.state.pc, machine.state.stackCount, machine.state.stack[0]) == (0x204, 1, 0x202))
    machine.step()
    #expect(
      (machine.state.pc, machine.state.stackCount, machine.state.stack[1]) == (0x208, 2, 0x206))
    machine.step()
    #expect((machine.state.pc, machine.state.stackCount) == (0x206, 1))
  }

  @Test func skipsCompareWithANumber() throws {
    for a in 0..<256 {
      for (opcode, skipsEqual) in [(0x3542, true), (0x4542, false)] as [(UInt16, Bool)] {
        let state = try executed(.chip8, 0x6500 | UInt16(a), opcode)
        #expect(state.pc == ((a == 0x42) == skipsEqual ? 0x206 : 0x204))
      }
    }
  }

  @Test func skipsCompareTwoRegisters() throws {
    for a in [0, 0x42, 0x43, 0xFF] as [UInt16] {
      for (opcode, skipsEqual) in [(0x5670, true), (0x9670, false)] as [(UInt16, Bool)] {
        let state = try executed(.chip8, 0x6642, 0x6700 | a, opcode)
        #expect(state.pc == ((a == 0x42) == skipsEqual ? 0x208 : 0x206))
      }
    }
  }

  @Test func skipsLookAtTheKeyOfTheLowNibble() throws {
    for key in 0..<256 {
      for down in 0..<16 {
        let isDown = key % 16 == down
        for (opcode, skipsDown) in [(0xE39E, true), (0xE3A1, false)] as [(UInt16, Bool)] {
          var machine = try machine(.chip8, 0x6300 | UInt16(key), opcode)
          machine.step(2, keys: KeySet(key: UInt8(down)))
          #expect(machine.state.pc == (isDown == skipsDown ? 0x206 : 0x204))
        }
      }
    }
  }

  @Test(
    arguments: [
      (0x3000, 0x4001), (0x4001, 0x3001), (0x5010, 0x9010), (0x9020, 0x5020), (0xE0A1, 0xE09E),
    ] as [(UInt16, UInt16)])
  func skipsOnXOChipJumpALongLoadWhole(taken: UInt16, other: UInt16) throws {
    for (opcode, isTaken) in [(taken, true), (other, other == 0x4001)] {
      let state = try executed(
        .xochip, opcode,
        from: {
          $0.v[2] = 1
          $0.ram[0x202] = 0xF0
          $0.ram[0x203] = 0x00
        })
      #expect(state.pc == (isTaken ? 0x206 : 0x202))
    }
    let small = try executed(
      .schip, taken,
      from: {
        $0.v[2] = 1
        $0.ram[0x202] = 0xF0
      })
    #expect(small.pc == 0x204)
  }

  @Test func theProgramCounterHas16Bits() throws {
    let state = try executed(
      .xochip, 0x6001,
      from: {
        $0.pc = 0xFFFF
        $0.ram[0xFFFF] = 0x6A
        $0.ram[0] = 0x5B
      })
    #expect((state.pc, state.v[0xA]) == (0x0001, 0x5B))
    let small = try executed(
      .chip8, 0x6001,
      from: {
        $0.pc = 0x1FFF
        $0.ram[0xFFF] = 0x6A
        $0.ram[0] = 0x5B
      })
    #expect((small.pc, small.v[0xA]) == (0x2001, 0x5B))
  }
}
