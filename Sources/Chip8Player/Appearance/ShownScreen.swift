import Chip8Core

/// A screen as it is shown: a pixel that flickers can be a mixture.
public struct ShownScreen: Hashable, Sendable {
  /// What the machine has on its screen.
  public let screen: Screen
  /// A byte for each pixel, row by row: two values to be mixed in equal parts, one in bits 0 and 1 and one
  /// in bits 2 and 3. Mostly they are the same.
  public let pixels: [UInt8]

  /// The screen as the machine has it.
  public init(_ screen: Screen) {
    self.init(screen, pixels: screen.pixels.map { $0 * 5 })
  }

  init(_ screen: Screen, pixels: [UInt8]) { (self.screen, self.pixels) = (screen, pixels) }

  /// The colours of all bytes that ``pixels`` can have, 0xRRGGBB.
  ///
  /// - Parameter colors: those of the pixel values 0 to 3.
  public static func mixtures(of colors: [UInt32]) -> [UInt32] {
    (0..<16).map { mixture(colors[$0 & 3], colors[$0 >> 2]) }
  }

  /// As bright as two colours are in turn. Brightness is nearly the square of what a colour says.
  private static func mixture(_ a: UInt32, _ b: UInt32) -> UInt32 {
    [16, 8, 0].reduce(0) { color, shift in
      let (a, b) = (Double(a >> shift & 0xFF), Double(b >> shift & 0xFF))
      let mean = ((a * a + b * b) / 2).squareRoot().rounded()
      return color | UInt32(mean) << shift
    }
  }
}
