import Chip8Core
import SaveState

/// How a program's screen is shown.
public struct Appearance: Hashable, Sendable {
  /// The colours of the pixel values 0 to 3, as 0xRRGGBB.
  public let colors: [UInt32]
  /// How far the picture is turned clockwise in a window: 0, 90, 180 or 270 degrees.
  public let rotation: Int

  /// As a program is shown that says nothing else.
  public static let standard = Appearance(colors: Screen.standardColors, rotation: 0)

  /// As Octo shows a program that says nothing else.
  public static let octo = Appearance(
    colors: [0x99_66_00, 0xFF_CC_00, 0xFF_66_00, 0x66_22_00], rotation: 0)

  private init(colors: [UInt32], rotation: Int) {
    self.colors = colors
    self.rotation = rotation
  }

  /// A program's appearance: as the metadata says, else as far as the program is known. Colours that the metadata
  /// lacks are the program's.
  public init(for program: Program, _ metadata: SessionMetadata = SessionMetadata()) {
    let known = KnownProgram.find(program)
    let own = known?.allColors ?? Screen.standardColors
    colors = metadata.colors + own.dropFirst(metadata.colors.count)
    rotation = metadata.rotation ?? known?.rotation ?? 0
  }
}
