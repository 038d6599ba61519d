import Chip8Core

/// A picture of pixel values, row by row.
package struct Bitmap: Hashable, Sendable {
  package let width: Int
  package let height: Int
  package let pixels: [UInt8]

  package init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// A screen as it is shown.
  ///
  /// - Parameter rotation: clockwise: 0, 90, 180 or 270 degrees.
  package init(_ screen: Screen, rotation: Int = 0) {
    let (columns, rows) = (screen.width, screen.height)
    let isUpright = rotation % 180 == 0
    (width, height) = isUpright ? (columns, rows) : (rows, columns)
    guard rotation != 0 else {
      pixels = screen.pixels
      return
    }
    var turned: [UInt8] = []
    turned.reserveCapacity(screen.pixels.count)
    for y in 0..<height {
      for x in 0..<width {
        let (column, row) =
          switch rotation {
          case 90: (y, rows - 1 - x)
          case 180: (columns - 1 - x, rows - 1 - y)
          default: (columns - 1 - y, x)
          }
        turned.append(screen.pixels[row * columns + column])
      }
    }
    pixels = turned
  }

  /// The value of a pixel; 0 outside the picture.
  package func value(_ x: Int, _ y: Int) -> Int {
    x < width && y < height ? Int(pixels[y * width + x]) : 0
  }
}
