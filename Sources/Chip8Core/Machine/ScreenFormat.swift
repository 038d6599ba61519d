// The screen as others want it in their memory, written there at once.

/// How a screen is laid out in memory, row by row from the top, each from the left.
public enum ScreenFormat: Int, CaseIterable, Sendable {
  /// A byte for each pixel, its value, as in ``Screen/pixels``.
  case pixels
  /// A byte for each pixel of each plane, 0 or 1; the second plane after the first.
  case planes
  /// A bit for each pixel of each plane, the leftmost in the highest bit of a byte.
  case bits
  /// Three bytes for each pixel: red, green, blue.
  case rgb
  /// Four bytes for each pixel, 0x00RRGGBB in the order of the host.
  case xrgb
}

/// A screen's format and size.
public struct ScreenShape: Hashable, Sendable {
  /// How it is laid out.
  public let format: ScreenFormat
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Bit planes, 1 or 2.
  public let planeCount: Int

  /// The bytes of a screen.
  public var byteCount: Int {
    let pixelCount = width * height
    return switch format {
    case .pixels: pixelCount
    case .planes: planeCount * pixelCount
    case .bits: planeCount * pixelCount / 8
    case .rgb: 3 * pixelCount
    case .xrgb: 4 * pixelCount
    }
  }
}

/// The colours of the pixel values 0 to 3, 0xRRGGBB.
public typealias ScreenColors = InlineArray<4, UInt32>

extension ScreenShape {
  /// The shape of a machine's screen.
  ///
  /// - Parameter isFixed: whether it is that of the platform's largest screen whatever is on the screen;
  ///   a smaller one has its pixels doubled then.
  public init(_ format: ScreenFormat, of platform: Platform, isHires: Bool, isFixed: Bool = false) {
    let size = platform.display
    let isLores = platform.hasHires && !isHires && !isFixed
    self.format = format
    (width, height) = isLores ? (64, 32) : (size.width, size.height)
    planeCount = platform.planeCount
  }
}

extension Chip8 {
  /// Writes the screen to memory with room for it. The machine is not changed; it is mutating because a
  /// value of this size is copied before it is passed, but for one that may be changed.
  ///
  /// - Parameters:
  ///   - shape: one of this machine as it is.
  ///   - colors: for formats that have some.
  public mutating func writeScreen(
    _ shape: ScreenShape, colors: ScreenColors, to memory: UnsafeMutableRawPointer
  ) {
    withScreenWords(shape) { first, second in
      ScreenWriter(first: first, second: second, shape: shape, colors: colors).write(to: memory)
    }
  }

  /// Writes the screen to memory where there is one already, but for the pixels that are there.
  ///
  /// - Parameter shown: what this has written to the memory before.
  public mutating func writeScreen(
    _ shape: ScreenShape, colors: ScreenColors, to memory: UnsafeMutableRawPointer,
    over shown: inout WrittenScreen
  ) {
    withScreenWords(shape) { first, second in
      shown.show(
        ScreenWriter(first: first, second: second, shape: shape, colors: colors), in: memory)
    }
  }

  /// Calls with the planes of the screen, 64 pixels a word.
  private mutating func withScreenWords(
    _ shape: ScreenShape,
    _ body: (_ first: UnsafeMutablePointer<UInt64>, _ second: UnsafeMutablePointer<UInt64>) -> Void
  ) {
    let isLores = state.configuration.platform.hasHires && !state.display.isHires
    let isDoubled = isLores && state.configuration.effectiveQuirks.contains(.doubledLores)
    let isEnlarged = isLores && shape.width == 128
    precondition(shape.planeCount <= 2, "no machine has more planes yet")
    withWords { first, second in
      for plane in 0..<shape.planeCount {
        let words = plane == 0 ? first : second
        switch (isDoubled, isEnlarged) {
        case (false, false): state.display.planes[plane].copy(shape, to: words)
        case (true, false): state.display.planes[plane].copyDoubled(shape, to: words)
        case (_, true): state.display.planes[plane].copyEnlarged(isDoubled, to: words)
        }
      }
      body(first, second)
    }
  }
}

