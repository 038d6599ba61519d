import Chip8Core

/// A button of a pad. The first six are also keys of every keyboard: the arrows, space and enter.
public enum PadButton: String, CaseIterable, Sendable {
  case up, down, left, right, a, b, x, y, l, r, l2, r2, l3, r3, select, start

  /// Up, down, left and right.
  public static let directions: [PadButton] = [.up, .down, .left, .right]

  /// The button of a direction.
  init(_ direction: Direction) {
    self =
      switch direction {
      case .up: .up
      case .down: .down
      case .left: .left
      case .right: .right
      }
  }

  /// The buttons for a program's other keys, the easiest to reach first. Start and Select are left to front
  /// ends.
  public static let actions: [PadButton] = [.a, .b, .x, .y, .l, .r, .l2, .r2, .l3, .r3]

  /// The key of a keyboard that acts as the button, by its usage of page 7 in the USB HID usage tables; nil
  /// if only pads have the button.
  public var usage: UInt8? {
    switch self {
    case .up: 82
    case .down: 81
    case .left: 80
    case .right: 79
    case .a: 44
    case .b: 40
    default: nil
    }
  }
}
