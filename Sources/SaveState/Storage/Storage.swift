// The one seam to the operating system: reading files with a limit, and replacing them durably.

import Glibc
import Synchronization

/// A file could not be read or written. The sentence names the file and the reason.
public struct StorageError: Error, Equatable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: Equatable, Sendable {
    /// Opening a file or reading from it.
    case read
    /// Creating a file or a folder.
    case create
    /// Writing to a file, or making sure that it is on the disk.
    case write
  }

  /// What was being done.
  public let operation: Operation
  /// The file, as the caller named it.
  public let path: String
  /// The operating system's `errno`.
  public let code: Int32

  /// Whether there is no such file.
  public var isMissingFile: Bool { code == ENOENT }

  /// One sentence for the user.
  public var description: String {
    let reason = String(cString: strerror(code)).lowercased()
    return switch operation {
    case .read: "\(name): cannot be read: \(reason)"
    case .create: "\(name): cannot be created: \(reason)"
    case .write: "\(name): cannot be written: \(reason)"
    }
  }

  private var name: String {
    switch path {
    case "": "\"\""
    case "-": operation == .read ? "standard input" : "standard output"
    // A message is one line, whatever a file is called.
    default: path.contains(where: \.isNewline) ? path.debugDescription : path
    }
  }
}

/// Tells the temporary files of this process apart.
private let temporaryNumber = Atomic(0)

/// Durable files.
public enum Storage {
  /// The file's bytes, up to one more than `limit`, so that the caller can tell a file that is
  /// too large. `-` is standard input.
  public static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.read, path) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = retrying {
        Glibc.read(descriptor, &chunk, min(chunk.count, limit + 1 - bytes.count))
      }
      guard count >= 0 else { throw StorageError(.read, path) }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// Puts a file in place so that, whatever happens, there is the old file or the new one, whole:
  /// written beside it under another name, brought to the disk, renamed, and the folder brought to
  /// the disk too. The mode of an existing file is kept, and where `path` is a link, what it leads
  /// to is replaced and not the link. `-` is standard output.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(StorageError) {
    if path == "-" { return try write(bytes, to: STDOUT_FILENO, path) }
    if let special = try openSpecial(path) {
      defer { close(special) }
      return try write(bytes, to: special, path)
    }
    let path = linkTarget(path) ?? path
    let temporary = temporaryPath(beside: path)
    let mode = existingMode(path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode ?? 0o666)
    guard descriptor >= 0 else { throw StorageError(.create, path) }
    do throws(StorageError) {
      defer { close(descriptor) }
      if let mode, fchmod(descriptor, mode) != 0 { throw StorageError(.write, path) }
      try write(bytes, to: descriptor, path)
      guard retrying({ fsync(descriptor) }) == 0 else { throw StorageError(.write, path) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = StorageError(.write, path)
      unlink(temporary)
      throw error
    }
    try synchronizeFolder(of: path)
  }

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

  /// Creates a folder and those above it where they are missing.
  public static func createFolder(_ path: String) throws(StorageError) {
    if mkdir(path, 0o777) == 0 { return }
    if errno == ENOENT, let parent = folder(of: path), parent != path {
      try createFolder(parent)
      if mkdir(path, 0o777) == 0 { return }
    }
    var status = stat()
    guard errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw StorageError(.create, path)
    }
  }

  /// Something that is there and is no regular file (a pipe, a device): it is written to, for
  /// replacing it is not what the user meant.
  private static func openSpecial(_ path: String) throws(StorageError) -> Int32? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return nil }
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    return descriptor
  }

  /// Where a link leads, if it is one and leads to something.
  private static func linkTarget(_ path: String) -> String? {
    var status = stat()
    guard
      lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
      let target = realpath(path, nil)
    else { return nil }
    defer { free(target) }
    return String(cString: target)
  }

  /// A hidden file in the same folder, so that it can be renamed, with a name that is never longer
  /// than a folder allows.
  private static func temporaryPath(beside path: String) -> String {
    let number = temporaryNumber.add(1, ordering: .relaxed).newValue
    let name = ".saving-\(getpid())-\(number).tmp"
    return folder(of: path).map { $0 == "/" ? "/\(name)" : "\($0)/\(name)" } ?? name
  }

  private static func existingMode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let count = retrying {
        bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
        }
      }
      guard count >= 0 else { throw StorageError(.write, path) }
      written += count
    }
  }

  private static func synchronizeFolder(of path: String) throws(StorageError) {
    let descriptor = open(folder(of: path) ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a folder and say so with EINVAL; there is no more to do.
    guard retrying({ fsync(descriptor) }) == 0 || errno == EINVAL else {
      throw StorageError(.write, path)
    }
  }

  private static func folder(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension StorageError {
  /// The error that `errno` holds now.
  init(_ operation: Operation, _ path: String) {
    self.init(operation: operation, path: path, code: errno)
  }
}

/// Calls again for as long as a signal interrupts.
private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
