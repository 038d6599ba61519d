import Chip8Core

/// How pixels are shown that flicker.
public enum FlickerBlending: String, CaseIterable, Sendable {
  /// As they are.
  case off
  /// Half as bright as if they were not erased.
  case mild
  /// As if they were not erased.
  case full
}

/// Shows pixels that are erased and drawn again within a few frames as if they were not, or half so. All
/// others are as they are: what moves leaves no trail. docs/WINDOW.md has the rule.
public struct FlickerFilter: Sendable {
  /// For how many frames a pixel is off, at most, to be taken for one that flickers.
  public static let maxFrames = 3

  /// The pixels of the frames before, the last one first.
  private var past: [[UInt8]] = []

  /// A filter that has seen nothing.
  public init() {}

  /// Something else than a frame has happened to the screen.
  public mutating func forget() { past = [] }

  /// A frame has ended.
  ///
  /// - Parameters:
  ///   - screen: what it shows.
  ///   - next: what the frames after it will show. Later ones than ``maxFrames`` do not matter.
  /// - Returns: how that is shown.
  public mutating func show(
    _ screen: Screen, before next: some Sequence<Screen>, _ blending: FlickerBlending
  ) -> ShownScreen {
    let size = screen.pixels.count
    if past.first?.count != size { past = [] }
    defer { past = [screen.pixels] + past.prefix(FlickerFilter.maxFrames - 1) }
    // What is drawn in one of the next frames: in the first, in the first two, ….
    var drawn: [[UInt8]] = []
    for screen in next.prefix(FlickerFilter.maxFrames).prefix(while: { $0.pixels.count == size }) {
      drawn.append(drawn.last.map { union($0, screen.pixels) } ?? screen.pixels)
    }
    guard blending != .off, !past.isEmpty, !drawn.isEmpty else { return ShownScreen(screen) }
    // Lit so many frames before, and again so soon that the gap between is short enough.
    var filled = screen.pixels
    for (index, before) in past.enumerated() {
      let after = drawn[min(drawn.count, FlickerFilter.maxFrames - index) - 1]
      for pixel in filled.indices { filled[pixel] |= before[pixel] & after[pixel] }
    }
    let other = blending == .full ? filled : screen.pixels
    return ShownScreen(screen, pixels: zip(filled, other).map { $0 | $1 << 2 })
  }

  private func union(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { zip(a, b).map { $0 | $1 } }
}
