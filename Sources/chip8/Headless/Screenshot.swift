import CPNG
import Chip8Core
import Chip8Player
import Glibc

/// A picture in the program's colours, as a PNG file, by libpng.
enum Screenshot {
  /// - Parameter scale: `scale` by `scale` points for a pixel.
  static func png(
    _ bitmap: Bitmap, _ appearance: Appearance, scale: Int = 1
  ) throws(Failure) -> [UInt8] {
    try png(
      points(bitmap.pixels, width: bitmap.width, scale, appearance.colors.map(components)),
      width: bitmap.width * scale, height: bitmap.height * scale)
  }

  /// A picture with a palette of four colours: small, and made quickly.
  static func png(_ bitmap: Bitmap, _ colors: [UInt32], scale: Int) throws(Failure) -> [UInt8] {
    try png(
      points(bitmap.pixels, width: bitmap.width, scale, [[0], [1], [2], [3]]),
      palette: colors.prefix(4).flatMap(components), width: bitmap.width * scale,
      height: bitmap.height * scale)
  }

  /// The bytes of each point, row by row.
  ///
  /// - Parameter bytes: those for each value of a pixel.
  private static func points(
    _ pixels: [UInt8], width: Int, _ scale: Int, _ bytes: [[UInt8]]
  ) -> [UInt8] {
    var points: [UInt8] = []
    points.reserveCapacity(pixels.count * scale * scale * bytes[0].count)
    for start in stride(from: 0, to: pixels.count, by: width) {
      let row = pixels[start..<start + width].flatMap {
        repeatElement(bytes[Int($0)], count: scale).joined()
      }
      for _ in 0..<scale { points += row }
    }
    return points
  }

  /// - Parameter palette: the colours whose numbers the points are; nil where each point is its colour.
  private static func png(
    _ points: [UInt8], palette: [UInt8]? = nil, width: Int, height: Int
  ) throws(Failure) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    if let palette {
      image.format |= png_uint_32(PNG_FORMAT_FLAG_COLORMAP)
      image.flags = png_uint_32(PNG_IMAGE_FLAG_FAST)
      image.colormap_entries = png_uint_32(palette.count / 3)
    }
    defer { png_image_free(&image) }
    var bytes = [UInt8](repeating: 0, count: points.count + height * 16 + 4096)
    var count = bytes.count
    guard png_image_write_to_memory(&image, &bytes, &count, 0, points, 0, palette) != 0 else {
      throw Failure(message: "cannot write the picture: libpng failed", code: EX_SOFTWARE)
    }
    return Array(bytes.prefix(count))
  }
}
