/// Looks after an exhibit: powers the machine on again when its program is over, or when the
/// visitor has gone.
package struct Attendant: Sendable {
  /// For how many nanoseconds a program shows how it has ended.
  package static let endDuration: UInt64 = 5_000_000_000
  /// For how many nanoseconds a game waits for the next key.
  package static let absence: UInt64 = 60_000_000_000

  /// When a key was pressed last, since the machine was switched on.
  private var lastKey: UInt64?
  /// When the program was found to have ended.
  private var end: UInt64?

  package init() {}

  /// Looks at the machine, now and then.
  ///
  /// - Returns: whether to switch it on again.
  package mutating func look(isPlayed: Bool, hasHalted: Bool, now: UInt64) -> Bool {
    if isPlayed { lastKey = now }
    end = hasHalted ? end ?? now : nil
    let isOver = end.map { now - $0 >= Attendant.endDuration } ?? false
    let isLeft = lastKey.map { now - $0 >= Attendant.absence } ?? false
    guard isOver || isLeft else { return false }
    self = Attendant()
    return true
  }
}
