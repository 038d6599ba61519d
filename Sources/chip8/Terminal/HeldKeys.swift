/// Which keys of a terminal are down. Where the terminal does not report that keys go up, they go up by
/// themselves when they were not heard of for a while.
package struct HeldKeys: Sendable {
  /// How long a key is down that was pressed or repeated: a tap is seen by every program, and keys that
  /// are held are repeated more often.
  package static let frameCount = 9

  private let isTimed: Bool
  private var frame = 0
  /// The frame before which each key is down.
  private var ends: [UInt8: Int] = [:]

  package init(isTimed: Bool) { self.isTimed = isTimed }

  /// A key went down.
  ///
  /// - Returns: whether it was up.
  package mutating func press(_ usage: UInt8) -> Bool {
    ends.updateValue(frame + HeldKeys.frameCount, forKey: usage) == nil
  }

  package mutating func release(_ usage: UInt8) { ends[usage] = nil }

  package mutating func releaseAll() { ends = [:] }

  /// A frame has gone by.
  ///
  /// - Returns: the keys that have gone up by themselves.
  package mutating func nextFrame() -> [UInt8] {
    frame += 1
    guard isTimed else { return [] }
    let ended = ends.filter { $0.value <= frame }.keys.sorted()
    for usage in ended { ends[usage] = nil }
    return ended
  }
}
