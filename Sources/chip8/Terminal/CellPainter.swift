import CChafa
import Chip8Core
import Chip8Player

/// A character in a terminal and its colours, 0xRRGGBB.
package struct Cell: Hashable, Sendable {
  /// A Unicode scalar, or a code of the grid.
  package var character: UInt32
  var foreground: UInt32
  var background: UInt32

  private static let upperHalf: UInt32 = 0x2580
  /// The code of the second half of a character that takes two cells.
  static let secondHalf: UInt32 = 0

  /// Two pixels, one above the other.
  init(above: UInt32, below: UInt32) {
    (character, foreground, background) = (Cell.upperHalf, above, below)
  }

  init(_ code: UInt32, _ foreground: UInt32, on background: UInt32) {
    (character, self.foreground, self.background) = (code, foreground, background)
  }

  init(_ cell: CChafa_cell) {
    (character, foreground, background) = (cell.character, cell.foreground, cell.background)
  }

  var isHalfBlock: Bool { character == Cell.upperHalf }
  package var isSecondHalf: Bool { character == Cell.secondHalf }
}

package struct CellGrid: Hashable, Sendable {
  package let width: Int
  package let height: Int
  package var cells: [Cell]
  /// Characters of several scalars. Their codes follow those of Unicode.
  private var clusters: [Character] = []

  private static let firstCode: UInt32 = 0x11_0000

  init(width: Int, height: Int, cells: [Cell]) {
    (self.width, self.height, self.cells) = (width, height, cells)
  }

  /// The code of a character in this grid.
  mutating func code(of character: Character) -> UInt32 {
    let scalars = character.unicodeScalars
    if let only = scalars.first, scalars.count == 1 { return only.value }
    let index = clusters.firstIndex(of: character) ?? clusters.count
    if index == clusters.count { clusters.append(character) }
    return CellGrid.firstCode + UInt32(index)
  }

  /// The text of a code.
  package func text(of code: UInt32) -> String {
    if code >= CellGrid.firstCode { return String(clusters[Int(code - CellGrid.firstCode)]) }
    return UnicodeScalar(code).map { String(Character($0)) } ?? ""
  }

  /// Whether the other grid has the same size, and its codes mean the same.
  func hasCodes(of other: CellGrid) -> Bool {
    (width, height) == (other.width, other.height) && clusters == other.clusters
  }
}

/// Turns pixels into cells. A half block is two pixels; for more than that, chafa finds the character that
/// looks most like them, once for each pattern.
struct CellPainter {
  /// Why chafa cannot be used, if it cannot.
  static let chafaProblem: String? = CChafa_load().map { String(cString: $0) }

  private var patterns: [UInt32: Cell] = [:]
  private var colors: [UInt32] = []
  private var kind = TerminalLayout.Cells.halfBlocks

  mutating func grid(
    of bitmap: Bitmap, _ colors: [UInt32], _ kind: TerminalLayout.Cells, scale: Int
  ) -> CellGrid {
    if kind != self.kind || colors != self.colors {
      (self.kind, self.colors, patterns) = (kind, colors, [:])
    }
    let size = kind.size
    let width = (bitmap.width * scale + size.width - 1) / size.width
    let height = (bitmap.height * scale + size.height - 1) / size.height
    var cells: [Cell] = []
    cells.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        guard kind == .halfBlocks else {
          cells.append(cell(of: bitmap, x, y))
          continue
        }
        let column = x / scale
        cells.append(
          Cell(
            above: colors[bitmap.value(column, 2 * y / scale)],
            below: colors[bitmap.value(column, (2 * y + 1) / scale)]))
      }
    }
    return CellGrid(width: width, height: height, cells: cells)
  }

  private mutating func cell(of bitmap: Bitmap, _ x: Int, _ y: Int) -> Cell {
    let size = kind.size
    var pattern: UInt32 = 0
    for row in 0..<size.height {
      for column in 0..<size.width {
        let value = bitmap.value(x * size.width + column, y * size.height + row)
        pattern = pattern << 2 | UInt32(value)
      }
    }
    if let cell = patterns[pattern] { return cell }
    let cell = cell(like: pattern)
    patterns[pattern] = cell
    return cell
  }

  private func cell(like pattern: UInt32) -> Cell {
    let (size, side) = (kind.size, 8)
    let count = size.width * size.height
    var points: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let index = y * size.height / side * size.width + x * size.width / side
        let color = colors[Int(pattern >> UInt32(2 * (count - 1 - index)) & 3)]
        points += components(of: color) + [0xFF]
      }
    }
    let characters =
      kind == .sextants ? CChafa_sextants : CChafa_quadrants | CChafa_halves
    return Cell(
      CChafa_cellLike(points, UInt32(characters | CChafa_space | CChafa_solid)))
  }
}
