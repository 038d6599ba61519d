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
  /// Where the session was last that has played last.
  private(set) var last: Timeline<Recorded>.Place?

  /// Where branches have left one of the session that reads the tree, by their numbers here.
  private(set) var ownOrigins: [Int: Timeline<Recorded>.Origin] = [:]
  /// Where the nearest machine is from which each branch is reached.
  private var machines: [Position] = []

  /// - Parameters:
  ///   - files: in the order in which they were begun.
  ///   - own: where on a branch of the session that reads the tree a branch begins, if it does.
  init?(
    _ files: [JournalFile<Recorded>],
    _ own: (JournalRecord<Recorded>.Origin) -> Timeline<Recorded>.Origin?
  ) {
    guard let first = files.last else { return nil }
    program = first.program
    var indices: [JournalReference: Int] = [:]
    // What a branch has left began before it, in whatever file.
    var next = files.map { $0.branches[...] }
    while let file = next.indices.filter({ !next[$0].isEmpty }).min(by: { one, other in
      next[one].beginningTime() < next[other].beginningTime()
    }) {
      append(next[file].removeFirst(), of: files[file], &indices, own)
    }
    guard !branches.isEmpty else { return nil }
    // What was written last, by a process that may have begun before others.
    let latest = files.filter { $0.last != nil }.max { one, other in
      (one.lastTime, one.time, one.id) < (other.lastTime, other.time, other.id)
    }
    if let latest, let kept = latest.last, let index = indices[kept.branch] {
      let end = branches[index].end
      last = Timeline.Place(branch: index, position: min(kept.position ?? end, end))
      takeJumps(of: latest, indices)
    }
  }

  private mutating func append(
    _ branch: JournalFile<Recorded>.Branch, of file: JournalFile<Recorded>,
    _ indices: inout [JournalReference: Int],
    _ own: (JournalRecord<Recorded>.Origin) -> Timeline<Recorded>.Origin?
  ) {
    let beginning = branch.beginning
    let origin = beginning.origin.flatMap { self.origin($0, of: beginning, indices) }
    // What it has left is gone, and it has no machine of its own; or it is too far from the next one.
    let machine = beginning.start == nil ? origin.map { machines[$0.branch] } : beginning.position
    guard let machine, Past<Recorded>.canLead(from: machine, to: beginning.position) else { return }
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
    if origin == nil, let kept = beginning.origin, let place = own(kept) {
      ownOrigins[branches.count] = place
    }
    branches.append(restored)
    references.append(reference)
    times.append((beginning.time, branch.time))
    machines.append(machine)
  }

  /// Where on a branch of the tree another one begins; nil if that is not there.
  private func origin(
    _ kept: JournalRecord<Recorded>.Origin, of beginning: JournalRecord<Recorded>.Beginning,
    _ indices: [JournalReference: Int]
  ) -> Timeline<Recorded>.Origin? {
    guard let index = indices[kept.branch], kept.position == beginning.position else { return nil }
    let origin = Timeline<Recorded>.Origin(
      branch: index, position: kept.position, inputCount: kept.inputCount)
    return branches[index].has(origin) ? origin : nil
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
    var mark = JournalMark()
    _ = changes(since: &mark)
    recall(tree, &mark)
    try seek(to: leaf)
  }

  /// Goes to an end of the sessions that this one was made of.
  public mutating func seek(to leaf: JournalTree<Recorded>.Leaf) throws(SeekError) {
    // The first branch is that of the machine to begin with.
    try seek(toEndOf: leaf.branch + 1)
  }

  /// Remembers what was played before this session, or by others meanwhile.
  ///
  /// - Parameters:
  ///   - mark: knows all branches that there are, and gets those that are new.
  ///   - continues: whether the session continues what was played last: undo leads there then, beyond its
  ///     beginning.
  public mutating func recall(
    _ tree: JournalTree<Recorded>, _ mark: inout JournalMark, continues: Bool = true
  ) {
    for (index, reference) in tree.references.enumerated() {
      let branch = tree.branches[index]
      if let known = mark.branch(of: reference) {
        grow(known, to: branch, &mark)
        continue
      }
      let own = tree.ownOrigins[index].flatMap {
        branches.indices.contains($0.branch) && $0.position == branch.startPosition
          && branches[$0.branch].has($0) ? $0 : nil
      }
      let origin = branch.origin.flatMap { origin in
        mark.branch(of: tree.references[origin.branch]).map { origin.of(branch: $0) }
      }
      guard branch.start != nil || origin != nil else { continue }
      add(branch.leaving(origin ?? own))
      mark.add(branches.count - 1, reference, branch)
    }
    keyframeByteCount = branches.reduce(0) { $0 + $1.keyframes.reduce(0) { $0 + $1.byteCount } }
    keepToBudget()
    if continues { recallJumps(of: tree, mark) }
  }

  /// Another process has continued a branch; continuing it here starts a new branch.
  private mutating func grow(_ index: Int, to other: Branch, _ mark: inout JournalMark) {
    guard other.end != branches[index].end || other.tape.count != branches[index].tape.count else {
      return
    }
    let last = mark.lastKeyframe(of: index) ?? branches[index].startPosition
    (branches[index].tape, branches[index].end) = (other.tape, other.end)
    branches[index].keyframes += other.keyframes.filter { $0.position > last }
    mark.note(index, other)
  }

  /// The session continues what was played last.
  private mutating func recallJumps(of tree: JournalTree<Recorded>, _ mark: JournalMark) {
    func moved(_ place: Place) -> Place? {
      mark.branch(of: tree.references[place.branch]).map {
        Place(branch: $0, position: place.position)
      }
    }
    guard let last = tree.last.flatMap(moved) else { return }
    // It has begun with the last branch that has a machine and was there at once.
    let first = branches[0].edge == .past ? 1 : 0
    let beginning = Place(branch: first, position: branches[first].startPosition)
    let earlier = tree.jumps[..<tree.jumpsDone].compactMap { jump in
      moved(jump.from).flatMap { from in
        moved(jump.to).map { Jump(edge: jump.edge, from: from, to: $0) }
      }
    }
    let added = earlier + [Jump(edge: branches[first].edge, from: last, to: beginning)]
    jumps = added + jumps
    jumpsDone += added.count
  }
}

extension Timeline.Branch {
  /// Whether a place is on it.
  fileprivate func has(_ place: Timeline.Origin) -> Bool {
    place.position.mark <= end.mark && place.position.mark >= startPosition.mark
      && place.inputCount <= tape.count
  }
}

extension ArraySlice {
  fileprivate func beginningTime<Recorded>() -> UInt64
  where Element == JournalFile<Recorded>.Branch { first?.beginning.time ?? .max }
}
