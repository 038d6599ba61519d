import Glibc
import Synchronization

extension Storage {
  /// Who may execute a file that is put in place.
  public enum Execution: Sendable {
    /// Whoever might execute the old one; of a new file, nobody.
    case asBefore
    /// Whoever may read it.
    case readers
    /// Nobody.
    case nobody

    fileprivate func apply(to mode: mode_t) -> mode_t {
      switch self {
      case .asBefore: mode
      case .readers: mode | (mode & 0o444) >> 2
      case .nobody: mode & ~0o111
      }
    }
  }

  /// Puts a file in place so that, whatever happens, there is the old file or the new one, whole:
  /// written without a name, brought to the disk, named, and the folder brought to the disk too.
  /// The mode of an existing file is kept but for who may execute it, and where `path` is a link,
  /// what it leads to is replaced and not the link. What is no regular file (a pipe, a device) is
  /// written to, for replacing it is not what the user meant. `-` is standard output.
  ///
  /// Any number of processes may replace the same file: each one's file is there for a moment, and
  /// in the end that of one of them.
  public static func replace(
    _ path: String, with bytes: [UInt8], execution: Execution = .asBefore
  ) throws(StorageError) {
    if path == "-" { return try write(bytes, to: STDOUT_FILENO, path) }
    guard let mode = try mode(of: path) else {
      return try Replacement(of: path, at: path, mode: nil, execution).put(bytes)
    }
    guard mode & S_IFMT == S_IFREG else {
      let descriptor = retrying { open(path, O_WRONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw StorageError(.write, path) }
      defer { close(descriptor) }
      return try write(bytes, to: descriptor, path)
    }
    let place = try linkTarget(path) ?? path
    try Replacement(of: path, at: place, mode: mode & 0o7777, execution).put(bytes)
  }

  /// Refuses a path that the user has not named where there is no regular file but something else: a
  /// link could lead anywhere, a pipe could make us wait for ever, and what is written to a device is
  /// not kept.
  static func expectFile(_ path: String) throws(StorageError) {
    var status = stat()
    if retrying({ lstat(path, &status) }) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw StorageError(operation: .create, path: path, code: EEXIST)
    }
  }

  /// Finds out whether a file could be put in place by ``replace(_:with:execution:)``, before it is
  /// known what will be put there. It may still fail later; what is there is not touched.
  ///
  /// - Parameter bytes: what could be put there, for only a disk that has taken some bytes has room.
  public static func checkReplacing(
    _ path: String, with bytes: [UInt8]
  ) throws(StorageError) {
    guard path != "-" else { return }
    switch try mode(of: path).map({ $0 & S_IFMT }) {
    case nil, S_IFREG:
      let place = try linkTarget(path) ?? path
      try Replacement(of: path, at: place, mode: nil, .nobody).check(bytes)
    case S_IFDIR:
      throw StorageError(operation: .write, path: path, code: EISDIR)
    case S_IFCHR, S_IFBLK:
      let descriptor = retrying { open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw StorageError(.write, path) }
      defer { close(descriptor) }
      try checkWriting(to: descriptor, path)
    default:
      // Whoever reads a pipe would see its end when it was closed again.
      return
    }
  }

  /// Whether a device or a pipe that is open takes anything, without writing anything.
  static func checkWriting(to descriptor: Int32, _ path: String) throws(StorageError) {
    guard retrying({ Glibc.write(descriptor, "", 0) }) == 0 else {
      throw StorageError(.write, path)
    }
  }

  /// Whether there is a regular file of this name, or nothing that would stand in the way of one.
  public static func canBeFile(_ path: String) throws(StorageError) -> Bool {
    try mode(of: path).map { $0 & S_IFMT == S_IFREG } ?? true
  }

  /// The mode of a file with its kind, nil if there is no such file.
  private static func mode(of path: String) throws(StorageError) -> mode_t? {
    var status = stat()
    if retrying({ stat(path, &status) }) == 0 { return status.st_mode }
    // Only a file that is not there is one that can be made: whoever took a device that cannot be
    // looked at for nothing would replace it.
    guard errno == ENOENT else { throw StorageError(.create, path) }
    return nil
  }

  /// Where a link leads, if it is one.
  static func linkTarget(_ path: String) throws(StorageError) -> String? {
    var status = stat()
    guard retrying({ lstat(path, &status) }) == 0 else {
      // Somebody has just taken it away, and so it can be made.
      if errno == ENOENT { return nil }
      throw StorageError(.write, path)
    }
    guard status.st_mode & S_IFMT == S_IFLNK else { return nil }
    guard let target = retrying({ realpath(path, nil) }) else { throw StorageError(.write, path) }
    defer { free(target) }
    return String(cString: target)
  }
}

/// `O_TMPFILE`, which Swift does not import because C defines it by an expression: a file without
/// a name, that vanishes with its descriptor. The value is Linux's own on all machines that Swift
/// is for.
private let nameless = 0o20_000_000 | O_DIRECTORY

/// Tells the temporary files of this process apart.
private let temporaryNumber = Atomic(0)

/// A file on its way to its place.
struct Replacement: ~Copyable {
  private static let temporaryNamesMax = 1000
  /// For how many milliseconds somebody else's lock is waited for, who has it for less than one.
  private static let lockPatience = 100

  /// As the caller named it.
  private let path: String
  /// The folder that it is in, open, and its name there.
  private let folder: Int32
  private let name: String
  /// The mode of the file that is to be replaced, nil if there is none.
  private let mode: mode_t?
  /// The mode of the file as it is created; the operating system takes from it what the user's mask
  /// does not allow.
  private let creationMode: mode_t

