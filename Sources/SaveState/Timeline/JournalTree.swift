// The tree of all files of a journal.

/// All sessions of a program that its journal knows.
public struct JournalTree<Recorded: Machine>: Sendable {
  /// An end that can be gone to.
  public struct Leaf: Sendable {
    /// Where it is kept.
    public let reference: JournalReference
    /// Its branch in the session that is made of the tree.
    public let branch: Int
    /// Why the branch began.
    public let edge: Timeline<Recorded>.Edge
    /// Where it began.
    public let start: Position
    /// Where it ends.
    public let end: Position
    /// When it began, in seconds since 1970.
    public let began: UInt64
    /// When it had come to its end.
    public let ended: UInt64
  }

  /// The program.
  public let program: Program
  var branches: [Timeline<Recorded>.Branch] = []
  /// Where each of them is kept.
  private(set) var references: [JournalReference] = []
  private var times: [(began: UInt64, ended: UInt64)] = []
  private(set) var jumps: [Timeline<Recorded>.Jump] = []
  private(set) var jumpsDone = 0
  /// The end of what was played last.
  private(set) var last: Timeline<Recorded>.Place?

  /// - Parameter files: in the order in which they were begun.
  init?(_ files: [JournalFile<Recorded>]) {
    guard let first = files.last else { return nil }
    program = first.program
    var indices: [JournalReference: Int] = [:]
    for file in files {
      for branch in file.branches { append(branch, of: file, &indices) }
    }
    guard !branches.isEmpty else { return nil }
    // What was written last, by a process that may have begun before others.
    let latest = files.filter { $0.last != nil }.max { one, other in
      (one.lastTime, one.time, one.id) < (other.lastTime, other.time, other.id)
    }
    if let latest, let number = latest.last,
      let index = indices[JournalReference(file: latest.id, branch: number)]
    {
      last = Timeline.Place(branch: index, position: branches[index].end)
      takeJumps(of: latest, indices)
    }
  }

  private mutating func append(
    _ branch: JournalFile<Recorded>.Branch, of file: JournalFile<Recorded>,
    _ indices: inout [JournalReference: Int]
  ) {
    let beginning = branch.beginning
    var origin: Timeline<Recorded>.Origin?
    if let kept = beginning.origin, let index = indices[kept.branch],
      kept.position == beginning.position, kept.position.mark <= branches[index].end.mark,
      kept.position.mark >= branches[index].startPosition.mark,
      kept.inputCount <= branches[index].tape.entries.count
    {
      origin = Timeline.Origin(
        branch: index, position: kept.position, inputCount: kept.inputCount)
    }
    // What it has left is gone, and it has no machine of its own.
    guard origin != nil || beginning.start != nil else { return }
    var restored = Timeline<Recorded>.Branch(
      edge: beginning.edge, start: beginning.start, origin: origin, end: beginning.position)
    (restored.tape, restored.end, restored.claim) = (branch.tape, branch.end, beginning.claim)
    restored.keyframes = branch.keyframes.map { keyframe in
      Timeline.Keyframe(
        position: keyframe.position, inputCount: keyframe.inputCount, snapshot: keyframe.machine,
        byteCount: Recorded.byteCount(of: keyframe.machine), played: 0)
    }
    let reference = JournalReference(file: file.id, branch: beginning.number)
    indices[reference] = branches.count
    branches.append(restored)
    references.append(reference)
    times.append((beginning.time, branch.time))
  }

  private mutating func takeJumps(
    of file: JournalFile<Recorded>, _ indices: [JournalReference: Int]
  ) {
    guard let kept = file.jumps else { return }
    func place(_ place: JournalRecord<Recorded>.Place) -> Timeline<Recorded>.Place? {
      // It may lie before the branch itself, on its course.
      guard let index = indices[place.branch], place.position.mark <= branches[index].end.mark
      else { return nil }
      return Timeline.Place(branch: index, position: place.position)
    }
    for (index, jump) in kept.jumps.enumerated() {
      guard let from = place(jump.from), let to = place(jump.to) else { continue }
      jumps.append(Timeline.Jump(edge: jump.edge, from: from, to: to))
      if index < kept.doneCount { jumpsDone += 1 }
    }
  }

  /// All ends, those that were played last first.
  public var leaves: [Leaf] {
    Timeline.leaves(of: branches).map { leaf in
      let time = times[leaf.branch]
      return Leaf(
        reference: references[leaf.branch], branch: leaf.branch, edge: leaf.edge,
        start: leaf.start, end: leaf.end, began: time.began, ended: time.ended)
    }.sorted { ($0.ended, $0.branch) > ($1.ended, $1.branch) }
  }
}

extension JournalFile {
  fileprivate var lastTime: UInt64 { branches.map(\.time).max() ?? time }
}

extension Timeline {
  /// The sessions of a journal, at one of their ends.
  public init(_ tree: JournalTree<Recorded>, at leaf: JournalTree<Recorded>.Leaf) throws(SeekError)
  {
    guard let start = tree.branches.lazy.compactMap(\.start).first else {
      throw .nowhere(leaf.end)
    }
    self.init(Recorded(Recorded.unpack(start)))
    recall(tree)
    try seek(to: leaf)
  }

  /// Goes to an end of the sessions that this one was made of.
  public mutating func seek(to leaf: JournalTree<Recorded>.Leaf) throws(SeekError) {
    // The first branch is that of the machine to begin with.
    try seek(toEndOf: leaf.branch + 1)
  }

  /// Remembers what was played before this session: undo leads there, beyond its beginning.
  ///
  /// - Returns: the branches that are new, and where each of them is kept.
  @discardableResult
  public mutating func recall(
    _ tree: JournalTree<Recorded>
  ) -> [(branch: Int, reference: JournalReference)] {
    let offset = branches.count
    branches += tree.branches.map { $0.numbered(after: offset) }
    keyframeByteCount = branches.flatMap(\.keyframes).reduce(0) { $0 + $1.byteCount }
    keepToBudget()
    if let last = tree.last {
      func moved(_ place: Place) -> Place {
        Place(branch: place.branch + offset, position: place.position)
      }
      // It has begun with the last branch that has a machine and was there at once.
      let first = branches[0].edge == .past ? 1 : 0
      let beginning = Place(branch: first, position: branches[first].startPosition)
      let edge = branches[first].edge
      let earlier = tree.jumps[..<tree.jumpsDone].map {
        Jump(edge: $0.edge, from: moved($0.from), to: moved($0.to))
      }
      let added = earlier + [Jump(edge: edge, from: moved(last), to: beginning)]
      jumps = added + jumps
      jumpsDone += added.count
    }
    return tree.references.enumerated().map { (offset + $0, $1) }
  }
}
