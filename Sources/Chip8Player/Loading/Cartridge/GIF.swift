import CGIF
import Glibc

/// A GIF picture in memory, read and written by giflib.
package struct GIF {
  /// More than any cartridge needs.
  static let maxSide = 4096
  static let maxPixelCount = 16 << 20

  let width: Int
  let height: Int
  /// The frames one after the other, each a colour a pixel, row by row: 0xRRGGBB.
  package internal(set) var pixels: [UInt32]

  init(width: Int, height: Int, pixels: [UInt32]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  static func isGIF(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("GIF8".utf8))
  }

  /// Decodes a file; nil if it is not a GIF, or larger than any cartridge.
  package init?(_ bytes: [UInt8]) {
    var input = Input(bytes: bytes)
    let decoded: GIF? = withUnsafeMutablePointer(to: &input) { input in
      guard
        let file = DGifOpen(
          input,
          { file, buffer, count in
            guard let file, let buffer, let data = file.pointee.UserData else { return 0 }
            let input = data.assumingMemoryBound(to: Input.self)
            return input.pointee.read(into: buffer, count)
          }, nil)
      else { return nil }
      defer { DGifCloseFile(file, nil) }
      return GIF(decoding: file)
    }
    guard let decoded else { return nil }
    self = decoded
  }

  /// Reads record by record, so that no size is believed before it was checked.
  private init?(decoding file: UnsafeMutablePointer<GifFileType>) {
    width = Int(file.pointee.SWidth)
    height = Int(file.pointee.SHeight)
    pixels = []
    guard (1...GIF.maxSide).contains(width), (1...GIF.maxSide).contains(height) else { return nil }
    var canvas = [UInt32](repeating: 0, count: width * height)
    var record = UNDEFINED_RECORD_TYPE
    while DGifGetRecordType(file, &record) == GIF_OK {
      switch record {
      case IMAGE_DESC_RECORD_TYPE:
        guard
          pixels.count + canvas.count <= GIF.maxPixelCount, GIF.draw(file, &canvas, width, height)
        else { return nil }
        pixels += canvas
      case EXTENSION_RECORD_TYPE:
        guard GIF.passExtension(file) else { return nil }
      case TERMINATE_RECORD_TYPE:
        return
      default: return nil
      }
    }
    return nil
  }

  /// Draws the frame that comes next over what is there.
  private static func draw(
    _ file: UnsafeMutablePointer<GifFileType>, _ canvas: inout [UInt32], _ width: Int, _ height: Int
  ) -> Bool {
    guard
      DGifGetImageDesc(file) == GIF_OK,
      let map = file.pointee.Image.ColorMap ?? file.pointee.SColorMap
    else { return false }
    let image = file.pointee.Image
    let (left, top) = (Int(image.Left), Int(image.Top))
    let (columns, rows) = (Int(image.Width), Int(image.Height))
    guard
      left >= 0, top >= 0, columns > 0, rows > 0,
      left + columns <= width, top + rows <= height, !image.Interlace
    else { return false }
    var row = [UInt8](repeating: 0, count: columns)
    for y in 0..<rows {
      guard DGifGetLine(file, &row, Int32(columns)) == GIF_OK else { return false }
      for x in 0..<columns {
        guard Int(row[x]) < map.pointee.ColorCount else { return false }
        let color = map.pointee.Colors[Int(row[x])]
        canvas[(top + y) * width + left + x] =
          UInt32(color.Red) << 16 | UInt32(color.Green) << 8 | UInt32(color.Blue)
      }
    }
    return true
  }

  private static func passExtension(_ file: UnsafeMutablePointer<GifFileType>) -> Bool {
    var code: Int32 = 0
    var block: UnsafeMutablePointer<GifByteType>?
    guard DGifGetExtension(file, &code, &block) == GIF_OK else { return false }
    while block != nil {
      guard DGifGetExtensionNext(file, &block) == GIF_OK else { return false }
    }
    return true
  }

  /// The picture as the bytes of a file. It may have at most 256 colours.
  func encoded() -> [UInt8]? {
    let colors = Array(Set(pixels)).sorted()
    guard colors.count <= 256, !pixels.isEmpty, pixels.count % (width * height) == 0 else {
      return nil
    }
    // giflib wants a power of two of colours.
    var count = 2
    while count < colors.count { count *= 2 }
    let padding = [UInt32](repeating: 0, count: count - colors.count)
    guard let file = GIFFile(width: width, height: height, colors + padding) else { return nil }
    let index = Dictionary(uniqueKeysWithValues: colors.enumerated().map { ($1, UInt8($0)) })
    for frame in stride(from: 0, to: pixels.count, by: width * height) {
      let isWritten = file.putImage(x: 0..<width, y: 0..<height) { y in
        let start = frame + y * width
        return pixels[start..<start + width].map { index[$0] ?? 0 }
      }
      guard isWritten else { return nil }
    }
    return file.close() ? file.takeBytes() : nil
  }
}

/// What giflib reads from.
private struct Input {
  let bytes: [UInt8]
  var position = 0

  mutating func read(into buffer: UnsafeMutablePointer<GifByteType>, _ wanted: Int32) -> Int32 {
    let count = max(0, min(Int(wanted), bytes.count - position))
    for k in 0..<count { buffer[k] = bytes[position + k] }
    position += count
    return Int32(count)
  }
}
