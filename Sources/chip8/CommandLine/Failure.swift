import Chip8Core
import Glibc
import SaveState

/// Why the program ends without having done what it was asked: one sentence for standard error and
/// an exit code of sysexits.h.
struct Failure: Error {
  /// One sentence.
  let message: String
  /// The line of a source that it is about, and where in it.
  var excerpt: [String] = []
  let code: Int32
  /// What else is wrong in the same source.
  var others: [Failure] = []

  static func usage(_ message: String) -> Failure { Failure(message: message, code: EX_USAGE) }

  /// A file whose contents cannot be used.
  static func data(_ path: String, _ reason: some CustomStringConvertible) -> Failure {
    Failure(message: "\(fileName(path)): \(reason)", code: EX_DATAERR)
  }

  static func fault(_ fault: Fault, in program: Program) -> Failure {
    Failure(message: "\(program.name): the program cannot go on: \(fault)", code: EX_SOFTWARE)
  }

  static func storage(_ error: StorageError) -> Failure {
    let code =
      switch error.operation {
      case .read: EX_NOINPUT
      case .create: EX_CANTCREAT
      case .write: EX_IOERR
      case .execute: EX_OSERR
      // The command line contradicts itself.
      case .replace(.input), .replace(.twice): EX_USAGE
      case .replace: EX_CANTCREAT
      case .lock: EX_TEMPFAIL
      }
    return Failure(message: error.description, code: code)
  }

  private static func file(_ error: FileError) -> Failure {
    switch error {
    case .storage(let error): .storage(error)
    case .image(let path, let error): .data(path, error)
    }
  }

  private static func memory(_ error: NonVolatileMemoryError) -> Failure {
    if case .storage(let error) = error { return .storage(error) }
    return Failure(message: error.advice, code: EX_DATAERR)
  }

  private static func acknowledgement(_ error: AcknowledgementError) -> Failure {
    switch error {
    case .image(let error): .data("-", error)
    case .gone: Failure(message: error.description, code: EX_IOERR)
    case .interrupted: Failure(message: error.description, code: 130)
    case .unknown: Failure(message: error.description, code: EX_TEMPFAIL)
    }
  }

  private static func slot(_ error: SlotError) -> Failure {
    switch error {
    case .empty, .noVersion: Failure(message: error.description, code: EX_NOINPUT)
    case .locked, .taken: Failure(message: error.description, code: EX_CANTCREAT)
    case .autosave: .usage(error.description)
    case .otherProgram: Failure(message: error.description, code: EX_DATAERR)
    case .file(let error): .file(error)
    }
  }
}

extension Failure {
  /// What any error of this program means to whoever called it; nil for those of the command
  /// line's own parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StorageError: self = .storage(error)
    case let error as FileError: self = .file(error)
    case let error as SlotError: self = .slot(error)
    case let error as NonVolatileMemoryError: self = .memory(error)
    case let error as AcknowledgementError: self = .acknowledgement(error)
    default: return nil
    }
  }
}

extension Failure {
  /// Reports it on standard error.
  ///
  /// - Parameter start: what comes before the sentence.
  func printMessage(after start: String = "") {
    printError(start + message, excerpt: excerpt)
    for failure in others { failure.printMessage() }
  }
}

/// How a file is called in a message.
func fileName(_ path: String) -> String {
  path == "-" ? "standard input" : path
}
