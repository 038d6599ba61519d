import CGIF
import SaveState

/// The pictures of a movie as an animated GIF. Its time goes by in hundredths of a second, and viewers show
/// no more than 50 pictures a second: of more frames than that some are left out, evenly.
package struct GIFWriter: MovieWriter {
  private static let picturesPerSecond = 50
  private static let maxDelay = 65_535 / 2

  private let file: StreamWriter
  private let gif: GIFFile
  private let framesPerSecond: Int
  private var frameCount = 0
  /// What is shown, until that is another picture, and for how many pictures.
  private var shown: (picture: Bitmap, count: Int)?
  /// What was written last.
  private var last: Bitmap?

  package init(
    _ path: String, of frames: MovieFrames, _ appearance: Appearance, apartFrom inputs: InputFiles
  ) throws {
    framesPerSecond = frames.framesPerSecond
    file = try StreamWriter(path, .apart, apartFrom: inputs)
    guard
      let gif = GIFFile(
        width: frames.size.width, height: frames.size.height, appearance.colors),
      // Again and again, as everything reads it that shows such files.
      gif.putExtension(APPLICATION_EXT_FUNC_CODE, [Array("NETSCAPE2.0".utf8), [1, 0, 0]])
    else { throw MovieError.noPicture }
    self.gif = gif
    try file.append(gif.takeBytes())
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
    let picture = shown.picture
    let box = picture.changes(since: last)
    // In hundredths of a second. The picture stays where the next one does not cover it.
    let delay = UInt16(truncatingIfNeeded: shown.count * 100 / GIFWriter.picturesPerSecond)
    let control = [1 << 2, UInt8(truncatingIfNeeded: delay), UInt8(delay >> 8), 0]
    guard gif.putExtension(GRAPHICS_EXT_FUNC_CODE, [control]),
      gif.putImage(
        x: box.x, y: box.y,
        { y in
          let start = y * picture.width + box.x.lowerBound
          return Array(picture.pixels[start..<start + box.x.count])
        })
    else { throw MovieError.noPicture }
    try file.append(gif.takeBytes())
    last = picture
  }

  package mutating func finish() throws {
    try writeShown()
    guard gif.close() else { throw MovieError.noPicture }
    try file.append(gif.takeBytes())
    try file.finish()
  }
}

extension Bitmap {
  /// The smallest box that is not as it was; a point if nothing has changed.
  fileprivate func changes(since last: Bitmap?) -> (x: Range<Int>, y: Range<Int>) {
    guard let last else { return (0..<width, 0..<height) }
    var (left, right, top, bottom) = (width, 0, height, 0)
    for y in 0..<height {
      for x in 0..<width where pixels[y * width + x] != last.pixels[y * width + x] {
        (left, right) = (min(left, x), max(right, x + 1))
        (top, bottom) = (min(top, y), max(bottom, y + 1))
      }
    }
    return right > left ? (left..<right, top..<bottom) : (0..<1, 0..<1)
  }
}
