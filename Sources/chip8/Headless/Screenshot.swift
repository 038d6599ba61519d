import CPNG
import Chip8Core
import Chip8Player
import Glibc

/// A picture of the screen in the program's colours.
enum Screenshot {
  /// Red, green and blue of each point, row by row; `scale` by `scale` points for a pixel.
  private static func points(_ screen: Screen, _ appearance: Appearance, scale: Int) -> [UInt8] {
    let colors = appearance.colors.map(components)
    var rgb: [UInt8] = []
    rgb.reserveCapacity(screen.pixels.count * scale * scale * 3)
    for y in 0..<screen.height {
      let row = screen.pixels[y * screen.width..<(y + 1) * screen.width].flatMap { pixel in
        repeatElement(colors[Int(pixel)], count: scale).joined()
      }
      for _ in 0..<scale { rgb += row }
    }
    return rgb
  }

  /// The picture as a PNG file, by libpng.
  static func png(_ screen: Screen, _ appearance: Appearance, scale: Int) throws(Failure) -> [UInt8]
  {
    return try png(
      points(screen, appearance, scale: scale), width: screen.width * scale,
      height: screen.height * scale)
  }

  /// A picture of a movie as a PNG file.
  static func png(_ picture: MoviePicture, _ appearance: Appearance) throws(Failure) -> [UInt8] {
    let colors = appearance.colors.map(components)
    let rgb = picture.points.flatMap { colors[Int($0)] }
    return try png(rgb, width: picture.width, height: picture.height)
  }

  private static func png(_ rgb: [UInt8], width: Int, height: Int) throws(Failure) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&image) }
    var bytes = [UInt8](repeating: 0, count: rgb.count + height * 16 + 4096)
    var count = bytes.count
    guard png_image_write_to_memory(&image, &bytes, &count, 0, rgb, 0, nil) != 0 else {
      throw Failure(message: "cannot write the picture: libpng failed", code: EX_SOFTWARE)
    }
    return Array(bytes.prefix(count))
  }
}