/// What is in a memory that screens are written to again and again, most of them with few pixels that are
/// not there yet.
public struct WrittenScreen: Sendable {
  private var shape: ScreenShape?
  private var colors = ScreenColors(repeating: 0)
  /// The pixels of the first plane and then of the second, 64 a word.
  private var words = [UInt64](repeating: 0, count: 2 * ScreenWriter.maxWordCount)

  /// Of a memory with anything in it.
  public init() {}

  fileprivate mutating func show(_ writer: ScreenWriter, in memory: UnsafeMutableRawPointer) {
    let isSame = shape == writer.shape && (0..<4).allSatisfy { colors[$0] == writer.colors[$0] }
    (shape, colors) = (writer.shape, writer.colors)
    words.withUnsafeMutableBufferPointer { words in
      guard let first = words.baseAddress else { return }
      let second = first + ScreenWriter.maxWordCount
      var writer = writer
      writer.shown = isSame ? (UnsafePointer(first), UnsafePointer(second)) : nil
      writer.write(to: memory)
      first.update(from: writer.first, count: writer.wordCount)
      if writer.shape.planeCount == 2 {
        second.update(from: writer.second, count: writer.wordCount)
      }
    }
  }
}

/// Calls with room for two planes, as much as is on the stack in two parts and not as one.
private func withWords(
  _ body: (_ first: UnsafeMutablePointer<UInt64>, _ second: UnsafeMutablePointer<UInt64>) -> Void
) {
  let count = ScreenWriter.maxWordCount
  withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { first in
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { second in
      if let first = first.baseAddress, let second = second.baseAddress { body(first, second) }
    }
  }
}

// Each copies a plane's rows as they are on the screen, 64 pixels a word.
extension Plane {
  @inline(__always)
  fileprivate mutating func copy(_ shape: ScreenShape, to words: UnsafeMutablePointer<UInt64>) {
    let isWide = shape.width == 128
    for row in 0..<shape.height {
      words[isWide ? 2 * row : row] = left[row]
      if isWide { words[2 * row + 1] = right[row] }
    }
  }

  fileprivate mutating func copyDoubled(
    _ shape: ScreenShape, to words: UnsafeMutablePointer<UInt64>
  ) {
    for row in 0..<shape.height { words[row] = loresRow(row, isDoubled: true) }
  }

  fileprivate mutating func copyEnlarged(
    _ isDoubled: Bool, to words: UnsafeMutablePointer<UInt64>
  ) {
    for row in 0..<32 {
      let pixels = loresRow(row, isDoubled: isDoubled)
      let (left, right) = (spread(pixels &>> 32), spread(pixels & 0xFFFF_FFFF))
      for word in [4 * row, 4 * row + 2] { (words[word], words[word + 1]) = (left, right) }
    }
  }

  private mutating func loresRow(_ row: Int, isDoubled: Bool) -> UInt64 {
    isDoubled ? gather(left[2 * row]) << 32 | gather(right[2 * row]) : left[row]
  }
}

/// A screen on its way to memory.
private struct ScreenWriter {
  /// Those of a plane of 128 × 64 pixels.
  static let maxWordCount = 128

  /// The pixels of each plane, the leftmost in the highest bit of a word.
  let first: UnsafeMutablePointer<UInt64>
  let second: UnsafeMutablePointer<UInt64>
  let shape: ScreenShape
  let colors: ScreenColors
  /// What is in the memory already; nil if that may be anything.
  var shown: (first: UnsafePointer<UInt64>, second: UnsafePointer<UInt64>)?

  var wordCount: Int { shape.width * shape.height / 64 }

  func write(to memory: UnsafeMutableRawPointer) {
    switch shape.format {
    case .bits:
      writeBits(first, to: memory)
      if shape.planeCount == 2 { writeBits(second, to: memory + 8 * wordCount) }
    case .planes:
      writeBytes(first, to: memory)
      if shape.planeCount == 2 { writeBytes(second, to: memory + 64 * wordCount) }
    case .pixels where shape.planeCount == 1 && shown == nil: writeBytes(first, to: memory)
    case .pixels:
      forEachValues { memory.storeBytes(of: $1.littleEndian, toByteOffset: $0, as: UInt64.self) }
    case .rgb: writeRGB(to: memory)
    case .xrgb:
      forEachValues { first, values in
        for k in 0..<8 {
          let color = colors[Int(truncatingIfNeeded: values &>> UInt64(8 &* k) & 3)]
          memory.storeBytes(of: color, toByteOffset: 4 &* (first &+ k), as: UInt32.self)
        }
      }
    }
  }

