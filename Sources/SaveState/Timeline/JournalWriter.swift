// From what has happened in a session to records in files.

/// Writes the journal of a session. It belongs to the thread that writes.
public struct JournalWriter<Recorded: Machine>: Sendable {
  /// A part of a branch that is in one file.
  private struct Piece {
    let reference: JournalReference
    /// Where it begins.
    let position: Position
    /// How many inputs of the branch come before it.
    let inputCount: Int
  }

  private let journal: Journal
  /// The most bytes of all files.
  private let byteLimit: Int
  private let maxFileByteCount: Int
  private let makeID: @Sendable () -> UInt64
  private var file: AppendedFile?
  private var fileID: UInt64 = 0
  /// The files that it has begun.
  private(set) var files: Set<UInt64> = []
  private var byteCount = 0
  private var branchCount = 0
  /// The pieces of each branch of the session.
  private var pieces: [[Piece]] = []
  /// What has happened for which there are no records yet.
  private var waiting: [(changes: JournalChanges<Recorded>, time: UInt64)] = []
  /// Records that could not be written yet.
  private var pending: [UInt8] = []

  /// - Parameters:
  ///   - byteLimit: how many bytes the files have together, at most.
  ///   - makeID: a number that no other file has.
  public init(
    _ journal: Journal, byteLimit: Int = Journal.defaultByteLimit,
    makeID: @escaping @Sendable () -> UInt64
  ) {
    self.journal = journal
    self.byteLimit = byteLimit
    self.makeID = makeID
    maxFileByteCount = min(Journal.maxFileByteCount, byteLimit / 4)
  }

  /// Writes what has happened.
  ///
  /// - Parameter time: when that is, in seconds since 1970.
  /// - Returns: older files that had to be removed for it.
  /// - Throws: if it cannot be written: the next call tries again.
  public mutating func write(
    _ changes: JournalChanges<Recorded>, time: UInt64
  ) throws(StorageError) -> [Journal.File] {
    keep(changes, time: time)
    var removed: [Journal.File] = []
    if file == nil { removed += try begin(changes.program, time: time) }
    for (changes, time) in waiting {
      for record in records(changes, time: time) { pending += record.encoded(in: fileID) }
    }
    waiting = []
    try writePending()
    if byteCount >= maxFileByteCount, let end = changes.end {
      try file?.synchronize()
      removed += try begin(changes.program, time: time)
      pending += continuation(of: end, time: time).encoded(in: fileID)
      try writePending()
    }
    return removed
  }

  /// Keeps what has happened until the next that is written.
  public mutating func keep(_ changes: JournalChanges<Recorded>, time: UInt64) {
    for index in waiting.indices { waiting[index].changes.end = nil }
    waiting.append((changes, time))
  }

  /// Comes back when all of it is on the disk.
  public func synchronize() throws(StorageError) { try file?.synchronize() }

  private mutating func begin(
    _ program: Program, time: UInt64
  ) throws(StorageError) -> [Journal.File] {
    let removed = try journal.prune(toByteCount: byteLimit - maxFileByteCount)
    let id = makeID()
    file = try journal.begin(id, time: time)
    (fileID, byteCount, branchCount) = (id, 0, 0)
    files.insert(id)
    pending += JournalFile<Recorded>.header(fileID, time: time, program)
    return removed
  }

  private mutating func writePending() throws(StorageError) {
    guard let file else { return }
    try file.append(pending, at: byteCount)
    byteCount += pending.count
    pending = []
  }

  /// Where on a branch of the session something is that its files have.
  func origin(
    of kept: JournalRecord<Recorded>.Origin
  ) -> Timeline<Recorded>.Origin? {
    guard files.contains(kept.branch.file) else { return nil }
    for (branch, pieces) in pieces.enumerated() {
      for piece in pieces where piece.reference == kept.branch {
        return Timeline.Origin(
          branch: branch, position: kept.position, inputCount: piece.inputCount + kept.inputCount)
      }
    }
    return nil
  }

  // MARK: Records

