import Chip8Core
import Chip8Player
import SaveState

/// Pages in place of the picture: the window's, without what a terminal cannot do.
extension Terminal {
  func open(_ name: PageName) {
    releaseKeys()
    push(name)
  }

  func page(_ name: PageName) -> Page {
    var page = fullPage(name)
    page.elements = page.elements.map { $0.keeping(Terminal.supports) }
    if name != .keys { page.hint = page.hint.withTerminalKeys }
    // A terminal takes no dropped files.
    page.hint = page.hint.replacing(" · drop a file to play it", with: "")
    return page
  }

  func keyPage(_ name: PageName) -> Page {
    if case .assign(let key) = name {
      return .assign(
        keyCard[key], title: session.player.title.displayText, "the key",
        note: features.reportsKeys ? "" : Terminal.reportedKeys)
    }
    let hint =
      "Esc back · Return, then another key · Delete default · F5 save · F9 load · Backspace rewind · "
      + ", . step · Tab fast · P pause · Ctrl+Z suspend · Ctrl+Q quit"
    return .keys(keyCard, title: session.player.title.displayText, "", hint: hint) {
      Page.shortName(of: $0, KeyName.name(of: $0))
    }
  }

  /// What a terminal without the keyboard protocol reports.
  private static let reportedKeys =
    "This terminal reports only what is typed: ASCII letters, digits and signs, arrows, space and Enter. "
    + "Keys of the number pad act as their doubles."

  /// Whether a terminal supports a command.
  private static func supports(_ command: Command) -> Bool {
    switch command {
    case .back, .resume, .resumeLastSession, .debugger, .reset, .quit, .screenshot, .clip,
      .recordClip, .load, .save, .delete, .branch, .play, .playFromStart, .forget, .platform,
      .quirks,
      .instructionsPerFrame,
      .ownMachine, .assign, .resetKey:
      true
    case .set(let setting, _), .keepForAll(let setting), .useDefault(let setting):
      [.speed, .colors, .rotate].contains(setting)
    case .show(let name): ![.start, .sound].contains(name)
    }
  }

  func commandPerformed() {}

  // MARK: Keys and mouse

  /// A key was pressed that the terminal does not identify.
  func unknownKeyPressed() {
    guard case .assign? = pages.last?.name else { return }
    show(["This terminal does not say which key that is; choose another"])
  }

  func mousePressed(_ button: MouseButton, _ x: Int, _ y: Int) {
    guard !pages.isEmpty else { return }
    switch button {
    case .wheelUp: navigate(.up)
    case .wheelDown: navigate(.down)
    case .right: navigate(.back)
    case .left:
      guard let index = layout.item(x: x, y: y) else { return }
      pages[pages.count - 1].view.choose(index)
      navigate(.accept)
    }
  }
}

extension String {
  /// The text with the terminal's keys for the window's: Ctrl+Z suspends in a terminal, and most do not
  /// report Ctrl+Return.
  var withTerminalKeys: String {
    replacing("Ctrl+Shift+Z", with: "Ctrl+Y").replacing("Ctrl+Z", with: "Ctrl+U")
      .replacing("Ctrl+Return", with: "Ctrl+L")
  }
}

extension Page.Element {
  /// The element without unsupported commands, and without list items that had no others.
  fileprivate func keeping(_ isSupported: (Command) -> Bool) -> Page.Element {
    switch self {
    case .text, .bar: self
    case .list(let items):
      .list(
        items.compactMap {
          $0.isChoice && !$0.keeping(isSupported).isChoice ? nil : $0.keeping(isSupported)
        })
    case .grid(let items, let columns):
      .grid(items.map { $0.keeping(isSupported) }, columns: columns)
    }
  }
}

extension Page.Item {
  fileprivate var isChoice: Bool { action != nil || previous != nil || next != nil }

  fileprivate func keeping(_ isSupported: (Command) -> Bool) -> Page.Item {
    var item = self
    for command in [\Page.Item.action, \.previous, \.next, \.save, \.delete] {
      if let value = item[keyPath: command], !isSupported(value) { item[keyPath: command] = nil }
    }
    return item
  }
}
