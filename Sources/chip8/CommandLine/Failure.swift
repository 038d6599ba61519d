import Chip8Core
import Chip8Player
import Glibc
import Octo
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

  /// There is not one program among the arguments.
  static func programs(_ count: Int, example: String = "") -> Failure {
    .usage(
      count == 0 ? "no program given: try \(example)" : "expected one program, got \(count)")
  }

  /// A file whose contents cannot be used.
  ///
  /// - Parameter reason: a sentence without the file's name, or an error whose description is one.
  static func data(_ path: String, _ reason: Any) -> Failure {
    let remedy =
      switch reason {
      case let error as ImageError: remedy(error) ?? ""
      case let error as ProgramError: remedy(error)
      case ForeignFile.retroArchState: "; chip8 image from-retroarch converts it"
      case MovieError.doesNotReproduce: "; chip8 movie verify shows where it diverges"
      case FarmResultsError.notResults, FarmResultsError.otherJobs, FarmResultsError.otherOptions:
        "; choose another file"
      default: ""
      }
    let code = reason is FarmResultsError && !remedy.isEmpty ? EX_CANTCREAT : EX_DATAERR
    return Failure(message: "\(inputName(path)): \(reason)\(remedy)", code: code)
  }

  /// What of the command line would help.
  static func remedy(_ error: ImageError) -> String? {
    switch error {
    case .missingProgram: ": name its file or directory with --rom-path"
    case .missingParent: ": name its file or directory with --base-path"
    case .changedParent: ": pass a directory that has the original with --base-path"
    case .chainTooLong, .chainTooLarge: ": flatten one of them first, with chip8 image flatten"
    case .refusedParent(_, let error): remedy(error)
    default: nil
    }
  }

  private static func remedy(_ error: ProgramError) -> String {
    error.fitting.map { "; it fits on --platform \($0.rawValue)" } ?? ""
  }

  static let interrupted = Failure(message: "interrupted", code: 130)

  static func noFile(_ path: String) -> Failure {
    Failure(message: "\(inputName(path)): no such file", code: EX_NOINPUT)
  }

  static func fault(_ fault: Fault, in program: Program) -> Failure {
    Failure(message: "\(program.name): program stopped: \(fault.advice)", code: EX_SOFTWARE)
  }

  /// What was run differs from what it was when it was run again.
  static func difference(_ difference: RepetitionError, in program: Program) -> Failure {
    let field = difference.field.map { "differs in \($0)" } ?? "ends in a different state"
    return Failure(
      message: "\(program.name): a replay of frame \(difference.position.frame) \(field); please "
        + "report this, with the program and how it was run", code: EX_SOFTWARE)
  }

  static func storage(_ error: StorageError) -> Failure {
    let code =
      switch error.reason {
      case .read, .slot(.empty), .slot(.noVersion): EX_NOINPUT
      case .create, .slot(.locked), .slot(.taken): EX_CANTCREAT
      case .write: EX_IOERR
      case .execute: EX_OSERR
      // The command line contradicts itself.
      case .replace(.input), .replace(.twice), .slot(.autosave): EX_USAGE
      case .replace: EX_CANTCREAT
      case .lock: EX_TEMPFAIL
      case .image, .otherProgram, .memory: EX_DATAERR
      }
    return Failure(message: error.advice, code: code)
  }

  private static func acknowledgement(_ error: AcknowledgementError) -> Failure {
    switch error {
    case .image(let error): .data("-", error)
    case .gone: Failure(message: error.description, code: EX_IOERR)
    case .interrupted: Failure(message: error.description, code: 130)
    case .unknown: Failure(message: error.description, code: EX_TEMPFAIL)
    }
  }

  private static func player(_ error: PlayerError) -> Failure {
    switch error {
    case .contents(let path, let error): .data(path, error)
    case .source(let path, let errors): .source(path, errors)
    case .noFile(let path): noFile(path)
    case .request(let error): .usage(sentence(error))
    }
  }

  /// What was requested, by the options that request it.
  private static func sentence(_ error: RequestError) -> String {
    switch error {
    case .fixedByImage(let part, let path):
      "\(option(part)) cannot be combined with \(inputName(path)): a saved state has its own machine"
    case .fixedByAutosave(let part):
      "\(option(part)) cannot be combined with --resume: a saved state has its own machine"
    case .fixedByMovie(let part, let path): fixedByMovie(option(part), path)
    case .resumesImage(let path):
      "\(inputName(path)): --resume is not needed for a saved state; leave it out"
    case .requiresPast(let moment): "\(option(moment)) requires a saved state with its past"
    case .noCycles(let program, let platform):
      "--timing cycles requires --platform \(Platform.cycleNames("or")), and \(program) runs on "
        + platform.rawValue
    case .noLabels(let name, let use):
      "\(option(use))\(name): no labels are known; add --symbols FILE or run the program's source"
    case .unknownLabel(let name, let use):
      "\(option(use))\(name): no such label"
    case .outsideRAM(let use, _, _, _): "\(option(use).dropLast()): \(error)"
    }
  }

  private static func input(_ error: InputError) -> Failure {
    switch error {
    case .program(let error): .usage("--poke: \(error)")
    case .entryCall(let error): .usage("--call: \(error)")
    case .arguments(let refusal): .usage("\(refusal)")
    case .register: .usage("\(error)")
    }
  }

  private static func option(_ part: MachineRequest.Part) -> String {
    part == .speed ? "--ipf" : "--\(part.rawValue)"
  }

  private static func option(_ part: RequestError.Input) -> String {
    switch part {
    case .entryCalls: "--call"
    case .arguments: "arguments"
    case .pokes: "--poke"
    case .autosave: "--resume"
    }
  }

  /// What a movie at a path leaves no place for.
  static func fixedByMovie(_ option: String, _ path: String) -> String {
    "\(option) cannot be combined with \(inputName(path)), a movie, which already has all its input"
  }

  private static func option(_ moment: Moment) -> String {
    switch moment {
    case .frame: "--seek"
    case .instruction: "--seek-instruction"
    case .framesAgo: "--rewind"
    }
  }

  /// The option, up to the label.
  private static func option(_ use: LabelUse) -> String {
    switch use {
    case .breakpoint: "--break "
    case .watchpoint: "--watchpoint "
    case .entryCall: "--call "
    case .stop: "--until pc="
    }
  }
}