  private func writeBits(
    _ words: UnsafeMutablePointer<UInt64>, to memory: UnsafeMutableRawPointer
  ) {
    for k in 0..<wordCount {
      memory.storeBytes(of: words[k].bigEndian, toByteOffset: 8 &* k, as: UInt64.self)
    }
  }

  private func writeBytes(
    _ words: UnsafeMutablePointer<UInt64>, to memory: UnsafeMutableRawPointer
  ) {
    for index in 0..<wordCount {
      var word = words[index].byteSwapped
      for k in 0..<8 {
        let bytes = bytes(word & 0xFF).littleEndian
        memory.storeBytes(of: bytes, toByteOffset: 64 &* index &+ 8 &* k, as: UInt64.self)
        word &>>= 8
      }
    }
  }

  private func writeRGB(to memory: UnsafeMutableRawPointer) {
    forEachValues { first, values in
      for k in 0..<8 {
        let color = colors[Int(truncatingIfNeeded: values &>> UInt64(8 &* k) & 3)]
        let pixel = memory + 3 &* (first &+ k)
        pixel.storeBytes(of: UInt8(truncatingIfNeeded: color &>> 16), as: UInt8.self)
        pixel.storeBytes(
          of: UInt8(truncatingIfNeeded: color &>> 8), toByteOffset: 1, as: UInt8.self)
        pixel.storeBytes(of: UInt8(truncatingIfNeeded: color), toByteOffset: 2, as: UInt8.self)
      }
    }
  }

  /// Calls with the values of each 8 pixels, a byte each, the first one in the lowest, unless they are among
  /// 64 that are in the memory already.
  @inline(__always)
  private func forEachValues(_ body: (_ first: Int, _ values: UInt64) -> Void) {
    let hasSecond = shape.planeCount == 2
    for index in 0..<wordCount {
      if let shown, shown.first[index] == first[index],
        !hasSecond || shown.second[index] == second[index]
      {
        continue
      }
      var low = first[index].byteSwapped
      var high = hasSecond ? second[index].byteSwapped : 0
      for k in 0..<8 {
        body(64 &* index &+ 8 &* k, bytes(low & 0xFF) | bytes(high & 0xFF) &<< 1)
        low &>>= 8
        high &>>= 8
      }
    }
  }

  /// Each of 8 bits in a byte of its own, the highest in the lowest. The product has the bits eight times
  /// with a gap between them, so that each byte's highest bit is another of them.
  @inline(__always)
  private func bytes(_ bits: UInt64) -> UInt64 {
    (bits &* 0x8040_2010_0804_0201) &>> 7 & 0x0101_0101_0101_0101
  }
}

/// Every second bit, from the highest, in the lower half.
private func gather(_ bits: UInt64) -> UInt64 {
  var bits = bits &>> 1 & 0x5555_5555_5555_5555
  bits = (bits | bits &>> 1) & 0x3333_3333_3333_3333
  bits = (bits | bits &>> 2) & 0x0F0F_0F0F_0F0F_0F0F
  bits = (bits | bits &>> 4) & 0x00FF_00FF_00FF_00FF
  bits = (bits | bits &>> 8) & 0x0000_FFFF_0000_FFFF
  return (bits | bits &>> 16) & 0x0000_0000_FFFF_FFFF
}

/// Each of the 32 lowest bits twice.
private func spread(_ bits: UInt64) -> UInt64 {
  var bits = bits
  bits = (bits | bits &<< 16) & 0x0000_FFFF_0000_FFFF
  bits = (bits | bits &<< 8) & 0x00FF_00FF_00FF_00FF
  bits = (bits | bits &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
  bits = (bits | bits &<< 2) & 0x3333_3333_3333_3333
  bits = (bits | bits &<< 1) & 0x5555_5555_5555_5555
  return bits | bits &<< 1
}
