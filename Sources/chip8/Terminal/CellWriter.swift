import Chip8Core

/// Updates a terminal's cells in as few bytes as possible.
struct CellWriter {
  private var shown: CellGrid?
  /// The terminal's current colours, if they are known.
  private var foreground: UInt32?
  private var background: UInt32?

  /// Forgets what the terminal shows, so that everything is written again.
  mutating func forget() { self = CellWriter() }

  /// Forgets the colours, after others were set.
  mutating func forgetColors() { (foreground, background) = (nil, nil) }

  mutating func write(
    _ grid: CellGrid, atRow row: Int, column: Int, hasAllColors: Bool, to bytes: inout [UInt8]
  ) {
    let old = shown.flatMap { $0.hasCodes(of: grid) ? $0 : nil }
    for y in 0..<grid.height {
      var next = -1
      for x in 0..<grid.width {
        let index = y * grid.width + x
        let cell = grid.cells[index]
        // The second half of a wide character is written with the first.
        if cell.isSecondHalf || old?.cells[index] == cell { continue }
        if next < 0 {
          bytes += "\u{1B}[\(row + y + 1);\(column + x + 1)H".utf8
        } else if next < x {
          bytes += "\u{1B}[\(x - next)C".utf8
        }
        write(cell, of: grid, hasAllColors, to: &bytes)
        let isHalved = x + 1 < grid.width && grid.cells[index + 1].isSecondHalf
        next = x + (isHalved ? 2 : 1)
      }
    }
    shown = grid
  }

  // MARK: Cells

  private mutating func write(
    _ cell: Cell, of grid: CellGrid, _ hasAllColors: Bool, to bytes: inout [UInt8]
  ) {
    guard cell.isHalfBlock else {
      set(cell.foreground, cell.background, hasAllColors, to: &bytes)
      bytes += grid.text(of: cell.character).utf8
      return
    }
    let (above, below) = (cell.foreground, cell.background)
    if above == below {
      if above == foreground {
        append(0x2588, to: &bytes)
      } else {
        set(nil, above, hasAllColors, to: &bytes)
        bytes.append(UInt8(ascii: " "))
      }
    } else if above == background || below == foreground {
      set(below, above, hasAllColors, to: &bytes)
      append(0x2584, to: &bytes)
    } else {
      set(above, below, hasAllColors, to: &bytes)
      append(0x2580, to: &bytes)
    }
  }

  private func append(_ character: UInt32, to bytes: inout [UInt8]) {
    guard let scalar = UnicodeScalar(character) else { return }
    bytes += String(Character(scalar)).utf8
  }

  private mutating func set(
    _ foreground: UInt32?, _ background: UInt32, _ hasAllColors: Bool, to bytes: inout [UInt8]
  ) {
    var codes: [String] = []
    if let foreground, foreground != self.foreground {
      codes.append(CellWriter.code(38, foreground, hasAllColors))
      self.foreground = foreground
    }
    if background != self.background {
      codes.append(CellWriter.code(48, background, hasAllColors))
      self.background = background
    }
    if !codes.isEmpty { bytes += "\u{1B}[\(codes.joined(separator: ";"))m".utf8 }
  }

  // MARK: Colours

  /// The end of a sequence that sets a colour: 38 is the foreground, 48 the background.
  static func code(_ what: Int, _ color: UInt32, _ hasAllColors: Bool) -> String {
    let parts = components(of: color).map(Int.init)
    guard hasAllColors else { return "\(what);5;\(index(of: parts))" }
    return "\(what);2;\(parts[0]);\(parts[1]);\(parts[2])"
  }

  /// The nearest of the 256 standard colours: a cube of six levels, and 24 greys.
  private static func index(of parts: [Int]) -> Int {
    let levels = [0, 95, 135, 175, 215, 255]
    let steps = parts.map { part in
      levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0
    }
    let grey = min(23, max(0, (parts.reduce(0, +) / 3 - 3) / 10))
    func distance(_ other: [Int]) -> Int {
      zip(parts, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let isGrey =
      distance(Array(repeating: 8 + 10 * grey, count: 3)) < distance(steps.map { levels[$0] })
    return isGrey ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
  }
}
