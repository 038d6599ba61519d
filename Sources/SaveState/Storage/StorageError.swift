import Glibc

/// Why something could not be done with a file, a slot or what they hold. What was there is as it was.
/// The sentence names the file and the reason.
public struct StorageError: Error, Equatable, CustomStringConvertible {
  /// What was being done, or what is in the way.
  public enum Reason: Equatable, Sendable {
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
    /// Locking a file that another process keeps locked; which one, if it is known.
    case lock(LockHolder?)
    /// It holds no image that can be used.
    case image(ImageError)
    /// The state in it, or the one that was to go there, is of another program, which has this name.
    case otherProgram(String)
    /// It is not the file of a non-volatile memory that can be used.
    case memory(MemoryRefusal)
    /// A slot is not as it would have to be.
    case slot(SlotRefusal)
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

  /// What was being done, or what is in the way.
  public let reason: Reason
  /// The file, as the caller named it; or the slot, as a sentence calls it.
  public let path: String
  /// The operating system's `errno`; 0 where that is not the reason.
  public let code: Int32

  /// Whether the file does not exist.
  public var isMissingFile: Bool { code == ENOENT }

  /// One sentence for the user.
  public var description: String {
    let system = String(cString: strerror(code)).lowercased()
    return switch reason {
    // What is not a regular file where only one will do.
    case .read where code == EINVAL: "\(name): cannot be read: not a regular file"
    case .read: "\(name): cannot be read: \(system)"
    case .create: "\(name): cannot be created: \(system)"
    case .write: "\(name): cannot be written: \(system)"
    case .execute: "\(name): cannot be executed: \(system)"
    case .replace(let refusal): "\(name): cannot be overwritten: \(text(of: refusal))"
    case .lock(let holder): "\(name): \(StorageError.sentence(holder))"
    case .image(let error): "\(name): \(error)"
    case .otherProgram(let program):
      "\(name): the saved state belongs to another program, \"\(program)\""
    case .memory(let refusal): "\(name): \(refusal)"
    case .slot(let refusal): "\(name): \(refusal)"
    }
  }

  private func text(of refusal: Refusal) -> String {
    switch refusal {
    case .otherFile:
      "it is not a saved state; choose another file, or delete this one first"
    case .savedState:
      "it is a saved state, which only another saved state may replace; choose another file"
    case .writeProtected:
      "it is write-protected; choose another file, or chmod u+w this one first"
    case .notAFile: "it is not a regular file; choose another file"
    case .deadLink: "it is a dangling link; choose another file"
    case .foreignProgram:
      "it has other data before its saved state, which would be lost; choose another file"
    case .input(let path):
      path == self.path
        ? "it is an input of this run; choose another file"
        : "it is \(path), an input of this run; choose another file"
    case .twice: "it is named for two outputs; choose another file for one of them"
    }
  }

  private static func sentence(_ holder: LockHolder?) -> String {
    guard let holder else {
      return "another process keeps it locked; try again when it has finished"
    }
    return holder.isStopped
      ? "process \(holder.process), which is stopped, keeps it locked; resume that with kill -CONT "
        + "\(holder.process), or end it, and try again"
      : "process \(holder.process) keeps it locked; try again when it has finished"
  }

  private var name: String {
    switch path {
    case "": "\"\""
    case "-": readsPath ? "standard input" : "standard output"
    default: path
    }
  }

  private var readsPath: Bool {
    switch reason {
    case .read, .image, .otherProgram, .memory: true
    case .create, .write, .execute, .replace, .lock, .slot: false
    }
  }
}

extension StorageError {
  init(refusing refusal: Refusal, _ path: String) {
    self.init(reason: .replace(refusal), path: path, code: EEXIST)
  }

  /// The file at a path holds no image that can be used.
  public static func image(_ path: String, _ error: ImageError) -> StorageError {
    StorageError(reason: .image(error), path: path, code: 0)
  }

  /// The state at a path is of another program, which has this name.
  package static func otherProgram(_ path: String, _ name: String) -> StorageError {
    StorageError(reason: .otherProgram(name), path: path, code: 0)
  }

  /// The error that `errno` holds now.
  package init(_ reason: Reason, _ path: String) {
    self.init(reason: reason, path: path, code: errno)
  }
}
