/// Reads a journal, and again what others have written into it since.
public struct JournalReader<Recorded: Machine>: Sendable {
  /// More than any file has: the last record can be long.
  private static var maxFileByteCount: Int { 64 << 20 }

  private let journal: Journal
  /// The files that were read. They stay if they are removed: what they had is known.
  private var files: [UInt64: JournalFile<Recorded>] = [:]
  /// How long each was when it was looked at last.
  private var byteCounts: [UInt64: Int] = [:]
  /// Those that are not read: they are older than the others, or cannot be.
  private var skipped: Set<String> = []
  private var isFirst = true

  /// A reader that has read nothing yet.
  public init(_ journal: Journal) { self.journal = journal }

  /// Reads what is new.
  ///
  /// - Parameters:
  ///   - byteLimit: how many bytes the files have together that are read first, the newest ones, at most.
  ///   - writer: that of the session for which it is read, whose own files are not.
  /// - Returns: the tree of all that was read, nil if there is nothing new; and what cannot be read.
  public mutating func read(
    byteLimit: Int = .max, besides writer: JournalWriter<Recorded>? = nil
  ) throws(StorageError) -> (tree: JournalTree<Recorded>?, damage: [Journal.Damage]) {
    let listed = try journal.files().filter { writer?.files.contains($0.id) != true }
    if isFirst { skipOldest(of: listed, toByteCount: byteLimit) }
    isFirst = false
    var (hasNews, damage) = (false, [Journal.Damage]())
    for file in listed where !skipped.contains(file.path) && byteCounts[file.id] != file.byteCount {
      byteCounts[file.id] = file.byteCount
      do { hasNews = try read(file) || hasNews } catch let error as StorageError
        where error.isMissingFile
      {
        // Another process has just removed it.
      } catch {
        skipped.insert(file.path)
        let reason = error as? JournalRefusal ?? .unreadable
        damage.append(Journal.Damage(path: file.path, reason: reason))
      }
    }
    guard hasNews else { return (nil, damage) }
    let sorted = files.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    let tree = JournalTree(sorted) { writer?.origin(of: $0) }
    for id in files.keys { files[id]?.forgetKeyframes() }
    return (tree, damage)
  }

  private mutating func skipOldest(of listed: [Journal.File], toByteCount limit: Int) {
    var room = limit
    for file in listed.reversed() {
      room = file.byteCount <= room ? room - file.byteCount : -1
      if room < 0 { skipped.insert(file.path) }
    }
  }

  /// - Returns: whether there is anything new in it.
  private mutating func read(_ file: Journal.File) throws -> Bool {
    let known = files[file.id]?.byteCount ?? 0
    let count = min(file.byteCount, JournalReader.maxFileByteCount) - known
    guard count > 0 else { return false }
    let bytes = try RegularFile(file.path, followsLinks: false).bytes(count, from: known)
    if known > 0 {
      files[file.id]?.read(bytes[...])
      return files[file.id]?.byteCount != known
    }
    guard let contents = try JournalFile<Recorded>(bytes) else { return false }
    guard contents.program.sha1 == journal.program, contents.id == file.id else {
      throw JournalRefusal.otherProgram
    }
    files[file.id] = contents
    return true
  }
}
