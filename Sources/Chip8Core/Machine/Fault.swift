/// Why the program has stopped. The machine is just before the faulting instruction.
public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, Sendable {
    /// No instruction of this platform.
    case illegalInstruction = "illegal-instruction"
    /// 0nnn, a call of 1802 machine code.
    case machineCode = "machine-code"
    /// A call when the stack is full.
    case stackOverflow = "stack-overflow"
    /// A return when the stack is empty.
    case stackUnderflow = "stack-underflow"
    /// Fx1E past the end of the address space.
    case indexOverflow = "index-overflow"
    /// An entry call that did not return within 3600 frames.
    case endlessEntryCall = "endless-goal"
    /// The machine has counted as many frames or instructions as it can.
    case outOfTime = "out-of-time"
  }

  /// What is wrong.
  public let kind: Kind
  /// Where the instruction is.
  public let pc: UInt16
  /// The instruction.
  public let opcode: UInt16
  /// The machine's platform.
  public let platform: Platform
  /// The entry call that faulted, if it was one.
  public var entryCall: UInt16?

  /// One sentence for the user.
  public var description: String {
    guard let entryCall else { return sentence }
    return "entry call at 0x\(hexadecimal(entryCall, 3)): \(sentence)"
  }

  /// Whether the program calls a host, and has none.
  public var callsMissingHost: Bool {
    [.illegalInstruction, .machineCode].contains(kind)
      && Instruction(opcode: opcode, for: platform.extensions).kind == .callHost
  }

  private var sentence: String {
    let at = "\(hexadecimal(opcode, 4)) at 0x\(hexadecimal(pc, 3))"
    return switch kind {
    case _ where callsMissingHost:
      "\(at) calls the host"
    case .illegalInstruction:
      "\(at) is not an instruction of \(platform.title)"
    case .machineCode:
      "\(at) calls 1802 machine code, which is not supported"
    case .stackOverflow:
      "\(at): stack overflow (\(platform.maxStackCount) levels)"
    case .stackUnderflow:
      "\(at): stack underflow"
    case .indexOverflow:
      "\(at) moves I past the end of the memory"
    case .endlessEntryCall:
      "did not return within \(EntryCalls.maxFrameCount) frames"
    case .outOfTime:
      "\(at): the machine is at its limit of \(State.maxFrames) frames or "
        + "\(State.maxInstructions) instructions"
    }
  }
}
