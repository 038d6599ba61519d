#if SDL
  import Chip8Core
  import Chip8Player

  /// Pad events: the program's keys while it runs, navigation while a page is open.
  extension Window {
    func handle(_ event: Gamepads.Event) {
      switch event {
      case .plugged(let name, let player): show(["Pad \(player): \(name)"])
      case .unplugged(let player):
        keyboard.releaseAll()
        show(["Pad \(player) disconnected"])
      case .pressed(let button, let player): pressed(button, player)
      case .released(let button, let player): keyboard.release(Window.usage(of: button, player))
      }
    }

    private func pressed(_ button: PadButton, _ player: Int) {
      dismissProblem()
      if pages.last?.name == .start { perform(.resume) }
      if case .assign(let key) = pages.last?.name {
        if button == .start { return perform(.back) }
        let owner = programKeys.hasSecondPlayer && player == 2 ? 2 : 1
        assigned(session.assign(PlayerButton(button, of: owner), to: key))
      } else if !pages.isEmpty {
        if let navigation = Window.navigation[button] { navigate(navigation) }
      } else if button == .start {
        open(.menu)
      } else if button == .select {
        open(settings.isKiosk ? .start : .keys)
      } else if let key = padMap[button, player] {
        keyboard.press(Window.usage(of: button, player), KeySet(key: key))
      }
    }

    /// A number for a pad's button that no key of a keyboard has.
    private static func usage(of button: PadButton, _ player: Int) -> UInt32 {
      let number = PadButton.allCases.firstIndex(of: button) ?? 0
      return UInt32(1 << 16 | player << 8 | number)
    }

    private static let navigation: [PadButton: Navigation] = [
      .up: .up, .down: .down, .left: .left, .right: .right, .a: .accept, .b: .back, .x: .save,
      .y: .delete, .l: .pageUp, .r: .pageDown, .start: .back,
    ]
  }
#endif
