#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// An event of the mouse or a finger.
  package struct Pointer: Hashable {
    package enum Kind: Hashable {
      case down, moved, up
    }

    /// A position in the window, in whichever unit SDL reports.
    package enum Place: Hashable {
      /// In window coordinates.
      case points(x: Int, y: Int)
      /// As a fraction of the window.
      case part(x: Float, y: Float)
    }

    /// The mouse's number among the fingers, whose own are not negative.
    package static let mouse = -1

    package let kind: Kind
    /// The finger, or ``mouse``.
    package let finger: Int
    package let place: Place
    /// The button of the mouse.
    package let button: UInt8?
    /// Whether SDL made this mouse event from a finger's, which it reports as well.
    package let isCopy: Bool

    /// - Returns: nil for any other event.
    package init?(_ event: SDL_Event) {
      switch SDL_EventType(event.type) {
      case SDL_MOUSEMOTION: self.init(.moved, event.motion)
      case SDL_MOUSEBUTTONDOWN: self.init(.down, event.button)
      case SDL_MOUSEBUTTONUP: self.init(.up, event.button)
      case SDL_FINGERDOWN: self.init(.down, event.tfinger)
      case SDL_FINGERMOTION: self.init(.moved, event.tfinger)
      case SDL_FINGERUP: self.init(.up, event.tfinger)
      default: return nil
      }
    }

    private init(_ kind: Kind, _ event: SDL_MouseMotionEvent) {
      (self.kind, finger, button) = (kind, Pointer.mouse, nil)
      place = .points(x: Int(event.x), y: Int(event.y))
      isCopy = event.which == UInt32.max
    }

    private init(_ kind: Kind, _ event: SDL_MouseButtonEvent) {
      (self.kind, finger, button) = (kind, Pointer.mouse, event.button)
      place = .points(x: Int(event.x), y: Int(event.y))
      isCopy = event.which == UInt32.max
    }

    private init(_ kind: Kind, _ event: SDL_TouchFingerEvent) {
      // Identifiers of fingers are only compared.
      (self.kind, finger) = (kind, Int(event.fingerId & Int64.max))
      (button, isCopy) = (nil, false)
      place = .part(x: event.x, y: event.y)
    }
  }

  /// Mouse and fingers: they choose on pages, and press the program's keys everywhere else.
  extension Window {
    func handle(_ pointer: Pointer) {
      let point = point(pointer.place)
      if !pages.isEmpty {
        // SDL reports a finger as the mouse too, which is enough for a page.
        guard pointer.finger == Pointer.mouse else { return }
        if pointer.kind == .moved { return pointed(at: point) }
        if let button = pointer.button, pointer.kind == .down { clicked(button, at: point) }
        return
      }
      guard !pointer.isCopy else { return }
      switch pointer.kind {
      case .down:
        guard pointer.button ?? 1 == 1 else { return }
        dismissProblem()
        touch.press(pointer.finger, at: point, in: picture.touchLayout)
      case .moved: touch.move(pointer.finger, to: point)
      case .up: touch.release(pointer.finger)
      }
    }

    /// A position in pixels of the window's picture, which can be smaller than units of the window.
    private func point(_ place: Pointer.Place) -> TouchControls.Point {
      let size = picture.size
      switch place {
      case .points(let x, let y):
        var (width, height): (Int32, Int32) = (0, 0)
        SDL_GetWindowSize(window, &width, &height)
        return TouchControls.Point(
          x: x * size.width / max(1, Int(width)), y: y * size.height / max(1, Int(height)))
      case .part(let x, let y):
        return TouchControls.Point(
          x: Int(x * Float(size.width)), y: Int(y * Float(size.height)))
      }
    }

    /// The keys that mouse and fingers hold in the frame about to begin.
    func takeTouchedKeys() -> KeySet {
      touch.takeControls().reduce(into: KeySet()) { keys, control in
        switch control {
        case .key(let key): keys.formUnion(KeySet(key: key))
        case .button(let button):
          if let usage = button.usage { keys.formUnion(keyMap[UInt32(usage)]) }
        }
      }
    }

    /// The controls drawn for mouse and fingers.
    var touchView: TouchView {
      // Beside the debugger the picture is too small for fingers.
      if debugger != nil { return TouchView(mode: .none, card: nil, held: []) }
      let mode = settings.touchMode == .auto ? programTouchMode : settings.touchMode
      let showsKeypad = settings.showsKeypad || mode == .vip
      return TouchView(
        mode: mode, card: showsKeypad ? KeyCard(programKeys, keyMap) : nil, held: touch.held)
    }
  }
#endif
