import Chip8Core

/// Shows pictures so that no pixel flashes more than three times a second, the most that the W3C's
/// accessibility guidelines allow (WCAG 2.2, 2.3.1): a flash is two changes. A pixel that has changed too
/// often stays as it is until it may change again.
public struct FlashLimiter: Sendable {
  /// How long it takes until a pixel may change once more, in nanoseconds.
  private static let interval: UInt64 = 1_000_000_000 / 3 + 1
  /// How often it may change at once after it was still. With the two that are added before a second is
  /// over, these are six changes.
  private static let maxChangesInHand: UInt64 = 4

  private var shown: ShownScreen?
  /// When each pixel will have all its changes in hand again.
  private var rested: [UInt64] = []

  /// A limiter that has shown nothing.
  public init() {}

  /// What is shown of a picture.
  ///
  /// - Parameter now: the time of a steady clock, in nanoseconds.
  public mutating func show(_ wanted: ShownScreen, now: UInt64) -> ShownScreen {
    guard let shown, shown.pixels.count == wanted.pixels.count else {
      return showAnotherSize(wanted, now: now)
    }
    guard shown.pixels != wanted.pixels else { return wanted }
    var pixels = shown.pixels
    for index in pixels.indices
    where pixels[index] != wanted.pixels[index] && mayChange(rested[index], now) {
      pixels[index] = wanted.pixels[index]
      rested[index] = FlashLimiter.changed(rested[index], now)
    }
    let next = ShownScreen(wanted.screen, pixels: pixels)
    self.shown = next
    return next
  }

  /// All pixels change at once, or none.
  private mutating func showAnotherSize(_ wanted: ShownScreen, now: UInt64) -> ShownScreen {
    let last = rested.max() ?? 0
    if let shown, !mayChange(last, now) { return shown }
    rested = Array(repeating: FlashLimiter.changed(last, now), count: wanted.pixels.count)
    shown = wanted
    return wanted
  }

  private func mayChange(_ rested: UInt64, _ now: UInt64) -> Bool {
    rested <= now + (FlashLimiter.maxChangesInHand - 1) * FlashLimiter.interval
  }

  private static func changed(_ rested: UInt64, _ now: UInt64) -> UInt64 {
    max(rested, now) + interval
  }
}
