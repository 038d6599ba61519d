import Chip8Core

/// Which keys of a keyboard are which of the keypad. By their place and not by their letter, so that
/// the keypad is a square on every keyboard.
///
/// Keys are known by their usage of page 7 in the USB HID usage tables, which is SDL's scancode too.
public struct KeyMap: Sendable {
  /// The four rows `1 2 3 4`, `Q W E R`, `A S D F`, `Z X C V`, as the keypad has them.
  private static let keypad: [(usage: UInt8, key: UInt8)] = [
    (30, 0x1), (31, 0x2), (32, 0x3), (33, 0xC),
    (20, 0x4), (26, 0x5), (8, 0x6), (21, 0xD),
    (4, 0x7), (22, 0x8), (7, 0x9), (9, 0xE),
    (29, 0xA), (27, 0x0), (6, 0xB), (25, 0xF),
  ]

  /// What the community's database calls the keys that a known program uses: arrows, space, return.
  private static let named: [(usage: UInt8, name: String)] = [
    (82, "up"), (81, "down"), (80, "left"), (79, "right"), (44, "a"), (40, "b"),
  ]

  /// The default keys of the arrows, as in Octo.
  private static let usual: [String: UInt8] = ["up": 5, "down": 8, "left": 7, "right": 9, "a": 6]

  private let keys: [UInt8: UInt8]

  /// The keys of a program.
  ///
  /// - Parameter assignments: keys that are others than usual.
  public init(for program: KnownProgram?, _ assignments: [KeyAssignment]) {
    var names = KeyMap.usual
    if let known = program?.keys, !known.isEmpty { names = known }
    var keys: [UInt8: UInt8] = [:]
    for (usage, key) in KeyMap.keypad { keys[usage] = key }
    for (usage, name) in KeyMap.named { keys[usage] = names[name] }
    for assignment in assignments { keys[assignment.usage] = assignment.key }
    self.keys = keys
  }

  /// The key of the keypad that a key of the keyboard is; none for a key without one.
  public subscript(usage: UInt32) -> KeySet {
    UInt8(exactly: usage).flatMap { keys[$0] }.map { KeySet(key: $0) } ?? []
  }
}

/// The keypad as a keyboard has it. A key that went down and up within a frame is down in that frame.
public struct Keyboard: Sendable {
  private var held: [UInt32: KeySet] = [:]
  private var tapped: KeySet = []

  /// One with no key down.
  public init() {}

  /// A key went down.
  public mutating func press(_ usage: UInt32, _ map: KeyMap) {
    held[usage] = map[usage]
    tapped.formUnion(map[usage])
  }

  /// A key went up.
  public mutating func release(_ usage: UInt32) {
    held[usage] = nil
  }

  /// Releases all keys, as when the window loses the focus.
  public mutating func releaseAll() {
    held = [:]
  }

  /// The keys of the frame that begins.
  public mutating func takeKeys() -> KeySet {
    defer { tapped = [] }
    return held.values.reduce(tapped) { $0.union($1) }
  }
}
