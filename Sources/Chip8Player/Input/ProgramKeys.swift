import Chip8Core
import SaveState

/// What the keys of the keypad do in a program, as far as that is known: by the table of known programs
/// (`keys.tsv`), else by what the program asks for. docs/KEYS.md describes the rules.
public struct ProgramKeys: Hashable, Sendable {
  /// What is known of the program: a use for each key that it has one for, by ascending keys. Empty if the
  /// program is not in the table.
  public let uses: [KeyUse]
  /// The keys that the program was seen to ask for.
  public let asked: KeySet
  /// The keys that were seen to move something on the screen, and which way.
  let moving: [UInt8: Direction]
  /// The keys that stand on buttons: those of the first player or the only one, and of the second.
  private let pads: [[PadButton: UInt8]]

  /// The keys of a program that nothing is known of.
  public static let unknown = ProgramKeys([], asked: [])

  /// The keys of a program.
  ///
  /// - Parameter asked: what it was seen to ask for.
  public init(for program: Program, asked: KeySet = []) {
    self.init(KeyTable.uses(of: program), asked: asked)
  }

  init(_ uses: [KeyUse], asked: KeySet, moving: [UInt8: Direction] = [:]) {
    (self.uses, self.asked, self.moving) = (uses, asked, moving)
    let layout = uses.isEmpty ? KeyLayout(asked: asked, moving: moving) : KeyLayout(uses)
    pads = [layout.first, layout.second]
  }

  /// The same, with other keys polled.
  func asking(for asked: KeySet, moving: [UInt8: Direction]) -> ProgramKeys {
    (asked, moving) == (self.asked, self.moving)
      ? self : ProgramKeys(uses, asked: asked, moving: moving)
  }

  /// Whether the program is in the table.
  public var isKnown: Bool { !uses.isEmpty }

  /// Whether there are keys of a second player.
  public var hasSecondPlayer: Bool { !pads[1].isEmpty }

  /// The key on each button of a player's pad, and on the arrows, space and enter for the first one's.
  /// Where there is no second player, both have the same.
  ///
  /// - Parameter player: 1 or 2.
  public func pad(of player: Int = 1) -> [PadButton: UInt8] {
    player == 2 && hasSecondPlayer ? pads[1] : pads[0]
  }

  /// What a key does.
  public func meaning(of key: UInt8) -> KeyMeaning {
    if let use = uses.first(where: { $0.key == key }) { return .action(use) }
    return !isKnown && asked.contains(KeySet(key: key)) ? .asked : .none
  }
}

/// What is known of a key of the keypad.
public enum KeyMeaning: Hashable, Sendable {
  /// What it does.
  case action(KeyUse)
  /// The program asks for it.
  case asked
  /// Nothing is known of it, or the program does not use it.
  case none

  /// As it is shown; nil for nothing.
  public var text: String? {
    switch self {
    case .action(let use): use.text
    case .asked: "asked for"
    case .none: nil
    }
  }
}
