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
    public let id: UInt64
  }

  /// All files, the oldest first.
  public func files() throws(StorageError) -> [File] {
    var files: [File] = []
    for name in try Storage.names(in: directory) {
      let parts = name.dropLast(Journal.suffix.count).split(separator: "-")
      guard name.hasSuffix(Journal.suffix), parts.count == 2, let time = UInt64(decimal: parts[0]),
        let id = UInt64(hexadecimal: parts[1], digitCount: 16)
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
    /// Why.
    public let reason: JournalRefusal
  }

  /// Reads all files.
  ///
  /// - Returns: the tree, nil if there is nothing; and what cannot be read, for each file.
  public func read<Recorded: Machine>(
    as type: Recorded.Type = Recorded.self
  ) throws(StorageError) -> (tree: JournalTree<Recorded>?, damage: [Damage]) {
    var reader = JournalReader<Recorded>(self)
    return try reader.read()
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
