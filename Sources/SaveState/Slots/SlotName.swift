/// What a slot is called: a file's name as well, without its suffix.
///
/// Two names are the same if their bytes are, for so it is with files.
public struct SlotName: Hashable, Sendable, CustomStringConvertible {
  /// The most bytes of UTF-8 that a name has.
  public static let maxByteCount = 100

  private static let autosavePrefix = "auto-"

  private let bytes: [UInt8]

  /// The name as text.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the slot is reserved for ``Slots/autosave(_:to:)``.
  public var isAutosave: Bool { bytes.starts(with: SlotName.autosavePrefix.utf8) }

  /// A name as in a directory.
  ///
  /// - Throws: ``SlotNameError`` if no slot can be called that.
  public init(_ text: String) throws(SlotNameError) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= SlotName.maxByteCount else { throw .tooLong(text.utf8.count) }
    guard !text.utf8.starts(with: ".".utf8) else { throw .hidden }
    // What ends a line would break up the list of the slots.
    let lineBreakers: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
    guard
      !text.unicodeScalars.contains(where: { lineBreakers.contains($0.properties.generalCategory) })
    else { throw .controlCharacter }
    guard !text.utf8.contains(UInt8(ascii: "/")) else { throw .slash }
    guard text.utf8.count > 1 || Int(decimal: text) == nil else { throw .digit }
    bytes = Array(text.utf8)
  }

  /// The slot of the autosaves of a kind.
  package init(autosave kind: String) { self.init(known: SlotName.autosavePrefix + kind) }

  /// A name that is known to be valid.
  package init(known text: String) { bytes = Array(text.utf8) }
}

extension SlotName: Comparable {
  /// Whether one name sorts before another, byte by byte.
  public static func < (one: SlotName, other: SlotName) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }
}

/// Why a slot's name is invalid.
public enum SlotNameError: Error, Equatable, CustomStringConvertible {
  /// The name is empty.
  case empty
  /// It has more than ``SlotName/maxByteCount`` bytes.
  case tooLong(Int)
  /// It begins with a full stop, as hidden files do.
  case hidden
  /// It holds a control character or a line break.
  case controlCharacter
  /// It holds a slash, and would name a file in another directory.
  case slash
  /// It is a digit, which front ends take as a number.
  case digit

  /// One sentence for the user, without the name.
  public var description: String {
    switch self {
    case .empty: "a slot's name must not be empty"
    case .tooLong(let count):
      "a slot's name has at most \(SlotName.maxByteCount) bytes, not \(count)"
    case .hidden: "a slot's name must not begin with a full stop"
    case .controlCharacter: "a slot's name must not contain control characters"
    case .slash: "a slot's name must not contain a slash"
    case .digit: "a slot's name must not be a single digit"
    }
  }
}
