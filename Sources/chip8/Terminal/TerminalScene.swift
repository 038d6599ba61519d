import Chip8Core
import Chip8Player

/// Everything that a terminal shows.
package struct TerminalScene: Hashable, Sendable {
  package var bitmap: Bitmap
  /// The colours of the pixel values, 0xRRGGBB.
  package var colors: [UInt32]
  /// The page in place of the picture, in all cells but the last line's.
  package var page: CellGrid?
  /// The last line of the terminal.
  package var status: String

  package init(_ bitmap: Bitmap, colors: [UInt32], page: CellGrid? = nil, status: String) {
    (self.bitmap, self.colors, self.page, self.status) = (bitmap, colors, page, status)
  }
}

/// What the picture is drawn with.
package enum TerminalPicture: String, CaseIterable, Sendable {
  /// The best that the terminal supports.
  case auto
  case halfBlocks = "half-blocks"
  case sextants
  case pixels
}

/// How a picture is laid out in a terminal.
package enum TerminalLayout: Hashable, Sendable {
  /// Characters, each for several pixels.
  case cells(Cells, scale: Int)
  /// An image, at this many pixels of the terminal for one of the machine.
  case pixels(scale: Int, cell: Size)
  /// The same, as sixels.
  case sixels(scale: Int, cell: Size)
  /// The cells of a page.
  case page
  /// A text, as there is not enough room or something is missing.
  case nothing([String])

  package enum Cells: Sendable {
    case halfBlocks, sextants, quadrants

    /// How many pixels a cell stands for, horizontally and vertically.
    var size: Size {
      switch self {
      case .halfBlocks: Size(width: 1, height: 2)
      case .sextants: Size(width: 2, height: 3)
      case .quadrants: Size(width: 2, height: 4)
      }
    }

    fileprivate func hasRoom(for bitmap: Bitmap, in room: Size) -> Bool {
      bitmap.width <= room.width * size.width && bitmap.height <= room.height * size.height
    }
  }

  /// The best layout for a picture.
  ///
  /// - Parameters:
  ///   - room: the cells that the picture may take.
  ///   - chafa: why chafa cannot be used, if it cannot.
  package init(
    of bitmap: Bitmap, in room: Size, _ wanted: TerminalPicture,
    _ features: TerminalFeatures, withoutChafa chafa: String?
  ) {
    let wantsPoints = wanted == .pixels || wanted == .auto
    if wantsPoints, features.hasPixels, let cell = features.cell,
      let scale = TerminalLayout.scale(of: bitmap, in: room, cell)
    {
      self = .pixels(scale: scale, cell: cell)
      return
    }
    let blocks = min(room.width / bitmap.width, room.height * 2 / bitmap.height)
    // Half blocks are as sharp and take fewer bytes.
    if wantsPoints, wanted == .pixels || blocks < 1, features.hasSixels, let cell = features.cell,
      let scale = TerminalLayout.scale(of: bitmap, in: room, cell)
    {
      let limit = SixelPicture.maxSide / max(bitmap.width, bitmap.height)
      self = .sixels(scale: min(scale, limit), cell: cell)
      return
    }
    if blocks >= 1, wanted != .sextants {
      self = .cells(.halfBlocks, scale: blocks)
      return
    }
    let hasSextants = wanted == .sextants || wanted == .auto && features.hasSextants
    let smaller: [Cells] = hasSextants ? [.sextants, .quadrants] : [.quadrants]
    let cells = smaller.first { $0.hasRoom(for: bitmap, in: room) }
    switch (cells, chafa) {
    case (let cells?, nil): self = .cells(cells, scale: 1)
    case (_?, let reason?):
      self = .nothing([
        "This terminal has room for \(room.width)×\(room.height) characters.",
        "\(bitmap.width)×\(bitmap.height) pixels need \(bitmap.width)×\(bitmap.height / 2),",
        "or libchafa0 installed (\(reason)).",
      ])
    case (nil, _):
      self = .nothing([
        "This terminal has room for \(room.width)×\(room.height) characters;",
        "this picture needs \(bitmap.width / 2)×\((bitmap.height + 3) / 4) or more.",
      ])
    }
  }

  /// The largest scale that fits, in terminal pixels per machine pixel; nil if not even one fits.
  private static func scale(
    of bitmap: Bitmap, in room: Size, _ cell: Size
  ) -> Int? {
    let scale = min(
      room.width * cell.width / bitmap.width, room.height * cell.height / bitmap.height)
    return scale >= 1 ? scale : nil
  }
}
