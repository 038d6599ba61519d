/// The arguments that a restored program is handed: at most 20, of 2048 characters in all.
public enum Arguments {
  /// How many there may be.
  public static let maxCount = 20
  /// How many bytes of UTF-8 they may have together.
  public static let maxByteCount = 2048

  /// Why a machine is not handed some arguments.
  public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// There are more than 20.
    case tooMany(Int)
    /// They have more than 2048 bytes.
    case tooLong(byteCount: Int)
    /// A text with a zero in it could not be told from two.
    case containsZero
    /// No program in the machine waits for any.
    case notSuspended

    /// One sentence for the user.
    public var description: String {
      switch self {
      case .tooMany(let count):
        "at most \(maxCount) arguments can be handed to the program in a saved state, not \(count)"
      case .tooLong(let byteCount):
        "the arguments for the program in a saved state have at most \(maxByteCount) bytes together, "
          + "not \(byteCount)"
      case .containsZero:
        "an argument for the program in a saved state cannot have a zero in it"
      case .notSuspended:
        "this state takes no arguments: its program waits for none"
      }
    }
  }

  /// Refuses what no program can be handed.
  public static func check(_ arguments: [String]) throws(Refusal) {
    guard arguments.count <= maxCount else { throw .tooMany(arguments.count) }
    let byteCount = arguments.reduce(0) { $0 + $1.utf8.count }
    guard byteCount <= maxByteCount else { throw .tooLong(byteCount: byteCount) }
    guard !arguments.contains(where: { $0.utf8.contains(0) }) else { throw .containsZero }
  }

  static func areAllowed(_ arguments: [String]) -> Bool {
    (try? check(arguments)) != nil
  }

  /// As they stand in memory: each with a zero after it.
  static func bytes(_ arguments: [String]) -> [UInt8] {
    arguments.flatMap { Array($0.utf8) + [0] }
  }
}
