// The two-page machine: what is in its RAM, seen from outside of a program. What programs see is shown
// by roms/tests/two-page.8o.

import Chip8Core
import SaveState
import Testing

@Suite struct TwoPageTests {
  /// After 6A5B 2204 D125: a register, a call and a sprite.
  private func busy() throws -> Chip8 {
    var machine = try machine(.hires, 0x6A5B, 0x2204, 0xA300, 0x6105, 0x6228, 0xD122, 0x120C)
    try machine.apply(.poke(0x300, [0xC3, 0x42]))
    machine.step(6)
    return machine
  }

  private func word(_ machine: Chip8, _ address: UInt16) -> UInt16 {
    machine.state.word(at: address)
  }

  @Test func theRAMShowsRegistersStackSpriteAndDisplay() throws {
    let machine = try busy()
    #expect(machine.state.ram[0xDFA] == 0x5B)
    #expect(word(machine, 0xDCD) == 0x204)
    #expect(Array(machine.state.ram[0xDD0..<0xDD4]) == [0x06, 0x18, 0x02, 0x10])
    // Row 40, and row 41.
    #expect(word(machine, 0xF40) == 0x0618 && word(machine, 0xF48) == 0x0210)
    #expect(machine.state.screen.lit.count == 6)
    #expect((machine.state.screen.width, machine.state.screen.height) == (64, 64))
  }

  @Test func pokesReachWhatTheRAMShows() throws {
    var machine = try busy()
    try machine.apply(.poke(0xDCD, [0x03, 0x45]))
    try machine.apply(.poke(0xDF3, [0x77]))
    try machine.apply(.poke(0xFFF, [0x01]))
    #expect((machine.state.stack[0], machine.state.v[3]) == (0x345, 0x77))
    #expect(machine.state.screen.lit.last == [63, 63, 1])
    try machine.apply(.poke(0x20C, [0x00, 0xEE]))
    machine.step()
    #expect(machine.state.pc == 0x345)
  }

