/// Says when frames are due, by the clock alone: what the monitor does has no influence.
public struct Pacer {
  /// A machine that was held up for longer than this does not run after the lost time.
  private static let maxNanosecondsLate: UInt64 = 100_000_000

  private var frameNanoseconds: UInt64
  private var nextFrame: UInt64

  /// - Parameter now: the time of a steady clock, in nanoseconds.
  public init(framesPerSecond: Int, now: UInt64) {
    frameNanoseconds = 1_000_000_000 / UInt64(framesPerSecond)
    nextFrame = now
  }

  /// Changes the rate from the next frame on.
  ///
  /// - Parameter percent: of that rate.
  public mutating func setRate(framesPerSecond: Int, percent: Int = 100) {
    frameNanoseconds = 100_000_000_000 / UInt64(framesPerSecond * percent)
  }

  /// How many frames are due; they count as run.
  public mutating func framesDue(now: UInt64) -> Int {
    guard now >= nextFrame else { return 0 }
    guard now - nextFrame <= Pacer.maxNanosecondsLate else {
      nextFrame = now + frameNanoseconds
      return 1
    }
    let due = (now - nextFrame) / frameNanoseconds + 1
    nextFrame += due * frameNanoseconds
    return Int(due)
  }

  /// Nanoseconds until a frame is due.
  public func wait(now: UInt64) -> UInt64 {
    nextFrame > now ? nextFrame - now : 0
  }
}
