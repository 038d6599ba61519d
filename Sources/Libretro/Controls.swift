// The sixteen keys on a pad, a keyboard and the screen.

import CLibretro
import Chip8Core
import Chip8Player
import SaveState

/// Which key of the machine each button is. A pad has sixteen buttons, so every key has one.
struct Controls {
  /// The buttons by their numbers in the interface.
  private static let buttons = [
    "B", "Y", "Select", "Start", "Up", "Down", "Left", "Right", "A", "X", "L", "R", "L2", "R2",
    "L3", "R3",
  ]
  /// What the program's own actions are called, and on which buttons they are.
  private static let actions: [(name: String, button: Int)] = [
    ("up", 4), ("down", 5), ("left", 6), ("right", 7), ("a", 8), ("b", 0),
  ]
  /// In which order the other keys take the other buttons: those that are easy to reach first.
  private static let order = [0, 9, 1, 10, 11, 3, 2, 12, 13, 14, 15, 8, 4, 5, 6, 7]
  /// The keys of a program that says nothing, as in Octo.
  private static let usual: [String: UInt8] = ["up": 5, "down": 8, "left": 7, "right": 9, "a": 6]

  /// The keypad as a keyboard has it, by the codes of the interface, which are those of ASCII.
  private static let keyboard: [(code: UInt8, key: UInt8)] = zip(
    Array("x123qweasdzc4rfv".utf8), UInt8(0)...
  ).map { ($0, $1) }

  /// The key of each button, and what the program does with it.
  private var pad: [(key: UInt8, action: String?)]
  /// Those of the second pad that are others.
  private var secondPad: [(button: Int, key: UInt8)] = []
  private let hasBitmasks: Bool

  init(for program: Program) {
    let known = KnownProgram.find(program)?.keys ?? [:]
    let names = known.isEmpty ? Controls.usual : known
    var keys = [UInt8?](repeating: nil, count: 16)
    var actions = [String?](repeating: nil, count: 16)
    for (name, button) in Controls.actions {
      guard let key = names[name], !keys.contains(key) else { continue }
      keys[button] = key
      actions[button] = known.isEmpty ? nil : name
    }
    var rest = (0..<16).map { UInt8($0) }.filter { !keys.contains($0) }
    for button in Controls.order where keys[button] == nil { keys[button] = rest.removeFirst() }
    pad = zip(keys, actions).map { ($0 ?? 0, $1) }
    for (name, button) in [("player2Up", 4), ("player2Down", 5)] {
      if let key = known[name] { secondPad.append((button, key)) }
    }
    hasBitmasks = frontEnd.supports(RETRO_ENVIRONMENT_GET_INPUT_BITMASKS)
  }

  /// Tells the front end what each button does.
  func describe() {
    var descriptors: [retro_input_descriptor] = []
    for port in 0..<2 {
      for button in 0..<16 {
        let (key, action) = key(of: button, port: port)
        let name = hexadecimalDigit(key)
        descriptors.append(
          retro_input_descriptor(
            port: UInt32(port), device: UInt32(RETRO_DEVICE_JOYPAD), index: 0, id: UInt32(button),
            description: keptTexts[action.map { "\(title($0)) (key \(name))" } ?? "Key \(name)"]))
      }
    }
    descriptors.append(retro_input_descriptor())
    descriptors.withUnsafeMutableBufferPointer {
      _ = frontEnd.environment?(UInt32(RETRO_ENVIRONMENT_SET_INPUT_DESCRIPTORS), $0.baseAddress)
    }
  }

  private func key(of button: Int, port: Int) -> (key: UInt8, action: String?) {
    if port == 1, let (_, key) = secondPad.first(where: { $0.button == button }) {
      return (key, Controls.actions.first { $0.button == button }?.name)
    }
    return pad[button]
  }

  /// The keys that are down.
  var keys: KeySet {
    guard let state = frontEnd.inputState else { return [] }
    var keys = KeySet()
    for port in 0..<2 {
      let mask = buttons(UInt32(port), state)
      for button in 0..<16 where mask >> UInt16(button) & 1 == 1 {
        keys.insert(KeySet(key: key(of: button, port: port).key))
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

/// An action's name as the first word of a sentence.
private func title(_ action: String) -> String {
  action.prefix(1).uppercased() + action.dropFirst()
}

func hexadecimalDigit(_ number: UInt8) -> String {
  String(number, radix: 16, uppercase: true)
}
