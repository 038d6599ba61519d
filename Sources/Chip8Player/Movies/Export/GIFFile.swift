import CGIF
import Chip8Core

/// giflib, writing a GIF into memory.
final class GIFFile {
  private var file: UnsafeMutablePointer<GifFileType>?
  /// What was written, until it is taken.
  private var bytes: [UInt8] = []

  /// Begins a file. Of colours it wants a power of two.
  init?(width: Int, height: Int, _ colors: [UInt32]) {
    file = EGifOpen(
      Unmanaged.passUnretained(self).toOpaque(),
      { file, bytes, count in
        guard let bytes, let data = file?.pointee.UserData else { return 0 }
        let output = Unmanaged<GIFFile>.fromOpaque(data).takeUnretainedValue()
        output.bytes += UnsafeBufferPointer(start: bytes, count: Int(count))
        return count
      }, nil)
    let entries = colors.map(components).map {
      GifColorType(Red: $0[0], Green: $0[1], Blue: $0[2])
    }
    guard let file, let map = GifMakeMapObject(Int32(entries.count), entries) else { return nil }
    defer { GifFreeMapObject(map) }
    EGifSetGifVersion(file, true)
    guard EGifPutScreenDesc(file, Int32(width), Int32(height), 8, 0, map) == GIF_OK else {
      return nil
    }
  }

  deinit { _ = close() }

  func takeBytes() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  /// Writes an extension of some blocks, and says whether that has worked.
  func putExtension(_ code: Int32, _ blocks: [[UInt8]]) -> Bool {
    EGifPutExtensionLeader(file, code) == GIF_OK
      && blocks.allSatisfy { EGifPutExtensionBlock(file, Int32($0.count), $0) == GIF_OK }
      && EGifPutExtensionTrailer(file) == GIF_OK
  }

  /// Writes a picture, and says whether that has worked.
  ///
  /// - Parameter row: the points of the row at some y.
  func putImage(x: Range<Int>, y: Range<Int>, _ row: (Int) -> [UInt8]) -> Bool {
    let (left, top) = (Int32(x.lowerBound), Int32(y.lowerBound))
    return EGifPutImageDesc(file, left, top, Int32(x.count), Int32(y.count), false, nil) == GIF_OK
      && y.allSatisfy { y in
        var points = row(y)
        return EGifPutLine(file, &points, Int32(points.count)) == GIF_OK
      }
  }

  /// Ends the file, and says whether that has worked.
  func close() -> Bool {
    defer { file = nil }
    return file.map { EGifCloseFile($0, nil) == GIF_OK } ?? false
  }
}
