// An instruction made ready to be executed. Quirks and lengths are resolved here, once, so that
// nothing is asked twice while a program runs.

/// What executes an instruction, and then all that follow it: a C function that ends by calling the
/// next one's, which the compiler makes a jump. Its parameters stay in the host's registers.
///
/// - Parameters:
///   - m: the ``Core``; the registers V0 to VF are its first bytes.
///   - op: the ``Operation`` that is executed.
///   - i: the register I.
///   - left: how many instructions may follow this one.
///   - sp: where the next return address goes.
typealias Handler =
  @convention(c) (_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) -> Void

// C has no names for what these point to.
typealias Raw = UnsafeMutableRawPointer
typealias Op = UnsafeRawPointer

/// An instruction at an address of the RAM, in 16 bytes.
struct Operation {
  /// What executes it.
  var handler: Handler
  /// The registers, 0–15. A call has its return address in both.
  var x: UInt8 = 0
  var y: UInt8 = 0
  /// n, nn or nnn; where I moves after Fx55 and Fx65.
  var number: UInt16 = 0

  /// How many bytes lie between the operations of two addresses.
  static let stride = 16
}

extension Instruction {
  /// Whether it calculates a register and a flag.
  func setsFlag(in register: UInt8) -> Bool {
    switch self {
    case .addRegister(let x, _), .subtract(let x, _), .subtractFrom(let x, _),
      .shiftRight(let x, _), .shiftLeft(let x, _):
      x == register
    default: false
    }
  }
}

extension Instruction {
  /// Whether it calculates VF and a flag, of which the quirk `vf-order` keeps the result.
  var losesFlag: Bool {
    switch self {
    case .addRegister(let x, _), .subtract(let x, _), .subtractFrom(let x, _),
      .shiftRight(let x, _), .shiftLeft(let x, _):
      x == 0xF
    default: false
    }
  }
}

extension Quirks {
  /// How far Fx55 and Fx65 move I.
  func indexStep(past x: UInt8) -> UInt16 {
    if contains(.memoryLeaveIUnchanged) { return 0 }
    return UInt16(x) + (contains(.memoryIncrementByX) ? 0 : 1)
  }
}

/// What decides how instructions are decoded.
struct Dialect {
  let instructionSet: InstructionSet
  let quirks: Quirks

  init(_ configuration: Configuration) {
    instructionSet = configuration.platform.instructionSet
    quirks = configuration.effectiveQuirks
  }

  /// Whether the display is one plane of 64×32 pixels, and nothing else.
  var hasPlainDisplay: Bool { instructionSet < .schip10 }
}
