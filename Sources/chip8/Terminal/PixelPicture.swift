import CDeflate
import SaveState

/// A picture in points, for terminals with the kitty graphics protocol: a PNG with a palette, in which a
/// line of points that is repeated takes next to nothing.
enum PixelPicture {
  /// More points for a pixel are the terminal's work.
  private static let maxScale = 8
  private static let chunkByteCount = 4096

  /// Removes the picture.
  static let removal = "\u{1B}_Ga=d,d=I,i=1,q=2\u{1B}\\"

  /// The sequences that put a picture where the cursor is, in place of the one before.
  ///
  /// - Parameter cells: the cells that it covers.
  static func sequences(
    _ bitmap: Bitmap, _ colors: [UInt32], scale: Int, over cells: TerminalSize
  ) -> [UInt8] {
    let size = scale > maxScale ? ",c=\(cells.width),r=\(cells.height)" : ""
    let text = Array(
      Base64.encode(png(bitmap, colors, scale: min(scale, maxScale))).utf8)
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

  // MARK: PNG

  private static func png(_ bitmap: Bitmap, _ colors: [UInt32], scale: Int) -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // Two bits for each point, which are the number of a colour.
    append(
      "IHDR",
      bytes(bitmap.width * scale) + bytes(bitmap.height * scale)
        + [2, 3, 0, 0, 0], to: &file)
    append("PLTE", colors.prefix(4).flatMap { bytes(Int($0)).dropFirst() }, to: &file)
    append("IDAT", compressed(points(bitmap, scale: scale)), to: &file)
    append("IEND", [], to: &file)
    return file
  }

  private static func points(_ bitmap: Bitmap, scale: Int) -> [UInt8] {
    let rowByteCount = (bitmap.width * scale + 3) / 4
    var points: [UInt8] = []
    points.reserveCapacity((rowByteCount + 1) * bitmap.height * scale)
    for y in 0..<bitmap.height {
      // The first byte says that the row is not filtered.
      var row = [UInt8](repeating: 0, count: rowByteCount + 1)
      for x in 0..<bitmap.width {
        let value = bitmap.pixels[y * bitmap.width + x] & 3
        guard value != 0 else { continue }
        for point in x * scale..<(x + 1) * scale {
          row[1 + point / 4] |= value << UInt8(6 - 2 * (point % 4))
        }
      }
      for _ in 0..<scale { points += row }
    }
    return points
  }

  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(1) else {
      preconditionFailure("libdeflate cannot compress")
    }
    defer { libdeflate_free_compressor(compressor) }
    let limit = libdeflate_zlib_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = libdeflate_zlib_compress(
        compressor, bytes, bytes.count, buffer.baseAddress, buffer.count)
    }
  }

  private static func append(_ name: String, _ contents: [UInt8], to file: inout [UInt8]) {
    let chunk = Array(name.utf8) + contents
    file += bytes(contents.count) + chunk
    file += bytes(Int(libdeflate_crc32(0, chunk, chunk.count)))
  }

  /// The four bytes of a number, the highest first.
  private static func bytes(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
