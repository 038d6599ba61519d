#if SDL
  import CSDL2
  import Chip8Player

  /// The keys of the debugger in the window.
  extension Window {
    /// A key was pressed: it is handled, or waits for its turn.
    func keyDown(_ event: SDL_KeyboardEvent) {
      let hasControl = UInt32(event.keysym.mod) & KMOD_CTRL.rawValue != 0
      // Nobody waits who wants to leave, and a key that is held is not typed ahead.
      if hasControl && letter(event.keysym) == "q" { return handleKey(event) }
      if event.`repeat` != 0, session.isMoving { return }
      takeInOrder(isEscape: event.keysym.scancode == SDL_SCANCODE_ESCAPE) { [unowned self] in
        handleKey(event)
      }
    }

    func debuggerKeyDown(_ key: SDL_Keysym) -> Bool {
      debuggerKeyDown(
        debuggerKey(key), isShifted: UInt32(key.mod) & KMOD_SHIFT.rawValue != 0)
    }

    func debuggerKey(_ key: SDL_Keysym) -> DebuggerKey? {
      if let known = Window.debuggerKeys[key.scancode.rawValue] { return known }
      if let letter = letter(key) { return .letter(letter) }
      return digit(key.scancode).map { .digit($0) }
    }

    private static let debuggerKeys: [UInt32: DebuggerKey] = [
      SDL_SCANCODE_UP.rawValue: .up, SDL_SCANCODE_DOWN.rawValue: .down,
      SDL_SCANCODE_LEFT.rawValue: .left, SDL_SCANCODE_RIGHT.rawValue: .right,
      SDL_SCANCODE_PAGEUP.rawValue: .pageUp, SDL_SCANCODE_PAGEDOWN.rawValue: .pageDown,
      SDL_SCANCODE_HOME.rawValue: .home, SDL_SCANCODE_RETURN.rawValue: .enter,
      SDL_SCANCODE_KP_ENTER.rawValue: .enter, SDL_SCANCODE_ESCAPE.rawValue: .escape,
      SDL_SCANCODE_TAB.rawValue: .nextPanel, SDL_SCANCODE_BACKSPACE.rawValue: .erase,
    ]
  }
#endif
