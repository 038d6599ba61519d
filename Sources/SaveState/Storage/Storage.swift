// The one seam to the operating system: reading files with a limit, and replacing them durably.

import Glibc

/// Durable files.
public enum Storage {
  /// What tells a file from what it was before: another stamp, another file or other contents.
  public struct Stamp: Equatable, Sendable {
    let inode: UInt64
    let byteCount: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// The file's stamp as it is now, nil if there is no such file.
  public static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      inode: UInt64(status.st_ino), byteCount: Int(status.st_size),
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
  }

  /// Creates a directory and those above it where they are missing, and brings them to the disk.
  public static func createDirectory(_ path: String) throws(StorageError) {
    if retrying({ mkdir(path, 0o777) }) == 0 { return announce(path) }
    if errno == ENOENT, let parent = directory(of: path), parent != path {
      try createDirectory(parent)
      if retrying({ mkdir(path, 0o777) }) == 0 { return announce(path) }
    }
    guard errno == EEXIST, isDirectory(path) else {
      throw StorageError(.create, path)
    }
  }

  /// Brings a new directory's name to the disk. Where that fails there still is a directory, and
  /// writing a file in it tells whether that one is safe.
  private static func announce(_ path: String) { try? synchronize(directoryOf: path) }

  /// The path of the directory that a file is in, nil for the current directory.
  package static func directory(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Writes everything, however few bytes the operating system takes at a time.
  package static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let count = transferring(descriptor, POLLOUT) {
        bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
        }
      }
      guard count >= 0 else { throw StorageError(.write, path) }
      written += count
    }
  }

  /// Calls again for as long as a signal interrupts.
  static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }

  /// The same for calls that give something or nothing.
  static func retrying<Result>(_ call: () -> Result?) -> Result? {
    while true {
      let result = call()
      if result != nil || errno != EINTR { return result }
    }
  }

  /// Reads or writes, and waits where a pipe was handed over as non-blocking.
  static func transferring(_ descriptor: Int32, _ events: Int32, _ call: () -> Int) -> Int {
    while true {
      let count = retrying(call)
      guard count == -1, errno == EAGAIN else { return count }
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      poll(&entry, 1, -1)
    }
  }
}
