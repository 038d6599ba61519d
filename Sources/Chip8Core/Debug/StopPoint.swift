import SaveState

/// Where a machine that is debugged stops, or what it says there: docs/DEBUGGING.md.
public struct StopPoint: Sendable {
  /// What happens there.
  public enum Event: Hashable, Sendable {
    /// The instruction at an address is the next to be executed.
    case execution(UInt16)
    /// An instruction has accessed something that is watched.
    case access(Watched, AccessKind)
    /// A sprite was drawn onto pixels that were lit.
    case collision
    /// The program has begun to wait for a key.
    case keyWait
  }

  /// What can be watched.
  public enum Watched: Hashable, Sendable {
    /// Bytes of the RAM.
    case bytes(Range<Int>)
    /// A register: V0 to VF, I or a timer that an instruction sets.
    case register(Register)
    /// Pixels at the logical resolution.
    case pixels(x: Range<Int>, y: Range<Int>)
  }

  /// How something is accessed.
  public enum AccessKind: String, CaseIterable, Hashable, Sendable {
    /// It has another value than before.
    case change
    /// It is written, perhaps with the value that it has.
    case write
    /// It is read. A sprite reads the pixels that it covers.
    case read
    /// It is read or written.
    case access
  }

  /// Of all times that a stop's condition has held since the beginning of the course, which ones count.
  public enum HitRule: Hashable, Sendable {
    /// That one time, counted from 1.
    case equal(UInt64)
    /// That time and all after it.
    case atLeast(UInt64)
    /// Every time whose number is a multiple of that.
    case multiple(UInt64)

    /// A rule as it is written: `N` or `== N`, `>= N`, `% N`; nil for anything else.
    public init?(_ text: String) {
      let text = text.filter { $0 != " " }
      func number(after operation: String) -> UInt64? {
        text.hasPrefix(operation)
          ? UInt64(number: text.dropFirst(operation.count)).flatMap { $0 > 0 ? $0 : nil } : nil
      }
      if let count = number(after: ">=") {
        self = .atLeast(count)
      } else if let count = number(after: "%") {
        self = .multiple(count)
      } else if let count = number(after: "==") ?? number(after: "") {
        self = .equal(count)
      } else {
        return nil
      }
    }

    package func counts(_ hit: UInt64) -> Bool {
      switch self {
      case .equal(let count): hit == count
      case .atLeast(let count): hit >= count
      case .multiple(let count): hit % count == 0
      }
    }
  }

  /// Its number, by which hits name it.
  public let id: Int
  /// What happens there.
  public var event: Event
  /// What has to hold there, too.
  public var condition: Expression?
  /// Which of the hits count.
  public var hitRule: HitRule?
  /// What is said there, in place of stopping.
  public var message: LogMessage?
  /// Whether it is there at all.
  public var isEnabled = true
  /// What else it is called, as a `:breakpoint` is.
  public var name: String?
  /// Whether it is a point of the machine's metadata, which is saved with it.
  public var isSaved = false
  /// Where it is as the user wrote it, a label or a line: there it is in another version of the program.
  public var place: String?

  /// A stop at an event.
  public init(id: Int, _ event: Event) { (self.id, self.event) = (id, event) }
}

/// What a log point says: text with expressions in braces.
public struct LogMessage: Sendable {
  /// As it was written.
  public let text: String
  private let pieces: [Piece]
  private static let maxByteCount = 4096

  private enum Piece: Sendable {
    case text(String)
    case value(Expression)
  }

  /// A message as it is written; braces that are doubled stand for themselves.
  public init(_ text: String, _ names: DebugNames) throws(ExpressionError) {
    guard text.utf8.count <= LogMessage.maxByteCount else {
      throw .messageTooLong(maxByteCount: LogMessage.maxByteCount)
    }
    self.text = text
    var (pieces, literal, rest) = ([Piece](), "", text[...])
    while let character = rest.popFirst() {
      if "{}".contains(character), rest.first == character {
        literal.append(rest.removeFirst())
      } else if character == "{" {
        guard let end = rest.firstIndex(of: "}") else { throw .unclosedBrace }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        literal = ""
        pieces.append(.value(try Expression(String(rest[..<end]), names)))
        rest = rest[end...].dropFirst()
      } else {
        literal.append(character)
      }
    }
    if !literal.isEmpty { pieces.append(.text(literal)) }
    self.pieces = pieces
  }

  func text(in machine: inout Chip8) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let literal): text += literal
      case .value(let expression):
        text += expression.value(in: &machine).map { "\($0)" } ?? "(division by zero)"
      }
    }
    return text
  }
}

/// A stop that was hit.
public struct Hit: Sendable {
  /// The stops, by their numbers, those that were set first.
  public var stops: [Int]
  /// The instruction that is next there, or that has caused it; for a wait for a key that one.
  public let address: UInt16
  /// Before that instruction.
  public let before: Position
  /// Where the machine stops.
  public let position: Position
}
