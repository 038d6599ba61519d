import Chip8Core

/// Names for the keys of the keyboard, by their positions in the US layout.
public enum KeyName {
  private static let named: [(UInt8, String)] = [
    (39, "0"), (40, "enter"), (42, "backspace"), (44, "space"), (45, "minus"), (46, "equals"),
    (47, "left-bracket"), (48, "right-bracket"), (49, "backslash"), (51, "semicolon"),
    (52, "apostrophe"), (53, "grave"), (54, "comma"), (55, "period"), (56, "slash"),
    (73, "insert"), (74, "home"), (75, "page-up"), (76, "delete"), (77, "end"), (78, "page-down"),
    (79, "right"), (80, "left"), (81, "down"), (82, "up"), (84, "pad-slash"), (85, "pad-star"),
    (86, "pad-minus"), (87, "pad-plus"), (88, "pad-enter"), (98, "pad-0"), (99, "pad-period"),
  ]

  /// Every key that can be assigned, by its usage of page 7 in the USB HID usage tables.
  private static let all: [(usage: UInt8, name: String)] =
    (0..<26).map { (4 + $0, String(Character(UnicodeScalar(UInt8(ascii: "a") + $0)))) }
    + (0..<9).map { (30 + $0, "\($0 + 1)") } + (0..<9).map { (89 + $0, "pad-\($0 + 1)") } + named

  /// All names, with consecutive ones as ranges.
  public static var list: String {
    "a to z, 0 to 9, pad-0 to pad-9, "
      + named.map(\.1).filter { $0 != "0" && $0 != "pad-0" }.joined(separator: ", ")
  }

  /// The USB HID usage of the key with a name; nil for unknown names.
  public static func usage(of name: some StringProtocol) -> UInt8? {
    all.first { $0.name == name.lowercased() }?.usage
  }

  /// The name of the key with a usage, or the usage itself.
  public static func name(of usage: UInt8) -> String {
    all.first { $0.usage == usage }?.name ?? "\(usage)"
  }
}

extension KeyAssignment {
  /// As an entry of ``Setting/keyMap``.
  public var text: String {
    "\(KeyName.name(of: usage))=\(key.map { hexadecimal($0, 1) } ?? "none")"
  }

  /// What the key of the keyboard is called.
  public var name: String { KeyName.name(of: usage) }
}
