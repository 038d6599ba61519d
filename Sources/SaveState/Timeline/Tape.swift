/// What has reached a machine from outside, in order, each input at the position where it was applied.
/// With the machine to begin with, that is all that a session depends on.
public struct Tape<Input: Hashable & Sendable>: Hashable, Sendable {
  /// An input at its position.
  public struct Entry: Hashable, Sendable {
    /// Where the machine was. Between two frames the frame says it all, and the instructions are not
    /// counted: so frames can be cut out of a tape, or put into one.
    public let position: Position
    /// What reached it there.
    public let input: Input
  }

  /// All inputs, the oldest first. A machine that has had the first n of them continues with
  /// `entries[n...]`: a position alone does not say which of several inputs there it has had.
  public private(set) var entries: [Entry] = []

  /// A tape with nothing on it.
  public init() {}

  /// A part of another one.
  init(_ entries: ArraySlice<Entry>) { self.entries = Array(entries) }

  /// Appends an input.
  ///
  /// - Parameter position: where the machine is: not before the last input.
  public mutating func append(_ input: Input, at position: Position) {
    let position = position.mark
    precondition(
      entries.last.map { $0.position <= position } ?? true, "a tape continues where it ends")
    entries.append(Entry(position: position, input: input))
  }

}

/// A machine that runs again as it has run: each input of a tape is applied where it was.
public struct Replay<Replayed: Machine>: Sendable {
  /// The machine as it is now.
  public var machine: Replayed
  /// The inputs that are still to come.
  public private(set) var remaining: ArraySlice<Tape<Replayed.Input>.Entry>

  /// - Parameter entries: what the machine has not had yet.
  public init(
    _ machine: Replayed, _ entries: ArraySlice<Tape<Replayed.Input>.Entry>
  ) {
    (self.machine, remaining) = (machine, entries)
  }

  /// Continues as ``Machine/advance(until:)`` does, with the inputs up to there. Those at the end
  /// itself are still to come then.
  ///
  /// - Throws: the machine's own error for an input that it refuses; it stays there.
  public mutating func advance(until end: Position) throws(Replayed.InputRefusal) {
    try machine.advance(until: end, with: &remaining)
  }

  /// Continues to exactly a position that it has been at, with all inputs up to there and at it.
  /// Whether it is there then shows whether it has run as it had.
  ///
  /// - Throws: the machine's own error for an input that it refuses; it stays there.
  public mutating func advance(to end: Position) throws(Replayed.InputRefusal) {
    try machine.advance(to: end, with: &remaining)
  }
}

/// The inputs of a tape that are still to come.
typealias Remaining<Running: Machine> = ArraySlice<Tape<Running.Input>.Entry>

extension Machine {
  /// ``Replay/advance(until:)``
  mutating func advance(
    until end: Position, with remaining: inout Remaining<Self>
  ) throws(InputRefusal) {
    while let next = remaining.first, next.position.isWithin(end) {
      advance(to: next.position, within: end)
      guard position >= next.position, position.isWithin(end) else { return }
      try apply(next.input)
      remaining = remaining.dropFirst()
    }
    advance(until: end)
  }

  /// ``Replay/advance(to:)``
  mutating func advance(
    to end: Position, with remaining: inout Remaining<Self>
  ) throws(InputRefusal) {
    while let next = remaining.first, next.position <= end {
      advance(to: next.position)
      guard position >= next.position else { return }
      try apply(next.input)
      remaining = remaining.dropFirst()
    }
    advance(to: end)
  }
}
