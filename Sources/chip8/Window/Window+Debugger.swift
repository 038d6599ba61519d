#if SDL
  import CSDL2
  import Chip8Player

  /// The keys of the debugger in the window.
  extension Window {
    /// A key was pressed: it is handled, or waits for its turn.
    func keyDown(_ event: SDL_KeyboardEvent) {
      let key = KeyEvent(event.keysym)
      // Leaving does not wait, and a key that is held is not typed ahead.
      if key.modifiers.contains(.control) && key.letter == "q" { return handleKey(event) }
      if event.`repeat` != 0, session.isMoving { return }
      takeInOrder(isEscape: key.usage == KeyEvent.escape) { [unowned self] in
        handleKey(event)
      }
    }
  }
#endif
