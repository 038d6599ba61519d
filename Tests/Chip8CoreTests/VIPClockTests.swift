// The COSMAC VIP's time in machine cycles.

import Chip8Core
import Testing

@Suite struct VIPClockTests {
  /// The cycles that the first instruction takes, from the start of a program.
  private func cost(_ opcode: UInt16, _ change: (inout State) -> Void = { _ in }) throws -> UInt64 {
    var machine = try cyclesMachine(opcode).changed(change)
    let start = machine.state.cycles
    machine.step()
    #expect(machine.state.instructions == 1)
    return machine.state.cycles - start
  }

  @Test func programsStartAtCycle3250() throws {
    #expect(try cyclesMachine(0x1200).state.cycles == 3250)
    #expect(try machine(.vip, 0x1200).state.cycles == 0)
  }

  @Test(
    arguments: [
      (0x1300, 80), (0x2300, 94),
      (0x3001, 78), (0x3000, 82), (0x4000, 78), (0x4001, 82),
      (0x5010, 82), (0x5000, 86), (0x9000, 82), (0x9010, 86),
      (0xE09E, 82), (0xE0A1, 86),
      (0x6012, 74), (0x7012, 78), (0xA123, 80), (0xC0FF, 104),
      (0x8010, 80), (0x8011, 112), (0x8012, 112), (0x8013, 112), (0x8014, 112), (0x8015, 112),
      (0x8016, 112), (0x8017, 112), (0x801E, 112),
      (0xB2FE, 90), (0xB2FF, 92),
      (0xF007, 78), (0xF015, 78), (0xF018, 78), (0xF029, 88),
      (0xF055, 100), (0xFF55, 310), (0xF065, 100), (0xFF65, 310),
    ] as [(UInt16, UInt64)])
  func instructionsTakeTheirTime(opcode: UInt16, cycles: UInt64) throws {
    let taken = try cost(opcode) {
      $0.i = 0x300
      $0.v[1] = 1
      if opcode >> 12 == 0xB { $0.v[0] = 1 }
    }
    #expect(taken == cycles)
  }

  @Test func returningTakes50() throws {
    let taken = try cost(0x00EE) {
      $0.stackCount = 1
      $0.stack[0] = 0x300
    }
    #expect(taken == 50)
  }

