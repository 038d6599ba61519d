import Chip8Core

/// The colours of the pixel values 0 to 3, as 0xRRGGBB.
struct Palette {
  let colors: [UInt32]

  /// Easy on the eyes, and told apart by the colour-blind.
  static let standard = Palette(colors: [0x10_16_1E, 0xF2_EE_E2, 0xE0_8E_3C, 0x4F_8F_C0])

  private init(colors: [UInt32]) { self.colors = colors }

  /// The program's own colours where it is known to have some.
  init(for machine: Chip8) {
    let known = KnownProgram.find(machine.program.sha1)?.colors ?? []
    colors = known + Palette.standard.colors.dropFirst(known.count)
  }
}
