// A directory for an untrusted program, which reaches the files in it and nothing else.

import Glibc

/// A directory in which a program in a machine keeps files. Only regular files right in it are read and
/// replaced, no links are followed, and there is a limit to what it holds.
public final class SandboxedDirectory: Sendable {
  /// How many files it may hold.
  public static let maxFileCount = 64
  /// How many bytes they may have together.
  public static let maxByteCount = 16 << 20

  /// Why nothing was read or replaced. The directory is unchanged.
  public enum Refusal: Error, Hashable, Sendable {
    /// The permission is missing.
    case denied
    /// No such file.
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
  /// For how many milliseconds others may keep the directory locked, who are writing to it.
  private let timeout: Int

  /// Opens a directory, which must be there.
  public convenience init(_ path: String) throws(StorageError) {
    try self.init(path, timeout: 5000)
  }

  package init(_ path: String, timeout milliseconds: Int) throws(StorageError) {
    self.path = path
    timeout = milliseconds
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.read, path) }
  }

  /// Opens a directory that is right in this one; a link to one is not.
  func directory(_ name: String) throws(Refusal) -> SandboxedDirectory {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let opened = Storage.retrying { openat(descriptor, leaf(name), flags) }
    guard opened >= 0 else { throw Refusal(reading: errno) }
    return SandboxedDirectory(opened, Storage.path(path, name), timeout: timeout)
  }

  private init(_ descriptor: Int32, _ path: String, timeout: Int) {
    (self.descriptor, self.path, self.timeout) = (descriptor, path, timeout)
  }

  deinit { close(descriptor) }

  /// The bytes of a file, up to one more than `limit`.
  ///
  /// - Parameter name: a name without any directory in it.
  public func read(_ name: String, limit: Int) throws(Refusal) -> [UInt8] {
    var inputs = InputFiles()
    return try read(name, limit: limit, &inputs)
  }

  /// The same, and the file is one of those that were read.
  func read(_ name: String, limit: Int, _ inputs: inout InputFiles) throws(Refusal) -> [UInt8] {
    do throws(StorageError) {
      let file = try RegularFile(leaf(name), in: descriptor, followsLinks: false)
      inputs.add(Storage.path(path, name), file.status.identity)
      return try file.bytes(min(file.byteCount, limit + 1), from: 0)
    } catch { throw Refusal(reading: error.code) }
  }

  /// Puts an image in place so that, whatever happens, there is the old file or the new one, whole. A
  /// program of ours in a file of the user's stays before it.
  ///
  /// The directory is locked meanwhile, so that its limits hold against other writers.
  ///
  /// - Parameters:
  ///   - name: a name without any directory in it.
  ///   - inputs: files that are needed, and not replaced.
  public func replace(
    _ name: String, with image: Image, apartFrom inputs: InputFiles = InputFiles()
  ) throws(Refusal) {
    let name = leaf(name)
    // A lock belongs to what was opened, and so each write opens the directory for itself.
    let directory = Storage.retrying {
      openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard directory >= 0 else { throw .notWritten }
    defer { close(directory) }
    guard Storage.lock(directory, timeout: timeout) else { throw .notWritten }
    let place = try writing { () throws(StorageError) in try Replacement(of: name, in: directory) }
    try writing { () throws(StorageError) in try place.check(.savedState, apartFrom: inputs) }
    let (program, execution) = try writing { () throws(StorageError) in try place.ownProgram() }
    let bytes = program + image.bytes
    try checkRoom(for: bytes.count, inPlaceOf: place.old)
    try writing { () throws(StorageError) in try place.put(bytes, execution) }
  }

  private func writing<Result: ~Copyable>(
    _ body: () throws(StorageError) -> Result
  ) throws(Refusal) -> Result {
    do throws(StorageError) { return try body() } catch { throw Refusal(writing: error) }
  }

  /// Whether the directory may hold a file instead of an older one. All files in it count.
  private func checkRoom(for byteCount: Int, inPlaceOf old: FileStatus?) throws(Refusal) {
    var (fileCount, total) = (old == nil ? 1 : 0, byteCount - (old?.byteCount ?? 0))
    let again = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard again >= 0 else { throw .notWritten }
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
      guard fileCount <= SandboxedDirectory.maxFileCount else { throw .tooManyFiles }
    }
    guard total <= SandboxedDirectory.maxByteCount else { throw .tooManyBytes }
  }

  private func leaf(_ name: String) -> String {
    precondition(
      !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
        && !name.utf8.contains(0), "a name that leads out of the directory")
    return name
  }
}

extension SandboxedDirectory.Refusal {
  fileprivate init(reading code: Int32) {
    self =
      switch code {
      case ENOENT: .noSuchFile
      case EACCES, EPERM: .denied
      // A link, a directory or a pipe, a file where a directory should be, and a socket or a device
      // without a driver.
      case ELOOP, EINVAL, ENOTDIR, ENXIO, ENODEV: .notAFile
      default: .notRead
      }
  }

  fileprivate init(writing error: StorageError) {
    self =
      switch (error.reason, error.code) {
      case (.image, _): .tooManyBytes
      case (.replace(.notAFile), _), (_, EISDIR), (_, ELOOP): .notAFile
      case (.replace, _), (_, EACCES), (_, EPERM), (_, EROFS): .denied
      default: .notWritten
      }
  }
}