  private mutating func records(
    _ changes: JournalChanges<Recorded>, time: UInt64
  ) -> [JournalRecord<Recorded>] {
    for (branch, reference) in changes.imported {
      setPiece(Piece(reference: reference, position: Position(), inputCount: 0), of: branch)
    }
    var records: [JournalRecord<Recorded>] = []
    let known = changes.beginnings.first?.index ?? .max
    for progress in changes.progress where progress.index < known {
      records += self.records(progress, time: time)
    }
    for beginning in changes.beginnings {
      records.append(record(beginning, time: time))
      for progress in changes.progress where progress.index == beginning.index {
        records += self.records(progress, time: time)
      }
    }
    if let (doneCount, jumps) = changes.jumps {
      let kept = jumps.map { (edge: $0.edge, from: place($0.from), to: place($0.to)) }
      records.append(.jumps(JournalRecord.Jumps(doneCount: doneCount, jumps: kept)))
    }
    return records
  }

  private mutating func setPiece(_ piece: Piece, of branch: Int) {
    while pieces.count <= branch { pieces.append([]) }
    pieces[branch].append(piece)
  }

  /// The last piece of a branch that is such; one that comes before all is in the first.
  private func piece(of branch: Int, where isSuch: (Piece) -> Bool) -> Piece {
    pieces[branch].last(where: isSuch) ?? pieces[branch][0]
  }

  private func place(_ place: Timeline<Recorded>.Place) -> JournalRecord<Recorded>.Place {
    let piece = piece(of: place.branch) { $0.position.mark <= place.position.mark }
    return JournalRecord.Place(branch: piece.reference, position: place.position)
  }

  /// The next branch of the file.
  private mutating func nextReference() -> JournalReference {
    defer { branchCount += 1 }
    return JournalReference(file: fileID, branch: branchCount)
  }

  private mutating func record(
    _ beginning: JournalChanges<Recorded>.Beginning, time: UInt64
  ) -> JournalRecord<Recorded> {
    let origin = beginning.origin.map { origin in
      let piece = piece(of: origin.branch) {
        $0.position.mark <= origin.position.mark && $0.inputCount <= origin.inputCount
      }
      return JournalRecord<Recorded>.Origin(
        branch: piece.reference, position: origin.position,
        inputCount: origin.inputCount - piece.inputCount)
    }
    let reference = nextReference()
    setPiece(
      Piece(reference: reference, position: beginning.position, inputCount: 0),
      of: beginning.index)
    return .branch(
      JournalRecord.Beginning(
        number: reference.branch, edge: beginning.edge, position: beginning.position, time: time,
        origin: origin, start: beginning.start, claim: beginning.claim))
  }

  private func records(
    _ progress: JournalChanges<Recorded>.Progress, time: UInt64
  ) -> [JournalRecord<Recorded>] {
    let piece = pieces[progress.index][pieces[progress.index].count - 1]
    precondition(piece.reference.file == fileID, "who comes back to a branch begins another one")
    let number = piece.reference.branch
    let keyframes = progress.keyframes.filter { $0.position > piece.position }
    return [
      .progress(
        JournalRecord.Progress(
          number: number, time: time, end: progress.end, entries: progress.entries))
    ]
      + keyframes.map { keyframe in
        .keyframe(
          JournalRecord.Keyframe(
            number: number, position: keyframe.position,
            inputCount: keyframe.inputCount - piece.inputCount, machine: keyframe.snapshot))
      }
  }

  /// The branch that the machine is on begins another piece here, with a machine of its own: the files
  /// before may be removed.
  private mutating func continuation(
    of end: (index: Int, inputCount: Int, machine: Recorded.Snapshot), time: UInt64
  ) -> JournalRecord<Recorded> {
    let position = Recorded(end.machine).position
    let last = pieces[end.index][pieces[end.index].count - 1]
    let reference = nextReference()
    setPiece(
      Piece(reference: reference, position: position, inputCount: end.inputCount), of: end.index)
    return .branch(
      JournalRecord.Beginning(
        number: reference.branch, edge: .rewind, position: position, time: time,
        origin: JournalRecord.Origin(
          branch: last.reference, position: position,
          inputCount: end.inputCount - last.inputCount),
        start: Recorded.pack(end.machine)))
  }
}
