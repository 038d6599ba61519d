import Chip8Core

extension Page {
  /// The keypad: what each key is on the keyboard, and what it does.
  ///
  /// - Parameters:
  ///   - text: the heading.
  ///   - name: names a key of the keyboard, by its usage of page 7 in the USB HID usage tables.
  package static func keys(
    _ card: KeyCard, title: String, _ text: String, hint: String, _ name: (UInt8) -> String
  ) -> Page {
    let items = KeyCard.rows.joined().map { key -> Item in
      let cell = card[key]
      let names = cell.usages.prefix(2).map(name)
      var item = Item(names.first ?? "")
      item.alternative = names.dropFirst().first ?? ""
      item.badge = hexadecimal(key, 1)
      if case .action(let use) = cell.meaning { item.value = use.text }
      item.isFaint = cell.meaning == .none
      item.detail = detail(cell, name)
      (item.action, item.delete) = (.assign(key), .resetKey(key))
      return item
    }
    let texts = text.isEmpty ? [] : [Element.text(text, .body)]
    return Page(title: title, texts + [.grid(items, columns: 4)], hint: hint)
  }

  /// Everything that a key is mapped to.
  private static func detail(_ cell: KeyCard.Cell, _ name: (UInt8) -> String) -> String {
    let keys = cell.usages.map(name).joined(separator: ", ")
    let buttons = cell.buttons.map(\.rawValue).joined(separator: ", ")
    return "\(hexadecimal(cell.key, 1)): \(keys.isEmpty ? "no key" : keys)"
      + (buttons.isEmpty ? "" : " · pad \(buttons)")
  }

  /// Waits for the key or button to assign to a key of the keypad.
  ///
  /// - Parameters:
  ///   - what: what can be pressed.
  ///   - note: a remark on that.
  package static func assign(
    _ cell: KeyCard.Cell, title: String, _ what: String, note: String = ""
  ) -> Page {
    var name = hexadecimal(cell.key, 1)
    if case .action(let use) = cell.meaning { name += ", \(use.text)" }
    let texts = [Element.text("Press \(what) for \(name)", .body)]
    return Page(
      title: title, texts + (note.isEmpty ? [] : [.text(note, .detail)]),
      hint: "Esc cancels")
  }

  /// The name of a key, as short as possible.
  package static func shortName(of usage: UInt8, _ name: String) -> String {
    switch usage {
    case 79: "→"
    case 80: "←"
    case 81: "↓"
    case 82: "↑"
    default: name
    }
  }
}
