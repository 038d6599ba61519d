// The sixteen keys on a pad, a keyboard and the screen.

import CLibretro
import Chip8Core
import Chip8Player
import SaveState

/// Which key of the machine each button is.
struct Controls {
  /// The buttons by their numbers in the interface.
  private static let buttons: [PadButton] = [
    .b, .y, .select, .start, .up, .down, .left, .right, .a, .x, .l, .r, .l2, .r2, .l3, .r3,
  ]

  /// The keypad as a keyboard has it, by the codes of the interface, which are those of ASCII.
  private static let keyboard = KeyMap.keypad.map {
    (code: KeyName.name(of: $0.usage).utf8.first ?? 0, key: $0.key)
  }

  private let program: ProgramKeys
  /// The key of each button, on the pads of both players.
  private let pads: [[UInt8]]
  private let hasBitmasks: Bool

  /// The controls of a game: by the table of keys, else by the keys that the program asks for as it begins.
  /// They stay as they are: both sides of a netplay session need the same.
  init(for machine: Chip8) {
    let program = KeyObserver(observing: machine).keys
    self.program = program
    let map = PadMap(withEveryKeyOf: program)
    pads = [1, 2].map { player in Controls.buttons.map { map[$0, player] ?? 0 } }
    hasBitmasks = frontEnd.supports(RETRO_ENVIRONMENT_GET_INPUT_BITMASKS)
  }

  /// Tells the front end what each button does.
  func describe() {
    var descriptors: [retro_input_descriptor] = []
    for port in 0..<2 {
      for button in 0..<16 {
        descriptors.append(
          retro_input_descriptor(
            port: UInt32(port), device: UInt32(RETRO_DEVICE_JOYPAD), index: 0, id: UInt32(button),
            description: keptTexts[description(of: pads[port][button])]))
      }
    }
    descriptors.append(retro_input_descriptor())
    descriptors.withUnsafeMutableBufferPointer {
      _ = frontEnd.environment?(UInt32(RETRO_ENVIRONMENT_SET_INPUT_DESCRIPTORS), $0.baseAddress)
    }
  }

  private func description(of key: UInt8) -> String {
    let name = hexadecimal(key, 1)
    guard case .action(let use) = program.meaning(of: key) else { return "Key \(name)" }
    return "\(use.text.prefix(1).uppercased())\(use.text.dropFirst()) (key \(name))"
  }

  /// The keys that are down.
  var keys: KeySet {
    guard let state = frontEnd.inputState else { return [] }
    var keys = KeySet()
    for port in 0..<2 {
      let mask = buttons(UInt32(port), state)
      for button in 0..<16 where mask >> UInt16(button) & 1 == 1 {
        keys.insert(KeySet(key: pads[port][button]))
      }
    }
    for (code, key) in Controls.keyboard
    where state(0, UInt32(RETRO_DEVICE_KEYBOARD), 0, UInt32(code)) != 0 {
      keys.insert(KeySet(key: key))
    }
    return keys
  }

  private func buttons(_ port: UInt32, _ state: retro_input_state_t) -> UInt16 {
    let device = UInt32(RETRO_DEVICE_JOYPAD)
    guard !hasBitmasks else {
      return UInt16(bitPattern: state(port, device, 0, UInt32(RETRO_DEVICE_ID_JOYPAD_MASK)))
    }
    return (0..<16).reduce(0) { $0 | (state(port, device, 0, $1) != 0 ? 1 << UInt16($1) : 0) }
  }

  /// Where the screen is pointed at, from −1 to 1; nil if it is not.
  static var pointer: (x: Float, y: Float)? {
    guard let state = frontEnd.inputState else { return nil }
    let device = UInt32(RETRO_DEVICE_POINTER)
    guard state(0, device, 0, UInt32(RETRO_DEVICE_ID_POINTER_PRESSED)) != 0 else { return nil }
    let x = state(0, device, 0, UInt32(RETRO_DEVICE_ID_POINTER_X))
    let y = state(0, device, 0, UInt32(RETRO_DEVICE_ID_POINTER_Y))
    return (Float(x) / 0x7FFF, Float(y) / 0x7FFF)
  }
}