  @Test func movingIndexToAnotherPageTakesLonger() throws {
    for (i, cycles) in [(0x3FD, 84), (0x3FE, 90)] as [(UInt16, UInt64)] {
      #expect(
        try cost(0xF21E) {
          $0.i = i
          $0.v[2] = 2
        } == cycles)
    }
  }

  @Test func decimalsTakeLongerByTheirDigits() throws {
    for number in 0..<256 {
      let digits = number / 100 + number / 10 % 10 + number % 10
      let taken = try cost(0xF333) {
        $0.i = 0x300
        $0.v[3] = UInt8(number)
      }
      #expect(taken == UInt64(152 + 16 * digits))
    }
  }

  /// The first interrupt is at cycle 4764; after it, the next at 8432.
  @Test(
    arguments: [(0, 0, 1832), (9, 0, 1836), (0, 9, 1840), (9, 9, 1844), (1, 1, 1844)]
      as [(UInt8, UInt8, UInt64)])
  func interruptsTakeLongerWithTimers(sound: UInt8, delay: UInt8, cycles: UInt64) throws {
    var machine = try cyclesMachine(0x1200).changed {
      $0.sound = sound
      $0.delay = delay
      $0.cycles = 4764 - 68
    }
    _ = machine.run(frames: 1)
    #expect(machine.state.instructions == 0)
    #expect(machine.state.cycles == 4764 - 68 + cycles)
    #expect([machine.state.sound, machine.state.delay] == [max(sound, 1) - 1, max(delay, 1) - 1])
  }

  @Test func anInterruptInTheFetchComesBeforeTheEffect() throws {
    for (cycles, read, frames) in [(4691, 5, 1), (4692, 4, 1)] as [(UInt64, UInt8, Int)] {
      var machine = try cyclesMachine(0xF007, 0x1202).changed {
        $0.delay = 5
        $0.cycles = cycles
      }
      machine.step(2)
      #expect(machine.state.v[0] == read)
      #expect(machine.state.frames == UInt64(frames))
    }
  }

  @Test func anInterruptInTheRestComesAfterTheEffect() throws {
    var machine = try cyclesMachine(0xF015).changed {
      $0.v[0] = 9
      $0.cycles = 4764 - 73
    }
    machine.step()
    #expect((machine.state.delay, machine.state.frames) == (8, 1))
    #expect(machine.state.cycles == 6609)
  }

  /// 00E0 has to wait for a frame with room for it, and time before the erasing counts.
  @Test func clearingTakesMostOfAFrame() throws {
    var machine = try cyclesMachine(0x00E0).changed { $0[plane: 0, row: 0] = 1 << 127 }
    _ = machine.run(frames: 1)
    #expect(machine.state.instructions == 0)
    #expect(machine.state.cycles == 5082)
    machine.step()
    #expect(machine.state.instructions == 1)
    #expect(machine.state.cycles == 8200)
    #expect(machine.state[plane: 0, row: 0] == 0)
  }

  @Test func framesKeepToTheGridAfterOvershooting() throws {
    var machine = try cyclesMachine(0x1200)
    _ = machine.run(frames: 1000)
    // Whatever an instruction overshoots, the next frame has less.
    let grid = 4764 + 999 * 3668 as UInt64
    #expect(machine.state.cycles - grid < 1832 + 80)
    #expect(machine.state.cycles >= grid + 1832 - 80)
  }

  // MARK: Drawing

  /// When a sprite without rows is drawn that waited for the first interrupt.
  static let drawn: UInt64 = 4764 + 1832 + 26

  /// The cycles of a drawing, from its fetch and with no interrupt but those it waits for.
  private func draw(_ opcode: UInt16, _ change: (inout State) -> Void) throws -> State {
    var machine = try cyclesMachine(opcode).changed {
      $0.i = 0x300
      change(&$0)
    }
    machine.step()
    return machine.state
  }

  @Test func spritesAreDrawnAfterTheInterrupt() throws {
    // Of five rows, at column 0: two bytes are looked at, no pixel is hit.
    let plain = try draw(0xD015) { _ in }
    #expect(plain.frames == 1)
    #expect(plain.cycles == Self.drawn + 5 * 50)
    // At the right edge there is only one byte.
    let edge = try draw(0xD015) { $0.v[0] = 56 }
    #expect(edge.cycles == Self.drawn + 5 * 34)
    // Rows past the bottom take no time.
    let bottom = try draw(0xD015) { $0.v[1] = 29 }
    #expect(bottom.cycles == Self.drawn + 3 * 50)
    let none = try draw(0xD010) { _ in }
    #expect(none.frames == 1)
    #expect(none.cycles == Self.drawn)
  }

  @Test func hitsTakeTimeInEachByte() throws {
    // A byte of all ones at column 4 is in columns 4–7 of one byte and 8–11 of the next.
    for (line, hits) in [
      (0x0F00, 1), (0x00F0, 1), (0x0810, 2), (0xF00F, 0),
    ] as [(UInt128, UInt64)] {
      let state = try draw(0xD011) {
        $0.v[0] = 4
        $0.ram[0x300] = 0xFF
        $0[plane: 0, row: 0] = line << 112
      }
      #expect(state.cycles == Self.drawn + 50 + 4 * hits)
      #expect(state.v[0xF] == (hits > 0 ? 1 : 0))
    }
  }

  @Test func wideShiftsArePreparedForMoreThanOneFrame() throws {
    // 68 + 15 · (46 + 20 · 7) = 2858 cycles, of which 1446 are left before the first interrupt;
    // the next leaves 3668 − 1832.
    let two = try draw(0xD01F) { $0.v[0] = 7 }
    #expect(two.frames == 2)
    // At a multiple of eight it is 68 + 15 · 46 = 758.
    let one = try draw(0xD01F) { $0.v[0] = 8 }
    #expect(one.frames == 1)
  }

  @Test func preparingJustInTimeIsInTime() throws {
    for (cycles, frames) in [(4582, 1), (4583, 2)] as [(UInt64, UInt64)] {
      let state = try draw(0xD011) { $0.cycles = cycles }
      #expect(state.frames == frames)
    }
  }

  @Test func displayWaitsStayAtTheirInstruction() throws {
    var machine = try cyclesMachine(0xD015)
    _ = machine.run(frames: 1)
    #expect((machine.state.pc, machine.state.instructions) == (0x200, 0))
    #expect(machine.state.drawWait == 0)
  }

  // MARK: Keys

  @Test func aKeyCompletesWhenTheBuzzerIsSilent() throws {
    var machine = try cyclesMachine(0xF50A, 0x1202)
    _ = machine.run(frames: 1, keys: KeySet(key: 6))
    _ = machine.run(frames: 3, keys: KeySet(key: 6))
    #expect(machine.state.sound == 3)
    _ = machine.run(frames: 3, keys: [])
    #expect((machine.state.sound, machine.state.v[5]) == (0, 0))
    let before = machine.state.cycles
    machine.step()
    #expect((machine.state.v[5], machine.state.instructions) == (6, 2))
    #expect(machine.state.cycles == before + 8 + 80)
  }

  @Test func waitingForAKeyCostsItsFrames() throws {
    var machine = try cyclesMachine(0xF50A, 0x1202)
    _ = machine.run(frames: 10)
    #expect(machine.state.cycles == 39608)
    #expect(machine.state.instructions == 1)
  }
}
