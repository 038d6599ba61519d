import Glibc

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
    /// Executing a file in place of this process.
    case execute
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
    case .execute: "\(name): cannot be executed: \(reason)"
    }
  }

  private var name: String {
    switch path {
    case "": "\"\""
    case "-": operation == .read ? "standard input" : "standard output"
    default: path
    }
  }
}

extension StorageError {
  /// The error that `errno` holds now.
  init(_ operation: Operation, _ path: String) {
    self.init(operation: operation, path: path, code: errno)
  }
}
