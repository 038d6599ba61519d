import Chip8Player
import SaveState

/// A picture for the kitty graphics protocol: a PNG with a palette, in which repeated lines take next to
/// nothing.
enum PixelPicture {
  /// Beyond this, the terminal scales the picture.
  private static let maxScale = 8
  private static let chunkByteCount = 4096

  /// Removes the picture.
  static let removal = "\u{1B}_Ga=d,d=I,i=1,q=2\u{1B}\\"

  /// The sequences that show a picture at the cursor, replacing the last one.
  ///
  /// - Parameter cells: the cells that it covers.
  static func sequences(
    _ bitmap: Bitmap, _ colors: [UInt32], scale: Int, over cells: Size
  ) -> [UInt8] {
    let size = scale > maxScale ? ",c=\(cells.width),r=\(cells.height)" : ""
    let png = try? Screenshot.png(bitmap, colors, scale: min(scale, maxScale))
    let text = Array(Base64.encode(png ?? []).utf8)
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: chunkByteCount) {
      let end = min(text.count, start + chunkByteCount)
      let keys = start == 0 ? "a=T,f=100,i=1,p=1,q=2,C=1\(size)," : ""
      bytes += "\u{1B}_G\(keys)m=\(end < text.count ? 1 : 0);".utf8
      bytes += text[start..<end]
      bytes += "\u{1B}\\".utf8
    }
    return bytes
  }
}
