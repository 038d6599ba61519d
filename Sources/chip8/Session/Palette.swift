import Chip8Core
import SaveState

/// The colours of the pixel values 0 to 3, as 0xRRGGBB.
struct Palette {
  let colors: [UInt32]

  /// Easy on the eyes, and told apart by the colour-blind.
  static let standard = Palette(colors: [0x10_16_1E, 0xF2_EE_E2, 0xE0_8E_3C, 0x4F_8F_C0])

  private init(colors: [UInt32]) { self.colors = colors }

  /// The program's own colours where it is known to have some.
  ///
  /// - Parameter cartridge: the colours that it brings along, nil for each that it does not.
  init(for program: Program, cartridge: [UInt32?] = []) {
    let known = KnownProgram.find(program.sha1)?.colors ?? []
    colors = Palette.standard.colors.enumerated().map { value, standard in
      let own = value < cartridge.count ? cartridge[value] : nil
      return own ?? (value < known.count ? known[value] : standard)
    }
  }
}
