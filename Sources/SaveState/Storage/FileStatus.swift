// What is known of a file without reading it.

import Glibc

/// Which file this is, whatever names it has.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// What a directory says of a file.
struct FileStatus: Sendable {
  enum Kind: Equatable, Sendable {
    case regular
    case directory
    case link
    case pipe
    /// A character device: a terminal, say.
    case device
    /// A disk, a socket, or anything else.
    case other
  }

  let identity: FileIdentity
  let kind: Kind
  /// The mode without the file's kind.
  let mode: mode_t
  let owner: uid_t
  let byteCount: Int

  init(_ status: stat) {
    identity = FileIdentity(status)
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFCHR: .device
      default: .other
      }
    mode = status.st_mode & 0o7777
    owner = status.st_uid
    byteCount = Int(status.st_size)
  }

  /// Whether what is written to it goes somewhere else, so that it is not replaced.
  var isStream: Bool { kind == .pipe || kind == .device }

  /// Whether its owner has the permission to write, without which the file is not changed, also by
  /// root, which could.
  var isWritable: Bool { mode & S_IWUSR != 0 }
}

/// Where a file is or would be, whatever path leads there.
struct FilePlace: Hashable, Sendable {
  let directory: FileIdentity
  let name: String
}

extension Storage {
  /// What has a name, nil if nothing has.
  ///
  /// - Parameters:
  ///   - directory: an open directory that the path is relative to.
  ///   - followsLinks: whether it is the file that counts which a link leads to.
  static func anyStatus(
    of path: String, in directory: Int32 = AT_FDCWD, followsLinks: Bool,
    _ operation: StorageError.Reason
  ) throws(StorageError) -> FileStatus? {
    var status = stat()
    let flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW
    guard retrying({ fstatat(directory, path, &status, flags) }) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw StorageError(operation, path)
    }
    return FileStatus(status)
  }

  /// What is known of a regular file, nil if there is none.
  static func status(
    of path: String, followsLinks: Bool = true
  ) throws(StorageError) -> FileStatus? {
    let status = try anyStatus(of: path, followsLinks: followsLinks, .read)
    return status?.kind == .regular ? status : nil
  }

  /// What is open, nil if that is unknown.
  static func status(of descriptor: Int32) -> FileStatus? {
    var status = stat()
    guard retrying({ fstat(descriptor, &status) }) == 0 else { return nil }
    return FileStatus(status)
  }
}
