// The branches of a session, and the way back and forth between them.

extension Timeline {
  /// The end of a branch: where the session was left.
  public struct Leaf: Hashable, Sendable {
    /// The branch.
    public let branch: Int
    /// Why it began.
    public let edge: Edge
    /// Where it began.
    public let start: Position
    /// How far it has come.
    public let end: Position
    /// How often the course that leads to it has left another one on its way.
    public let depth: Int
  }

  /// A jump from one place to another.
  struct Jump: Sendable {
    let edge: Edge
    /// Where undoing it leads.
    var from: Place
    /// Where doing it again leads.
    var to: Place
  }

  /// All ends, as a tree: each is followed by those whose course has left its own, in the order in which
  /// their branches began.
  public var leaves: [Leaf] { Timeline.leaves(of: branches) }

  static func leaves(of branches: [Branch]) -> [Leaf] {
    var roots: [Int] = []
    var continuations = [[Int]](repeating: [], count: branches.count)
    var departures = continuations
    for (index, branch) in branches.enumerated() {
      guard let origin = branch.origin else {
        roots.append(index)
        continue
      }
      let isContinuation = origin.position.mark == branches[origin.branch].end.mark
      if isContinuation {
        continuations[origin.branch].append(index)
      } else {
        departures[origin.branch].append(index)
      }
    }
    var leaves: [Leaf] = []
    // The next one comes last. A week of play is too deep for calls.
    var pending = roots.reversed().map { (branch: $0, depth: 0) }
    while let (index, depth) = pending.popLast() {
      pending += departures[index].reversed().map { ($0, depth + 1) }
      pending += continuations[index].reversed().map { ($0, depth) }
      guard continuations[index].isEmpty else { continue }
      leaves.append(
        Leaf(
          branch: index, edge: branches[index].edge, start: branches[index].startPosition,
          end: branches[index].end, depth: depth))
    }
    return leaves
  }

  /// Where the course to here has left the one to another place; where it was switched on or loaded, if the two have
  /// nothing in common. O(branches).
  public func departure(from place: Place) -> Position {
    let other = Dictionary(uniqueKeysWithValues: lineage(of: place))
    var start = branches[branch].startPosition
    for (index, end) in lineage(of: self.place) {
      if let common = other[index] { return min(end, common) }
      if branches[index].edge != .past { start = branches[index].startPosition }
    }
    return start
  }

  /// The branches of the course to a place, the last one first, and how far it goes on each.
  private func lineage(of place: Place) -> [(branch: Int, end: Position)] {
    var lineage = [(branch: place.branch, end: place.position)]
    while let last = lineage.last, let origin = branches[last.branch].origin {
      lineage.append((origin.branch, min(origin.position, last.end)))
    }
    return lineage
  }

  /// Goes to the end of a branch: to a leaf, of whatever course.
  public mutating func seek(toEndOf branch: Int) throws(SeekError) {
    precondition(branches.indices.contains(branch), "a branch of this session")
    let from = place
    try move(to: Place(branch: branch, position: branches[branch].end))
    note(.rewind, from: from)
  }

  /// What ``undo()`` undoes, one after the other from the last one on.
  public var undoableEdges: [Edge] { jumps[..<jumpsDone].map(\.edge) }

  /// What ``redo()`` does again, one after the other from the first one on.
  public var redoableEdges: [Edge] { jumps[jumpsDone...].map(\.edge) }

  /// Goes back to where the last jump came from: the last load, reset, rewind or replaced program.
  /// What was played since stays, and ``redo()`` leads there.
  ///
  /// - Returns: what was undone; nil if there was nothing.
  public mutating func undo() throws(SeekError) -> Edge? {
    guard jumpsDone > 0 else { return nil }
    let (jump, here) = (jumps[jumpsDone - 1], place)
    try move(to: jump.from)
    jumpsDone -= 1
    jumps[jumpsDone].to = here
    return jump.edge
  }

  /// Does again what was undone last.
  ///
  /// - Returns: what that is; nil if there was nothing.
  public mutating func redo() throws(SeekError) -> Edge? {
    guard jumpsDone < jumps.count else { return nil }
    let (jump, here) = (jumps[jumpsDone], place)
    try move(to: jump.to)
    jumps[jumpsDone].from = here
    jumpsDone += 1
    return jump.edge
  }

  private mutating func move(to place: Place) throws(SeekError) {
    try restoringOnError { timeline throws(SeekError) in
      try timeline.go(to: .position(place.position), on: place.branch)
    }
    branch = place.branch
    (isJumping, hasMoved) = (false, true)
  }

  /// Notes a jump to where the machine is now. One that follows another one is the same jump; what
  /// could be done again before cannot any more, but its leaves are still there.
  mutating func note(_ edge: Edge, from: Place) {
    if edge == .rewind, isJumping {
      jumps[jumpsDone - 1].to = place
      // Returning to the same place is not a jump.
      guard jumps[jumpsDone - 1].from == place else { return }
      jumpsDone -= 1
      jumps.removeSubrange(jumpsDone...)
      isJumping = false
      return
    }
    guard from != place else { return }
    jumps.removeSubrange(jumpsDone...)
    jumps.append(Jump(edge: edge, from: from, to: place))
    jumpsDone += 1
    isJumping = edge == .rewind
  }
}
