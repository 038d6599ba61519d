// A file of a journal, as it is read: whole, or up to where it was cut.

/// What a file of a journal says.
struct JournalFile<Recorded: Machine>: Sendable {
  /// A branch as the file has it.
  struct Branch: Sendable {
    let beginning: JournalRecord<Recorded>.Beginning
    var tape = LongTape<Recorded.Input>()
    var end: Position
    /// When it had come there.
    var time: UInt64
    var keyframes: [JournalRecord<Recorded>.Keyframe] = []
  }

  /// Which file it is.
  let id: UInt64
  /// When it was begun, in seconds since 1970.
  let time: UInt64
  let program: Program
  private(set) var branches: [Branch] = []
  private(set) var jumps: JournalRecord<Recorded>.Jumps?
  /// Where the session was last: on which branch, and where on it if not at its end.
  private(set) var last: (branch: JournalReference, position: Position?)?
  /// How many bytes were whole records when it was read: others may still be written, or never be.
  private(set) var byteCount: Int

  static var magic: [UInt8] { [0x89, 0x4A, 0x4E, 0x4C, 0x0D, 0x0A, 0x1A, 0x0A] }
  static var version: UInt16 { 1 }

  /// The beginning of a file.
  static func header(_ id: UInt64, time: UInt64, _ program: Program) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: magic)
    writer.append(version)
    var contents = ByteWriter()
    contents.append(id)
    contents.append(time)
    contents.append(varint: UInt64(program.name.utf8.count))
    contents.append(contentsOf: program.name.utf8)
    Image.Section(programTag, .critical, program.bytes).write(to: &contents)
    writer.append(contentsOf: journalFrame(contents.bytes))
    return writer.bytes
  }

  private static var programTag: Tag { Tag("ROM ") }

  /// Reads a file; nil if not even its beginning is there.
  ///
  /// - Throws: ``JournalRefusal`` if it is none, or one of a later version.
  init?(_ bytes: [UInt8]) throws(JournalRefusal) {
    var reader = ByteReader(bytes)
    guard let magic = reader.take(JournalFile.magic.count) else { return nil }
    guard Array(magic) == JournalFile.magic else { throw .notAJournal }
    guard let version = reader.next(UInt16.self) else { return nil }
    guard version == JournalFile.version else { throw .unknownVersion(version) }
    do throws(JournalDamage) {
      var contents = ByteReader(try reader.journalFrame())
      guard let id = contents.next(UInt64.self), let time = contents.next(UInt64.self),
        let count = contents.nextVarint(), let name = contents.take(Int(clamping: count)),
        let text = String(validating: name, as: UTF8.self),
        let section = try? Image.Section(from: &contents),
        let rom = try? section.decoded(atMost: Program.maxByteCount)
      else { throw JournalDamage() }
      (self.id, self.time, program) = (id, time, Program(name: text, bytes: rom))
    } catch { return nil }
    byteCount = bytes.count - reader.count
    read(bytes[byteCount...])
  }

  /// Reads what follows in the file, as far as that is whole.
  mutating func read(_ bytes: ArraySlice<UInt8>) {
    var reader = ByteReader(bytes)
    let end = byteCount + bytes.count
    do throws(JournalDamage) {
      while let record = try JournalRecord<Recorded>(decoding: &reader, in: id, program) {
        try append(record)
        byteCount = end - reader.count
      }
    } catch {
      // It may be whole the next time.
    }
  }

  /// Forgets the machines on the way that were taken over, except the last of each branch.
  mutating func forgetKeyframes() {
    for index in branches.indices where branches[index].keyframes.count > 1 {
      branches[index].keyframes.removeFirst(branches[index].keyframes.count - 1)
    }
  }

  private mutating func append(_ record: JournalRecord<Recorded>) throws(JournalDamage) {
    switch record {
    case .branch(let beginning):
      guard beginning.number == branches.count else { throw JournalDamage() }
      branches.append(
        Branch(beginning: beginning, end: beginning.position, time: beginning.time))
      last = (JournalReference(file: id, branch: beginning.number), nil)
    case .progress(let progress):
      guard branches.indices.contains(progress.number) else { throw JournalDamage() }
      try branches[progress.number].append(progress)
      last = (JournalReference(file: id, branch: progress.number), nil)
    case .keyframe(let keyframe):
      guard branches.indices.contains(keyframe.number) else { throw JournalDamage() }
      try branches[keyframe.number].append(keyframe)
    case .jumps(let jumps):
      if let place = jumps.place(since: self.jumps), !hasPlayedOn(from: place) {
        last = (place.branch, place.position)
      }
      self.jumps = jumps
    }
  }

  /// Whether what was played last was played on the branch of a place, or on one that begins there.
  private func hasPlayedOn(from place: JournalRecord<Recorded>.Place) -> Bool {
    guard let branch = last?.branch, branch != place.branch else { return last != nil }
    guard branch.file == id, branches.indices.contains(branch.branch) else { return false }
    let origin = branches[branch.branch].beginning.origin
    return origin?.branch == place.branch && origin?.position == place.position
  }
}

extension JournalRecord.Jumps {
  /// Where it has led to undo jumps, or to redo some; nil if nothing was undone or redone.
  fileprivate func place(since before: Self?) -> JournalRecord.Place? {
    guard let before, doneCount != before.doneCount else { return nil }
    let isUndone = doneCount < before.doneCount
    let index = isUndone ? doneCount : doneCount - 1
    guard jumps.indices.contains(index), before.jumps.indices.contains(index) else { return nil }
    if isUndone { return jumps[index].from }
    // A new jump replaces those that were undone.
    let (to, toBefore) = (jumps[index].to, before.jumps[index].to)
    return to == toBefore ? to : nil
  }
}

extension JournalFile.Branch {
  fileprivate mutating func append(
    _ progress: JournalRecord<Recorded>.Progress
  ) throws(JournalDamage) {
    let machine = keyframes.last?.position ?? beginning.position
    guard progress.end.mark >= end.mark, progress.end.instruction >= end.instruction,
      Past<Recorded>.canLead(from: machine, to: progress.end)
    else { throw JournalDamage() }
    var last = tape.last?.position ?? beginning.position.mark
    for entry in progress.entries {
      guard entry.position >= last, entry.position <= progress.end.mark else {
        throw JournalDamage()
      }
      last = entry.position
    }
    for entry in progress.entries { tape.append(entry.input, at: entry.position) }
    (end, time) = (progress.end, progress.time)
  }

  fileprivate mutating func append(
    _ keyframe: JournalRecord<Recorded>.Keyframe
  ) throws(JournalDamage) {
    let last = keyframes.last
    guard keyframe.position > last?.position ?? beginning.position,
      keyframe.position.mark <= end.mark,
      keyframe.inputCount <= tape.count(through: keyframe.position),
      keyframe.inputCount >= last?.inputCount ?? 0
    else { throw JournalDamage() }
    keyframes.append(keyframe)
  }
}

/// Why a file is not one of a journal that can be read.
public enum JournalRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is something else.
  case notAJournal
  /// It is of a version that this one does not know.
  case unknownVersion(UInt16)
  /// It is of another program, or has another one's name.
  case otherProgram
  /// The file cannot be read.
  case unreadable

  /// How a sentence continues after the file's name.
  public var description: String {
    switch self {
    case .notAJournal: "not a journal"
    case .unreadable: "it cannot be read"
    case .otherProgram: "the journal is of another program"
    case .unknownVersion(let version):
      "the journal has version \(version); only version 1 is supported"
    }
  }
}
