// What of a session is still to be written into its journal.

/// How much of a session its journal has got.
public struct JournalMark: Sendable {
  fileprivate struct Known: Sendable {
    var inputCount: Int
    var end: Position
    var lastKeyframe: Position?
  }

  fileprivate var branches: [Known] = []
  fileprivate var jumpCount = 0
  fileprivate var jumpsDone = 0
  fileprivate var branch = 0
  /// The branches that others have written and the journal has not got yet.
  fileprivate var imported: [(branch: Int, reference: JournalReference)] = []
  /// All that others have written.
  private var numbers: [JournalReference: Int] = [:]

  /// Nothing.
  public init() {}

  /// Which branch of the session that others have written is there.
  func branch(of reference: JournalReference) -> Int? { numbers[reference] }

  /// The last snapshot of a branch that it has come with.
  func lastKeyframe(of branch: Int) -> Position? { branches[branch].lastKeyframe }

  /// Notes the next branch, which others have written, and of which the journal has all.
  mutating func add<Recorded: Machine>(
    _ branch: Int, _ reference: JournalReference, _ contents: Timeline<Recorded>.Branch
  ) {
    precondition(branch == branches.count, "all branches before are known")
    imported.append((branch, reference))
    numbers[reference] = branch
    branches.append(Known(inputCount: 0, end: Position()))
    note(branch, contents)
  }

  /// Notes how far others have written a branch.
  mutating func note<Recorded: Machine>(_ branch: Int, _ contents: Timeline<Recorded>.Branch) {
    branches[branch] = Known(
      inputCount: contents.tape.count, end: contents.end,
      lastKeyframe: contents.keyframes.last?.position)
  }
}

/// What has happened in a session since its journal was last written to.
public struct JournalChanges<Recorded: Machine>: Sendable {
  struct Beginning: Sendable {
    let index: Int
    let edge: Timeline<Recorded>.Edge
    let start: Recorded.PackedSnapshot?
    let position: Position
    let origin: Timeline<Recorded>.Origin?
    let claim: Digest?
  }

  struct Progress: Sendable {
    let index: Int
    let end: Position
    let entries: [Tape<Recorded.Input>.Entry]
    let keyframes: [Timeline<Recorded>.Keyframe]
  }

  let program: Program
  var beginnings: [Beginning] = []
  var progress: [Progress] = []
  /// All jumps, if there are others.
  var jumps: (doneCount: Int, jumps: [Timeline<Recorded>.Jump])?
  /// What an earlier journal has, and where.
  var imported: [(branch: Int, reference: JournalReference)] = []
  /// The end of the branch that the machine is on, if that is where it is.
  var end: (index: Int, inputCount: Int, machine: Recorded.Snapshot)?
}

extension Timeline {
  /// The most jumps that a journal keeps.
  private static var maxJumpCount: Int { 64 }

  /// What has happened since the last call; nil if that is nothing. It takes microseconds.
  public func changes(since mark: inout JournalMark) -> JournalChanges<Recorded>? {
    var changes = JournalChanges<Recorded>(program: machine.program)
    swap(&changes.imported, &mark.imported)
    let known = mark.branches.count
    for index in Set([mark.branch, branch]).sorted() where index < known {
      takeProgress(of: index, &mark, &changes)
    }
    for index in known..<branches.count {
      let branch = branches[index]
      changes.beginnings.append(
        JournalChanges.Beginning(
          index: index, edge: branch.edge, start: branch.start, position: branch.startPosition,
          origin: branch.origin, claim: branch.claim))
      mark.branches.append(JournalMark.Known(inputCount: 0, end: branch.startPosition))
      takeProgress(of: index, &mark, &changes)
    }
    mark.branch = branch
    if mark.jumpCount != jumps.count || mark.jumpsDone != jumpsDone {
      (mark.jumpCount, mark.jumpsDone) = (jumps.count, jumpsDone)
      let dropped = max(0, jumps.count - Timeline.maxJumpCount)
      changes.jumps = (max(0, jumpsDone - dropped), Array(jumps.dropFirst(dropped)))
    }
    guard !changes.beginnings.isEmpty || !changes.progress.isEmpty || changes.jumps != nil else {
      swap(&changes.imported, &mark.imported)
      return nil
    }
    if isAtEnd {
      changes.end = (branch, branches[branch].tape.count, machine.snapshot)
    }
    return changes
  }

  private func takeProgress(
    of index: Int, _ mark: inout JournalMark, _ changes: inout JournalChanges<Recorded>
  ) {
    let (branch, known) = (branches[index], mark.branches[index])
    let entries = Array(branch.tape[known.inputCount..<branch.tape.count])
    // A loaded machine's past is not recorded; it is rebuilt once verified.
    let keyframes =
      branch.edge == .past
      ? []
      : branch.keyframes.suffix(while: { $0.position > known.lastKeyframe ?? branch.startPosition })
    guard !entries.isEmpty || branch.end != known.end || !keyframes.isEmpty else { return }
    changes.progress.append(
      JournalChanges.Progress(
        index: index, end: branch.end, entries: entries, keyframes: keyframes))
    mark.branches[index].inputCount = branch.tape.count
    mark.branches[index].end = branch.end
    if let last = keyframes.last { mark.branches[index].lastKeyframe = last.position }
  }
}

extension Array {
  /// The last elements that are all such.
  fileprivate func suffix(while isSuch: (Element) -> Bool) -> [Element] {
    Array(self[(lastIndex { !isSuch($0) } ?? -1).advanced(by: 1)...])
  }
}
