/// Why a movie cannot be read, played or made.
public enum MovieError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is something else.
  case notAMovie
  /// It is a saved state that carries no past.
  case noPast
  /// Its tape does not lead to its machine.
  case doesNotReproduce
  /// It is another program's.
  case otherProgram(name: String, sha1: String)
  /// It is another machine's: what is different, as it is in the movie, and as it was requested. A
  /// saved state has no seed.
  case otherMachine(MachineRequest.Part, recorded: String?, wanted: String)
  /// Another machine was powered on, or it was changed before its first instruction.
  case otherStart
  /// A line of its text form cannot be used.
  case badLine(Int, MovieTextError)
  /// It has more than a movie can have.
  case tooLong
  /// It has no frame that ends, or no picture that could be written.
  case noFrame, noPicture
  /// It goes over other frames.
  case outside(frame: UInt64, ClosedRange<UInt64>)

  /// One sentence for the user, without the file's name.
  public var description: String {
    switch self {
    case .notAMovie: "not a movie"
    case .noPast: "a saved state without a past, so there is nothing to play"
    case .doesNotReproduce: "the movie does not reproduce its final state"
    case .otherProgram(let name, let sha1): "recorded with another program, \(name) (SHA-1 \(sha1))"
    case .otherMachine(let part, let recorded, let wanted):
      "recorded with \(part == .speed ? "instructions per frame" : part.rawValue) "
        + "\(recorded ?? "of a saved state"), not \(wanted)"
    case .otherStart: "recorded with different pokes"
    case .badLine(let line, let error): "line \(line): \(error)"
    case .tooLong: "the session has more than a movie can have: a tape of 4 MiB, 2^26 frames"
    case .noFrame: "the movie has no frame that ends"
    case .noPicture: "the movie has no picture that giflib could write"
    case .outside(let frame, let all):
      "the movie has no frame \(frame): it goes from frame \(all.lowerBound) to \(all.upperBound)"
    }
  }
}
