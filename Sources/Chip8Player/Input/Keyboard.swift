import Chip8Core

/// The keypad as a keyboard has it. A key that went down and up within a frame is down in that frame.
public struct Keyboard: Sendable {
  private var held: [UInt32: KeySet] = [:]
  private var tapped: KeySet = []

  /// One with no key down.
  public init() {}

  /// A key went down.
  public mutating func press(_ usage: UInt32, _ map: KeyMap) { press(usage, map[usage]) }

  /// The same for input that is not a keyboard and stands for keys of the keypad.
  ///
  /// - Parameter usage: a number that nothing else has.
  public mutating func press(_ usage: UInt32, _ keys: KeySet) {
    held[usage] = keys
    tapped.formUnion(keys)
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
