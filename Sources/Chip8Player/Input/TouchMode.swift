import SaveState

/// How fingers on the picture play a program, as in Octo: docs/KEYS.md. The mouse is a finger, too.
public enum TouchMode: String, CaseIterable, Sendable {
  /// As the program's author says.
  case auto
  /// Not at all.
  case none
  /// Fingers that move are the directions, others are the first action.
  case swipe
  /// A square in the middle of the picture is the keypad.
  case seg16
  /// The whole picture is the keypad.
  case seg16fill
  /// A cross and two buttons over the picture are the directions and the actions.
  case gamepad
  /// The keypad is beside the picture.
  case vip
}

extension KeyTable {
  /// How a program's author wants it to be played with fingers.
  package static func touchMode(of program: Program) -> TouchMode {
    row(of: program).flatMap { touchMode(inRow: $0) } ?? .none
  }

  /// The last of a row's fields, in those that have it.
  package static func touchMode(inRow row: String) -> TouchMode? {
    let fields = row.split(separator: "\t", omittingEmptySubsequences: false)
    return fields.count > 3 ? TouchMode(rawValue: String(fields[3])) : nil
  }
}