/// Why a command of a debugger, or a request to the debug adapter, cannot be done: one sentence.
struct MessageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Failure {
  /// What any error of this program means to its caller; nil for those of the command line's own parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as PlayerError: self = .player(error)
    case let error as StorageError: self = .storage(error)
    case let error as InputError: self = .input(error)
    case let error as AcknowledgementError: self = .acknowledgement(error)
    default: return nil
    }
  }

  /// The same of one that is nothing but itself.
  init(any error: any Error) {
    self = Failure(error) ?? Failure(message: "\(error)", code: EX_SOFTWARE)
  }

  /// Reports it on standard error.
  ///
  /// - Parameter start: what comes before the sentence.
  func printMessage(after start: String = "") {
    printError(start + message, excerpt: excerpt)
    for failure in others { failure.printMessage() }
  }
}

extension Fault {
  /// The sentence with what would help.
  var advice: String {
    callsMissingHost ? "\(self), which --host-calls DIR allows" : description
  }
}

extension StorageError {
  /// The sentence with what would help.
  var advice: String {
    switch reason {
    case .image(let error): description + (Failure.remedy(error) ?? "")
    case .memory: "\(self); chip8 flags clear removes it"
    default: description
    }
  }
}

extension Failure {
  /// How much of a line is shown on either side of the place.
  private static let reach = 60

  /// The errors of a source. Each one is a message of its own, for those who look for messages by
  /// their beginning.
  fileprivate static func source(_ path: String, _ errors: AssemblyErrors) -> Failure {
    var failures = errors.errors.map(Failure.init)
    if failures.count == SourceFile.maxErrorCount {
      failures.append(.data(path, "there may be more errors than these"))
    }
    var first = failures.removeFirst()
    first.others = failures
    return first
  }

  /// An error in a source, with its line and a caret below the place.
  private init(_ error: AssemblyError) {
    let column = max(0, error.column - 1)
    let start = max(0, column - Failure.reach)
    let line = error.sourceLine.dropFirst(start).prefix(2 * Failure.reach)
    // Tabs are in both lines, so that the caret is below its place however wide they are.
    let before = line.prefix(column - start).sourceText.map { $0 == "\t" ? "\t" : " " }
    let missing = String(repeating: " ", count: max(0, column - start - before.count))
    self.init(
      message: error.description, excerpt: [String(line), before.joined() + missing + "^"],
      code: EX_DATAERR)
  }
}
