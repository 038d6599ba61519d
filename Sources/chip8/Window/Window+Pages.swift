#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import SaveState

  /// A page that is open in the window.
  struct OpenPage {
    let name: PageName
    var view: PageView
  }

  /// Pages over the picture. The machine is stopped while there is one.
  extension Window {
    func open(_ name: PageName) {
      keyboard.releaseAll()
      touch.releaseAll()
      session.endRewinding()
      let page = page(name)
      var view = PageView(page, at: name == .start ? nil : 0)
      switch name {
      case .slots:
        view.choose(page.index(of: session.slot))
        session.listSlots()
      case .home: session.listLibrary()
      case .timeline: view.choose(session.branchEnds.firstIndex(where: \.isCurrent) ?? 0)
      case .platform, .palette: view.choose(page.items.firstIndex { $0.value == "now" } ?? 0)
      default: break
      }
      pages.append(OpenPage(name: name, view: view))
      showCursor()
    }

    /// Shows in the page on top what has changed.
    func updatePage() {
      guard let top = pages.last else { return }
      if top.name == .timeline { session.loadPreview() }
      let page = page(top.name)
      if page != top.view.page { pages[pages.count - 1].view.update(page) }
    }

    private func page(_ name: PageName) -> Page {
      switch name {
      case .start: startPage
      case .home: .home(session.library)
      case .timeline: .timeline(session.branchEnds, appearance.colors)
      case .menu: .menu(session.player.title.displayText)
      case .slots: .slots(session.slotListCount > 0 ? session.slotList : nil, appearance.colors)
      case .keys:
        keyPage("", hint: "Return, then another key or button · Delete as it was · Esc back")
      case .assign(let key):
        .assign(keyCard[key], title: session.player.title.displayText)
      case .machine: .machine(configuration, speed: session.player.speed, chosen)
      case .platform: .platforms(configuration.platform)
      case .picture: .picture(appearance, chosen)
      case .palette: .palettes(session.screen, appearance)
      case .sound: .sound(chosen)
      case .record: .record(session.captureDirectory, isRecording: session.isRecording)
      case .about: .about(Chip8Command.configuration.version, session.player)
      }
    }

    private var configuration: Configuration { session.player.machine.state.configuration }

    private var startPage: Page {
      let left = session.leftMachineTime.map { "Return continues where you left, at \($0)" }
      return keyPage(left ?? "", hint: "Any key plays · F1 shows the keys again · Esc menu")
    }

    private func keyPage(_ text: String, hint: String) -> Page {
      .keys(
        keyCard, title: session.player.title.displayText, text, hint: hint, Window.name(ofKey:))
    }

    private var keyCard: KeyCard { KeyCard(programKeys, keyMap, padMap) }

    /// What a key is called in the keyboard's layout.
    private static func name(ofKey usage: UInt8) -> String {
      let key = SDL_GetKeyFromScancode(SDL_Scancode(UInt32(usage)))
      let name = SDL_GetKeyName(key).map { String(cString: $0) } ?? ""
      return Page.shortName(of: usage, name.isEmpty ? KeyName.name(of: usage) : name.lowercased())
    }

    // MARK: What is chosen

    /// Does what somebody wants on the page that is on top.
    func navigate(_ navigation: Navigation) {
      guard !pages.isEmpty else { return }
      if let command = pages[pages.count - 1].view.handle(navigation, picture.layout) {
        perform(command)
      }
    }

    func perform(_ command: Command) {
      switch command {
      case .back: if !pages.isEmpty { pages.removeLast() }
      case .resume: pages = []
      case .show(let name): open(name)
      case .quit: closeRequestCount += 1
      case .screenshot, .clip: capture(command)
      case .load, .save, .delete: performOnSlot(command)
      case .branch(let branch):
        pages = []
        session.go(toEndOf: branch)
      case .play, .playAnew, .forget: performOnLibrary(command)
      case .continueLeft, .reset, .platform:
        pages = []
        performOnMachine(command)
      case .quirks, .instructionsPerFrame: performOnMachine(command)
      case .assign(let key): open(.assign(key))
      case .set, .keepForAll, .useDefault, .resetKey: performOnSettings(command)
      }
      if pages.isEmpty { showCursor() }
    }

    private func performOnSlot(_ command: Command) {
      switch command {
      case .load(let slot):
        pages = []
        session.choose(slot)
        session.load(slot)
      case .save(let slot):
        guard !slot.isAutosave else { return show(["Slot \(slot) is reserved for autosaves"]) }
        pages = []
        session.choose(slot)
        session.save()
      case .delete(let slot):
        session.choose(slot)
        session.delete(slot)
        session.listSlots()
      default: break
      }
    }

    private func performOnLibrary(_ command: Command) {
      switch command {
      case .play(let entry):
        session.play(entry)
      case .playAnew(let entry): session.play(entry, fromStart: true)
      case .forget(let entry): session.removeFromLibrary(entry)
      default: break
      }
    }

    private func performOnMachine(_ command: Command) {
      switch command {
      case .continueLeft: session.continueLeft()
      case .reset: session.reset()
      case .platform(let platform): session.setPlatform(platform)
      case .quirks(let quirks): session.setMachine(quirks: quirks)
      case .instructionsPerFrame(let count): session.setMachine(instructionsPerFrame: count)
      default: break
      }
    }

    private func performOnSettings(_ command: Command) {
      switch command {
      case .set(let setting, let text): session.set(setting, to: text)
      case .keepForAll(let setting): session.keepForAll(setting)
      case .useDefault(let setting): session.useDefault(setting)
      case .resetKey(let key): session.resetKey(key)
      default: break
      }
      programChanged()
      showCursor()
    }

    private func capture(_ command: Command) {
      if pages.last?.name == .record { pages = [] }
      guard command == .screenshot else { return session.captureClip() }
      let (screen, appearance) = (session.screen, appearance)
      session.capture(as: "png") { try Screenshot.png(screen, appearance, scale: 4) }
    }

    /// What somebody has set.
    private var chosen: Settings { session.settings.effective }

    /// Sets a setting of a few values to the next one, and says so.
    func change(_ setting: Setting) {
      perform(.set(setting, chosen.stepped(setting, by: 1)))
      let isKeypad = setting == .keypad && settings.showsKeypad
      show([
        isKeypad
          ? "K puts the keypad away" : "\(setting.title) \(chosen.shownText(setting))"
      ])
    }

    /// Runs more or fewer instructions in a frame, by a step.
    func changeInstructionCount(up: Bool) {
      guard configuration.timing == .ipf else {
        return show(["The VIP's cycles say how many instructions a frame has"])
      }
      let count = configuration.instructionsPerFrame
      let next =
        up
        ? Page.instructionCounts.first { $0 > count } : Page.instructionCounts.last { $0 < count }
      if let next { perform(.instructionsPerFrame(next)) }
      show(["\(configuration.instructionsPerFrame) instructions per frame"])
    }

    /// Plays faster or slower by a step.
    func changeSpeed(up: Bool) {
      let speed = session.player.speed
      let next = up ? Page.speeds.first { $0 > speed } : Page.speeds.last { $0 < speed }
      if let next { perform(.set(.speed, "\(next)")) }
      show(["Speed \(session.player.speed) %"])
    }

    func changeVolume(by percent: Int) {
      let volume = max(0, min(100, settings.volume + percent))
      if settings.isMuted { perform(.set(.mute, "false")) }
      perform(.set(.volume, "\(volume)"))
      show(["Volume \(volume) %"])
    }

    // MARK: Keys and mouse

    /// A key while a page is open.
    ///
    /// - Returns: whether it was for the page; otherwise it does what it does without one.
    func pageKeyDown(_ scancode: SDL_Scancode) -> Bool {
      guard let name = pages.last?.name else { return false }
      if name == .start { return startKeyDown(scancode) }
      if case .assign(let key) = name {
        assign(scancode, to: key)
        return true
      }
      if let key = Window.pageKeys[scancode.rawValue] {
        if pages.contains(where: { $0.name == key }) { perform(.resume) } else { open(key) }
      } else if let navigation = Window.navigation[scancode.rawValue] {
        navigate(navigation)
      }
      return true
    }

    /// Makes a key one of the keypad, and goes back to those.
    private func assign(_ scancode: SDL_Scancode, to key: UInt8) {
      if scancode == SDL_SCANCODE_ESCAPE { return perform(.back) }
      let usage = UInt8(exactly: scancode.rawValue)
      assigned(usage.map { session.assign($0, to: key) } ?? false)
    }

    /// - Parameter isDone: whether it was a key or a button that can be assigned.
    func assigned(_ isDone: Bool) {
      guard isDone else { return show(["Commands are given with that; choose another one"]) }
      programChanged()
      perform(.back)
    }

    /// Any key leads on, and does there what it does.
    private func startKeyDown(_ scancode: SDL_Scancode) -> Bool {
      perform(.resume)
      switch scancode {
      case SDL_SCANCODE_RETURN, SDL_SCANCODE_KP_ENTER:
        guard session.leftMachineTime != nil else { return false }
        perform(.continueLeft)
        return true
      default: return false
      }
    }

    /// The keys that show a page, and leave it.
    static let pageKeys: [UInt32: PageName] = [
      SDL_SCANCODE_F1.rawValue: .keys, SDL_SCANCODE_F2.rawValue: .machine,
      SDL_SCANCODE_F7.rawValue: .slots, SDL_SCANCODE_F8.rawValue: .timeline,
    ]

    private static let navigation: [UInt32: Navigation] = [
      SDL_SCANCODE_UP.rawValue: .up, SDL_SCANCODE_DOWN.rawValue: .down,
      SDL_SCANCODE_LEFT.rawValue: .left, SDL_SCANCODE_RIGHT.rawValue: .right,
      SDL_SCANCODE_PAGEUP.rawValue: .pageUp, SDL_SCANCODE_PAGEDOWN.rawValue: .pageDown,
      SDL_SCANCODE_HOME.rawValue: .first, SDL_SCANCODE_END.rawValue: .last,
      SDL_SCANCODE_RETURN.rawValue: .accept, SDL_SCANCODE_KP_ENTER.rawValue: .accept,
      SDL_SCANCODE_SPACE.rawValue: .accept, SDL_SCANCODE_F9.rawValue: .accept,
      SDL_SCANCODE_ESCAPE.rawValue: .back, SDL_SCANCODE_BACKSPACE.rawValue: .back,
      SDL_SCANCODE_F5.rawValue: .save, SDL_SCANCODE_DELETE.rawValue: .delete,
    ]

    /// The mouse over a page.
    func pointed(at point: TouchControls.Point) {
      guard let index = picture.layout.item(x: point.x, y: point.y) else { return }
      pages[pages.count - 1].view.choose(index)
    }

    /// A button of the mouse on a page.
    func clicked(_ button: UInt8, at point: TouchControls.Point) {
      if pages.last?.name == .start { return perform(.resume) }
      if UInt32(button) == UInt32(SDL_BUTTON_RIGHT) { return navigate(.back) }
      guard let index = picture.layout.item(x: point.x, y: point.y) else { return }
      pages[pages.count - 1].view.choose(index)
      navigate(.accept)
    }
  }
#endif
