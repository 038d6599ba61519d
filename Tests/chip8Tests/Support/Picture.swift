// ScreenRenderer.swift: reads a PNG file back.

import CPNG

/// The points of a picture: 0xRRGGBB, row by row.
struct ScreenRenderer: Equatable {
  let width: Int
  let height: Int
  let points: [Int]

  init?(png bytes: [UInt8]) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    var rgb: [UInt8] = []
    // libpng continues reading the bytes after its first call.
    let isRead = bytes.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        return false
      }
      image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
      rgb = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * 3)
      return png_image_finish_read(&image, nil, &rgb, 0, nil) != 0
    }
    guard isRead else { return nil }
    width = Int(image.width)
    height = Int(image.height)
    points = stride(from: 0, to: rgb.count, by: 3).map {
      Int(rgb[$0]) << 16 | Int(rgb[$0 + 1]) << 8 | Int(rgb[$0 + 2])
    }
  }
}
