import Chip8Core

/// Maps keys of the keyboard to those of the keypad: by their position and not their letter, so that the
/// keypad is a square in every layout.
///
/// Keys are identified by their usage of page 7 in the USB HID usage tables, which is also SDL's scancode.
public struct KeyMap: Hashable, Sendable {
  /// The four rows `1 2 3 4`, `Q W E R`, `A S D F`, `Z X C V`, as the keypad has them.
  package static let keypad: [(usage: UInt8, key: UInt8)] = [
    (30, 0x1), (31, 0x2), (32, 0x3), (33, 0xC),
    (20, 0x4), (26, 0x5), (8, 0x6), (21, 0xD),
    (4, 0x7), (22, 0x8), (7, 0x9), (9, 0xE),
    (29, 0xA), (27, 0x0), (6, 0xB), (25, 0xF),
  ]

  private let keys: [UInt8: UInt8]
  /// The keys of the keyboard that were reassigned.
  private let assigned: Set<UInt8>

  /// The keys of a program.
  ///
  /// - Parameter assignments: reassigned keys.
  public init(for program: ProgramKeys = .unknown, _ assignments: [KeyAssignment] = []) {
    var keys: [UInt8: UInt8] = [:]
    for (usage, key) in KeyMap.keypad { keys[usage] = key }
    for (button, key) in program.pad() {
      if let usage = button.usage { keys[usage] = key }
    }
    for assignment in assignments { keys[assignment.usage] = assignment.key }
    self.keys = keys
    assigned = Set(assignments.map(\.usage))
  }

  /// The key of the keypad that a key of the keyboard is mapped to; empty for none.
  public subscript(usage: UInt32) -> KeySet {
    UInt8(exactly: usage).flatMap { keys[$0] }.map { KeySet(key: $0) } ?? []
  }

  /// The keys of the keyboard that are mapped to one of the keypad: reassigned ones first, then arrows, space
  /// and enter, then the key in its position on the keypad, then others.
  public func usages(of key: UInt8) -> [UInt8] {
    let buttons = (PadButton.directions + [.a, .b]).compactMap(\.usage)
    func rank(_ usage: UInt8) -> Int {
      if assigned.contains(usage) { return -1 }
      if let index = buttons.firstIndex(of: usage) { return index }
      return KeyMap.keypad.contains { $0 == (usage, key) } ? 10 : 11
    }
    return keys.filter { $0.value == key }.map { ($0.key, rank($0.key)) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
  }
}