  init(
    of path: String, at place: String, mode: mode_t?, _ execution: Storage.Execution
  ) throws(StorageError) {
    let folderPath = Storage.folder(of: place) ?? "."
    let folder = Storage.retrying { open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard folder >= 0 else { throw StorageError(.create, path) }
    self.path = path
    self.folder = folder
    self.mode = mode.map(execution.apply)
    creationMode = self.mode ?? execution.apply(to: 0o666)
    name = place.lastIndex(of: "/").map { String(place[place.index(after: $0)...]) } ?? place
  }

  /// - Parameter folder: an open folder, which stays so.
  init(of name: String, in folder: Int32, mode: mode_t?) throws(StorageError) {
    let folder = Storage.retrying { fcntl(folder, F_DUPFD_CLOEXEC, 0) }
    guard folder >= 0 else { throw StorageError(.create, name) }
    path = name
    self.folder = folder
    self.name = name
    self.mode = mode
    creationMode = mode ?? 0o666
  }

  deinit { close(folder) }

  func put(_ bytes: [UInt8]) throws(StorageError) {
    if try !putNameless(bytes) { try putNamed(bytes) }
    // Some file systems cannot synchronise a folder and say so with EINVAL; there is no more to do.
    guard Storage.retrying({ fsync(folder) }) == 0 || errno == EINVAL else {
      throw StorageError(.write, path)
    }
  }

  /// Whether the folder takes a file: one that is gone at once.
  func check(_ bytes: [UInt8]) throws(StorageError) {
    let unnamed = Storage.retrying {
      openat(folder, ".", O_WRONLY | nameless | O_CLOEXEC, creationMode)
    }
    if unnamed >= 0 {
      defer { close(unnamed) }
      return try fill(unnamed, bytes)
    }
    let (temporary, named) = try createTemporary {
      openat(folder, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, creationMode)
    }
    defer {
      close(named)
      unlinkat(folder, temporary, 0)
    }
    try fill(named, bytes)
  }

  /// Writes a file that has no name before it is whole, so that nothing is left of it if this
  /// process is killed. A file that is there cannot be replaced by one without a name: only for
  /// that moment it has a temporary one.
  ///
  /// - Returns: whether it went well, which it does not where a file system has no such files, or
  ///   where there is no /proc. What else can be wrong is met by ``putNamed(_:)`` too, which says it.
  private func putNameless(_ bytes: [UInt8]) throws(StorageError) -> Bool {
    let descriptor = Storage.retrying {
      openat(folder, ".", O_WRONLY | nameless | O_CLOEXEC, creationMode)
    }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    try fill(descriptor, bytes)
    let source = "/proc/self/fd/\(descriptor)"
    func link(_ name: String) -> Int32 {
      Storage.retrying { linkat(AT_FDCWD, source, folder, name, AT_SYMLINK_FOLLOW) }
    }
    if mode == nil, link(name) == 0 { return true }
    guard let (temporary, _) = try? createTemporary(link) else { return false }
    try rename(temporary)
    return true
  }

  /// Writes a file with a temporary name.
  private func putNamed(_ bytes: [UInt8]) throws(StorageError) {
    let (temporary, descriptor) = try createTemporary {
      openat(folder, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, creationMode)
    }
    do throws(StorageError) {
      defer { close(descriptor) }
      try fill(descriptor, bytes)
    } catch {
      unlinkat(folder, temporary, 0)
      throw error
    }
    try rename(temporary)
  }

  private func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws(StorageError) {
    if let mode, Storage.retrying({ fchmod(descriptor, mode) }) != 0 {
      throw StorageError(.write, path)
    }
    try Storage.write(bytes, to: descriptor, path)
    guard Storage.retrying({ fsync(descriptor) }) == 0 else { throw StorageError(.write, path) }
  }

  private func rename(_ temporary: String) throws(StorageError) {
    guard Storage.retrying({ renameat(folder, temporary, folder, name) }) == 0 else {
      let error = StorageError(.write, path)
      unlinkat(folder, temporary, 0)
      throw error
    }
    _ = Storage.retrying { flock(folder, LOCK_UN) }
  }

  /// Creates a file with a temporary name: hidden, in the same folder so that it can be renamed,
  /// and never longer than a folder allows.
  ///
  /// There is one such name for each file that is replaced, so that what a killed process has left
  /// is taken away by the next one. It belongs to whoever has locked the folder. Who cannot lock it,
  /// for somebody else has it locked for a long time, takes a name that nobody else has.
  ///
  /// - Parameter create: creates the file with a name; -1 and `errno` if it cannot.
  private func createTemporary(
    _ create: (String) -> Int32
  ) throws(StorageError) -> (name: String, result: Int32) {
    var candidate = lockedName()
    for _ in 0..<Replacement.temporaryNamesMax {
      let name = candidate ?? ownName()
      let result = Storage.retrying { create(name) }
      if result >= 0 { return (name, result) }
      guard errno == EEXIST else { break }
      candidate = nil
    }
    throw StorageError(.create, path)
  }

  /// The name that belongs to whoever has locked the folder, if that is us. The lock ends when the
  /// file has its own name, or with this process.
  private func lockedName() -> String? {
    var patience = Replacement.lockPatience
    while Storage.retrying({ flock(folder, LOCK_EX | LOCK_NB) }) != 0 {
      guard errno == EWOULDBLOCK, patience > 0 else { return nil }
      usleep(1000)
      patience -= 1
    }
    let locked = ".saving-\(Digest.sha1(Array(name.utf8)).description.prefix(16))"
    _ = Storage.retrying { unlinkat(folder, locked, 0) }
    return locked
  }

  private func ownName() -> String {
    ".saving-\(getpid())-\(temporaryNumber.add(1, ordering: .relaxed).newValue)"
  }
}
