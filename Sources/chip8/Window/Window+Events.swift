#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// What the user does with keyboard and mouse.
  extension Window {
    func handleEvents() {
      var event = SDL_Event()
      while SDL_PollEvent(&event) != 0 {
        switch SDL_EventType(event.type) {
        case SDL_QUIT: closeRequestCount += 1
        case SDL_KEYDOWN: keyDown(event.key)
        case SDL_KEYUP: keyUp(event.key.keysym.scancode)
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

    func handleKey(_ event: SDL_KeyboardEvent) {
      let scancode = event.keysym.scancode
      if settings.isKiosk {
        if event.`repeat` == 0 { handleKioskKey(scancode) }
        return
      }
      let isStep = [SDL_SCANCODE_COMMA, SDL_SCANCODE_PERIOD].contains(scancode)
      guard event.`repeat` == 0 || pages.isEmpty && isStep || repeatsOnPage else {
        if pages.isEmpty, debuggerKey(event.keysym)?.repeats == true {
          _ = debuggerKeyDown(event.keysym)
        }
        return
      }
      let modifiers = UInt32(event.keysym.mod)
      dismissProblem()
      if modifiers & KMOD_CTRL.rawValue == 0 { leavingProblem = nil }
      if modifiers & KMOD_SHIFT.rawValue != 0, shifted(event.keysym) { return }
      if scancode == SDL_SCANCODE_F12 { return capture(modifiers) }
      if modifiers & KMOD_CTRL.rawValue == 0 {
        if pageKeyDown(scancode) || pages.isEmpty && debuggerKeyDown(event.keysym) { return }
      }
      if modifiers & KMOD_CTRL.rawValue != 0 {
        control(event.keysym)
      } else if modifiers & KMOD_SHIFT.rawValue != 0, let number = digit(scancode) {
        session.choose(.key(number))
      } else if !keyMap[scancode.rawValue].isEmpty {
        keyboard.press(scancode.rawValue, keyMap)
      } else {
        command(event.keysym)
      }
    }

    /// Keys are the program's; F1 shows which ones it has.
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

    private func capture(_ modifiers: UInt32) {
      if modifiers & KMOD_CTRL.rawValue != 0 { return perform(.recordClip) }
      perform(modifiers & KMOD_SHIFT.rawValue != 0 ? .clip : .screenshot)
    }

    /// What a key does with Shift, if it does something else than without.
    private func shifted(_ key: SDL_Keysym) -> Bool {
      switch key.scancode {
      case SDL_SCANCODE_F5: session.undoSave()
      case SDL_SCANCODE_F9: session.undoLoad()
      case SDL_SCANCODE_F3 where pages.isEmpty: changeInstructionCount(up: false)
      case SDL_SCANCODE_F4 where pages.isEmpty: changeInstructionCount(up: true)
      case SDL_SCANCODE_F10: change(.aspect)
      case SDL_SCANCODE_TAB where pages.isEmpty: toggleFast()
      default:
        guard pages.isEmpty, keyMap[key.scancode.rawValue].isEmpty, letter(key) == "b" else {
          return false
        }
        change(.reduceFlashes)
      }
      return true
    }

    private func control(_ key: SDL_Keysym) {
      switch letter(key) {
      case "d": perform(.debugger)
      case "q": closeRequestCount += 1
      case "o": open(.home)
      case "r": session.reset()
      case "y": session.redo()
      case "z" where UInt32(key.mod) & KMOD_SHIFT.rawValue != 0: session.redo()
      case "z": session.undo()
      default: control(key.scancode)
      }
    }

    private func control(_ scancode: SDL_Scancode) {
      switch scancode {
      case SDL_SCANCODE_F9: session.loadInNewProcess()
      case SDL_SCANCODE_UP: changeVolume(by: 10)
      case SDL_SCANCODE_DOWN: changeVolume(by: -10)
      case SDL_SCANCODE_RETURN: perform(.continueLeft)
      default: break
      }
    }

    /// The letter that a command is given with, unlike the keypad, which is where it is.
    func letter(_ key: SDL_Keysym) -> Character? {
      commandLetter(symbol: UInt32(bitPattern: key.sym), usage: key.scancode.rawValue) { letter in
        SDL_GetScancodeFromKey(Int32(letter.asciiValue ?? 0)) != SDL_SCANCODE_UNKNOWN
      }
    }

    private func command(_ key: SDL_Keysym) {
      switch letter(key) {
      case "p": return session.togglePause()
      case "b": return change(.flicker)
      case "l": return change(.look)
      case "k": return change(.keypad)
      default: break
      }
      switch key.scancode {
      case SDL_SCANCODE_F3: changeSpeed(up: false)
      case SDL_SCANCODE_F4: changeSpeed(up: true)
      case SDL_SCANCODE_F5: session.save()
      case SDL_SCANCODE_F6:
        change(.mute)
      case SDL_SCANCODE_F9: session.load()
      case SDL_SCANCODE_F10: change(.fit)
      case SDL_SCANCODE_F11: change(.fullscreen)
      case SDL_SCANCODE_BACKSPACE: session.beginRewinding()
      case SDL_SCANCODE_COMMA: session.stepBack()
      case SDL_SCANCODE_PERIOD: session.stepForward(keys: keyboard.takeKeys())
      case SDL_SCANCODE_PAUSE: session.togglePause()
      case SDL_SCANCODE_TAB: holdFast(true)
      case SDL_SCANCODE_ESCAPE: open(.menu)
      default: if let page = PageName.keys[key.scancode.rawValue] { open(page) }
      }
    }

    private func keyUp(_ scancode: SDL_Scancode) {
      if scancode == SDL_SCANCODE_TAB { holdFast(false) }
      if scancode == SDL_SCANCODE_BACKSPACE { session.endRewinding() }
      keyboard.release(scancode.rawValue)
    }

    func digit(_ scancode: SDL_Scancode) -> Int? {
      let first = SDL_SCANCODE_1.rawValue
      guard (first...SDL_SCANCODE_0.rawValue).contains(scancode.rawValue) else { return nil }
      return Int(scancode.rawValue - first + 1) % 10
    }
  }
#endif
