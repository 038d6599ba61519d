import Chip8Player

extension Tint {
  /// Bright on dark and dark on bright, so that nothing has to be known by its colour.
  var color: UInt32 {
    switch self {
    case .shade: 0x00_00_00
    case .panel: 0x40_40_48
    case .text, .chosen: 0xFF_FF_FF
    case .faint: 0xB8_B8_C0
    case .chosenText: 0x10_10_18
    case .problem: 0x80_10_10
    case .current: 0x24_4A_24
    case .written: 0xA8_4A_10
    case .read: 0x1C_58_A0
    case .executed: 0x38_60_38
    }
  }
}
