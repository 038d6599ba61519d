import Chip8Core

/// A page over the machine's screen, from top to bottom: a value, which each front end lays out and draws in
/// its own units.
package struct Page: Hashable, Sendable {
  package var title: String
  package var elements: [Element]
  /// The keys, for the lower edge; ``PageView/hint`` adds left and right.
  package var hint: String

  package init(title: String, _ elements: [Element], hint: String = "") {
    (self.title, self.elements, self.hint) = (title, elements, hint)
  }

  /// A part of a page. The last one that scrolls takes the remaining room.
  package enum Element: Hashable, Sendable {
    case text(String, TextStyle)
    /// Choices in a column. If they have pictures, that of the chosen one is shown beside them.
    case list([Item])
    /// Choices in rows and columns.
    ///
    /// - Parameter columns: how many in a row; nil for as many as fit.
    case grid([Item], columns: Int?)
    /// A progress bar.
    case bar(UInt64, of: UInt64)

    /// What can be chosen.
    package var items: [Item] {
      switch self {
      case .list(let items), .grid(let items, _): items
      case .text, .bar: []
      }
    }
  }

  /// Everything that can be chosen, in order.
  package var items: [Item] { elements.flatMap(\.items) }

  /// Something to choose.
  package struct Item: Hashable, Sendable {
    package var text: String
    /// Its current value, beside or below the text.
    package var value = ""
    /// Another name, shown if there is room.
    package var alternative = ""
    /// A mark in its corner, as on a key.
    package var badge = ""
    /// More about it, shown while it is chosen.
    package var detail = ""
    package var picture: Picture?
    /// Whether it is dimmed, as of less interest.
    package var isFaint = false
    /// Whether there is room for a picture even if it has none yet.
    package var hasPicture = false
    /// What choosing it does.
    package var action: Command?
    /// What left and right do, if it is one of several values.
    package var previous: Command?
    package var next: Command?
    /// What the keys that save and delete do.
    package var save: Command?
    package var delete: Command?

    package init(_ text: String, _ action: Command? = nil) {
      (self.text, self.action) = (text, action)
    }
  }

  /// A machine's screen, small.
  package struct Picture: Hashable, Sendable {
    package let screen: Screen
    /// The colours of the pixel values 0 to 3, as 0xRRGGBB.
    package let colors: [UInt32]

    package init(_ screen: Screen, _ colors: [UInt32]) {
      (self.screen, self.colors) = (screen, colors)
    }
  }
}

/// The size of a text.
package enum TextStyle: Hashable, Sendable {
  case title
  case body
  case detail
  /// Monospaced.
  case code
}

/// A colour by its use.
package enum Tint: Hashable, Sendable {
  /// Behind everything, over the machine's screen.
  case shade
  /// Behind items.
  case panel
  case text
  case faint
  /// Behind the chosen item, and its text.
  case chosen
  case chosenText
  case problem
  /// Behind the next instruction, and behind what was written, read and executed.
  case current
  case written
  case read
  case executed

  /// As 0xRRGGBB. Text contrasts by brightness, for users who cannot tell the hues apart.
  package var color: UInt32 {
    switch self {
    case .shade: 0x00_00_00
    case .panel: 0x40_40_48
    case .text, .chosen: 0xFF_FF_FF
    case .faint: 0xB8_B8_C0
    case .chosenText: 0x10_10_18
    case .problem: 0x80_10_10
    case .current: 0x24_4A_24
    case .written: 0xA8_4A_10
    case .read: 0x1C_58_A0
    case .executed: 0x38_60_38
    }
  }
}
