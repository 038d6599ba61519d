// PacerTests.swift: frames are due by the clock, whatever else happens.

import Chip8Player
import Testing

@Suite struct PacerTests {
  private static let second: UInt64 = 1_000_000_000

  /// How many frames are run in ten seconds when polled that often in a second.
  private func frames(rate: Int, looks: UInt64) -> Int {
    var pacer = Pacer(framesPerSecond: rate, now: 5)
    return (0..<10 * looks).reduce(0) { count, look in
      count + pacer.framesDue(now: 5 + look * PacerTests.second / looks)
    }
  }

  @Test(arguments: [60, 64, 480], [60, 61, 144, 1000] as [UInt64])
  func aMachineRunsAtItsOwnRate(rate: Int, looks: UInt64) {
    #expect(abs(frames(rate: rate, looks: looks) - rate * 10) <= 8)
  }

  @Test func machinesRunInSlowMotion() {
    var pacer = Pacer(framesPerSecond: 64, now: 0)
    pacer.setRate(framesPerSecond: 64, percent: 25)
    let frames = (0..<10_000).reduce(0) { count, look in
      count + pacer.framesDue(now: UInt64(look) * PacerTests.second / 1000)
    }
    #expect(abs(frames - 160) <= 2)
  }

  @Test func longDelaysAreNotCaughtUp() {
    var pacer = Pacer(framesPerSecond: 60, now: 0)
    #expect(pacer.framesDue(now: 0) == 1)
    #expect(pacer.framesDue(now: 20 * PacerTests.second) == 1)
    #expect(pacer.framesDue(now: 20 * PacerTests.second) == 0)
    #expect(pacer.wait(now: 20 * PacerTests.second) == PacerTests.second / 60)
  }

  @Test func shortDelaysAreCaughtUp() {
    var pacer = Pacer(framesPerSecond: 60, now: 0)
    #expect(pacer.framesDue(now: PacerTests.second / 20) == 4)
  }
}
