/// Maps buttons of the pads to keys of the keypad.
public struct PadMap: Hashable, Sendable {
  /// The keys of player 1's pad, and of player 2's.
  private var pads: [[PadButton: UInt8]]

  /// The buttons of a program.
  ///
  /// - Parameter changes: reassigned buttons, nil for no key. In a program for one player, those of player 1
  ///   apply to both pads.
  public init(for program: ProgramKeys = .unknown, _ changes: [PlayerButton: UInt8?] = [:]) {
    pads = [program.pad(of: 1), program.pad(of: 2)]
    for (button, key) in changes where button.player == 1 {
      pads[0][button.button] = key
      if !program.hasSecondPlayer { pads[1][button.button] = key }
    }
    for (button, key) in changes where button.player == 2 { pads[1][button.button] = key }
  }

  /// The buttons of a program, with every other key on one of the remaining buttons: keys that the program
  /// uses first, on the buttons that are easiest to reach.
  package init(withEveryKeyOf program: ProgramKeys) {
    self.init(for: program)
    pads = pads.map { pad in
      var keys: [PadButton: UInt8] = [:]
      for button in PadButton.allCases {
        guard let key = pad[button], !keys.values.contains(key) else { continue }
        keys[button] = key
      }
      let others = (0..<16).map { UInt8($0) }.filter { !keys.values.contains($0) }
      let rest =
        others.filter { program.meaning(of: $0) != .none }
        + others.filter { program.meaning(of: $0) == .none }
      let order: [PadButton] = [
        .b, .x, .y, .l, .r, .start, .select, .l2, .r2, .l3, .r3, .a, .up, .down, .left, .right,
      ]
      for (button, key) in zip(order.filter { keys[$0] == nil }, rest) { keys[button] = key }
      return keys
    }
  }

  /// The key of a button.
  ///
  /// - Parameter player: 1 or 2; any others have player 1's map.
  public subscript(button: PadButton, player: Int) -> UInt8? {
    pads[player == 2 ? 1 : 0][button]
  }
}
