import Chip8Core
import Chip8Player
import SaveState

/// What is read in the terminal instead of the picture: the keys, or the slots to choose from.
struct TerminalPage {
  struct Slot {
    let slot: SlotName
    let text: String
  }

  private var head: [String]
  /// The slots to choose from, while the user does; the machine is stopped meanwhile.
  private(set) var slots: [Slot]?
  private var index = 0

  private static let commands = [
    "F5 · F9                save · load the slot",
    "Shift+F5 · Shift+F9    undo the last save · the last load",
    "Ctrl+F9                load the slot into a new process",
    "Alt+0 … 9 · F7         choose a slot · show all slots",
    "P · Ctrl+R             pause · reset",
    "Backspace · , · .      rewind while held · step a frame back · forward",
    "Ctrl+U · Ctrl+Y        undo a load, reset or rewind · redo it",
    "Tab                    fast forward while held",
    "Ctrl+Z · Ctrl+Q        suspend · quit",
  ]

  /// The keys of a program, as they stand on the keypad, and the commands.
  init(_ card: KeyCard) {
    let rows = KeyCard.rows.map { row in
      row.map { card[$0].text.padded(to: 19) }.joined()
    }
    head =
      ["Keypad key, keyboard key, what it does", ""] + rows + [""]
      + TerminalPage.commands + ["", "Any key closes this page"]
  }

  /// - Parameter selected: the slot that is marked at first, if it is there.
  init(_ summaries: [SlotSummary], at selected: SlotName) {
    head = []
    update(summaries, at: selected)
  }

  /// The marked slot.
  var selected: SlotName? {
    slots.flatMap { $0.indices.contains(index) ? $0[index].slot : nil }
  }

  /// Marks another slot, so many further on, if there is one.
  mutating func move(by count: Int) {
    if slots?.indices.contains(index + count) == true { index += count }
  }

  /// Shows the slots as they are now.
  ///
  /// - Parameter selected: the slot that is marked if none was before.
  mutating func update(_ summaries: [SlotSummary], at selected: SlotName) {
    let marked = self.selected ?? selected
    let slots = summaries.map(Slot.init)
    index = slots.firstIndex { $0.slot == marked } ?? min(index, max(0, slots.count - 1))
    head = [
      slots.isEmpty
        ? "No saves yet · F5 saves · Esc closes"
        : "Enter loads · F5 saves here · Del deletes · Esc closes", "",
    ]
    self.slots = slots
  }

  /// The lines that there is room for: those around the marked one.
  func lines(fitting height: Int) -> [TerminalScene.Line] {
    let room = max(1, height - head.count)
    let all = slots ?? []
    let shown = all.indices.dropFirst(max(0, index - room + 1)).prefix(room)
    return head.map { TerminalScene.Line(text: $0) }
      + shown.map { number in
        let isMarked = number == index
        return TerminalScene.Line(
          text: (isMarked ? "> " : "  ") + all[number].text, isMarked: isMarked)
      }
  }
}

extension TerminalPage.Slot {
  init(_ summary: SlotSummary) {
    slot = summary.slot
    let current = summary.current
    let details = [
      current == nil ? "empty" : nil, current?.contents?.time.map(WallClock.text),
      current?.contents?.machineTime, current?.contents?.note, current?.damage,
      current?.file.isLocked == true ? "locked" : nil,
      summary.versions.isEmpty ? nil : "earlier versions: \(summary.versions.count)",
    ].compactMap(\.self)
    text = ([summary.slot.title] + details).joined(separator: " · ").displayText
  }
}

extension KeyCard.Cell {
  /// A key of the keypad, what it is on the keyboard, and what it does.
  fileprivate var text: String {
    let name = keyboardName ?? "-"
    return "\(hexadecimal(key, 1)) \(name)" + (meaning.text.map { ": \($0)" } ?? "")
  }
}

extension String {
  /// The text with blanks after it, one at least.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
