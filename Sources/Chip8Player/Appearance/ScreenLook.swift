/// What a display has between its pixels.
public enum ScreenLook: String, CaseIterable, Sendable {
  /// Nothing.
  case plain
  /// The gaps of a liquid crystal display, in the colour of pixels that are off.
  case lcd
  /// The dark lines of a television.
  case scanlines

  /// Pixels that have fewer units than this are shown plain: there would be more lines than picture.
  private static let minPixelSize = 3

  /// The lines over a picture.
  ///
  /// - Parameters:
  ///   - pixels: how many pixels it has.
  ///   - isTurned: whether what were rows are columns.
  package func lines(over picture: Area, _ pixels: Size, isTurned: Bool = false) -> [Area] {
    let (columns, rows) = isTurned ? (pixels.height, pixels.width) : (pixels.width, pixels.height)
    let isLarge =
      min(picture.width / max(1, columns), picture.height / max(1, rows))
      >= ScreenLook.minPixelSize
    guard isLarge else { return [] }
    return switch self {
    case .plain: []
    case .lcd:
      picture.ends(ofColumns: columns, part: 8) + picture.ends(ofRows: rows, part: 8)
    case .scanlines:
      isTurned ? picture.ends(ofColumns: columns, part: 3) : picture.ends(ofRows: rows, part: 3)
    }
  }
}

/// What a picture's sides are to each other.
public enum PictureAspect: String, CaseIterable, Sendable {
  /// As many pixels are: each pixel is a square.
  case square
  /// As a television's: 4 to 3.
  case tv

  /// Sides of these proportions.
  package func proportions(of pixels: Size) -> Size {
    self == .square ? pixels : Size(width: 4, height: 3)
  }
}

extension Area {
  /// The last part of each column, at least a unit of it.
  fileprivate func ends(ofColumns count: Int, part: Int) -> [Area] {
    (0..<count).map { column in
      let (start, end) = (x + width * column / count, x + width * (column + 1) / count)
      let thickness = max(1, (end - start) / part)
      return Area(x: end - thickness, y: y, width: thickness, height: height)
    }
  }

  fileprivate func ends(ofRows count: Int, part: Int) -> [Area] {
    (0..<count).map { row in
      let (start, end) = (y + height * row / count, y + height * (row + 1) / count)
      let thickness = max(1, (end - start) / part)
      return Area(x: x, y: end - thickness, width: width, height: thickness)
    }
  }
}