  /// A row for each field that the RAM shows: with another value in one place only, the state is
  /// refused.
  @Test func theRAMAndTheFieldsAgree() throws {
    let machine = try busy()
    for address in [0xDCD, 0xDCE, 0xDF0, 0xDFF, 0xE00, 0xFFF] {
      #expect(
        throws: ImageError.badField("registers, stack or display differ from the RAM")
      ) {
        try machine.restored { tag, section in
          if tag.description == "RAM " { section?[address] ^= 0x40 }
        }
      }
    }
    // What the interpreter does not use any more is the program's.
    for address in [0xDCB, 0xDCC, 0xDCF, 0xDD0, 0xDEF] {
      _ = try machine.restored { tag, section in
        if tag.description == "RAM " { section?[address] ^= 0x40 }
      }
    }
  }

  @Test func imagesNameTwoPages() throws {
    #expect(try Image(of: busy()).needs() == ["two-page"])
    var counted = Configuration(.hires)
    counted.timing = .cycles
    let machine = try Chip8(program([0x1260]), counted)
    #expect(try Image(of: machine).needs() == ["cycles", "two-page"])
  }

  /// An entry call has a stack of its own, and the program's is back in the RAM after it.
  @Test func entryCallsRestoreTheStack() throws {
    var machine = try busy()
    try machine.apply(.poke(0x400, [0x6A, 0x00, 0x00, 0xEE]))
    try machine.apply(.entryCall(0x400))
    #expect(word(machine, 0xDCD) == 0x20C)
    machine.step(2)
    #expect((machine.state.v[0xA], machine.state.stack[0]) == (0x5B, 0x204))
    #expect((machine.state.ram[0xDFA], word(machine, 0xDCD)) == (0x5B, 0x204))
    #expect(machine.state.screen.lit.count == 6)
  }

  @Test func aKeyIsInTheRAMToo() throws {
    for endsOutside in [false, true] {
      var machine = try machine(.hires, 0xF50A, 0x1202)
      _ = machine.run(frames: 1, keys: KeySet(key: 9))
      try machine.apply(.keys([]))
      if endsOutside { machine.endKeyWait() } else { _ = machine.run(frames: 1) }
      #expect((machine.state.v[5], machine.state.ram[0xDF5]) == (9, 9))
    }
  }

  /// A longer program reaches into what the machine keeps there.
  @Test func anotherProgramLeavesTheRegistersAlone() throws {
    let machine = try busy()
    let long = Program(name: "", bytes: Array(repeating: 0xFF, count: 3232))
    var replaced = machine
    try replaced.apply(.program(long))
    #expect((replaced.state.v[0xA], replaced.state.ram[0xDFA]) == (0x5B, 0x5B))
    #expect(word(replaced, 0xDCD) == 0x204 && replaced.state.screen == machine.state.screen)
    #expect(replaced.state.ram[0xDCF] == 0xFF)
  }

  /// The registers can be executed, as they are at that moment.
  @Test func registersCanBeInstructions() throws {
    var machine = try machine(.hires, 0x606B, 0x6111, 0x621D, 0x63F0, 0x1DF0)
    machine.step(7)
    #expect(machine.state.v[0xB] == 0x11)
    #expect(machine.state.pc == 0xDF0)
    machine = machine.changed { $0.v[1] = 0x22 }
    machine.step(1)
    #expect(machine.state.v[0xB] == 0x22)
  }

  // MARK: Cycles

  @Test func programsStartInTheFrameThatTheDriverHasBegun() throws {
    #expect(try cyclesMachine(0x1200, on: .hires).state.cycles == 3470)
  }

  @Test func interruptsTake1842() throws {
    for (sound, delay, cycles) in [(0, 0, 1842), (9, 0, 1846), (0, 9, 1850)]
      as [(UInt8, UInt8, UInt64)]
    {
      var machine = try cyclesMachine(0x1200, on: .hires).changed {
        ($0.sound, $0.delay, $0.cycles) = (sound, delay, 4764 - 68)
      }
      _ = machine.run(frames: 1)
      #expect(machine.state.cycles == 4764 - 68 + cycles)
    }
  }

  /// 0230 takes more than two frames, and erases at their end.
  @Test func clearingTakes5186() throws {
    var machine = try cyclesMachine(0x0230, on: .hires).changed { $0[plane: 0, row: 63] = 1 << 127 }
    machine.step()
    #expect((machine.state.instructions, machine.state.frames) == (1, 3))
    #expect(machine.state.cycles == 3470 + 3 * 1842 + 5186)
    #expect(machine.state.screen.lit == [])
  }

  /// Of five rows: at column 0; at the right edge; across the bottom, and just to it; and of none.
  @Test(
    arguments: [
      (0, 0, 5, 5 * 62), (56, 0, 5, 5 * 46), (0, 60, 5, 4 * 62 - 2), (0, 59, 5, 5 * 62 - 2),
      (0, 0, 0, 0),
    ] as [(UInt8, UInt8, UInt16, UInt64)])
  func rowsTake46(x: UInt8, y: UInt8, n: UInt16, cycles: UInt64) throws {
    var machine = try cyclesMachine(0xD010 | n, on: .hires).changed {
      ($0.v[0], $0.v[1], $0.i) = (x, y, 0x300)
    }
    machine.step()
    #expect(machine.state.cycles == 4764 + 1842 + 26 + cycles)
  }

  @Test func hitsTakeTime() throws {
    var machine = try cyclesMachine(0xD011, on: .hires).changed {
      ($0.v[0], $0.v[1], $0.i) = (4, 40, 0x300)
      $0.ram[0x300] = 0xFF
      $0[plane: 0, row: 40] = 0x0810 << 112
    }
    machine.step()
    #expect(machine.state.cycles == 4764 + 1842 + 26 + 62 + 8)
  }

  @Test func preparingTakes6More() throws {
    for (cycles, frames) in [(4764 - 68 - 74 - 46, 1), (4764 - 68 - 74 - 45, 2)]
      as [(UInt64, UInt64)]
    {
      var machine = try cyclesMachine(0xD011, on: .hires).changed { $0.cycles = cycles }
      machine.step()
      #expect(machine.state.frames == frames)
    }
  }
}
