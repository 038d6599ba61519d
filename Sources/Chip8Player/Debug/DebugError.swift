import Chip8Core

/// Why a debugger does not do what was asked of it. Nothing has changed then.
public enum DebugError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An expression cannot be read.
  case expression(ExpressionError)
  /// An expression divides by zero.
  case divisionByZero
  /// A text has no value that could be a count.
  case notACount(String)
  /// A count is 0 where at least one is needed.
  case zeroCount
  /// What is to be changed, as it is written, is neither a register nor a byte.
  case notATarget(String)
  /// A value does not fit in a byte.
  case notAByte(Int)
  /// A watchpoint names nothing.
  case nothingToWatch
  /// A register, such as the program counter, cannot be watched.
  case notWatchable(Register)
  /// Watched pixels are not on the screen.
  case outsideScreen
  /// An address is outside the RAM; as it is written, or nil for a number.
  case outsideRAM(String?, byteCount: Int)
  /// An address and an offset are outside the RAM, or too far from it to be counted.
  case offsetOutsideRAM(isFar: Bool)
  /// More bytes than there are from an address to the end of the RAM.
  case tooManyBytes(Int)
  /// Neither a line nor one after it has code; the line as it is written, or nil for a number.
  case noCode(String?)
  /// No source line belongs to an address.
  case noLine(UInt16)
  /// A hit condition that is none of N, >= N and % N.
  case notAHitRule
  /// A session has ``DebugSession/maxStopCount`` stops already.
  case tooManyStops
  /// No stop has this number.
  case noStop(Int)
  /// No branch of this name has an end.
  case noLeaf(String)
  /// The program was not loaded from a file, so it cannot be reloaded.
  case noFile
  /// The input is a recording or a key script; only a movie can be debugged.
  case notAMovie
  /// A movie or a saved state cannot be reloaded; only a program can.
  case movieReload, stateReload

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .expression(let error): error.description
    case .divisionByZero: "division by zero"
    case .notACount(let text): "\(text) is not a count"
    case .zeroCount: "the count must be positive"
    case .notATarget(let name): "\(name) is neither a register nor [ADDR]"
    case .notAByte(let value): "\(value) is too large or too small for a byte"
    case .nothingToWatch: "name what to watch: an address, a register or pixels"
    case .notWatchable(let register): "\(register.name) cannot be watched"
    case .outsideScreen: "these pixels are outside of the screen"
    case .outsideRAM(let text, let byteCount):
      "\(text ?? "the address") is outside the \(byteCount) bytes of RAM"
    case .offsetOutsideRAM(let isFar): "the address is \(isFar ? "far " : "")outside the RAM"
    case .tooManyBytes(let count): "\(count) bytes do not fit before the end of the RAM"
    case .noCode(let line): "no code at or after \(line ?? "this line")"
    case .noLine(let address): "no source line for 0x\(hexadecimal(address, 4))"
    case .notAHitRule: "a hit condition is N, >= N or % N"
    case .tooManyStops: "there are \(DebugSession.maxStopCount) stops at most"
    case .noStop(let id): "no such stop: \(id)"
    case .noLeaf(let text): "no such leaf: \(text)"
    case .noFile: "the program does not come from a file"
    case .notAMovie: "not a movie; only a movie can be debugged"
    case .movieReload: "cannot reload a movie"
    case .stateReload: "cannot reload a saved state"
    }
  }
}
