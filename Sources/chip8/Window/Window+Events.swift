#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// Keyboard and mouse events.
  extension Window {
    func handleEvents() {
      var event = SDL_Event()
      while SDL_PollEvent(&event) != 0 {
        switch SDL_EventType(event.type) {
        case SDL_QUIT: playing.closeRequestCount += 1
        case SDL_KEYDOWN: keyDown(event.key)
        case SDL_KEYUP: release(event.key.keysym.scancode.rawValue)
        case SDL_MOUSEMOTION, SDL_MOUSEBUTTONDOWN, SDL_MOUSEBUTTONUP, SDL_FINGERDOWN,
          SDL_FINGERMOTION, SDL_FINGERUP:
          if let pointer = Pointer(event) { handle(pointer) }
        case SDL_MOUSEWHEEL: if event.wheel.y != 0 { navigate(event.wheel.y > 0 ? .up : .down) }
        case SDL_DROPFILE: drop(event.drop.file)
        case SDL_WINDOWEVENT: windowEvent(event.window)
        case SDL_AUDIODEVICEADDED: audio.open()
        case SDL_AUDIODEVICEREMOVED: audio.close(event.adevice.which)
        case SDL_RENDER_TARGETS_RESET, SDL_RENDER_DEVICE_RESET:
          picture.invalidate(losingTextures: true)
        default: for event in gamepads.events(in: event) { handle(event) }
        }
      }
    }

    private func windowEvent(_ event: SDL_WindowEvent) {
      switch SDL_WindowEventID(UInt32(event.event)) {
      case SDL_WINDOWEVENT_EXPOSED, SDL_WINDOWEVENT_SIZE_CHANGED: picture.invalidate()
      case SDL_WINDOWEVENT_FOCUS_LOST: focusChanged(isHere: false)
      case SDL_WINDOWEVENT_FOCUS_GAINED: focusChanged(isHere: true)
      default: break
      }
    }

    private func drop(_ file: UnsafeMutablePointer<CChar>?) {
      guard let file else { return }
      if !settings.isKiosk { session.open(String(cString: file)) }
      SDL_free(file)
    }

    /// Handles a key, or queues it.
    private func keyDown(_ event: SDL_KeyboardEvent) {
      let key = KeyEvent(event.keysym)
      // Quitting does not wait its turn, and key repeat is not queued.
      if key.modifiers.contains(.control) && key.letter == "q" { return handleKey(event) }
      if event.`repeat` != 0, session.isMoving { return }
      takeInOrder(isEscape: key.usage == KeyEvent.escape) { [unowned self] in
        handleKey(event)
      }
    }

    private func handleKey(_ event: SDL_KeyboardEvent) {
      let (scancode, key) = (event.keysym.scancode, KeyEvent(event.keysym))
      if settings.isKiosk {
        if event.`repeat` == 0 { handleKioskKey(scancode) }
        return
      }
      let isOnceOnPage = [KeyEvent.f11, KeyEvent.f12].contains(key.usage)
      guard
        event.`repeat` == 0 || pages.isEmpty && key.isFrameStep || repeatsOnPage && !isOnceOnPage
      else {
        if pages.isEmpty, key.debuggerKey?.repeats == true { _ = debuggerKeyDown(key) }
        return
      }
      dismissProblem()
      let (hasControl, hasShift) = (
        key.modifiers.contains(.control), key.modifiers.contains(.shift)
      )
      if !hasControl { playing.leavingProblem = nil }
      if hasShift, shifted(key, scancode) { return }
      if key.usage == KeyEvent.f12 { return capture(key.modifiers) }
      if hasControl { return control(key) }
      if !pages.isEmpty, key.usage == KeyEvent.f11 { return change(.fullscreen) }
      if isPageKey(scancode) || pages.isEmpty && debuggerKeyDown(key) { return }
      if hasShift, let number = key.digit {
        session.choose(.key(number))
      } else if !press(scancode.rawValue) {
        windowCommand(key)
      }
    }

    /// All keys are the program's but F1, which shows what they do.
    private func handleKioskKey(_ scancode: SDL_Scancode) {
      hasKioskKey = true
      let isOpen = !pages.isEmpty
      if isOpen { perform(.resume) }
      if scancode == SDL_SCANCODE_F1 {
        if !isOpen { open(.start) }
      } else {
        keyboard.press(scancode.rawValue, keyMap)
      }
    }

    private func capture(_ modifiers: KeyEvent.Modifiers) {
      if modifiers.contains(.control) { return perform(.recordClip) }
      perform(modifiers.contains(.shift) ? .clip : .screenshot)
    }

    /// Handles a key with Shift, if that means something other than the key alone.
    private func shifted(_ key: KeyEvent, _ scancode: SDL_Scancode) -> Bool {
      switch key.usage {
      case KeyEvent.f10: change(.aspect)
      case KeyEvent.tab where pages.isEmpty: toggleFast()
      default:
        if commandWithShift(key) { return true }
        guard pages.isEmpty, keyMap[scancode.rawValue].isEmpty, key.letter == "b" else {
          return false
        }
        change(.reduceFlashes)
      }
      return true
    }

    private func control(_ key: KeyEvent) {
      switch (key.letter, key.usage) {
      case ("z", _): if key.modifiers.contains(.shift) { session.redo() } else { session.undo() }
      case (nil, KeyEvent.up): changeVolume(by: 10)
      case (nil, KeyEvent.down): changeVolume(by: -10)
      case (nil, KeyEvent.enter): perform(.resumeLastSession)
      default: commandWithControl(key)
      }
    }

    private func windowCommand(_ key: KeyEvent) {
      switch (key.letter, key.usage) {
      case ("b", _): change(.flicker)
      case ("l", _): change(.look)
      case ("k", _): change(.keypad)
      case (nil, KeyEvent.f6): change(.mute)
      case (nil, KeyEvent.f10): change(.fit)
      case (nil, KeyEvent.f11): change(.fullscreen)
      case (nil, KeyEvent.pause): session.togglePause()
      default: command(key)
      }
    }
  }

  extension KeyEvent {
    init(_ key: SDL_Keysym) {
      let modifiers = UInt32(key.mod)
      // Commands go by the letter on a key, unlike the keypad, which goes by its position.
      let letter = commandLetter(
        symbol: UInt32(bitPattern: key.sym), usage: key.scancode.rawValue
      ) { letter in
        SDL_GetScancodeFromKey(Int32(letter.asciiValue ?? 0)) != SDL_SCANCODE_UNKNOWN
      }
      self.init(UInt8(exactly: key.scancode.rawValue) ?? 0, letter)
      if modifiers & KMOD_SHIFT.rawValue != 0 { self.modifiers.insert(.shift) }
      if modifiers & KMOD_CTRL.rawValue != 0 { self.modifiers.insert(.control) }
    }
  }
#endif
