/// The sixteen keys of the keypad: what they are mapped to on keyboard and pad, and what they do in a
/// program.
public struct KeyCard: Hashable, Sendable {
  /// A key of the keypad.
  public struct Cell: Hashable, Sendable {
    /// The key, 0 to 15.
    public let key: UInt8
    /// The keys of the keyboard that are mapped to it, the most convenient first, by their usages of page 7
    /// in the USB HID usage tables.
    public let usages: [UInt8]
    /// The buttons that are mapped to it, on the pad of the player whose key it is.
    public let buttons: [PadButton]
    /// What it does.
    public let meaning: KeyMeaning

    /// The name of the most convenient key on a US keyboard; nil if none is mapped to it.
    public var keyboardName: String? { usages.first.map(KeyName.name(of:)) }
  }

  /// The rows of the keypad.
  public static let rows: [[UInt8]] = stride(from: 0, to: 16, by: 4).map { start in
    KeyMap.keypad[start..<start + 4].map(\.key)
  }

  /// The cells by their keys, 0 to 15.
  public let cells: [Cell]
  /// Whether it is known what the keys do, and not only which ones the program polls.
  public let isKnown: Bool

  /// The card of a program.
  ///
  /// - Parameter pads: the map of the buttons; nil for the usual one.
  public init(_ program: ProgramKeys, _ map: KeyMap, _ pads: PadMap? = nil) {
    let pads = pads ?? PadMap(for: program)
    isKnown = program.isKnown
    cells = (0..<16).map { (key: UInt8) in
      let meaning = program.meaning(of: key)
      var player = 1
      if case .action(let use) = meaning, let owner = use.player { player = owner }
      if !program.isKnown, !program.pad().values.contains(key) { player = 2 }
      return Cell(
        key: key, usages: map.usages(of: key),
        buttons: PadButton.allCases.filter { pads[$0, player] == key }, meaning: meaning)
    }
  }

  /// The cell of a key, by the low four bits of its number.
  public subscript(key: UInt8) -> Cell { cells[Int(key & 0xF)] }

  /// The cells of the keys that the program uses or polls, in the order of the keypad.
  public var used: [Cell] {
    KeyCard.rows.joined().map { self[$0] }.filter { $0.meaning != .none }
  }
}
