/// Looks after an exhibit: restarts its program once it has ended or its visitor has left.
package struct Attendant: Sendable {
  /// How long the end of a program is shown, in nanoseconds.
  package static let endDuration: UInt64 = 5_000_000_000
  /// How long a game waits for the next key, in nanoseconds.
  package static let absence: UInt64 = 60_000_000_000

  /// When a key was pressed last; nil if none was since power-on.
  private var lastKey: UInt64?
  /// When the program ended.
  private var end: UInt64?

  package init() {}

  /// Checks on the machine, now and then.
  ///
  /// - Returns: whether to restart the program.
  package mutating func shouldRestart(isPlayed: Bool, hasHalted: Bool, now: UInt64) -> Bool {
    if isPlayed { lastKey = now }
    end = hasHalted ? end ?? now : nil
    let isOver = end.map { now - $0 >= Attendant.endDuration } ?? false
    let isLeft = lastKey.map { now - $0 >= Attendant.absence } ?? false
    guard isOver || isLeft else { return false }
    self = Attendant()
    return true
  }
}
