// AttendantTests.swift: an exhibit begins again by itself.

import Testing

import Chip8Player

@Suite struct AttendantTests {
  private let second: UInt64 = 1_000_000_000

  @Test("Each program shows its end for five seconds before it is restarted")
  func ends() {
    var attendant = Attendant()
    for start in [7, 100] as [UInt64] {
      let looks = (0..<6).map { k in
        attendant.shouldRestart(isPlayed: false, hasHalted: true, now: (start + k) * second)
      }
      #expect(looks == [false, false, false, false, false, true])
    }
    // It was switched on again in time.
    _ = attendant.shouldRestart(isPlayed: false, hasHalted: true, now: 200 * second)
    _ = attendant.shouldRestart(isPlayed: false, hasHalted: false, now: 204 * second)
    let isOver = attendant.shouldRestart(isPlayed: false, hasHalted: true, now: 206 * second)
    #expect(!isOver)
  }

  @Test("A game counts as abandoned a minute after its last key, but never before its first")
  func absence() {
    var attendant = Attendant()
    let looks = [
      (false, 0), (false, 1000), (true, 1001), (true, 1050), (false, 1109), (false, 1110),
      (false, 1200),
    ].map { isPlayed, time in
      attendant.shouldRestart(isPlayed: isPlayed, hasHalted: false, now: time * second)
    }
    #expect(looks == [false, false, false, false, false, true, false])
  }
}
