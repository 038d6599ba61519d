// Files in a directory: listing, naming and locking them.

import CLinux
import Glibc

extension Storage {
  /// The names in a directory, in no order; none if it does not exist. Names that are not UTF-8 are
  /// left out.
  package static func names(in directory: String) throws(StorageError) -> [String] {
    guard let stream = retrying({ opendir(directory) }) else {
      if isMissing { return [] }
      throw StorageError(.read, directory)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno == EINTR { continue }
        break
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw StorageError(.read, directory) }
    return names
  }

  /// Whether the last call failed because there is nothing of that name.
  private static var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }

  /// Gives or removes the permission to write to a regular file; a link is not followed.
  static func setWritable(_ path: String, _ isWritable: Bool) throws(StorageError) {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let descriptor = retrying { open(path, flags) }
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    defer { close(descriptor) }
    guard let status = status(of: descriptor), status.kind == .regular else {
      throw StorageError(reason: .write, path: path, code: EINVAL)
    }
    guard
      retrying({ fchmod(descriptor, isWritable ? status.mode | S_IWUSR : status.mode & ~0o222) })
        == 0,
      retrying({ fsync(descriptor) }) == 0
    else { throw StorageError(.write, path) }
  }

  /// Gives a regular file a second name that nothing has, or where that cannot be, copies it. It is on
  /// the disk afterwards.
  ///
  /// - Parameter limit: the most bytes that are copied; a longer file is refused.
  static func duplicate(_ path: String, as copy: String, limit: Int) throws(StorageError) {
    // A link would be given the name itself, for it is not followed.
    if retrying({ linkat(AT_FDCWD, path, AT_FDCWD, copy, 0) }) == 0 {
      do throws(StorageError) { return try synchronize(directoryOf: copy) } catch {
        unlink(copy)
        throw error
      }
    }
    guard errno != EEXIST else { throw StorageError(.create, copy) }
    let file = try RegularFile(path, followsLinks: false)
    guard file.byteCount <= limit else { throw .overflow(copy) }
    let place = try Replacement(of: copy, followsLinks: false)
    guard place.old == nil else { throw .taken(copy) }
    try place.put(file.suffix(limit), .notExecutable, mode: file.status.mode & 0o666)
  }

  /// Gives a file another name in the place of its own, over the file that has that name. A power cut
  /// may undo that until both directories are on the disk.
  package static func move(_ path: String, over place: String) throws(StorageError) {
    guard retrying({ rename(path, place) }) == 0 else { throw StorageError(.write, place) }
    // Two names of one file are left as they are.
    unlink(path)
  }

  /// The same with a name that nothing has.
  static func move(_ path: String, toNew place: String) throws(StorageError) {
    if retrying({ CLinux_renameToNew(path, place) }) == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else { throw StorageError(.create, place) }
    // A file system that can only give a file a second name, or cannot even do that.
    try expectNothing(place)
    guard retrying({ rename(path, place) }) == 0 else { throw StorageError(.write, place) }
  }

  /// Removes a file. A power cut may bring it back until its directory is on the disk.
  package static func remove(_ path: String) throws(StorageError) {
    guard retrying({ unlink(path) }) == 0 else { throw StorageError(.write, path) }
  }

  static func removeEmptyDirectory(_ path: String) {
    rmdir(path)
  }

  /// Brings the names in a file's directory to the disk.
  static func synchronize(directoryOf path: String) throws(StorageError) {
    let directory = directory(of: path) ?? "."
    let descriptor = retrying { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a directory and say so with EINVAL; there is no more to do.
    guard retrying({ fsync(descriptor) }) == 0 || errno == EINVAL else {
      throw StorageError(.write, path)
    }
  }

  /// Runs `body` under an exclusive file lock; gives up after a timeout. The lock ends with the
  /// process, however that ends.
  ///
  /// - Parameter path: a file that is created if need be, and never changed.
  static func locking<Result>(
    _ path: String, orThrow failure: (StorageError) -> StorageError = { $0 },
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    // Reading is enough for a lock, so that users can share a directory. Nothing is waited for but the
    // lock, whatever file this may be.
    let flags = O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let descriptor = retrying { open(path, flags, 0o666) }
    guard descriptor >= 0 else { throw failure(StorageError(.create, path)) }
    defer { close(descriptor) }
    do throws(StorageError) { try lock(descriptor, path) } catch { throw failure(error) }
    return try body()
  }
}

extension StorageError {
  /// A file that would be longer, or whose name would be, than anything that is stored here.
  static func overflow(_ path: String) -> StorageError {
    StorageError(reason: .create, path: path, code: EOVERFLOW)
  }
}
