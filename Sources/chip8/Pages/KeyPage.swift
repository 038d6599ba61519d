import Chip8Player

extension Page {
  /// The keypad: which key of the keyboard is which of its keys, and what that does.
  ///
  /// - Parameters:
  ///   - text: the heading.
  ///   - name: what a key of the keyboard is called, by its usage of page 7 in the USB HID usage tables.
  static func keys(
    _ card: KeyCard, title: String, _ text: String, hint: String, _ name: (UInt8) -> String
  ) -> Page {
    let items = KeyCard.rows.joined().map { key -> Item in
      let cell = card[key]
      let names = cell.usages.prefix(2).map(name)
      var item = Item(names.first ?? "")
      item.alternative = names.dropFirst().first ?? ""
      item.badge = String(key, radix: 16).uppercased()
      if case .action(let use) = cell.meaning { item.value = use.text }
      item.isFaint = cell.meaning == .none
      return item
    }
    let texts = text.isEmpty ? [] : [Element.text(text, .body)]
    return Page(title: title, texts + [.grid(items, columns: 4)], hint: hint)
  }

  /// A key in as few letters as can be.
  static func shortName(of usage: UInt8, _ name: String) -> String {
    switch usage {
    case 79: "→"
    case 80: "←"
    case 81: "↓"
    case 82: "↑"
    default: name
    }
  }
}
