import Chip8Core
import SaveState

/// Writes the frames of a movie to a file of some kind.
package protocol MovieWriter {
  mutating func write(_ frame: MovieFrame) throws

  /// Everything that was written is in the file, or this throws.
  mutating func finish() throws
}

extension MovieFrames {
  /// Runs the movie once, and writes all of its frames.
  ///
  /// - Parameter progress: called before each with how many there were.
  package func write(
    to writers: [any MovieWriter], progress: (Int) -> Void = { _ in }
  ) throws {
    var writers = writers
    for (count, frame) in enumerated() {
      progress(count)
      for index in writers.indices { try writers[index].write(frame) }
    }
    for index in writers.indices { try writers[index].finish() }
  }
}

/// The sound of a movie as a WAV file: one channel, 16 bits a sample.
package struct WAVWriter: MovieWriter {
  private static let sampleRate = 48_000
  private let file: StreamWriter
  private var synthesizer = Synthesizer(sampleRate: sampleRate)
  private let framesPerSecond: Int
  private var frameCount = 0

  /// - Throws: ``MovieError/tooLong`` if it is longer than such a file can say.
  package init(_ path: String, of frames: MovieFrames, apartFrom inputs: InputFiles) throws {
    framesPerSecond = frames.framesPerSecond
    let dataByteCount = try WAVWriter.byteCount(of: frames)
    file = try StreamWriter(path, .apart, apartFrom: inputs)
    var header = ByteWriter()
    header.append(contentsOf: "RIFF".utf8)
    header.append(dataByteCount + 36)
    header.append(contentsOf: "WAVEfmt ".utf8)
    header.append(UInt32(16))
    // Plain samples, one channel.
    header.append(UInt16(1))
    header.append(UInt16(1))
    header.append(UInt32(WAVWriter.sampleRate))
    header.append(UInt32(2 * WAVWriter.sampleRate))
    header.append(UInt16(2))
    header.append(UInt16(16))
    header.append(contentsOf: "data".utf8)
    header.append(dataByteCount)
    try file.append(header.bytes)
  }

  /// The bytes of all samples.
  ///
  /// - Throws: ``MovieError/tooLong`` if they are more than such a file can say.
  package static func byteCount(of frames: MovieFrames) throws(MovieError) -> UInt32 {
    let byteCount = 2 * sampleCount(frames.count, frames.framesPerSecond)
    guard let byteCount = UInt32(exactly: byteCount), byteCount <= UInt32.max - 36 else {
      throw .tooLong
    }
    return byteCount
  }

  /// The samples of so many frames.
  private static func sampleCount(_ frames: Int, _ framesPerSecond: Int) -> Int {
    frames * sampleRate / framesPerSecond
  }

  package mutating func write(_ frame: MovieFrame) throws {
    let count =
      WAVWriter.sampleCount(frameCount + 1, framesPerSecond)
      - WAVWriter.sampleCount(frameCount, framesPerSecond)
    frameCount += 1
    var bytes = ByteWriter(reserving: 2 * count)
    for sample in synthesizer.samples(count, of: frame.tone) {
      let level = Int16(max(-32_767, min(32_767, (sample * 32_767).rounded())))
      bytes.append(UInt16(bitPattern: level))
    }
    try file.append(bytes.bytes)
  }

  package mutating func finish() throws { try file.finish() }
}

/// The pictures of a movie as YUV4MPEG2, which video tools read: every frame, uncompressed.
package struct Y4MWriter: MovieWriter {
  private let file: StreamWriter
  /// Brightness and the two differences of each colour.
  private let colors: [[UInt8]]

  package init(
    _ path: String, of frames: MovieFrames, _ appearance: Appearance, apartFrom inputs: InputFiles
  ) throws {
    file = try StreamWriter(path, .apart, apartFrom: inputs)
    colors = appearance.colors.map(Y4MWriter.levels)
    let size = frames.size
    try file.append(
      "YUV4MPEG2 W\(size.width) H\(size.height) F\(frames.framesPerSecond):1 Ip A1:1 C444\n")
  }

  /// As BT.601 has them, in its usual range.
  private static func levels(_ color: UInt32) -> [UInt8] {
    let parts = components(of: color).map(Int.init)
    let (r, g, b) = (parts[0], parts[1], parts[2])
    return [
      (66 * r + 129 * g + 25 * b + 128) >> 8 + 16,
      (-38 * r - 74 * g + 112 * b + 128) >> 8 + 128,
      (112 * r - 94 * g - 18 * b + 128) >> 8 + 128,
    ].map { UInt8(truncatingIfNeeded: $0) }
  }

  package mutating func write(_ frame: MovieFrame) throws {
    try file.append("FRAME\n")
    for component in 0..<3 {
      let levels = colors.map { $0[component] }
      try file.append(frame.picture.pixels.map { levels[Int($0)] })
    }
  }

  package mutating func finish() throws { try file.finish() }
}
