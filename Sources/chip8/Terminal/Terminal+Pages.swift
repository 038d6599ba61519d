import Chip8Core
import Chip8Player
import SaveState

/// Pages instead of the picture: those of the window, with what a terminal can do.
extension Terminal {
  func open(_ name: PageName) {
    releaseKeys()
    push(name)
  }

  func page(_ name: PageName) -> Page {
    var page = fullPage(name)
    page.elements = page.elements.map { $0.keeping(Terminal.can) }
    if name != .keys { page.hint = page.hint.withTerminalKeys }
    // Nothing can be dropped on a terminal.
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

  /// What of a keyboard comes from a terminal without the keyboard protocol.
  private static let reportedKeys =
    "This terminal reports what is typed: letters, digits and signs of ASCII, arrows, space, Enter. "
    + "The number pad's keys are the same as others."

  /// Whether a terminal can do what is chosen on a page.
  private static func can(_ command: Command) -> Bool {
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

  /// A key was pressed that the terminal does not say more about.
  func unknownKeyPressed() {
    guard case .assign? = pages.last?.name else { return }
    show(["This terminal does not report which key that is; choose another one"])
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
  /// The text with those keys that a window has others for: Ctrl+Z suspends in a terminal, and Ctrl+Return is not
  /// reported by most.
  var withTerminalKeys: String {
    replacing("Ctrl+Shift+Z", with: "Ctrl+Y").replacing("Ctrl+Z", with: "Ctrl+U")
      .replacing("Ctrl+Return", with: "Ctrl+L")
  }
}

extension Page.Element {
  /// The element with those commands that can be done. What cannot be chosen without them is left out of lists.
  fileprivate func keeping(_ can: (Command) -> Bool) -> Page.Element {
    switch self {
    case .text, .bar: self
    case .list(let items):
      .list(items.compactMap { $0.isChoice && !$0.keeping(can).isChoice ? nil : $0.keeping(can) })
    case .grid(let items, let columns): .grid(items.map { $0.keeping(can) }, columns: columns)
    }
  }
}

extension Page.Item {
  fileprivate var isChoice: Bool { action != nil || previous != nil || next != nil }

  fileprivate func keeping(_ can: (Command) -> Bool) -> Page.Item {
    var item = self
    for command in [\Page.Item.action, \.previous, \.next, \.save, \.delete] {
      if let value = item[keyPath: command], !can(value) { item[keyPath: command] = nil }
    }
    return item
  }
}
