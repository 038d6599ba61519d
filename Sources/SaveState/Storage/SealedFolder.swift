// A folder for a program that nobody trusts: it names files, and gets no further than those.

import Glibc

/// A folder in which a program in a machine keeps files. Only regular files right in it are read and
/// replaced, no links are followed, and there is a limit to what it holds.
public final class SealedFolder: Sendable {
  /// How many files it may hold.
  public static let fileCountMax = 64
  /// How many bytes they may have together.
  public static let byteCountMax = 16 << 20

  /// Why nothing was read or replaced. The folder is as it was.
  public enum Refusal: Error, Hashable, Sendable {
    /// The permission is missing.
    case denied
    /// There is no such file.
    case noSuchFile
    /// There is something of that name, but no regular file.
    case notAFile
    /// It would be one file too many.
    case tooManyFiles
    /// There would be more bytes than may be.
    case tooManyBytes
    /// The file system cannot read it.
    case notRead
    /// The file system cannot write it.
    case notWritten
  }

  /// As the user has named it.
  public let path: String
  private let descriptor: Int32

  /// Opens a folder, which must be there.
  public init(_ path: String) throws(StorageError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.read, path) }
  }

  deinit { close(descriptor) }

  /// The bytes of a file, up to one more than `limit`.
  ///
  /// - Parameter name: a name without any folder in it.
  public func read(_ name: String, limit: Int) throws(Refusal) -> [UInt8] {
    // Whatever is there, opening it waits for nothing.
    let file = openat(descriptor, leaf(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw Refusal(reading: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .notRead }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = Storage.retrying {
        Glibc.read(file, &chunk, min(chunk.count, limit + 1 - bytes.count))
      }
      guard count >= 0 else { throw .notRead }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// Puts a file in place so that, whatever happens, there is the old file or the new one, whole.
  ///
  /// - Parameter name: a name without any folder in it.
  public func replace(_ name: String, with bytes: [UInt8]) throws(Refusal) {
    let name = leaf(name)
    let old = try regularFile(name)
    try checkRoom(for: bytes.count, inPlaceOf: old)
    do throws(StorageError) {
      try Replacement(of: name, in: descriptor, mode: old.map { $0.st_mode & 0o7777 }).put(bytes)
    } catch { throw Refusal(writing: error.code) }
  }

  /// What stands before the image in a file that can be run, so that it stays the program that it
  /// is; empty for any other file.
  ///
  /// - Parameter name: a name without any folder in it.
  public func prelude(_ name: String) throws(Refusal) -> ArraySlice<UInt8> {
    guard let file = try regularFile(leaf(name)), file.st_mode & 0o111 != 0 else { return [] }
    let bytes = try read(name, limit: SealedFolder.byteCountMax)
    guard bytes.count <= SealedFolder.byteCountMax else { throw .tooManyBytes }
    return Image.prelude(of: bytes)
  }

  /// What is there under a name, nil if nothing is.
  private func regularFile(_ name: String) throws(Refusal) -> stat? {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      guard errno == ENOENT else { throw Refusal(writing: errno) }
      return nil
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    return status
  }

  /// Whether the folder may hold a file instead of an older one. All files in it count, whoever has
  /// put them there.
  private func checkRoom(for byteCount: Int, inPlaceOf old: stat?) throws(Refusal) {
    var (fileCount, total) = (old == nil ? 1 : 0, byteCount - Int(old?.st_size ?? 0))
    let again = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard again >= 0 else { throw Refusal(writing: errno) }
    guard let entries = fdopendir(again) else {
      close(again)
      throw .notWritten
    }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      var status = stat()
      let found = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) {
          fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) == 0
        }
      }
      guard found, status.st_mode & S_IFMT == S_IFREG else { continue }
      fileCount += 1
      total += Int(status.st_size)
    }
    guard fileCount <= SealedFolder.fileCountMax else { throw .tooManyFiles }
    guard total <= SealedFolder.byteCountMax else { throw .tooManyBytes }
  }

  private func leaf(_ name: String) -> String {
    precondition(
      !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
        && !name.utf8.contains(0), "a name that leads out of the folder")
    return name
  }
}

extension SealedFolder.Refusal {
  fileprivate init(reading code: Int32) {
    self =
      switch code {
      case ENOENT: .noSuchFile
      case EACCES, EPERM: .denied
      // A link, and a socket or a device without a driver.
      case ELOOP, ENXIO, ENODEV: .notAFile
      default: .notRead
      }
  }

  fileprivate init(writing code: Int32) {
    self = [EACCES, EPERM, EROFS].contains(code) ? .denied : .notWritten
  }
}
