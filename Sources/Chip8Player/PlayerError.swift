import Chip8Core
import Octo
import SaveState

/// Why the player does not do what it was asked to. It carries what a front end needs to say so in
/// its own words; nothing has changed when it is thrown.
public enum PlayerError: Error, Sendable {
  /// A file or a slot cannot be used.
  case storage(StorageError)
  /// What a file holds cannot be used; the error's description is a sentence without the file's name.
  case contents(path: String, any Error & CustomStringConvertible & Sendable)
  /// A source has errors.
  case source(path: String, AssemblyErrors)
  /// What is asked for does not go together.
  case request(RequestError)
}

/// What was asked of the player that does not go together.
public enum RequestError: Error, Hashable, Sendable {
  /// A saved state brings its own machine, and something else was asked for.
  case fixedByImage(MachineRequest.Part, path: String)
  /// An autosave that is resumed brings its own machine, and something else was asked for.
  case fixedByAutosave(MachineRequest.Part)
  /// A saved state is restored anyway, so there is nothing else to resume.
  case resumesImage(path: String)
  /// Only the COSMAC VIP's platforms count cycles.
  case noCycles(program: String, Platform)
  /// Bytes cannot be written there.
  case poke(ProgramError)
  /// A subroutine cannot be called there.
  case entryCall(EntryCallError)
  /// The program cannot be handed these arguments.
  case arguments(Arguments.Refusal)
  /// A label was named, and nothing is known of the program's labels.
  case noLabels(String, LabelUse)
  /// The program has no label of that name.
  case unknownLabel(String, LabelUse)
  /// A breakpoint or a watchpoint is outside the RAM.
  case outsideRAM(LabelUse, address: Int, byteCount: Int, ramByteCount: Int)
}

extension RequestError {
  /// What was asked to reach a machine, and does not.
  init(_ error: InputError) {
    self =
      switch error {
      case .program(let error): .poke(error)
      case .entryCall(let error): .entryCall(error)
      case .arguments(let refusal): .arguments(refusal)
      }
  }
}

/// What an address is named for.
public enum LabelUse: Hashable, Sendable {
  case breakpoint
  case watchpoint
  case entryCall
  case stop
}

extension PlayerError: CustomStringConvertible {
  /// A generic sentence; front ends may have a better one.
  public var description: String {
    switch self {
    case .storage(let error): "\(error)"
    case .contents(let path, let error): "\(inputName(path)): \(error)"
    case .source(_, let errors): errors.errors.map { "\($0)" }.joined(separator: "\n")
    case .request(let error): "\(error)"
    }
  }
}

extension RequestError: CustomStringConvertible {
  /// A generic sentence; front ends may have a better one.
  public var description: String {
    switch self {
    case .fixedByImage(let part, let path):
      "\(inputName(path)) is a saved state with its own machine: the \(part.rawValue) is fixed"
    case .fixedByAutosave(let part):
      "a saved state has its own machine: the \(part.rawValue) is fixed"
    case .resumesImage(let path): "\(inputName(path)) is a saved state, which resumes by itself"
    case .noCycles(let program, let platform):
      "\(program) runs on \(platform.rawValue), which does not count cycles"
    case .poke(let error): "\(error)"
    case .entryCall(let error): "\(error)"
    case .arguments(let refusal): "\(refusal)"
    case .noLabels(let name, _): "\(name): no labels are known"
    case .unknownLabel(let name, _): "\(name): no such label"
    case .outsideRAM(_, let address, let byteCount, let ramByteCount):
      "0x\(hexadecimal(address, 3)) "
        + (byteCount == 1 ? "is" : "and \(byteCount) bytes from there are")
        + " outside the \(ramByteCount) bytes of RAM"
    }
  }
}

/// How a file that is read is called in a message.
public func inputName(_ path: String) -> String {
  path == "-" ? "standard input" : path
}

extension PlayerError {
  /// Does something, and brings whatever it throws into this type.
  static func rethrowing<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(PlayerError) -> Result {
    do throws(StorageError) { return try body() } catch { throw .storage(error) }
  }
}

/// Something that went well but for this.
public enum Warning: Hashable, Sendable {
  /// The state is intact, but behaves differently in this version than in the one that saved it.
  case drift(path: String)
  /// Something beside the state cannot be read; the machine is whole.
  case unreadable(path: String, String)
  /// Options of a cartridge have unknown values, which are ignored.
  case ignoredCartridgeOptions(path: String, [String])
  /// An autosave that cannot be used was skipped.
  case skippedAutosave(String)
  /// There is no autosave to resume, so the program starts.
  case nothingToResume(program: String)
}
