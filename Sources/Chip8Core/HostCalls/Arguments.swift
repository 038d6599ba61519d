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
    /// A text with a zero byte would be read as two.
    case containsZero
    /// No program in the machine waits for any.
    case notSuspended

    /// One sentence for the user.
    public var description: String {
      switch self {
      case .tooMany(let count):
        "a saved state's program takes at most \(maxCount) arguments, not \(count)"
      case .tooLong(let byteCount):
        "a saved state's program takes at most \(maxByteCount) bytes of arguments, not \(byteCount)"
      case .containsZero:
        "an argument must not contain a zero byte"
      case .notSuspended:
        "the saved state takes no arguments: its program is not waiting for any"
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

  /// As they are in memory: each with a zero after it.
  static func bytes(_ arguments: [String]) -> [UInt8] {
    arguments.flatMap { Array($0.utf8) + [0] }
  }
}
