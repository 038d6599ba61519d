// Where a program's timeline is kept. What is promised: docs/TIMELINE.md, "The journal".

/// The journal of one program: a directory beside its slots, with a file for each session that was played.
///
/// Each process writes files of its own and only appends to them, so that any number of them can play one
/// program and none has to wait for another.
public struct Journal: Sendable {
  /// The most bytes of all files together.
  public static let defaultByteLimit = 64 << 20
  /// How long a file gets before another one is begun, so that the oldest can be removed.
  static let maxFileByteCount = 8 << 20
  /// More than any file has: the last record can be long.
  private static let maxReadByteCount = 64 << 20
  private static let suffix = ".journal"

  /// Whose journal this is.
  public let program: Digest
  /// The directory. It is created when something is written for the first time.
  public let directory: String
  private let programDirectory: String

  /// The journal of a program below a directory that all programs share.
  public init(root: String, program: Digest) {
    self.program = program
    programDirectory = "\(root)/\(program)"
    directory = "\(programDirectory)/timeline"
  }

  /// A file of a journal.
  public struct File: Hashable, Sendable {
    /// Where it is.
    public let path: String
    /// How many bytes it has.
    public let byteCount: Int
    /// When it was begun, in seconds since 1970.
    public let time: UInt64
    /// Its number.
    let id: UInt64
  }

  /// All files, the oldest first.
  public func files() throws(StorageError) -> [File] {
    var files: [File] = []
    for name in try Storage.names(in: directory) {
      let parts = name.dropLast(Journal.suffix.count).split(separator: "-")
      guard name.hasSuffix(Journal.suffix), parts.count == 2, let time = UInt64(parts[0]),
        parts[1].utf8.count == 16, let id = UInt64(parts[1], radix: 16)
      else { continue }
      let path = "\(directory)/\(name)"
      guard let status = try? Storage.status(of: path, followsLinks: false) else { continue }
      files.append(File(path: path, byteCount: status.byteCount, time: time, id: id))
    }
    return files.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  /// A file that cannot be read.
  public struct Damage: Sendable {
    /// Where it is.
    public let path: String
    /// How a sentence continues after its name.
    public let reason: String
  }

  /// Reads the newest files.
  ///
  /// - Parameter byteLimit: how many bytes they have together, at most.
  /// - Returns: the tree, nil if there is nothing; and what cannot be read, for each file.
  public func read<Recorded: Machine>(
    byteLimit: Int = .max, as type: Recorded.Type = Recorded.self
  ) throws(StorageError) -> (tree: JournalTree<Recorded>?, damage: [Damage]) {
    var room = byteLimit
    let files = try files().reversed().prefix { file in
      room -= file.byteCount
      return room >= 0
    }
    var (read, damage): ([JournalFile<Recorded>], [Damage]) = ([], [])
    for file in files.reversed() {
      do {
        let bytes = try RegularFile(file.path, followsLinks: false)
          .bytes(min(file.byteCount, Journal.maxReadByteCount), from: 0)
        guard let contents = try JournalFile<Recorded>(bytes) else { continue }
        guard contents.program.sha1 == program, contents.id == file.id else {
          damage.append(Damage(path: file.path, reason: "the journal is of something else"))
          continue
        }
        read.append(contents)
      } catch let error as JournalRefusal {
        damage.append(Damage(path: file.path, reason: "\(error)"))
      } catch let error as StorageError where error.isMissingFile {
        // Somebody else has just removed it.
      } catch { damage.append(Damage(path: file.path, reason: "it cannot be read")) }
    }
    return (JournalTree(read), damage)
  }

  /// Removes the oldest files until the rest has no more bytes than that; those that are being written to
  /// stay.
  ///
  /// - Returns: those that are gone.
  public func prune(toByteCount limit: Int) throws(StorageError) -> [File] {
    let files = try files()
    var (byteCount, removed) = (files.reduce(0) { $0 + $1.byteCount }, [File]())
    for file in files where byteCount > limit {
      do throws(StorageError) {
        guard try AppendedFile.removeUnlessOpen(file.path) else { continue }
        removed.append(file)
        byteCount -= file.byteCount
      } catch {
        guard error.isMissingFile else { throw error }
        byteCount -= file.byteCount
      }
    }
    return removed
  }

  /// Creates a file for a session.
  func begin(_ id: UInt64, time: UInt64) throws(StorageError) -> AppendedFile {
    try Storage.createDirectory(programDirectory)
    try Storage.createDirectory(directory)
    return try AppendedFile(
      creating: "\(directory)/\(time)-\(hexadecimal(id))\(Journal.suffix)")
  }
}
