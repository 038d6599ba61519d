#if SDL
  import CSDL2
  import Chip8Core

  /// Which keys of the keyboard are which of the keypad. By their place and not by their letter,
  /// so that the keypad is a square on every keyboard.
  struct KeyMap {
    private static let keypad: [(SDL_Scancode, UInt8)] = [
      (SDL_SCANCODE_1, 0x1), (SDL_SCANCODE_2, 0x2), (SDL_SCANCODE_3, 0x3), (SDL_SCANCODE_4, 0xC),
      (SDL_SCANCODE_Q, 0x4), (SDL_SCANCODE_W, 0x5), (SDL_SCANCODE_E, 0x6), (SDL_SCANCODE_R, 0xD),
      (SDL_SCANCODE_A, 0x7), (SDL_SCANCODE_S, 0x8), (SDL_SCANCODE_D, 0x9), (SDL_SCANCODE_F, 0xE),
      (SDL_SCANCODE_Z, 0xA), (SDL_SCANCODE_X, 0x0), (SDL_SCANCODE_C, 0xB), (SDL_SCANCODE_V, 0xF),
    ]

    /// What the community's database calls the keys that a known program uses.
    private static let named: [(SDL_Scancode, String)] = [
      (SDL_SCANCODE_UP, "up"), (SDL_SCANCODE_DOWN, "down"),
      (SDL_SCANCODE_LEFT, "left"), (SDL_SCANCODE_RIGHT, "right"),
      (SDL_SCANCODE_SPACE, "a"), (SDL_SCANCODE_RETURN, "b"),
    ]

    /// Where most programs have their arrows when nobody knows better, as Octo has it.
    private static let usual: [String: UInt8] = ["up": 5, "down": 8, "left": 7, "right": 9, "a": 6]

    private let keys: [UInt32: UInt8]

    /// - Parameter assignments: keys that are others than usual for the program.
    init(for program: KnownProgram?, _ assignments: [KeyAssignment]) {
      var names = KeyMap.usual
      if let known = program?.keys, !known.isEmpty { names = known }
      var keys: [UInt32: UInt8] = [:]
      for (scancode, key) in KeyMap.keypad { keys[scancode.rawValue] = key }
      for (scancode, name) in KeyMap.named { keys[scancode.rawValue] = names[name] }
      for assignment in assignments { keys[UInt32(assignment.usage)] = assignment.key }
      self.keys = keys
    }

    subscript(scancode: SDL_Scancode) -> Keypad {
      keys[scancode.rawValue].map { Keypad(key: $0) } ?? []
    }
  }

  /// The keypad as the keyboard has it. A key that went down and up within a frame is down in
  /// that frame.
  struct Keyboard {
    private var held: [UInt32: Keypad] = [:]
    private var tapped: Keypad = []

    mutating func press(_ scancode: SDL_Scancode, _ map: KeyMap) {
      held[scancode.rawValue] = map[scancode]
      tapped.formUnion(map[scancode])
    }

    mutating func release(_ scancode: SDL_Scancode) {
      held[scancode.rawValue] = nil
    }

    mutating func releaseAll() {
      held = [:]
    }

    /// The keys of the frame that begins.
    mutating func takeKeys() -> Keypad {
      defer { tapped = [] }
      return held.values.reduce(tapped) { $0.union($1) }
    }
  }
#endif
