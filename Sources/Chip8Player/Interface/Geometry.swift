/// A size in the units of a front end: pixels of a window or of a picture, cells of a terminal.
package struct Size: Hashable, Sendable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
}

/// A rectangle in such units. Y grows downwards.
package struct Area: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, max(0, width), max(0, height))
  }

  package var size: Size { Size(width: width, height: height) }
  package var maxX: Int { x + width }
  package var maxY: Int { y + height }

  package func contains(x: Int, y: Int) -> Bool {
    (self.x..<maxX).contains(x) && (self.y..<maxY).contains(y)
  }

  /// The rectangle without a margin on each side.
  package func inset(_ horizontal: Int, _ vertical: Int) -> Area {
    Area(
      x: x + horizontal, y: y + vertical, width: width - 2 * horizontal,
      height: height - 2 * vertical)
  }

  /// The largest rectangle of these proportions that fits, centred in this one.
  ///
  /// - Parameter pixels: how many pixels it shows, which get a whole number of units each if there is room;
  ///   nil if any scale will do.
  package func fitting(_ size: Size, wholePixels pixels: Size? = nil) -> Area {
    guard size.width > 0, size.height > 0 else { return self }
    var fitted = Size(
      width: min(width, height * size.width / size.height),
      height: min(height, width * size.height / size.width))
    if let pixels, fitted.width >= pixels.width, fitted.height >= pixels.height {
      fitted.width -= fitted.width % pixels.width
      fitted.height -= fitted.height % pixels.height
    }
    return Area(
      x: x + (width - fitted.width) / 2, y: y + (height - fitted.height) / 2,
      width: fitted.width, height: fitted.height)
  }
}
