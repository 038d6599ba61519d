import Glibc

/// A file that only ever grows, and that no other process writes to: it is locked as long as it is open.
final class AppendedFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Creates a file of a name that nothing has.
  init(creating path: String) throws(StorageError) {
    self.path = path
    descriptor = Storage.retrying {
      open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
    }
    guard descriptor >= 0 else { throw StorageError(.create, path) }
    // No other process knows of it yet.
    _ = Storage.lock(descriptor, timeout: 0)
  }

  deinit { close(descriptor) }

  /// Appends bytes to what is there. If that fails, none of them are.
  ///
  /// - Parameter byteCount: how many bytes are there.
  func append(_ bytes: [UInt8], at byteCount: Int) throws(StorageError) {
    do throws(StorageError) {
      guard lseek(descriptor, off_t(byteCount), SEEK_SET) >= 0 else {
        throw StorageError(.write, path)
      }
      try Storage.write(bytes, to: descriptor, path)
    } catch {
      _ = Storage.retrying { ftruncate(descriptor, off_t(byteCount)) }
      throw error
    }
  }

  /// Comes back when all of it is on the disk.
  func synchronize() throws(StorageError) {
    guard Storage.retrying({ fdatasync(descriptor) }) == 0 else {
      throw StorageError(.write, path)
    }
  }

  /// Removes a file unless a process still appends to it.
  ///
  /// - Returns: whether it is gone.
  static func removeUnlessOpen(_ path: String) throws(StorageError) -> Bool {
    let descriptor = Storage.retrying {
      open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    defer { close(descriptor) }
    guard Storage.status(of: descriptor)?.kind == .regular,
      Storage.lock(descriptor, timeout: 0)
    else { return false }
    try Storage.remove(path)
    return true
  }
}
