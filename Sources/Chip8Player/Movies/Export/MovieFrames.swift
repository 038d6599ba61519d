import Chip8Core
import SaveState

/// A frame of a movie as it is seen and heard.
package struct MovieFrame {
  /// Its number, counted from power-on.
  package let number: UInt64
  /// The picture, whose pixels are colours of the appearance.
  package let picture: Bitmap
  /// The sound; nil for silence.
  package let tone: Tone?
}

/// The frames of a movie, one after the other, while it runs.
package struct MovieFrames: Sequence, IteratorProtocol {
  private var replay: Replay<Chip8>
  private let end: UInt64
  private let canvas: MovieCanvas
  /// How many frames there are.
  package let count: Int
  /// How many of them go by in a second.
  package let framesPerSecond: Int
  /// The size of the pictures.
  package var size: (width: Int, height: Int) { (canvas.width, canvas.height) }

  /// - Parameters:
  ///   - scale: points for a pixel of the display, on either side.
  ///   - showsKeys: whether the keys that are down are drawn below the picture.
  ///   - last: how many frames there are, at most, those at its end; nil for all.
  /// - Throws: ``MovieError/noFrame`` for a movie without a frame that ends.
  package init(
    _ movie: Movie<Chip8>, scale: Int, showsKeys: Bool, last: Int? = nil
  ) throws(MovieError) {
    replay = Replay(movie.past.start, movie.past.tape.entries[...])
    replay.machine.engine = .fast
    end = movie.machine.state.frames
    // One that cannot be run has no next frame either.
    if let last, end > UInt64(last) {
      try? replay.advance(until: Position(frame: end - UInt64(last), instruction: .max))
    }
    count = Int(end - replay.machine.state.frames)
    let platform = movie.machine.state.configuration.platform
    framesPerSecond = platform.framesPerSecond
    canvas = MovieCanvas(platform, scale: scale, showsKeys: showsKeys)
    guard count > 0 else { throw .noFrame }
  }

  /// Nil after the last one, and where the movie cannot be run.
  package mutating func next() -> MovieFrame? {
    let number = replay.machine.state.frames
    guard number < end else { return nil }
    let hasRun: Void? = try? replay.advance(
      until: Position(frame: number + 1, instruction: .max))
    guard hasRun != nil, replay.machine.state.frames == number + 1 else { return nil }
    return MovieFrame(
      number: number, picture: canvas.picture(of: replay.machine), tone: replay.machine.tone)
  }
}

/// How the screen of a machine becomes the picture of a movie, which has one size however many pixels the
/// screen has.
struct MovieCanvas {
  let width: Int
  let height: Int
  private let display: Platform.DisplaySize
  private let scale: Int
  private let showsKeys: Bool
  /// The points of a pixel in a digit of a key: a row of 16 is as wide as the display.
  private let keyScale: Int
  private static let keyRowCount = 7

  init(_ platform: Platform, scale: Int, showsKeys: Bool) {
    display = platform.display
    (self.scale, self.showsKeys) = (scale, showsKeys)
    keyScale = scale * display.width / 64
    width = display.width * scale
    height = display.height * scale + (showsKeys ? MovieCanvas.keyRowCount * keyScale : 0)
  }

  func picture(of machine: Chip8) -> Bitmap {
    let screen = machine.state.screen
    let side = scale * display.width / screen.width
    var points: [UInt8] = []
    points.reserveCapacity(width * height)
    for y in 0..<screen.height {
      let pixels = screen.pixels[y * screen.width..<(y + 1) * screen.width]
      let row = pixels.flatMap { repeatElement($0, count: side) }
      for _ in 0..<side { points += row }
    }
    if showsKeys { appendKeys(machine.state.keys, to: &points) }
    return Bitmap(width: width, height: height, pixels: points)
  }

  /// The digits of the keys that are down, each in its place.
  private func appendKeys(_ keys: KeySet, to points: inout [UInt8]) {
    for y in 0..<MovieCanvas.keyRowCount {
      var row = [UInt8](repeating: 0, count: width)
      for key in keys.numbers where (1...5).contains(y) {
        let bits = MovieCanvas.digits[Int(key)] >> UInt16(3 * (5 - y)) & 7
        for x in 0..<3 where bits >> UInt16(2 - x) & 1 == 1 {
          let left = (4 * Int(key) + x) * keyScale
          for point in left..<left + keyScale { row[point] = 1 }
        }
      }
      for _ in 0..<keyScale { points += row }
    }
  }

  /// Three pixels a row, five rows, the upper left one in the highest bit.
  private static let digits: [UInt16] = [
    0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111,
    0b101_101_111_001_001, 0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_001_010_010,
    0b111_101_111_101_111, 0b111_101_111_001_111, 0b111_101_111_101_101, 0b110_101_110_101_110,
    0b111_100_100_100_111, 0b110_101_101_101_110, 0b111_100_111_100_111, 0b111_100_111_100_100,
  ]
}
