/// What a key of the keypad does in a program.
public struct KeyUse: Hashable, Sendable {
  /// The key, 0 to 15.
  public let key: UInt8
  /// What it does, in a word or two, as `left` or `fire`.
  public let action: String
  /// The player whose key it is, 1 or 2; nil if there is one player, or both share it.
  public let player: Int?
  /// The buttons that it is on, if the table says so.
  public let buttons: [PadButton]

  /// The action, with the player if there are two: `P2 up`.
  public var text: String { player.map { "P\($0) \(action)" } ?? action }

  /// Parses `KEY[:PLAYER][=BUTTON[+BUTTON…]] ACTION`, as `5=a fire` or `C:2 up`. Directions are on their own
  /// buttons by default.
  init?(_ text: Substring) {
    guard let space = text.firstIndex(of: " ") else { return nil }
    let action = String(text[text.index(after: space)...])
    let named = text[..<space].split(separator: "=", omittingEmptySubsequences: false)
    let owned = named[0].split(separator: ":", omittingEmptySubsequences: false)
    guard let key = UInt8(hexadecimal: owned[0], digitCount: 1), !action.isEmpty, named.count < 3,
      owned.count < 3
    else { return nil }
    (self.key, self.action) = (key, action)
    player = owned.count > 1 ? Int(decimal: owned[1]) : nil
    guard named.count > 1 else {
      buttons = PadButton.directions.filter { $0.rawValue == action }
      return
    }
    let names = named[1].split(separator: "+", omittingEmptySubsequences: false)
    buttons = names.compactMap { PadButton(rawValue: String($0)) }
    guard buttons.count == names.count else { return nil }
  }
}
