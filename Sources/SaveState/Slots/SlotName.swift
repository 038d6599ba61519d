/// What a slot is called: a file's name as well, without its suffix.
///
/// Two names are the same if their bytes are, for so it is with files.
public struct SlotName: Hashable, Sendable, CustomStringConvertible {
  /// The most bytes of UTF-8 that a name has.
  public static let maxByteCount = 100

  /// The numbers of the slots that have keys.
  public static let keys = 0...9

  private static let autosavePrefix = "auto-"

  private let bytes: [UInt8]

  /// The name as text.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the slot is reserved for ``Slots/autosave(_:as:)``.
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
    guard SlotName.key(typed: text) == nil else { throw .digit }
    bytes = Array(text.utf8)
  }

  /// A name as users write it: a digit stands for the slot of that key.
  public init(typed text: String) throws(SlotNameError) {
    if let key = SlotName.key(typed: text) { self = key } else { try self.init(text) }
  }

  /// The slot of a key, 0 to 9.
  public static func key(_ number: Int) -> SlotName {
    precondition(keys.contains(number), "keys are 0 to 9")
    return SlotName(known: "slot\(number)")
  }

  private static func key(typed text: String) -> SlotName? {
    guard text.utf8.count == 1 else { return nil }
    return Int(text).map(key)
  }

  init(_ autosave: Autosave) {
    self.init(known: SlotName.autosavePrefix + autosave.rawValue)
  }

  private init(known text: String) { bytes = Array(text.utf8) }
}

extension SlotName: Comparable {
  /// Whether one name sorts before another, byte by byte.
  public static func < (one: SlotName, other: SlotName) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }
}

/// What is saved automatically.
public enum Autosave: String, CaseIterable, Sendable {
  /// When the user leaves.
  case exit
  /// Periodically.
  case minute
  /// When the program faults.
  case fault

  /// The slot that it is saved to.
  public var slot: SlotName { SlotName(self) }
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
  /// It is a digit, which stands for the slot of a key.
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
    case .digit: "a digit is the slot of that key"
    }
  }
}
