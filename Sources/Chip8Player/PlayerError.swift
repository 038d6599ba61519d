import Chip8Core
import Octo
import SaveState

/// Why the player does not do what it was asked to, where neither `StorageError` nor `InputError` says
/// so. Nothing has changed when it is thrown. It carries what a front end needs to say it in its own
/// words; the description of every error of a player is a sentence for those that have none.
public enum PlayerError: Error, Sendable, CustomStringConvertible {
  /// What a file holds cannot be used; the error's description is a sentence without the file's name.
  case contents(path: String, any Error)
  /// A source has errors.
  case source(path: String, AssemblyErrors)
  /// A file that is named does not exist.
  case noFile(path: String)
  /// Requests that cannot be combined.
  case request(RequestError)

  /// One sentence, with the name of the file that it is about.
  public var description: String {
    switch self {
    case .contents(let path, _), .noFile(let path): "\(inputName(path)): \(reason)"
    case .source, .request: reason
    }
  }

  /// The sentence where the file is known.
  public var reason: String {
    switch self {
    case .contents(_, let error): "\(error)"
    case .source(_, let errors): errors.errors.first?.description ?? "errors in the source"
    case .noFile: "no such file"
    case .request(let error): "\(error)"
    }
  }
}

/// Reads what a file holds, and names the file if that cannot be used.
package func inFile<Contents>(_ path: String, _ body: () throws -> Contents) throws -> Contents {
  do { return try body() } catch { throw PlayerError.contents(path: path, error) }
}

/// What was asked of the player that does not go together.
public enum RequestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A saved state brings its own machine, and something else was requested.
  case fixedByImage(MachineRequest.Part, path: String)
  /// An autosave that is resumed brings its own machine, and something else was requested.
  case fixedByAutosave(MachineRequest.Part)
  /// A movie already has all its input, and other input was requested.
  case fixedByMovie(Input, path: String)
  /// A saved state is restored anyway, so there is nothing else to resume.
  case resumesImage(path: String)
  /// A program that is switched on has no past to begin with a moment of.
  case requiresPast(Moment)
  /// Only the COSMAC VIP's platforms count cycles.
  case noCycles(program: String, Platform)
  /// A label was named, and nothing is known of the program's labels.
  case noLabels(String, LabelUse)
  /// The program has no label of that name.
  case unknownLabel(String, LabelUse)
  /// A breakpoint or a watchpoint is outside the RAM.
  case outsideRAM(LabelUse, address: Int, byteCount: Int, ramByteCount: Int)

  /// What reaches a machine before it runs.
  public enum Input: Hashable, Sendable {
    /// Entry calls, arguments, or what is written to the RAM.
    case entryCalls, arguments, pokes
    /// The newest autosave in place of the program at power-on.
    case autosave
  }

  /// One sentence, for a front end without names for what was asked.
  public var description: String {
    switch self {
    case .fixedByImage(let part, _), .fixedByAutosave(let part):
      "a saved state has its own \(part.rawValue)"
    case .fixedByMovie: "a movie already has all its input"
    case .resumesImage: "a saved state has no autosave to resume"
    case .requiresPast: "only a saved state with its past has earlier moments"
    case .noCycles(_, let platform):
      "\(platform.title) does not count cycles; \(Platform.cycleNames("and")) do"
    case .noLabels(let name, _): "the program has no labels, so no \(name)"
    case .unknownLabel(let name, _): "no label is named \(name)"
    case .outsideRAM(_, let address, let byteCount, let ramByteCount):
      "0x\(hexadecimal(address, 3)) "
        + (byteCount == 1 ? "is" : "and \(byteCount) bytes from there are")
        + " outside the \(ramByteCount) bytes of RAM"
    }
  }
}

/// What an address is named for.
public enum LabelUse: Hashable, Sendable {
  /// A breakpoint.
  case breakpoint
  /// A watchpoint.
  case watchpoint
  /// An entry call.
  case entryCall
  /// A stop of a run.
  case stop
}

/// How a file that is read is called in a message.
public func inputName(_ path: String) -> String {
  path == "-" ? "standard input" : path
}

/// Something that went well but for this.
public enum Warning: Equatable, Sendable {
  /// The state is intact, but behaves differently in this version than in the one that saved it.
  case drift(path: String)
  /// What an image says of the machine's past or future, or beside it, cannot be read; the machine is whole.
  case unreadable(path: String, ImageError), unreadableMetadata(path: String, ImageError)
  /// Options of a cartridge have unknown values, which are ignored.
  case ignoredCartridgeOptions(path: String, [String])
  /// An autosave that cannot be used was skipped.
  case skippedAutosave(StorageError)
  /// There is no autosave to resume, so the program starts.
  case nothingToResume(program: String)
}
