// A file on its way to its place: what is there now, whether it may be replaced, and how it is. The
// rule is docs/FILES.md.

import Glibc
import Synchronization

/// `O_TMPFILE`, which Swift does not import because C defines it by an expression: a file without
/// a name, that vanishes with its descriptor. The value is Linux's own on all machines that Swift
/// is for.
private let unnamed = 0o20_000_000 | O_DIRECTORY

/// Tells the temporary files of this process apart.
private let temporaryNumber = Atomic(0)

/// A file on its way to its place, and what is there now.
struct Replacement: ~Copyable {
  private static let maxTemporaryNames = 1000
  /// For how many milliseconds another process's lock is waited for; it is held for less than one.
  private static let lockTimeout = 100

  /// As the caller named it.
  let path: String
  /// The directory that it is in, open, and its name there.
  private let directory: Int32
  private let name: String
  /// Where that is.
  let place: FilePlace
  /// What is there, nil if nothing is.
  let old: FileStatus?
  /// What is there, open, if it is a regular file that is not empty.
  private let contents: RegularFile?

  /// - Parameter followsLinks: whether the place of a link is where it leads to. If not, the link is
  ///   what is there.
  init(of path: String, followsLinks: Bool = true) throws(StorageError) {
    let place = followsLinks ? try Storage.linkTarget(path) ?? path : path
    let directoryPath = Storage.directory(of: place) ?? "."
    let directory = Storage.retrying {
      Glibc.open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard directory >= 0 else { throw StorageError(.create, path) }
    try self.init(path, Storage.basename(of: place), in: directory)
  }

  /// - Parameter directory: an open directory, which stays so.
  init(of name: String, in directory: Int32) throws(StorageError) {
    let directory = Storage.retrying { fcntl(directory, F_DUPFD_CLOEXEC, 0) }
    guard directory >= 0 else { throw StorageError(.create, name) }
    try self.init(name, name, in: directory)
  }

  /// - Parameter directory: an open directory, which is closed with this.
  private init(_ path: String, _ name: String, in directory: Int32) throws(StorageError) {
    let directoryStatus: FileStatus
    var seen: FileStatus?
    let contents: RegularFile?
    do throws(StorageError) {
      guard let status = Storage.status(of: directory) else { throw StorageError(.write, path) }
      directoryStatus = status
      seen = try Storage.anyStatus(of: name, in: directory, followsLinks: false, .write)
      contents = try Replacement.open(name, in: directory, &seen)
    } catch {
      close(directory)
      // Who writes did not mean to read, and has named the file by its path.
      throw StorageError(reason: .write, path: path, code: error.code)
    }
    old = seen
    self.contents = contents
    place = FilePlace(directory: directoryStatus.identity, name: name)
    (self.path, self.directory, self.name) = (path, directory, name)
  }

  deinit { close(directory) }

  /// Opens a regular file that is not empty. That waits for nothing and changes nothing.
  ///
  /// - Parameter seen: what is there; then, what was opened, even if replaced meanwhile.
  private static func open(
    _ name: String, in directory: Int32, _ seen: inout FileStatus?
  ) throws(StorageError) -> RegularFile? {
    guard let status = seen, status.kind == .regular, status.byteCount > 0 else { return nil }
    do throws(StorageError) {
      let file = try RegularFile(name, in: directory, followsLinks: false)
      seen = file.status
      return file
    } catch {
      // It was just removed.
      guard error.isMissingFile else { throw error }
      seen = nil
      return nil
    }
  }

  // MARK: What may be replaced

  /// Refuses to replace what may not be replaced.
  ///
  /// - Parameter evenIfProtected: whether it does not matter who may write to it.
  func check(
    _ content: Content, evenIfProtected: Bool = false, apartFrom inputs: InputFiles = InputFiles()
  ) throws(StorageError) {
    if let lost = inputs.lost(old?.identity, at: place, by: content) {
      throw StorageError(refusing: .input(lost), path)
    }
    guard let old else { return }
    guard old.kind != .directory else {
      throw StorageError(reason: .write, path: path, code: EISDIR)
    }
    guard old.kind == .regular else { throw StorageError(refusing: .notAFile, path) }
    if !evenIfProtected { try checkPermission(old) }
    guard content != .slot, old.byteCount > 0 else { return }
    let holdsSavedState = try reading { file throws(StorageError) in
      let start = try file.bytes(Image.headerMagic.count, from: 0)
      let end = try file.suffix(Image.footerByteCount)
      return Image.isImage(start) || Image.isImage(end)
    }
    guard holdsSavedState == content.isSavedState else {
      throw StorageError(refusing: content.isSavedState ? .otherFile : .savedState, path)
    }
  }

  private func checkPermission(_ old: FileStatus) throws(StorageError) {
    guard old.isWritable else { throw StorageError(refusing: .writeProtected, path) }
    let flags = AT_EACCESS | AT_SYMLINK_NOFOLLOW
    guard Storage.retrying({ faccessat(directory, name, W_OK, flags) }) == 0 || errno != EACCES
    else {
      throw StorageError(.write, path)
    }
  }

  /// What precedes the saved state in the file; nil if the file begins with it.
  func prelude() throws(StorageError) -> Image.Prelude? {
    try reading { file throws(StorageError) in try Image.Prelude(in: file, path) } ?? nil
  }

  /// What stays before a saved state that replaces the one there, and who may execute it
  /// then: a program of ours, in a file of the user's.
  func ownProgram() throws(StorageError) -> ([UInt8], Storage.Execution) {
    guard let prelude = try prelude(), prelude.isOurs, prelude.isUsers else {
      return ([], .notExecutable)
    }
    return (prelude.bytes, .asBefore)
  }

  /// What is made of the contents; nil if there are none.
  private func reading<Result>(
    _ read: (borrowing RegularFile) throws(StorageError) -> Result
  ) throws(StorageError) -> Result? {
    do throws(StorageError) {
      switch contents {
      case .some(let file): return try read(file)
      case nil: return nil
      }
    } catch let error where error.reason == .read {
      throw StorageError(reason: .write, path: path, code: error.code)
    }
  }

  // MARK: Putting it in place

  /// - Parameter mode: the mode of a new file, instead of what the user's mask leaves.
  func put(
    _ bytes: [UInt8], _ execution: Storage.Execution, mode newMode: mode_t? = nil
  ) throws(StorageError) {
    try put(execution, mode: newMode) { descriptor throws(StorageError) in
      try Storage.write(bytes, to: descriptor, path)
    }
  }

  /// - Parameter file: what is open for reading, and copied from its beginning.
  func put(copyOf file: Int32) throws(StorageError) {
    try put(.notExecutable, mode: nil) { descriptor throws(StorageError) in
      var (chunk, offset) = ([UInt8](repeating: 0, count: 1 << 16), 0)
      while true {
        let count = Storage.retrying { pread(file, &chunk, chunk.count, off_t(offset)) }
        guard count >= 0 else { throw StorageError(.write, path) }
        if count == 0 { return }
        try Storage.write(Array(chunk[..<count]), to: descriptor, path)
        offset += count
      }
    }
  }

  private func put(
    _ execution: Storage.Execution, mode newMode: mode_t?,
    _ write: (Int32) throws(StorageError) -> Void
  ) throws(StorageError) {
    let mode = old.map { execution.mode(over: $0) } ?? newMode
    let creation = Creation(mode: mode, or: execution == .readers ? 0o777 : 0o666)
    if try !putUnnamed(creation, write) { try putNamed(creation, write) }
    // Some file systems cannot synchronise a directory and say so with EINVAL; there is no more to do.
    guard Storage.retrying({ fsync(directory) }) == 0 || errno == EINVAL else {
      throw StorageError(.write, path)
    }
  }

  /// With what mode a file is created.
  private struct Creation {
    /// The mode that it is to have exactly, nil for what the user's mask leaves.
    let exact: mode_t?
    /// The mode that it is created with, from which the operating system takes what the user's mask
    /// does not allow. It is never wider than what the file is to have.
    let first: mode_t

    init(mode: mode_t?, or new: mode_t) {
      exact = mode
      first = mode ?? new
    }
  }

  /// Opens the file to be written piece by piece, in place: a new one, or the old one as it is.
  func openForWriting() throws(StorageError) -> Int32 {
    let flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let creating = old == nil ? O_CREAT | O_EXCL : 0
    let descriptor = Storage.retrying { openat(directory, name, flags | creating, 0o666) }
    guard descriptor >= 0 else { throw StorageError(old == nil ? .create : .write, path) }
    guard old == nil || Storage.status(of: descriptor)?.identity == old?.identity else {
      // It was replaced in the meantime.
      close(descriptor)
      throw StorageError(refusing: .notAFile, path)
    }
    return descriptor
  }

  /// Empties a file that is open and was there before, and takes from it what must not be kept.
  static func empty(_ descriptor: Int32, _ path: String) throws(StorageError) {
    guard let old = Storage.status(of: descriptor) else { throw StorageError(.write, path) }
    let mode = Storage.Execution.notExecutable.mode(over: old)
    guard
      mode == old.mode || Storage.retrying({ fchmod(descriptor, mode) }) == 0,
      Storage.retrying({ ftruncate(descriptor, 0) }) == 0
    else { throw StorageError(.write, path) }
  }

  /// Whether the directory takes a file with some bytes: one that is gone at once.
  func checkDirectory(_ bytes: [UInt8]) throws(StorageError) {
    let descriptor = try openScratch()
    defer { close(descriptor) }
    try fill(descriptor, Creation(mode: nil, or: 0o600)) { descriptor throws(StorageError) in
      try Storage.write(bytes, to: descriptor, path)
    }
  }

  /// Opens a file without a name in the same directory, for as long as it is open.
  func openScratch() throws(StorageError) -> Int32 {
    let descriptor = Storage.retrying {
      openat(directory, ".", O_RDWR | unnamed | O_CLOEXEC, 0o600)
    }
    if descriptor >= 0 { return descriptor }
    let (temporary, named) = try createTemporary {
      openat(directory, $0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    unlinkat(directory, temporary, 0)
    _ = Storage.retrying { flock(directory, LOCK_UN) }
    return named
  }

  /// Writes a file that has no name before it is whole, so that nothing is left of it if this
  /// process is killed. A file that is there cannot be replaced by one without a name: only for
  /// that moment it has a temporary one.
  ///
  /// - Returns: whether it went well, which it does not where a file system has no such files, or
  ///   where there is no /proc. What else can be wrong is met by ``putNamed(_:_:)`` too, which says
  ///   it.
  private func putUnnamed(
    _ creation: Creation, _ write: (Int32) throws(StorageError) -> Void
  ) throws(StorageError) -> Bool {
    let descriptor = Storage.retrying {
      openat(directory, ".", O_WRONLY | unnamed | O_CLOEXEC, creation.first)
    }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    try fill(descriptor, creation, write)
    let source = "/proc/self/fd/\(descriptor)"
    func link(_ name: String) -> Int32 {
      Storage.retrying { linkat(AT_FDCWD, source, directory, name, AT_SYMLINK_FOLLOW) }
    }
    if old == nil, link(name) == 0 { return true }
    guard let (temporary, _) = try? createTemporary(link) else { return false }
    try rename(temporary)
    return true
  }

  /// Writes a file with a temporary name.
  private func putNamed(
    _ creation: Creation, _ write: (Int32) throws(StorageError) -> Void
  ) throws(StorageError) {
    let (temporary, descriptor) = try createTemporary {
      openat(directory, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, creation.first)
    }
    do throws(StorageError) {
      defer { close(descriptor) }
      try fill(descriptor, creation, write)
    } catch {
      unlinkat(directory, temporary, 0)
      throw error
    }
    try rename(temporary)
  }

  private func fill(
    _ descriptor: Int32, _ creation: Creation, _ write: (Int32) throws(StorageError) -> Void
  ) throws(StorageError) {
    if let mode = creation.exact, Storage.retrying({ fchmod(descriptor, mode) }) != 0 {
      throw StorageError(.write, path)
    }
    try write(descriptor)
    guard Storage.retrying({ fsync(descriptor) }) == 0 else { throw StorageError(.write, path) }
  }

  private func rename(_ temporary: String) throws(StorageError) {
    guard Storage.retrying({ renameat(directory, temporary, directory, name) }) == 0 else {
      let error = StorageError(.write, path)
      unlinkat(directory, temporary, 0)
      throw error
    }
    _ = Storage.retrying { flock(directory, LOCK_UN) }
  }

  /// Creates a file with a temporary name: hidden, in the same directory so that it can be renamed,
  /// and never longer than a directory allows.
  ///
  /// There is one such name for each file that is replaced, so that what a killed process has left
  /// is removed by the next one. It belongs to the holder of the directory's lock. A process
  /// that does not get the lock in time uses a unique name.
  ///
  /// - Parameter create: creates the file with a name; -1 and `errno` if it cannot.
  private func createTemporary(
    _ create: (String) -> Int32
  ) throws(StorageError) -> (name: String, result: Int32) {
    var candidate = lockedName()
    for _ in 0..<Replacement.maxTemporaryNames {
      let name = candidate ?? ownName()
      let result = Storage.retrying { create(name) }
      if result >= 0 { return (name, result) }
      guard errno == EEXIST else { break }
      candidate = nil
    }
    throw StorageError(.create, path)
  }

  /// The name that belongs to the holder of the directory's lock, if that is us. The lock ends when the
  /// file has its own name, or with this process.
  private func lockedName() -> String? {
    guard Storage.lock(directory, timeout: Replacement.lockTimeout) else { return nil }
    let locked = ".saving-\(Digest.sha1(Array(name.utf8)).description.prefix(16))"
    _ = Storage.retrying { unlinkat(directory, locked, 0) }
    return locked
  }

  private func ownName() -> String {
    ".saving-\(getpid())-\(temporaryNumber.add(1, ordering: .relaxed).newValue)"
  }
}

extension Storage.Execution {
  /// The mode of a file in place of another one: what set its user or group when it was executed is
  /// never kept.
  fileprivate func mode(over old: FileStatus) -> mode_t {
    let plain = old.mode & 0o666
    return switch self {
    case .notExecutable: plain
    case .readers: plain | (plain & 0o444) >> 2
    case .asBefore: old.mode & 0o777
    }
  }
}
