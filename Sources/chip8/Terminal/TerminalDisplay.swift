import Chip8Core
import Chip8Player
import SaveState

/// What a terminal shows, and the bytes that bring it up to date.
package struct TerminalDisplay {
  /// The average byte budget of a frame: 1.5 MB a second at 60 frames.
  package static let bytesPerFrame = 25_000

  private static let beginsUpdate = Array("\u{1B}[?2026h".utf8)
  private static let endsUpdate = Array("\u{1B}[?2026l".utf8)

  private let wanted: TerminalPicture
  private var size: Size
  private var features: TerminalFeatures
  private var shown: TerminalScene?
  private var shownLayout: TerminalLayout?
  private var cells = CellWriter()
  private var painter = CellPainter()
  /// How many bytes may be written before a frame is dropped.
  private var credit = TerminalDisplay.bytesPerFrame

  package init(
    _ wanted: TerminalPicture, _ size: Size, _ features: TerminalFeatures
  ) {
    (self.wanted, self.size, self.features) = (wanted, size, features)
  }

  /// Starts over: the terminal has changed, or what it shows is unknown.
  package mutating func reset(_ size: Size, _ features: TerminalFeatures) {
    (self.size, self.features, shown, shownLayout) = (size, features, nil, nil)
  }

  /// Adds the budget of frames that have passed, shown or not.
  package mutating func framesPassed(_ count: Int) {
    let more = min(count, 60) * TerminalDisplay.bytesPerFrame
    credit = min(TerminalDisplay.bytesPerFrame, credit + more)
  }

  /// The bytes that show a scene; none if it is already shown, or if the budget is used up.
  package mutating func bytes(for scene: TerminalScene) -> [UInt8] {
    guard scene != shown, credit > 0, size.width > 0, size.height > 1 else { return [] }
    var bytes = TerminalDisplay.beginsUpdate
    let room = Size(width: size.width, height: size.height - 1)
    let layout = layout(of: scene, in: room)
    if shown == nil || layout != shownLayout || scene.colors[0] != shown?.colors[0] {
      clear(scene.colors[0], layout, &bytes)
    }
    switch layout {
    case .nothing(let lines): write(lines, room, &bytes)
    case .page:
      if let page = scene.page, page != shown?.page {
        cells.write(page, atRow: 0, column: 0, hasAllColors: features.hasAllColors, to: &bytes)
      }
    case .cells(let kind, let scale):
      if shown?.bitmap != scene.bitmap || shown?.colors != scene.colors {
        let grid = painter.grid(of: scene.bitmap, scene.colors, kind, scale: scale)
        cells.write(
          grid, atRow: (room.height - grid.height) / 2, column: (room.width - grid.width) / 2,
          hasAllColors: features.hasAllColors, to: &bytes)
      }
    case .pixels(let scale, let cell):
      if shown?.bitmap != scene.bitmap || shown?.colors != scene.colors {
        let area = moveToPicture(of: scene.bitmap, scale, cell, room, &bytes)
        bytes += PixelPicture.sequences(scene.bitmap, scene.colors, scale: scale, over: area)
      }
    case .sixels(let scale, let cell):
      if shown?.bitmap != scene.bitmap || shown?.colors != scene.colors {
        _ = moveToPicture(of: scene.bitmap, scale, cell, room, &bytes)
        bytes += SixelPicture.sequence(scene.bitmap, scene.colors, scale: scale)
      }
    }
    if scene.status != shown?.status { write(scene.status, &bytes) }
    bytes += TerminalDisplay.endsUpdate
    (shown, shownLayout) = (scene, layout)
    credit -= bytes.count
    return bytes
  }

  private func layout(of scene: TerminalScene, in room: Size) -> TerminalLayout {
    if scene.page != nil { return .page }
    return TerminalLayout(
      of: scene.bitmap, in: room, wanted, features, withoutChafa: CellPainter.chafaProblem)
  }

  /// Clears the terminal to the colour of unlit pixels. Everything is written again after that.
  private mutating func clear(
    _ color: UInt32, _ layout: TerminalLayout, _ bytes: inout [UInt8]
  ) {
    cells.forget()
    bytes += "\u{1B}[0m".utf8
    if case .nothing = layout {
    } else {
      bytes += "\u{1B}[\(CellWriter.code(48, color, features.hasAllColors))m".utf8
    }
    bytes += "\u{1B}[2J".utf8
    if features.hasPixels { bytes += PixelPicture.removal.utf8 }
    shown = nil
  }

  /// Moves the cursor to the top left corner of a picture.
  ///
  /// - Returns: the cells that it covers.
  private func moveToPicture(
    of bitmap: Bitmap, _ scale: Int, _ cell: Size, _ room: Size,
    _ bytes: inout [UInt8]
  ) -> Size {
    let area = Size(
      width: max(1, bitmap.width * scale / cell.width),
      height: max(1, bitmap.height * scale / cell.height))
    let (row, column) = ((room.height - area.height) / 2, (room.width - area.width) / 2)
    bytes += "\u{1B}[\(row + 1);\(column + 1)H".utf8
    return area
  }

  // MARK: Text

  private mutating func write(
    _ lines: [String], _ room: Size, _ bytes: inout [UInt8]
  ) {
    for (row, line) in lines.prefix(room.height).enumerated() {
      let text = line.displayText.fitted(to: room.width - 2)
      bytes += "\u{1B}[\(row + 1);1H\u{1B}[0m \(text)\u{1B}[K".utf8
    }
    cells.forgetColors()
  }

  private mutating func write(_ status: String, _ bytes: inout [UInt8]) {
    let text = " \(status.displayText)".fitted(to: size.width)
    let blanks = String(repeating: " ", count: max(0, size.width - text.cellCount))
    bytes += "\u{1B}[\(size.height);1H\u{1B}[0;7m\(text)\(blanks)\u{1B}[0m".utf8
    cells.forgetColors()
  }
}
