import Chip8Core
import SaveState

extension Page {
  /// The programs to choose from.
  ///
  /// - Parameter entries: nil until they were read.
  static func home(_ entries: [Library.Entry]?) -> Page {
    let items = (entries ?? []).map { entry -> Item in
      var item = Item(entry.title.displayText, .play(entry))
      item.value =
        entry.source == .bundled
        ? "comes with chip8"
        : [entry.machineTime, entry.time.map(WallClock.text)].compactMap(\.self)
          .joined(separator: " · ")
      item.picture = Picture(entry.screen, entry.colors)
      item.save = .playFromStart(entry)
      item.delete = .forget(entry)
      return item
    }
    return Page(
      title: entries == nil ? "chip8 · loading…" : "chip8",
      [.grid(items, columns: nil)],
      hint: "Return continues · F5 from the start · Delete removes · drop a file to play it · Esc")
  }

  /// The ends of everything that was played of a program, as a tree: a branch is indented below the one that
  /// it left.
  static func timeline(_ ends: [PlaySession.BranchEnd], _ colors: [UInt32]) -> Page {
    let items = ends.map { end -> Item in
      let indent = String(repeating: "   ", count: min(end.depth, 8)) + (end.depth > 0 ? "└ " : "")
      var item = Item(indent + end.edge.title, .branch(end.branch))
      item.value = "\(end.start) – \(end.end)" + (end.isCurrent ? " · here" : "")
      item.picture = end.screen.map { Picture($0, colors) }
      item.hasPicture = true
      return item
    }
    return Page(
      title: "Timeline", [.list(items)],
      hint: "Return goes there · Backspace rewinds in the game · Ctrl+Z undo · Esc back")
  }
}

extension Timeline<Chip8>.Edge {
  /// The jump, at the start of a sentence.
  package var title: String {
    switch self {
    case .powerOn: "Reset"
    case .load, .past: "Load"
    case .rewind: "Rewind"
    case .program: "Program change"
    }
  }
}
