import Chip8Core

extension Screen {
  /// The screen in block characters, two rows of pixels to a line of text. A pixel that is on in
  /// any plane counts as lit.
  package var lines: [String] {
    stride(from: 0, to: height, by: 2).map { y in
      String(
        (0..<width).map { x -> Character in
          switch (pixels[y * width + x] != 0, pixels[(y + 1) * width + x] != 0) {
          case (false, false): " "
          case (true, false): "▀"
          case (false, true): "▄"
          case (true, true): "█"
          }
        })
    }
  }
}
