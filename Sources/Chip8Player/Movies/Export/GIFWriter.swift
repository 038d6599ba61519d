import CGIF
import SaveState

/// The pictures of a movie as an animated GIF. Its time goes by in hundredths of a second, and nobody shows
/// more than 50 pictures a second: of more frames than that some are left out, evenly.
package struct GIFWriter: MovieWriter {
  private static let picturesPerSecond = 50
  private static let maxDelay = 65_535 / 2

  private let encoder: GIFEncoder
  private let framesPerSecond: Int
  private var frameCount = 0
  /// What is shown, until that is another picture, and for how many pictures.
  private var shown: (picture: MoviePicture, count: Int)?
  /// What was written last.
  private var last: MoviePicture?

  package init(
    _ path: String, of frames: MovieFrames, _ appearance: Appearance, apartFrom inputs: InputFiles
  ) throws {
    framesPerSecond = frames.framesPerSecond
    let file = try StreamWriter(path, apartFrom: inputs)
    encoder = GIFEncoder(file, size: frames.size, appearance.colors)
    try encoder.begin()
  }

  package mutating func write(_ frame: MovieFrame) throws {
    let count =
      (frameCount + 1) * GIFWriter.picturesPerSecond / framesPerSecond
      - frameCount * GIFWriter.picturesPerSecond / framesPerSecond
    frameCount += 1
    guard count > 0 else { return }
    if let before = shown, before.picture == frame.picture,
      before.count + count <= GIFWriter.maxDelay
    {
      shown?.count += count
      return
    }
    try writeShown()
    shown = (frame.picture, count)
  }

  private mutating func writeShown() throws {
    guard let shown else { return }
    let box = shown.picture.changes(since: last)
    try encoder.write(
      shown.picture, box, delay: shown.count * 100 / GIFWriter.picturesPerSecond)
    last = shown.picture
  }

  package mutating func finish() throws {
    try writeShown()
    try encoder.finish()
  }
}

extension MoviePicture {
  /// The smallest box that is not as it was; a point if nothing has changed.
  fileprivate func changes(since last: MoviePicture?) -> (x: Range<Int>, y: Range<Int>) {
    guard let last else { return (0..<width, 0..<height) }
    var (left, right, top, bottom) = (width, 0, height, 0)
    for y in 0..<height {
      for x in 0..<width where points[y * width + x] != last.points[y * width + x] {
        (left, right) = (min(left, x), max(right, x + 1))
        (top, bottom) = (min(top, y), max(bottom, y + 1))
      }
    }
    return right > left ? (left..<right, top..<bottom) : (0..<1, 0..<1)
  }
}

/// giflib on its way to a file.
private final class GIFEncoder {
  private let file: StreamWriter
  private let size: (width: Int, height: Int)
  private let colors: [UInt32]
  private var gif: UnsafeMutablePointer<GifFileType>?
  /// What giflib has written, and the file has not got yet.
  private var bytes: [UInt8] = []

  init(_ file: StreamWriter, size: (width: Int, height: Int), _ colors: [UInt32]) {
    (self.file, self.size, self.colors) = (file, size, colors)
  }

  deinit { if let gif { EGifCloseFile(gif, nil) } }

  func begin() throws {
    gif = EGifOpen(
      Unmanaged.passUnretained(self).toOpaque(),
      { gif, bytes, count in
        guard let bytes, let data = gif?.pointee.UserData else { return 0 }
        let encoder = Unmanaged<GIFEncoder>.fromOpaque(data).takeUnretainedValue()
        encoder.bytes += UnsafeBufferPointer(start: bytes, count: Int(count))
        return count
      }, nil)
    let entries = colors.map { color in
      GifColorType(
        Red: UInt8(color >> 16 & 0xFF), Green: UInt8(color >> 8 & 0xFF), Blue: UInt8(color & 0xFF))
    }
    guard let gif, let map = GifMakeMapObject(Int32(entries.count), entries) else { throw failure }
    defer { GifFreeMapObject(map) }
    EGifSetGifVersion(gif, true)
    // Again and again, as everything reads it that shows such files.
    var name = Array("NETSCAPE2.0".utf8)
    var loop: [UInt8] = [1, 0, 0]
    guard
      EGifPutScreenDesc(gif, Int32(size.width), Int32(size.height), 8, 0, map) == GIF_OK,
      EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK,
      EGifPutExtensionBlock(gif, Int32(name.count), &name) == GIF_OK,
      EGifPutExtensionBlock(gif, Int32(loop.count), &loop) == GIF_OK,
      EGifPutExtensionTrailer(gif) == GIF_OK
    else { throw failure }
    try flush()
  }

  /// - Parameter delay: how long the picture is shown, in hundredths of a second.
  func write(_ picture: MoviePicture, _ box: (x: Range<Int>, y: Range<Int>), delay: Int) throws {
    guard let gif else { throw failure }
    // The picture stays where the next one does not cover it.
    var control: [UInt8] = [
      1 << 2, UInt8(truncatingIfNeeded: delay), UInt8(truncatingIfNeeded: delay >> 8), 0,
    ]
    guard
      EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, Int32(control.count), &control) == GIF_OK,
      EGifPutImageDesc(
        gif, Int32(box.x.lowerBound), Int32(box.y.lowerBound), Int32(box.x.count),
        Int32(box.y.count), false, nil) == GIF_OK
    else { throw failure }
    for y in box.y {
      let start = y * picture.width + box.x.lowerBound
      var row = Array(picture.points[start..<start + box.x.count])
      guard EGifPutLine(gif, &row, Int32(row.count)) == GIF_OK else { throw failure }
    }
    try flush()
  }

  func finish() throws {
    guard let gif else { throw failure }
    self.gif = nil
    guard EGifCloseFile(gif, nil) == GIF_OK else { throw failure }
    try flush()
    try file.flush()
  }

  private func flush() throws {
    try file.append(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private var failure: MovieError { .nothing("picture that giflib could write") }
}
