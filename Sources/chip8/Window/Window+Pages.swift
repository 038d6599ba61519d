#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import SaveState

  /// Pages over the picture. The machine is stopped while one is open.
  extension Window {
    func open(_ name: PageName) {
      if settings.isKiosk, name != .start { return }
      keyboard.releaseAll()
      touch.releaseAll()
      session.endRewinding()
      push(name)
      showCursor()
    }

    func page(_ name: PageName) -> Page { fullPage(name) }

    func keyPage(_ name: PageName) -> Page {
      switch name {
      case .start: startPage
      case .assign(let key):
        .assign(
          keyCard[key], title: session.player.title.displayText, "the key or the button of a pad",
          // The page covers the message that says why a key was refused.
          note: recentLines.joined(separator: " · "))
      default: keyPage("", hint: "Return, then another key or button · Delete default · Esc back")
      }
    }

    private var startPage: Page {
      let left = session.resumableMachineTime.map {
        "Return continues where you left off, at \($0)"
      }
      let menu = settings.isKiosk ? "" : " · Esc menu"
      return keyPage(left ?? "", hint: "Press any key to play · F1 shows the keys again" + menu)
    }

    private func keyPage(_ text: String, hint: String) -> Page {
      .keys(
        keyCard, title: session.player.title.displayText, text, hint: hint, Window.name(ofKey:))
    }

    private var keyCard: KeyCard { KeyCard(programKeys, keyMap, padMap) }

    /// The name of a key in the current keyboard layout.
    private static func name(ofKey usage: UInt8) -> String {
      let key = SDL_GetKeyFromScancode(SDL_Scancode(UInt32(usage)))
      let name = SDL_GetKeyName(key).map { String(cString: $0) } ?? ""
      return Page.shortName(of: usage, name.isEmpty ? KeyName.name(of: usage) : name.lowercased())
    }

    func layOut(_ view: inout PageView) -> PageLayout {
      PageLayout(&view, picture.outputSize(), picture.text)
    }

    func commandPerformed() { showCursor() }

    // MARK: Settings

    /// Steps a setting to its next value, and says so.
    func change(_ setting: Setting) {
      perform(.set(setting, chosen.stepped(setting, by: 1)))
      let isKeypad = setting == .keypad && settings.showsKeypad
      show([
        isKeypad
          ? "K hides the keypad" : "\(setting.title) \(chosen.shownText(setting))"
      ])
    }

    func changeVolume(by percent: Int) {
      let volume = max(0, min(100, settings.volume + percent))
      if settings.isMuted { perform(.set(.mute, "false")) }
      perform(.set(.volume, "\(volume)"))
      show(["Volume \(volume) %"])
    }

    // MARK: Keys and mouse

    /// Handles a key while a page is open.
    ///
    /// - Returns: whether the page took it; otherwise it acts as usual.
    func isPageKey(_ key: SDL_Scancode) -> Bool {
      guard let name = pages.last?.name else { return false }
      if name == .start { return startKeyDown(key) }
      pageKeyDown(key.rawValue)
      return true
    }

    /// Any key closes the page and acts as usual; Return also resumes the last session.
    private func startKeyDown(_ scancode: SDL_Scancode) -> Bool {
      perform(.resume)
      switch scancode {
      case SDL_SCANCODE_RETURN, SDL_SCANCODE_KP_ENTER:
        guard session.resumableMachineTime != nil else { return false }
        perform(.resumeLastSession)
        return true
      default: return false
      }
    }

    /// The mouse moved over a page.
    func pointed(at point: TouchControls.Point) {
      guard let index = picture.layout.item(x: point.x, y: point.y) else { return }
      pages[pages.count - 1].view.choose(index)
    }

    /// A mouse button was pressed on a page.
    func clicked(_ button: UInt8, at point: TouchControls.Point) {
      if pages.last?.name == .start { return perform(.resume) }
      if UInt32(button) == UInt32(SDL_BUTTON_RIGHT) { return navigate(.back) }
      guard let index = picture.layout.item(x: point.x, y: point.y) else { return }
      pages[pages.count - 1].view.choose(index)
      navigate(.accept)
    }
  }
#endif
