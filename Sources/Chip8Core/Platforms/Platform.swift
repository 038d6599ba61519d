/// The machines of the CHIP-8 family. What each does is a matter of facts and of quirks: the facts
/// are here, the quirks in `Quirks.swift`. Sources: docs/SOURCES.md.
public enum Platform: String, CaseIterable, Sendable {
  /// CHIP-8 on the COSMAC VIP, 1977.
  case vip
  /// CHIP-8 as today's players run it: the VIP's without VF reset and display wait.
  case chip8
  /// CHIP-48 on the HP 48, 1990.
  case chip48
  /// SUPER-CHIP 1.0 on the HP 48, 1991.
  case schip10
  /// SUPER-CHIP 1.1 on the HP 48, 1991.
  case schip11
  /// SUPER-CHIP as Octo plays it.
  case schip
  /// XO-CHIP, 2014.
  case xochip

  /// A name for people.
  public var title: String {
    switch self {
    case .vip: "COSMAC VIP"
    case .chip8: "CHIP-8"
    case .chip48: "CHIP-48"
    case .schip10: "SUPER-CHIP 1.0"
    case .schip11: "SUPER-CHIP 1.1"
    case .schip: "SUPER-CHIP"
    case .xochip: "XO-CHIP"
    }
  }

  /// Bytes of RAM, a power of two.
  public var ramByteCount: Int { self == .xochip ? 65536 : 4096 }

  /// The largest program, in bytes. The VIP keeps its display and its stack behind the program.
  public var programByteCountMax: Int {
    switch self {
    case .vip: 3232
    case .chip8: 3584
    case .chip48, .schip10, .schip11, .schip: 3583
    case .xochip: 65024
    }
  }

  /// How many calls deep a program may be.
  public var stackCountMax: Int { self == .vip ? 12 : 16 }

  /// The most that ``flagCount`` is.
  static let flagCountMax = 16

  /// How many registers Fx75 and Fx85 can keep.
  public var flagCount: Int {
    switch self {
    case .vip, .chip8, .chip48: 0
    case .schip10, .schip11, .schip: 8
    case .xochip: 16
    }
  }

  /// Frames in a second.
  public var framesPerSecond: Int {
    switch self {
    case .chip48, .schip10, .schip11: 64
    case .vip, .chip8, .schip, .xochip: 60
    }
  }

  /// Instructions in a frame unless somebody says otherwise.
  public var instructionsPerFrame: Int {
    switch self {
    case .vip, .chip48, .schip10: 15
    case .chip8: 12
    case .schip11, .schip: 30
    case .xochip: 1000
    }
  }

  /// Whether there is a screen of 128×64 pixels beside that of 64×32.
  public var hasHires: Bool { instructionSet >= .schip10 }

  /// How many bit planes the display has.
  public var planeCount: Int { self == .xochip ? 2 : 1 }

  /// The instructions the machine knows.
  public var instructionSet: InstructionSet {
    switch self {
    case .vip, .chip8: .chip8
    case .chip48: .chip48
    case .schip10: .schip10
    case .schip11, .schip: .schip
    case .xochip: .xochip
    }
  }

  /// The digits in RAM at power-on.
  public var font: Font {
    switch self {
    case .vip: .vip
    case .chip8, .chip48, .schip, .xochip: .octo
    case .schip10: .schip10
    case .schip11: .schip11
    }
  }

  /// What the machine does where machines differ.
  public var quirks: Quirks {
    switch self {
    case .vip: [.logic, .vblank, .keyWaitBeeps]
    case .chip8: []
    case .chip48:
      [.shift, .memoryIncrementByX, .jump, .vblank, .indexOverflowFaults, .keyWaitBeeps]
    case .schip10:
      [
        .shift, .memoryIncrementByX, .jump, .vblank, .doubledLores, .indexOverflowFaults,
        .keyWaitBeeps,
      ]
    case .schip11:
      [
        .shift, .memoryLeaveIUnchanged, .jump, .vblank, .rowCollisions, .doubledLores,
        .scrollZeroExits, .indexOverflowFaults, .keyWaitBeeps,
      ]
    case .schip:
      [
        .shift, .memoryLeaveIUnchanged, .jump, .loresBigSprites, .resolutionClears, .indexWraps,
      ]
    case .xochip: [.wrap, .loresBigSprites, .resolutionClears]
    }
  }
}

/// The instructions that machines of the family have; each set holds those before it.
public enum InstructionSet: Int, Comparable, Sendable {
  /// The original instructions. 0nnn calls 1802 machine code, which is not supported.
  case chip8
  /// The original instructions, without 0nnn.
  case chip48
  /// With 00FD, 00FE, 00FF, Fx30, Fx75, Fx85 and Dxy0.
  case schip10
  /// With the scrolls 00Cn, 00FB and 00FC.
  case schip
  /// With all of XO-CHIP.
  case xochip

  /// Whether a set is a part of another.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }
}
