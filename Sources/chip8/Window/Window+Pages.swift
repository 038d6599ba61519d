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
      case .keys: keyPage("", hint: "Esc back")
      case .machine:
        .machine(
          configuration, speed: session.player.speed,
          pausesInBackground: settings.pausesInBackground)
      case .platform: .platforms(configuration.platform)
      case .picture: .picture(appearance, settings)
      case .palette: .palettes(session.screen, appearance)
      case .sound: .sound(settings)
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
      let card = KeyCard(programKeys, keyMap)
      return .keys(card, title: session.player.title.displayText, text, hint: hint) { usage in
        let key = SDL_GetKeyFromScancode(SDL_Scancode(UInt32(usage)))
        let name = SDL_GetKeyName(key).map { String(cString: $0) } ?? ""
        return Page.shortName(of: usage, name.isEmpty ? KeyName.name(of: usage) : name.lowercased())
      }
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
      case .speed, .colors, .rotation: performOnAppearance(command)
      case .fullScreen(let isOn): if isOn != isFullScreen { toggleFullScreen() }
      case .wholePixels, .aspect, .look, .flicker, .flashReduction, .keypad, .touch, .volume,
        .muted, .pitch, .pauseInBackground:
        settings.apply(command)
        applySettings()
        showCursor()
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

    private func performOnAppearance(_ command: Command) {
      session.setMetadata { metadata in
        switch command {
        case .speed(let percent): metadata.speed = percent
        case .colors(let colors): metadata.colors = colors
        case .rotation(let degrees): metadata.rotation = degrees
        default: break
        }
      }
      programChanged()
    }

    private func capture(_ command: Command) {
      if pages.last?.name == .record { pages = [] }
      guard command == .screenshot else { return session.captureClip() }
      let (screen, appearance) = (session.screen, appearance)
      session.capture(as: "png") { try Screenshot.png(screen, appearance, scale: 4) }
    }

    /// Changes how all programs are shown, and says how.
    func change(_ command: Command) {
      perform(command)
      switch command {
      case .wholePixels: show(["Whole pixels \(settings.picture.hasWholePixels ? "on" : "off")"])
      case .aspect(let aspect): show(["Aspect \(aspect.rawValue)"])
      case .look(let look): show(["Look \(look.rawValue)"])
      case .flicker(let blending): show(["Flicker blending \(blending.rawValue)"])
      case .flashReduction(let isOn): show(["Flash reduction \(isOn ? "on" : "off")"])
      case .keypad(let isOn): show([isOn ? "K puts the keypad away" : "Keypad off"])
      default: break
      }
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
      if let next { perform(.speed(next)) }
      show(["Speed \(session.player.speed) %"])
    }

    func changeVolume(by percent: Int) {
      perform(.volume(max(0, min(100, settings.volume + percent))))
      show(["Volume \(settings.volume) %"])
    }

    // MARK: Keys and mouse

    /// A key while a page is open.
    ///
    /// - Returns: whether it was for the page; otherwise it does what it does without one.
    func pageKeyDown(_ scancode: SDL_Scancode) -> Bool {
      guard let name = pages.last?.name else { return false }
      if name == .start { return startKeyDown(scancode) }
      if let key = Window.pageKeys[scancode.rawValue] {
        if pages.contains(where: { $0.name == key }) { perform(.resume) } else { open(key) }
      } else if let navigation = Window.navigation[scancode.rawValue] {
        navigate(navigation)
      }
      return true
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
