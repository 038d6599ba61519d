/// A key that went down or up.
package struct KeyEvent: Hashable, Sendable {
  package enum Kind: Sendable {
    case press, again, release
  }

  package struct Modifiers: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let shift = Modifiers(rawValue: 1)
    package static let alt = Modifiers(rawValue: 2)
    package static let control = Modifiers(rawValue: 4)
  }

  /// The physical key: its usage of page 7 in the USB HID usage tables.
  package var usage: UInt8
  /// The key's label, if that is an ASCII letter or sign.
  package var letter: Character?
  package var modifiers: Modifiers = []
  package var kind = Kind.press

  package init(
    _ usage: UInt8, _ letter: Character? = nil, _ modifiers: Modifiers = [], _ kind: Kind = .press
  ) {
    (self.usage, self.letter, self.modifiers, self.kind) = (usage, letter, modifiers, kind)
  }
}

// MARK: Keys by their usages, which are SDL's scancodes too

extension KeyEvent {
  package static let (enter, escape, backspace, tab): (UInt8, UInt8, UInt8, UInt8) = (
    40, 41, 42, 43
  )
  package static let (comma, period, pause): (UInt8, UInt8, UInt8) = (54, 55, 72)
  package static let (f1, f3, f4, f5, f6): (UInt8, UInt8, UInt8, UInt8, UInt8) = (
    58, 60, 61, 62, 63
  )
  package static let (f9, f10, f11, f12): (UInt8, UInt8, UInt8, UInt8) = (66, 67, 68, 69)
  package static let (down, up, keypadEnter): (UInt8, UInt8, UInt8) = (81, 82, 88)

  /// Whether it steps through frames, repeatedly while it is held.
  package var isFrameStep: Bool { [KeyEvent.comma, KeyEvent.period].contains(usage) }

  /// The digit, for a key in the row of digits.
  package var digit: Int? { (30...39).contains(usage) ? Int(usage - 29) % 10 : nil }

  /// The debugger's command, if the key has one.
  package var debuggerKey: DebuggerKey? {
    KeyEvent.debuggerKeys[usage] ?? digit.map { .digit($0) } ?? letter.map { .letter($0) }
  }

  private static let debuggerKeys: [UInt8: DebuggerKey] = [
    up: .up, down: .down, 80: .left, 79: .right, 75: .pageUp, 78: .pageDown, 74: .home,
    enter: .enter, keypadEnter: .enter, escape: .escape, tab: .nextPanel, backspace: .erase,
  ]
}
