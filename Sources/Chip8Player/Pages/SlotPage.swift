import Chip8Core
import SaveState

extension Page {
  /// The slots of a program, as pictures: first the autosaves, then the slots of the keys, empty ones too,
  /// then those with names.
  ///
  /// - Parameter summaries: what is in them; nil until they were read.
  static func slots(_ summaries: [SlotSummary]?, _ colors: [UInt32]) -> Page {
    let known = Dictionary(
      (summaries ?? []).map { ($0.slot, $0) }, uniquingKeysWith: { first, _ in first })
    let keys = (Array(SlotName.keys.dropFirst()) + [0]).map(SlotName.key)
    let autosaves = Autosave.allCases.map(\.slot).filter { known[$0] != nil }
    let others = known.keys.filter { !keys.contains($0) && !autosaves.contains($0) }.sorted()
    let items = (autosaves + keys + others).map { slot in
      Item(slot, known[slot]?.current, versions: known[slot]?.versions.count ?? 0, colors)
    }
    return Page(
      title: summaries == nil ? "Slots · loading…" : "Slots",
      [.grid(items, columns: nil)],
      hint: "Return load · F5 save here · Delete · Shift+F5 undo · Esc close")
  }

  /// The item of a slot in the list of ``slots(_:_:)``.
  func index(of slot: SlotName) -> Int {
    items.firstIndex { $0.action == .load(slot) || $0.save == .save(slot) } ?? 0
  }
}

extension Page.Item {
  fileprivate init(
    _ slot: SlotName, _ state: StateSummary?, versions: Int, _ colors: [UInt32]
  ) {
    let contents = state?.contents
    self.init([slot.title, contents?.machineTime].compactMap(\.self).joined(separator: "  "))
    text = text.displayText
    hasPicture = true
    picture = contents.map { Page.Picture($0.screen, colors) }
    value =
      contents.map { $0.time.map(WallClock.text) ?? "" } ?? (state == nil ? "empty" : "damaged")
    detail =
      [
        contents?.note, state?.damage.map { "Cannot be loaded: \($0)" },
        state?.file.isLocked == true ? "locked" : nil,
        versions == 0 ? nil : "earlier versions: \(versions)",
      ].compactMap(\.self).joined(separator: " · ").displayText
    action = .load(slot)
    save = .save(slot)
    delete = state == nil ? nil : .delete(slot)
  }
}

extension SlotName {
  /// The slot as players know it: by its key, by the kind of autosave, or by its name.
  package var title: String {
    if let autosave = Autosave.allCases.first(where: { $0.slot == self }) {
      return autosave.title
    }
    return SlotName.keys.first { SlotName.key($0) == self }.map { "\($0)" } ?? description
  }

  /// The slot at the start of a sentence.
  package var subject: String { isAutosave ? "Autosave (\(title))" : "Slot \(title)" }

  /// The slot within a sentence.
  package var object: String { isAutosave ? "autosave (\(title))" : "slot \(title)" }
}

extension Autosave {
  fileprivate var title: String {
    switch self {
    case .exit: "when you left"
    case .minute: "a minute ago"
    case .fault: "when it stopped"
    }
  }
}
