/// Colours to choose from, each with a name.
public struct Palette: Hashable, Sendable {
  /// As the user calls it.
  public let name: String
  /// The colours of the pixel values 0 to 3, as 0xRRGGBB.
  public let colors: [UInt32]

  private init(_ name: String, _ colors: UInt32...) { (self.name, self.colors) = (name, colors) }

  /// All of them. Each can be told apart by brightness alone.
  public static let all = [
    Palette("paper", 0x10_16_1E, 0xF2_EE_E2, 0xE0_8E_3C, 0x4F_8F_C0),
    Palette("ink", 0xF4_F1_E8, 0x1B_1E_28, 0xB0_4A_2F, 0x5B_7F_A6),
    Palette("contrast", 0x00_00_00, 0xFF_FF_FF, 0xFF_D0_00, 0x50_A0_FF),
    Palette("green", 0x03_14_08, 0x5C_F2_7A, 0x2C_A8_4A, 0xC4_FF_CE),
    Palette("amber", 0x18_0C_00, 0xFF_B4_28, 0xC0_74_00, 0xFF_E2_A8),
    Palette("octo", 0x99_66_00, 0xFF_CC_00, 0xFF_66_00, 0x66_22_00),
    Palette("lcd", 0xA8_B5_6A, 0x22_2E_1A, 0x5A_6B_3A, 0x7F_90_50),
    Palette("pocket", 0xC6_CF_A1, 0x1F_2A_20, 0x4D_5B_42, 0x8B_97_6E),
    Palette("calculator", 0xB9_C4_B4, 0x14_1A_20, 0x48_56_5C, 0x7F_8E_8C),
    Palette("night", 0x00_00_00, 0xA0_20_18, 0x60_10_0C, 0xD8_50_40),
    Palette("blue", 0x0A_10_40, 0xC8_D8_FF, 0x70_8C_E0, 0xFF_FF_FF),
    Palette("berry", 0x22_0A_22, 0xFF_9A_D0, 0xB0_50_98, 0xFF_E0_F4),
  ]

  /// The palette of a name.
  public static func named(_ name: some StringProtocol) -> Palette? {
    all.first { $0.name == name.lowercased() }
  }
}
