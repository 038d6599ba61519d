import Glibc

/// A file could not be read or written. The sentence names the file and the reason.
public struct StorageError: Error, Equatable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: Equatable, Sendable {
    /// Opening a file or reading from it.
    case read
    /// Creating a file or a directory.
    case create
    /// Writing to a file, or making sure that it is on the disk.
    case write
    /// Executing a file in place of this process.
    case execute
    /// Replacing a file that may not be replaced: docs/FILES.md.
    case replace(Refusal)
    /// Locking a file that somebody else has locked for too long; who that is, if it is known.
    case lock(LockHolder?)
  }

  /// Why a file may not be replaced.
  public enum Refusal: Equatable, Sendable {
    /// It holds something, and that is not a saved state.
    case otherFile
    /// It holds a saved state.
    case savedState
    /// Its owner lacks the permission to write.
    case writeProtected
    /// It is neither a regular file nor something that can be written to.
    case notAFile
    /// It is a link that leads nowhere.
    case deadLink
    /// What comes before the saved state in it would be lost.
    case foreignProgram
    /// What is written was made of it; it was read by this path.
    case input(String)
    /// Something else is written there.
    case twice
  }

  /// A process that has locked a file.
  public struct LockHolder: Equatable, Sendable {
    /// Its number.
    public let process: Int32
    /// Whether it is stopped, so that it will keep the lock.
    public let isStopped: Bool
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
    // What is not a regular file where only one will do.
    case .read where code == EINVAL: "\(name): cannot be read: it is not a regular file"
    case .read: "\(name): cannot be read: \(reason)"
    case .create: "\(name): cannot be created: \(reason)"
    case .write: "\(name): cannot be written: \(reason)"
    case .execute: "\(name): cannot be executed: \(reason)"
    case .replace(let refusal): "\(name): cannot be written over: \(text(of: refusal))"
    case .lock(let holder): "\(name): \(StorageError.sentence(holder))"
    }
  }

  private func text(of refusal: Refusal) -> String {
    switch refusal {
    case .otherFile:
      "it holds something other than a saved state: name another file, or delete this one first"
    case .savedState:
      "it holds a saved state, which only another one takes the place of: name another file"
    case .writeProtected:
      "it is protected against changes: name another file, or chmod u+w this one first"
    case .notAFile: "it is not a regular file: name another one"
    case .deadLink: "it is a link that leads nowhere: name another file"
    case .foreignProgram:
      "what comes before the saved state in it is not a program that was put there with one by you, "
        + "and would be lost: write to another file"
    case .input(let path):
      path == self.path
        ? "it is needed, and would be lost: name another file"
        : "it is \(path), which is needed and would be lost: name another file"
    case .twice: "it cannot hold two things: give one of them another name"
    }
  }

  private static func sentence(_ holder: LockHolder?) -> String {
    guard let holder else {
      return "another process has it locked for too long: wait for that or end it, and try again"
    }
    return holder.isStopped
      ? "process \(holder.process), which is stopped, has it locked: let that continue, with kill "
        + "-CONT \(holder.process), or end it, and try again"
      : "process \(holder.process) has it locked for too long: wait for that or end it, and try again"
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
  init(refusing refusal: Refusal, _ path: String) {
    self.init(operation: .replace(refusal), path: path, code: EEXIST)
  }

  /// The error that `errno` holds now.
  package init(_ operation: Operation, _ path: String) {
    self.init(operation: operation, path: path, code: errno)
  }
}
