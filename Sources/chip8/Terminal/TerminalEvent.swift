// What is typed in a terminal, and what it answers.

import Chip8Player

/// A mouse button, or the wheel.
package enum MouseButton: Hashable, Sendable {
  case left, right, wheelUp, wheelDown
}

/// What comes from a terminal.
package enum TerminalEvent: Hashable, Sendable {
  case key(KeyEvent)
  /// A key that types something, without saying which one it is.
  case unknownKey
  /// In a cell, counted from the top left corner.
  case mouse(MouseButton, x: Int, y: Int)
  case focus(Bool)
  /// It supports the kitty keyboard protocol.
  case reportsKeys
  /// It supports the kitty graphics protocol.
  case showsPixels
  /// What it calls itself.
  case name(String)
  /// The size of a cell in pixels.
  case cell(Size)
  /// The answer to the question that every terminal answers, which comes last.
  case attributes(hasSixels: Bool)
}

extension KeyEvent {
  /// The usages of the keys on a US keyboard.
  static func usage(of character: Character) -> UInt8? {
    guard let code = character.asciiValue else { return nil }
    switch code {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return 4 + code - UInt8(ascii: "a")
    case UInt8(ascii: "1")...UInt8(ascii: "9"): return 30 + code - UInt8(ascii: "1")
    default: return signs[character]
    }
  }

  private static let signs: [Character: UInt8] = [
    "0": 39, " ": 44, "-": 45, "=": 46, "[": 47, "]": 48, "\\": 49, ";": 51, "'": 52, "`": 53,
    ",": 54, ".": 55, "/": 56,
  ]

  /// The characters that Shift makes of digits. A terminal without the keyboard protocol does not say what
  /// the layout is, so that a US one is assumed.
  private static let shifted: [Character: Character] = [
    "!": "1", "@": "2", "#": "3", "$": "4", "%": "5", "^": "6", "&": "7", "*": "8", "(": "9",
    ")": "0",
  ]

  /// The key of a typed character; nil if none is known.
  init?(typed character: Character, _ modifiers: Modifiers) {
    var (letter, modifiers) = (character, modifiers)
    if let digit = KeyEvent.shifted[character] {
      (letter, modifiers) = (digit, modifiers.union(.shift))
    } else if character.isASCII, character.isUppercase {
      letter = Character(character.lowercased())
      modifiers.insert(.shift)
    }
    guard let usage = KeyEvent.usage(of: letter) else { return nil }
    self.init(usage, letter, modifiers)
  }

  /// The keys of `CSI number ~`.
  static let numbered: [Int: UInt8] = [
    1: 74, 2: 73, 3: 76, 4: 77, 5: 75, 6: 78, 7: 74, 8: 77, 11: 58, 12: 59, 13: 60, 14: 61,
    15: 62, 17: 63, 18: 64, 19: 65, 20: 66, 21: 67, 23: 68, 24: 69,
  ]

  /// The keys of `CSI letter` and `SS3 letter`.
  static let lettered: [UInt8: UInt8] = [
    UInt8(ascii: "A"): 82, UInt8(ascii: "B"): 81, UInt8(ascii: "C"): 79, UInt8(ascii: "D"): 80,
    UInt8(ascii: "H"): 74, UInt8(ascii: "F"): 77, UInt8(ascii: "P"): 58, UInt8(ascii: "Q"): 59,
    UInt8(ascii: "R"): 60, UInt8(ascii: "S"): 61, UInt8(ascii: "M"): 88,
  ]

  /// The keys of control characters, and those with their own numbers in the kitty keyboard protocol.
  static func usage(ofCode code: Int) -> UInt8? {
    switch code {
    case 8, 127: 42
    case 9: 43
    case 13: 40
    case 27: 41
    case 57362: 72
    case 57399: 98
    case 57400...57408: UInt8(89 + code - 57400)
    case 57409: 99
    case 57410: 84
    case 57411: 85
    case 57412: 86
    case 57413: 87
    case 57414: 88
    default: nil
    }
  }
}
