import Chip8Core

/// The keypad keys held on a keyboard. A key pressed and released within a frame counts as held in that
/// frame.
public struct Keyboard: Sendable {
  private var held: [UInt32: KeySet] = [:]
  private var tapped: KeySet = []

  /// A keyboard with no key down.
  public init() {}

  /// Presses a key.
  public mutating func press(_ usage: UInt32, _ map: KeyMap) { press(usage, map[usage]) }

  /// The same for other input devices, whose input stands for keys of the keypad.
  ///
  /// - Parameter usage: a number that no other input has.
  public mutating func press(_ usage: UInt32, _ keys: KeySet) {
    held[usage] = keys
    tapped.formUnion(keys)
  }

  /// Releases a key.
  public mutating func release(_ usage: UInt32) {
    held[usage] = nil
  }

  /// Releases all keys, as when the window loses the focus.
  public mutating func releaseAll() {
    held = [:]
  }

  /// The keys of the frame about to begin.
  public mutating func takeKeys() -> KeySet {
    defer { tapped = [] }
    return held.values.reduce(tapped) { $0.union($1) }
  }
}
