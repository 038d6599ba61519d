// GamepadTests.swift: pads as SDL has them, on virtual ones that this process plugs in.

#if SDL
  import CSDL2
  import Chip8Player
  import Testing
  import chip8

  @Suite(.serialized) struct GamepadTests {
    private let gamepads = Gamepads()

    init() throws {
      #expect(CSDL2_load() == nil)
      SDL_SetHint(SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS, "1")
      try #require(SDL_InitSubSystem(SDL_INIT_GAMECONTROLLER) == 0)
      _ = events()
    }

    /// What has happened since the last time.
    private func events() -> [Gamepads.Event] {
      var all: [Gamepads.Event] = []
      var event = SDL_Event()
      while SDL_PollEvent(&event) != 0 { all += gamepads.events(in: event) }
      return all
    }

    /// Plugs in a pad with sticks, triggers and all buttons.
    private func plug() throws -> Int32 {
      let index = SDL_JoystickAttachVirtual(SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0)
      try #require(index >= 0)
      return index
    }

    @Test func padsComeAndGo() throws {
      let first = try plug()
      #expect(events().map(\.isPlugged) == [1])
      _ = try plug()
      #expect(events().map(\.isPlugged) == [2])
      SDL_JoystickDetachVirtual(first)
      #expect(events() == [.unplugged(player: 1)])
      // The place of player 1 is free again.
      _ = try plug()
      #expect(events().map(\.isPlugged) == [1])
      while SDL_NumJoysticks() > 0, SDL_JoystickDetachVirtual(0) == 0 {}
      #expect(Set(events()) == [.unplugged(player: 1), .unplugged(player: 2)])
      gamepads.close()
    }

    @Test func buttonsAndSticksAreTheSameOnEveryPad() throws {
      let index = try plug()
      _ = events()
      defer { SDL_JoystickDetachVirtual(index) }
      let joystick = try #require(SDL_JoystickOpen(index))
      SDL_JoystickSetVirtualButton(joystick, 0, 1)
      #expect(events() == [.pressed(.a, player: 1)])
      SDL_JoystickSetVirtualButton(joystick, 0, 0)
      #expect(events() == [.released(.a, player: 1)])
      // A stick: half the way is not far enough to press, and not near enough to release.
      for (value, expected) in [
        (-14_000, []), (-20_000, [.pressed(.left, player: 1)]), (-14_000, []),
        (20_000, [.released(.left, player: 1), .pressed(.right, player: 1)]),
        (0, [.released(.right, player: 1)]),
      ] as [(Int16, [Gamepads.Event])] {
        SDL_JoystickSetVirtualAxis(joystick, 0, value)
        #expect(events() == expected, "\(value)")
      }
    }
  }

  extension Gamepads.Event {
    /// The player whose pad was plugged in, if one was.
    fileprivate var isPlugged: Int? {
      if case .plugged(_, let player) = self { player } else { nil }
    }
  }
#endif
