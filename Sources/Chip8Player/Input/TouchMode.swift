import SaveState

/// How fingers on the picture play a program, as in Octo: docs/KEYS.md. The mouse counts as a finger.
public enum TouchMode: String, CaseIterable, Sendable {
  /// As the program's author chose.
  case auto
  /// They do not.
  case none
  /// Swipes are the directions, taps the first action.
  case swipe
  /// A square in the centre of the picture is the keypad.
  case seg16
  /// The whole picture is the keypad.
  case seg16fill
  /// A cross and two buttons over the picture are the directions and the actions.
  case gamepad
  /// The keypad is beside the picture.
  case vip
}

extension KeyTable {
  /// The touch mode that a program's author chose.
  package static func touchMode(of program: Program) -> TouchMode {
    row(of: program).flatMap { touchMode(inRow: $0) } ?? .none
  }

  /// The last field of a row, if it has one.
  package static func touchMode(inRow row: String) -> TouchMode? {
    let fields = row.split(separator: "\t", omittingEmptySubsequences: false)
    return fields.count > 3 ? TouchMode(rawValue: String(fields[3])) : nil
  }
}
