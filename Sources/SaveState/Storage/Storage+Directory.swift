// Looking through directories: what is read there was not named by the user, so it is read with care.

import Glibc

extension Storage {
  /// A file in a directory.
  public struct Entry: Sendable {
    /// Its name in the directory.
    public let name: String
    /// How long it is.
    public let byteCount: Int
  }

  /// The regular files in a directory, by name; links are followed.
  ///
  /// - Parameter limit: how many names are looked at, the first ones.
  public static func files(
    in directory: String, limit: Int = .max
  ) throws(StorageError) -> [Entry] {
    // What cannot be looked at cannot be used here either.
    try names(in: directory).sorted().prefix(limit).compactMap { name in
      let status = try? status(of: path(directory, name))
      return status.map { Entry(name: name, byteCount: $0.byteCount) }
    }
  }

  /// Whether there is a directory of this name.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether there is a regular file of this name.
  public static func isFile(_ path: String) -> Bool { (try? status(of: path)) != nil }

  /// Whether two paths lead to one file that is there.
  public static func isSameFile(_ path: String, _ other: String) -> Bool {
    var (status, otherStatus) = (stat(), stat())
    return stat(path, &status) == 0 && stat(other, &otherStatus) == 0
      && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
  }

  /// A path's last part, which is the name of a file in a directory.
  public static func basename(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The path of a file in a directory.
  public static func path(_ directory: String, _ name: String) -> String {
    directory == "." ? name : directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }
}

/// A regular file that is open for reading. Nothing else is opened: a pipe could make us wait
/// forever, and a device could do anything.
struct RegularFile: ~Copyable {
  let status: FileStatus
  private let path: String
  private let descriptor: Int32

  var byteCount: Int { status.byteCount }

  /// - Parameters:
  ///   - directory: an open directory that the path is relative to.
  ///   - followsLinks: whether a link is opened where it leads to, or refused.
  init(
    _ path: String, in directory: Int32 = AT_FDCWD, followsLinks: Bool = true
  ) throws(StorageError) {
    self.path = path
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
    descriptor = Storage.retrying { openat(directory, path, flags) }
    guard descriptor >= 0 else { throw StorageError(.read, path) }
    guard let status = Storage.status(of: descriptor), status.kind == .regular else {
      close(descriptor)
      throw StorageError(reason: .read, path: path, code: EINVAL)
    }
    self.status = status
  }

  deinit { close(descriptor) }

  /// The last bytes of the file, fewer if there are not so many.
  func suffix(_ count: Int) throws(StorageError) -> [UInt8] {
    let count = min(count, byteCount)
    return try bytes(count, from: byteCount - count)
  }

  /// Bytes of the file, fewer if there are not so many.
  func bytes(_ count: Int, from offset: Int) throws(StorageError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let read = Storage.retrying {
          pread(
            descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized,
            off_t(offset + initialized))
        }
        failed = read < 0
        guard read > 0 else { break }
        initialized += read
      }
    }
    guard !failed else { throw StorageError(.read, path) }
    return bytes
  }
}
