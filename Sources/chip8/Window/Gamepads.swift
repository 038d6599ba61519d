#if SDL
  import CSDL2
  import Chip8Player

  /// The connected pads that SDL's database knows, which gives all of them the same layout. The first one
  /// plugged in is player 1's, the next one player 2's.
  package final class Gamepads {
    package enum Event: Hashable {
      case plugged(name: String, player: Int)
      case unplugged(player: Int)
      case pressed(PadButton, player: Int)
      case released(PadButton, player: Int)
    }

    /// How far a stick or trigger must move to count as pressed, of 32767, and how far back to count as
    /// released. The gap keeps an unsteady hand from pressing it over and over.
    private static let pressThreshold: Int16 = 16_000
    private static let releaseThreshold: Int16 = 11_000

    private struct Pad {
      let controller: OpaquePointer
      let player: Int
      /// Buttons pressed by sticks and triggers, by axis.
      var pressed: [UInt8: PadButton] = [:]
    }

    private var pads: [SDL_JoystickID: Pad] = [:]

    package init() {}

    /// Closes all pads, which has to happen before SDL quits.
    package func close() {
      for pad in pads.values { SDL_GameControllerClose(pad.controller) }
      pads = [:]
    }

    /// Translates an event of SDL.
    package func events(in event: SDL_Event) -> [Event] {
      switch SDL_EventType(event.type) {
      case SDL_CONTROLLERDEVICEADDED: plugged(event.cdevice.which)
      case SDL_CONTROLLERDEVICEREMOVED: unplugged(SDL_JoystickID(event.cdevice.which))
      case SDL_CONTROLLERBUTTONDOWN, SDL_CONTROLLERBUTTONUP: button(event.cbutton)
      case SDL_CONTROLLERAXISMOTION: axis(event.caxis)
      default: []
      }
    }

    private func plugged(_ index: Int32) -> [Event] {
      guard let controller = SDL_GameControllerOpen(index) else { return [] }
      let id = SDL_JoystickInstanceID(SDL_GameControllerGetJoystick(controller))
      // SDL can announce a pad twice.
      guard pads[id] == nil else { return [] }
      let taken = Set(pads.values.map(\.player))
      let player = (1...).first { !taken.contains($0) } ?? 1
      pads[id] = Pad(controller: controller, player: player)
      let name = SDL_GameControllerName(controller).map { String(cString: $0) } ?? "pad"
      return [.plugged(name: name, player: player)]
    }

    private func unplugged(_ id: SDL_JoystickID) -> [Event] {
      guard let pad = pads.removeValue(forKey: id) else { return [] }
      SDL_GameControllerClose(pad.controller)
      return [.unplugged(player: pad.player)]
    }

    private func button(_ event: SDL_ControllerButtonEvent) -> [Event] {
      guard let pad = pads[event.which], let button = Gamepads.buttons[Int32(event.button)] else {
        return []
      }
      return [
        event.state == UInt8(SDL_PRESSED)
          ? .pressed(button, player: pad.player) : .released(button, player: pad.player)
      ]
    }

    private func axis(_ event: SDL_ControllerAxisEvent) -> [Event] {
      guard var pad = pads[event.which], let buttons = Gamepads.axes[Int32(event.axis)] else {
        return []
      }
      let before = pad.pressed[event.axis]
      let threshold = before == nil ? Gamepads.pressThreshold : Gamepads.releaseThreshold
      let now =
        event.value <= -threshold
        ? buttons.negative : event.value >= threshold ? buttons.positive : nil
      guard now != before else { return [] }
      pad.pressed[event.axis] = now
      pads[event.which] = pad
      return (before.map { [.released($0, player: pad.player)] } ?? [])
        + (now.map { [.pressed($0, player: pad.player)] } ?? [])
    }

    private static let buttons: [Int32: PadButton] = [
      SDL_CONTROLLER_BUTTON_A.rawValue: .a, SDL_CONTROLLER_BUTTON_B.rawValue: .b,
      SDL_CONTROLLER_BUTTON_X.rawValue: .x, SDL_CONTROLLER_BUTTON_Y.rawValue: .y,
      SDL_CONTROLLER_BUTTON_LEFTSHOULDER.rawValue: .l,
      SDL_CONTROLLER_BUTTON_RIGHTSHOULDER.rawValue: .r,
      SDL_CONTROLLER_BUTTON_LEFTSTICK.rawValue: .l3,
      SDL_CONTROLLER_BUTTON_RIGHTSTICK.rawValue: .r3,
      SDL_CONTROLLER_BUTTON_BACK.rawValue: .select, SDL_CONTROLLER_BUTTON_START.rawValue: .start,
      SDL_CONTROLLER_BUTTON_DPAD_UP.rawValue: .up, SDL_CONTROLLER_BUTTON_DPAD_DOWN.rawValue: .down,
      SDL_CONTROLLER_BUTTON_DPAD_LEFT.rawValue: .left,
      SDL_CONTROLLER_BUTTON_DPAD_RIGHT.rawValue: .right,
    ]

    private static let axes: [Int32: (negative: PadButton?, positive: PadButton?)] = [
      SDL_CONTROLLER_AXIS_LEFTX.rawValue: (.left, .right),
      SDL_CONTROLLER_AXIS_LEFTY.rawValue: (.up, .down),
      SDL_CONTROLLER_AXIS_TRIGGERLEFT.rawValue: (nil, .l2),
      SDL_CONTROLLER_AXIS_TRIGGERRIGHT.rawValue: (nil, .r2),
    ]
  }
#endif
