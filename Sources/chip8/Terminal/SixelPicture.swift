import Chip8Core
import Chip8Player

/// A picture as sixels: bands of six rows, each written once per colour, as runs of columns.
package enum SixelPicture {
  /// Every terminal with sixels accepts pictures up to this width and height.
  static let maxSide = 1000
  private static let bandHeight = 6

  /// The sequence that draws a picture at the cursor, over what is there.
  package static func sequence(_ bitmap: Bitmap, _ colors: [UInt32], scale: Int) -> [UInt8] {
    let height = bitmap.height * scale
    // The background stays as it is; every pixel is written anyway.
    var bytes = Array("\u{1B}P0;1;0q\"1;1;\(bitmap.width * scale);\(height)".utf8)
    for (number, color) in colors.prefix(4).enumerated() {
      let parts = components(of: color).map { (Int($0) * 100 + 127) / 255 }
      bytes += "#\(number);2;\(parts[0]);\(parts[1]);\(parts[2])".utf8
    }
    var (lastRows, band): ([Int], [UInt8]) = ([], [])
    for top in stride(from: 0, to: height, by: bandHeight) {
      let rows = (top..<min(top + bandHeight, height)).map { $0 / scale }
      if rows.count != lastRows.count || !isSame(rows, lastRows, in: bitmap) {
        band = self.band(bitmap, rows, scale: scale)
        lastRows = rows
      }
      bytes += band
    }
    return bytes + Array("\u{1B}\\".utf8)
  }

  /// Whether these rows have the same pixels.
  private static func isSame(_ rows: [Int], _ others: [Int], in bitmap: Bitmap) -> Bool {
    zip(rows, others).allSatisfy { row, other in
      row == other || pixels(bitmap, row).elementsEqual(pixels(bitmap, other))
    }
  }

  private static func pixels(_ bitmap: Bitmap, _ row: Int) -> ArraySlice<UInt8> {
    bitmap.pixels[row * bitmap.width..<(row + 1) * bitmap.width]
  }

  private static func band(_ bitmap: Bitmap, _ rows: [Int], scale: Int) -> [UInt8] {
    // For each value the bits of each column, the top row in the lowest bit.
    var columns = [[UInt8]](repeating: Array(repeating: 0, count: bitmap.width), count: 4)
    for (bit, row) in rows.enumerated() {
      for (x, pixel) in pixels(bitmap, row).enumerated() {
        columns[Int(pixel & 3)][x] |= 1 << UInt8(bit)
      }
    }
    var bytes: [UInt8] = []
    for (value, columns) in columns.enumerated() where columns.contains(where: { $0 != 0 }) {
      bytes += "#\(value)".utf8
      var rest = columns[...]
      while let first = rest.first {
        let run = rest.prefix { $0 == first }.count
        rest = rest.dropFirst(run)
        // The rest of the row is empty.
        if first == 0, rest.isEmpty { break }
        bytes += "!\(run * scale)".utf8
        bytes.append(63 + first)
      }
      bytes.append(UInt8(ascii: "$"))
    }
    return bytes + [UInt8(ascii: "-")]
  }
}
