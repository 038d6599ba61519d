// Keyword+Form.swift: the statements which are one instruction with at most one operand.

extension Keyword {
  /// The form of a simple statement, with its opcode where the operand's bits are zero.
  enum Form {
    /// The keyword alone.
    case plain(UInt16)
    /// A register, in the second nibble.
    case register(UInt16)
    /// `:=` and a register, in the second nibble.
    case assigned(UInt16)
    /// A number from 0 to 15, in the last nibble.
    case nibble(UInt16)
    /// An address, in the low 12 bits.
    case address(UInt16)
  }

  /// The form of the statement this keyword starts; nil unless it is a simple one.
  var form: Form? {
    switch self {
    case .return, .semicolon: .plain(0x00EE)
    case .clear: .plain(0x00E0)
    case .scrollRight: .plain(0x00FB)
    case .scrollLeft: .plain(0x00FC)
    case .exit: .plain(0x00FD)
    case .lores: .plain(0x00FE)
    case .hires: .plain(0x00FF)
    case .audio: .plain(0xF002)
    case .bcd: .register(0xF033)
    case .delay: .assigned(0xF015)
    case .buzzer: .assigned(0xF018)
    case .pitch: .assigned(0xF03A)
    case .scrollDown: .nibble(0x00C0)
    case .scrollUp: .nibble(0x00D0)
    case .native: .address(0x0000)
    case .jump: .address(0x1000)
    case .jump0: .address(0xB000)
    default: nil
    }
  }

}
