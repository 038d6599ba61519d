/// Which buttons of the pads are which keys of the keypad.
public struct PadMap: Hashable, Sendable {
  /// The keys of player 1's pad, and of player 2's.
  private var pads: [[PadButton: UInt8]]

  /// The buttons of a program.
  ///
  /// - Parameter changes: buttons that are others than usual, nil for no key. Those of player 1 are both
  ///   players' where the program has one.
  public init(for program: ProgramKeys = .unknown, _ changes: [PlayerButton: UInt8?] = [:]) {
    pads = [program.pad(of: 1), program.pad(of: 2)]
    for (button, key) in changes where button.player == 1 {
      pads[0][button.button] = key
      if !program.hasSecondPlayer { pads[1][button.button] = key }
    }
    for (button, key) in changes where button.player == 2 { pads[1][button.button] = key }
  }

  /// The key of a button.
  ///
  /// - Parameter player: 1 or 2; further ones have what player 1 has.
  public subscript(button: PadButton, player: Int) -> UInt8? {
    pads[player == 2 ? 1 : 0][button]
  }
}
