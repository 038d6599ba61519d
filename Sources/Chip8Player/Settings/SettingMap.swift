import Chip8Core
import SaveState

/// Entries of a setting that has several, as text: `up=5,a=none`. A name stands for one key of the keypad.
struct SettingMap: Hashable, Sendable {
  /// What stands for each name: a digit of the keypad, or `none`.
  private var values: [String: String] = [:]

  /// Entries, of which the last one of a name counts.
  init(_ text: String) {
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0]).lowercased()] = parts.count > 1 ? String(parts[1]) : ""
    }
  }

  /// The entries in the order of their names.
  var text: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  var isEmpty: Bool { values.isEmpty }

  /// The names and their keys of the keypad, nil for none.
  var entries: [(name: String, key: UInt8?)] {
    values.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.first?.hexDigitValue.map(UInt8.init))
    }
  }

  /// These entries, over others.
  func over(_ others: SettingMap) -> SettingMap {
    var all = self
    all.values.merge(others.values) { own, _ in own }
    return all
  }

  /// Without the entries that some other ones are for, or that stand for a key.
  func without(_ others: SettingMap) -> SettingMap {
    var rest = self
    for name in others.values.keys { rest.values[name] = nil }
    return rest
  }

  /// The same in capitals, where each entry means something.
  ///
  /// - Parameter checkName: throws for a name that means nothing.
  func checked(
    _ checkName: (String) throws(SettingError) -> Void
  ) throws(SettingError) -> SettingMap {
    var checked = self
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      try checkName(name)
      guard value != "none" else { continue }
      guard value.utf8.count == 1, value.first?.hexDigitValue != nil else {
        throw .notOnKeypad(name: name)
      }
      checked.values[name] = value.uppercased()
    }
    return checked
  }
}

/// Colours as a setting has them: a palette's name, or two to four colours.
struct ColorList: Hashable, Sendable {
  let text: String
  let values: [UInt32]

  init?(_ text: String) {
    if let palette = Palette.named(text) {
      (self.text, values) = (palette.name, palette.colors)
      return
    }
    let texts = text.split(separator: ",", omittingEmptySubsequences: false)
    values = texts.compactMap { UInt32(hexadecimal: $0.trimmingPrefix("#"), digitCount: 6) }
    guard values.count == texts.count, (2...4).contains(values.count) else { return nil }
    self.text = values.map { hexadecimal($0, 6) }.joined(separator: ",")
  }
}

/// A button of one of the pads: `a`, or `p2-a` for player 2.
public struct PlayerButton: Hashable, Sendable {
  /// The button.
  public let button: PadButton
  /// 1 or 2.
  public let player: Int

  /// A button of a player's pad.
  public init(_ button: PadButton, of player: Int) { (self.button, self.player) = (button, player) }

  /// Those that can be keys of the keypad: Start and Select are left to front ends.
  static let buttons = PadButton.directions + PadButton.actions

  init?(_ name: String) {
    player = name.hasPrefix("p2-") ? 2 : 1
    let rest = player == 2 ? String(name.dropFirst(3)) : name
    guard let button = PadButton(rawValue: rest), PlayerButton.buttons.contains(button) else {
      return nil
    }
    self.button = button
  }

  /// As settings call it.
  public var name: String { (player == 2 ? "p2-" : "") + button.rawValue }

  static var list: String {
    buttons.map(\.rawValue).joined(separator: ", ") + ", and p2- with each for player 2"
  }
}
