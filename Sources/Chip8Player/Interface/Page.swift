import Chip8Core

/// What is shown over the machine's screen or instead of it, from top to bottom: a value, which every
/// front end lays out and draws in its own units.
package struct Page: Hashable, Sendable {
  package var title: String
  package var elements: [Element]
  /// What the keys do here, for the lower edge, beside left and right: ``PageView/hint``.
  package var hint: String

  package init(title: String, _ elements: [Element], hint: String = "") {
    (self.title, self.elements, self.hint) = (title, elements, hint)
  }

  /// A part of a page. The last one that can be scrolled takes the room that is left.
  package enum Element: Hashable, Sendable {
    case text(String, TextStyle)
    /// Choices below each other. Those that have pictures show that of the chosen one beside them.
    case list([Item])
    /// Choices side by side.
    ///
    /// - Parameter columns: how many in a row; nil for as many as there is room for.
    case grid([Item], columns: Int?)
    /// A bar that is full up to some part.
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
    /// What it is at present, beside or below the text.
    package var value = ""
    /// Another name for it, where there is room.
    package var alternative = ""
    /// A mark in its corner, as of a key.
    package var badge = ""
    /// What there is no room for, shown while it is chosen.
    package var detail = ""
    package var picture: Picture?
    /// Whether it is of less interest than the others.
    package var isFaint = false
    /// Whether a grid leaves room for a picture where it has none.
    package var hasPicture = false
    /// What is to be done with it.
    package var action: Command?
    /// The same for left and right, where it is one of several values.
    package var previous: Command?
    package var next: Command?
    /// The same for the keys that save and delete.
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

/// How large a text is.
package enum TextStyle: Hashable, Sendable {
  case title
  case body
  case detail
  /// Characters of one width.
  case code
}

/// What a thing is drawn in.
package enum Tint: Hashable, Sendable {
  /// Behind everything, over the machine's screen.
  case shade
  /// Behind what is not chosen.
  case panel
  case text
  case faint
  /// Behind what is chosen, and its text.
  case chosen
  case chosenText
  case problem
  /// Behind the instruction that is next, and behind what was written, read and executed.
  case current
  case written
  case read
  case executed

  /// As 0xRRGGBB: bright on dark and dark on bright, so that nothing has to be known by its colour.
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
