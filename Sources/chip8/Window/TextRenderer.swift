#if SDL
  import CPango
  import Chip8Player

  /// Draws text in a size that suits the window.
  package protocol TextRenderer: TextMetrics {
    /// A text's pixels in that size: 0xAARRGGBB, not premultiplied. Text that does not fit is cut.
    func points(of text: String, _ style: TextStyle, _ color: UInt32, _ size: Size) -> [UInt32]
  }

  extension TextRenderer {
    package var unitAspect: Int { 1 }
  }

  /// Text in any script, by Pango.
  package struct PangoText: TextRenderer {
    /// More lines than any text has.
    private static let maxLines = 64

    private let pixelSize: Int
    private let lineHeights: [TextStyle: Int]

    /// - Returns: nil if Pango is not installed.
    package init?(fitting window: Size) {
      guard CPango_load() == nil else { return nil }
      // About as large as print in a book, on a screen seen across a desk.
      let pixelSize = max(10, min(window.width, 2 * window.height) / 56)
      self.pixelSize = pixelSize
      lineHeights = [TextStyle.title, .body, .detail, .code].reduce(into: [:]) { heights, style in
        heights[style] = PangoText.measure("Ag", style, pixelSize, width: 1000, lines: 1).height
      }
    }

    package func lineHeight(_ style: TextStyle) -> Int { lineHeights[style] ?? pixelSize }

    package func size(of text: String, _ style: TextStyle, width: Int) -> Size {
      guard !text.isEmpty else { return Size(width: 0, height: 0) }
      return PangoText.measure(text, style, pixelSize, width: width, lines: PangoText.maxLines)
    }

    package func points(of text: String, _ style: TextStyle, _ color: UInt32, _ size: Size)
      -> [UInt32]
    {
      var points = [UInt32](repeating: 0, count: size.width * size.height)
      let lines = max(1, size.height / lineHeight(style))
      PangoText.with(text, style, pixelSize, width: size.width, lines) {
        CPango_draw(&$0, color, &points, Int32(size.width), Int32(size.height))
      }
      for index in points.indices { points[index] = PangoText.straight(points[index]) }
      return points
    }

    private static func measure(
      _ text: String, _ style: TextStyle, _ pixelSize: Int, width: Int, lines: Int
    ) -> Size {
      var (w, h): (Int32, Int32) = (0, 0)
      with(text, style, pixelSize, width: width, lines) { CPango_measure(&$0, &w, &h) }
      return Size(width: min(width, Int(w) + 1), height: Int(h))
    }

    private static func with(
      _ text: String, _ style: TextStyle, _ pixelSize: Int, width: Int, _ lines: Int,
      _ body: (inout CPangoText) -> Void
    ) {
      var text = text
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { bytes in
          var described = CPangoText(
            text: bytes.baseAddress, byteCount: Int32(bytes.count),
            pixelSize: Int32(size(style, pixelSize)), isBold: style == .title,
            isMonospaced: style == .code, width: Int32(width), maxLines: Int32(lines))
          body(&described)
        }
      }
    }

    private static func size(_ style: TextStyle, _ pixelSize: Int) -> Int {
      switch style {
      case .title, .body: pixelSize
      case .detail: max(9, pixelSize * 5 / 6)
      case .code: max(9, pixelSize * 3 / 4)
      }
    }

    /// A premultiplied colour without its alpha multiplied in.
    private static func straight(_ point: UInt32) -> UInt32 {
      let alpha = point >> 24
      guard alpha != 0, alpha != 255 else { return point }
      let parts = [16, 8, 0].map { shift in
        min(255, (point >> UInt32(shift) & 0xFF) * 255 / alpha) << UInt32(shift)
      }
      return alpha << 24 | parts[0] | parts[1] | parts[2]
    }
  }

  /// ASCII in the built-in font, for systems without Pango.
  package struct BuiltInText: TextRenderer {
    /// The width of a character in monospaced text, in pixels of the font.
    private static let cellWidth = 6

    /// How many pixels of the window make one of the font.
    private let scale: Int

    package init(fitting window: Size) {
      scale = max(1, min(window.width, 2 * window.height) / 400)
    }

    package func lineHeight(_ style: TextStyle) -> Int { (PixelFont.height + 2) * scale }

    package func size(of text: String, _ style: TextStyle, width: Int) -> Size {
      if style == .code {
        let count = min(text.count, width / (BuiltInText.cellWidth * scale))
        return Size(
          width: count * BuiltInText.cellWidth * scale,
          height: text.isEmpty ? 0 : lineHeight(style))
      }
      let lines = lines(of: text, width)
      return Size(
        width: (lines.map { PixelFont.width(of: $0) }.max() ?? 0) * scale,
        height: lines.count * lineHeight(style))
    }

    package func points(of text: String, _ style: TextStyle, _ color: UInt32, _ size: Size)
      -> [UInt32]
    {
      var points = [UInt32](repeating: 0, count: size.width * size.height)
      if style == .code {
        for (column, character) in text.enumerated() {
          draw("\(character)", at: column * BuiltInText.cellWidth, 0, color, size, &points)
        }
        return points
      }
      let count = max(1, size.height / lineHeight(style))
      var lines = lines(of: text, size.width)
      if lines.count > count {
        lines = lines.prefix(count - 1) + [lines[(count - 1)...].joined(separator: " ")]
        lines[count - 1] = cut(lines[count - 1], size.width / scale)
      }
      for (row, line) in lines.enumerated() {
        draw(line, at: 0, row * lineHeight(style), color, size, &points)
      }
      return points
    }

    /// - Parameters:
    ///   - left: in pixels of the font.
    ///   - top: in pixels of the window.
    private func draw(
      _ line: String, at left: Int, _ top: Int, _ color: UInt32, _ size: Size,
      _ points: inout [UInt32]
    ) {
      for pixel in PixelFont.pixels(of: line) {
        for point in 0..<scale * scale {
          let x = (left + pixel.x) * scale + point % scale
          let y = top + (pixel.y + 1) * scale + point / scale
          guard x < size.width, y < size.height else { continue }
          points[y * size.width + x] = 0xFF_00_00_00 | color
        }
      }
    }

    /// As much of the text as fits.
    private func cut(_ text: String, _ width: Int) -> String {
      guard PixelFont.width(of: text) > width else { return text }
      var text = text
      while !text.isEmpty, PixelFont.width(of: text + "…") > width { text.removeLast() }
      return text + "…"
    }

    private func lines(of text: String, _ width: Int) -> [String] {
      text.split(separator: "\n").flatMap { wrapped($0, toWidth: width / scale) }
    }

    private func wrapped(_ text: Substring, toWidth width: Int) -> [String] {
      var lines: [String] = []
      for word in text.split(separator: " ").flatMap({ pieces(of: $0, atMost: width) }) {
        if let last = lines.last, PixelFont.width(of: "\(last) \(word)") <= width {
          lines[lines.count - 1] = "\(last) \(word)"
        } else {
          lines.append(String(word))
        }
      }
      return lines
    }

    /// A word, in pieces if it is wider than a line.
    private func pieces(of word: Substring, atMost width: Int) -> [Substring] {
      var pieces = [word.prefix(0)]
      for index in word.indices {
        let longer = word[pieces[pieces.count - 1].startIndex...index]
        if PixelFont.width(of: String(longer)) > width, longer.count > 1 {
          pieces.append(word[index...index])
        } else {
          pieces[pieces.count - 1] = longer
        }
      }
      return pieces
    }
  }
#endif
