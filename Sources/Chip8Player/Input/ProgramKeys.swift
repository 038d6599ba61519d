import Chip8Core
import SaveState

/// What the keypad's keys do in a program, as far as that is known: by the table of known programs
/// (`keys.tsv`), else by the keys that the program polls. docs/KEYS.md has the rules.
public struct ProgramKeys: Hashable, Sendable {
  /// What the table says: the uses of the keys, in ascending order; empty if the program is not in the table.
  public let uses: [KeyUse]
  /// The keys that the program was seen to poll.
  public let asked: KeySet
  /// The keys that were seen to move something on the screen, and the direction.
  let moving: [UInt8: Direction]
  /// The keys on the buttons of player 1 and of player 2.
  private let pads: [[PadButton: UInt8]]

  /// The keys of a program about which nothing is known.
  public static let unknown = ProgramKeys([], asked: [])

  /// The keys of a program.
  ///
  /// - Parameter asked: the keys that it was seen to poll.
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

  /// Whether a second player has keys.
  public var hasSecondPlayer: Bool { !pads[1].isEmpty }

  /// The key on each button of a player's pad, and for player 1 also on the arrows, space and enter. Without
  /// a second player, both pads have the same keys.
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
  /// The program polls it.
  case asked
  /// Nothing is known of it, or the program does not use it.
  case none

  /// The text to show; nil for none.
  public var text: String? {
    switch self {
    case .action(let use): use.text
    case .asked: "asked for"
    case .none: nil
    }
  }
}
