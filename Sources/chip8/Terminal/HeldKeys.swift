/// The keys that are down. If the terminal does not report releases, a key is released once it was not
/// repeated for a while.
package struct HeldKeys: Sendable {
  /// How long a key stays down after a press or a repeat: long enough for every program to see a tap, and
  /// for the next repeat of a held key to arrive.
  package static let frameCount = 9

  private let isTimed: Bool
  private var frame = 0
  /// The frame in which each key goes up.
  private var ends: [UInt8: Int] = [:]

  package init(isTimed: Bool) { self.isTimed = isTimed }

  /// Presses a key.
  ///
  /// - Returns: whether it was up.
  package mutating func press(_ usage: UInt8) -> Bool {
    ends.updateValue(frame + HeldKeys.frameCount, forKey: usage) == nil
  }

  package mutating func release(_ usage: UInt8) { ends[usage] = nil }

  package mutating func releaseAll() { ends = [:] }

  /// Advances by a frame.
  ///
  /// - Returns: the keys whose time is over.
  package mutating func nextFrame() -> [UInt8] {
    frame += 1
    guard isTimed else { return [] }
    let ended = ends.filter { $0.value <= frame }.keys.sorted()
    for usage in ended { ends[usage] = nil }
    return ended
  }
}
