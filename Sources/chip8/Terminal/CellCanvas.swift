import CTerminal
import Chip8Core
import Chip8Player

/// Text in a terminal's cells: a line is one cell high, and a cell is twice as high as it is wide.
package struct CellMetrics: TextMetrics {
  package var unitAspect: Int { 2 }
  /// Wide enough for recognizable pictures, and for three of them in 80 columns.
  package var tileWidth: Int { 24 }

  package init() {}

  package func lineHeight(_ style: TextStyle) -> Int { 1 }

  package func size(of text: String, _ style: TextStyle, width: Int) -> Size {
    let lines = CellMetrics.lines(of: text, width: width)
    return Size(width: lines.map(\.cellCount).max() ?? 0, height: lines.count)
  }

  /// The lines of a text, wrapped between words.
  static func lines(of text: String, width: Int) -> [String] {
    guard !text.isEmpty else { return [] }
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
        let longer = line.isEmpty ? String(word) : "\(line) \(word)"
        if longer.cellCount <= width || line.isEmpty {
          line = longer
        } else {
          lines.append(line)
          line = String(word)
        }
      }
      lines.append(line)
    }
    return lines
  }
}

/// Draws marks in a terminal's cells.
package struct CellCanvas {
  package private(set) var grid: CellGrid

  package init(_ size: Size, _ marks: [PageLayout.Mark]) {
    grid = CellGrid(
      width: size.width, height: size.height,
      cells: Array(
        repeating: CellCanvas.blank(on: Tint.shade.color),
        count: size.width * size.height))
    for mark in marks { draw(mark) }
  }

  private mutating func draw(_ mark: PageLayout.Mark) {
    switch mark.content {
    case .fill(let tint, let alpha):
      forEachCell(in: mark.area) { cell, _, _ in
        cell = CellCanvas.blank(
          on: CellCanvas.mixed(tint.color, Int(alpha), over: cell.background))
      }
    // Code is not wrapped: its spaces stay where they are.
    case .text(let text, .code, let tint, _):
      write(
        text.displayText.fitted(to: mark.area.width), tint.color, x: mark.area.x, y: mark.area.y)
    case .text(let text, _, let tint, let alignment): draw(text, tint.color, alignment, mark.area)
    case .picture(let picture):
      draw(Bitmap(picture.screen), picture.colors, in: mark.area)
    }
  }

  private static func blank(on color: UInt32) -> Cell {
    Cell(UInt32(UInt8(ascii: " ")), Tint.text.color, on: color)
  }

  private static func mixed(_ color: UInt32, _ alpha: Int, over ground: UInt32) -> UInt32 {
    [16, 8, 0].reduce(0) { mixed, shift in
      let (one, other) = (Int(color >> shift & 0xFF), Int(ground >> shift & 0xFF))
      return mixed | UInt32((one * alpha + other * (255 - alpha)) / 255) << shift
    }
  }

  private mutating func forEachCell(in area: Area, _ body: (inout Cell, Int, Int) -> Void) {
    for y in max(0, area.y)..<max(0, area.y, min(area.maxY, grid.height)) {
      for x in max(0, area.x)..<max(0, area.x, min(area.maxX, grid.width)) {
        body(&grid.cells[y * grid.width + x], x, y)
      }
    }
  }

  // MARK: Texts

  private mutating func draw(
    _ text: String, _ color: UInt32, _ alignment: PageLayout.Alignment, _ area: Area
  ) {
    let lines = CellMetrics.lines(of: text, width: area.width).map(\.displayText)
    for (row, line) in lines.prefix(area.height).enumerated() {
      let isCut = row == area.height - 1 && lines.count > area.height
      let fitted = (isCut ? line + " …" : line).fitted(to: area.width)
      let free = area.width - fitted.cellCount
      let indent = alignment == .left ? 0 : alignment == .right ? free : free / 2
      write(fitted, color, x: area.x + indent, y: area.y + row)
    }
  }

  /// Writes a line. A character can take two cells, and consist of several scalars.
  private mutating func write(_ line: String, _ color: UInt32, x: Int, y: Int) {
    guard (0..<grid.height).contains(y) else { return }
    var x = x
    for character in line {
      let count = String(character).cellCount
      guard count > 0, x >= 0, x + count <= grid.width else { continue }
      let index = y * grid.width + x
      let ground = grid.cells[index].background
      grid.cells[index] = Cell(grid.code(of: character), color, on: ground)
      for second in 1..<max(1, count) {
        grid.cells[index + second] = Cell(Cell.secondHalf, color, on: ground)
      }
      x += count
    }
  }

  // MARK: Pictures

  /// Draws pixels, two in a cell, as large as they fit.
  mutating func draw(_ bitmap: Bitmap, _ colors: [UInt32], in area: Area) {
    let half = Area(x: area.x, y: 2 * area.y, width: area.width, height: 2 * area.height)
    let place = half.fitting(Size(width: bitmap.width, height: bitmap.height))
    guard place.width > 0, place.height > 0 else { return }
    func color(_ x: Int, _ y: Int) -> UInt32 {
      guard place.contains(x: x, y: y) else { return colors[0] }
      return colors[bitmap.value(x - place.x, y - place.y, of: place.size)]
    }
    forEachCell(in: area) { cell, x, y in
      cell = Cell(above: color(x, 2 * y), below: color(x, 2 * y + 1))
    }
  }
}

extension Bitmap {
  /// The value of a pixel in the picture scaled to another size: the most frequent lit value of the pixels
  /// that it covers, or 0 if less than a third of them are lit.
  fileprivate func value(_ x: Int, _ y: Int, of size: Size) -> Int {
    let (left, top) = (x * width / size.width, y * height / size.height)
    let right = max(left + 1, (x + 1) * width / size.width)
    let bottom = max(top + 1, (y + 1) * height / size.height)
    var counts = [0, 0, 0, 0]
    for row in top..<bottom {
      for column in left..<right { counts[value(column, row)] += 1 }
    }
    let lit = counts.indices.dropFirst().max { counts[$0] < counts[$1] } ?? 0
    return 3 * (counts[1] + counts[2] + counts[3]) >= counts.reduce(0, +) ? lit : 0
  }
}

extension String {
  /// How many cells the text takes in a terminal.
  var cellCount: Int {
    unicodeScalars.reduce(0) { $0 + Int(CTerminal_cellCount($1.value)) }
  }

  /// As much of the text as fits.
  func fitted(to width: Int) -> String {
    guard cellCount > width else { return self }
    var text = self
    while !text.isEmpty, text.cellCount > width - 1 { text.removeLast() }
    return text + (width > 0 ? "…" : "")
  }
}
