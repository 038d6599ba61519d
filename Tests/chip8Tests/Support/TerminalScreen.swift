// TerminalScreen.swift: what a terminal makes of the bytes that it is sent, as far as chip8 sends them.

import Foundation

/// The cells of a terminal, and the modes that a program can leave behind.
struct TerminalScreen {
  struct Cell: Equatable {
    var character: UnicodeScalar = " "
    /// 0xRRGGBB, or the number of one of 256 colours; nil for the terminal's own.
    var foreground: Int?
    var background: Int?
  }

  private(set) var cells: [[Cell]]
  /// Private modes that are set: 1049, the other screen; 25, the cursor; and so on.
  private(set) var modes: Set<Int> = [7, 25]
  /// The flags of the kitty keyboard protocol that were pushed.
  private(set) var keyboardFlags: [Int] = []
  /// What was sent by the kitty graphics protocol since it was last removed: the text of each picture.
  private(set) var pictures: [String] = []
  /// How many updates were complete.
  private(set) var updateCount = 0
  /// What the terminal was asked, and other sequences, that have no effect on the cells.
  private(set) var questions: [String] = []

  private var place = (row: 0, column: 0)
  /// Where the cursor is on the screen that was left.
  private var placeBefore = (row: 0, column: 0)
  private var brush = Cell()
  private var rest: [UInt8] = []
  private var chunks = ""

  init(columns: Int, rows: Int) {
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  mutating func resize(columns: Int, rows: Int) {
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  /// The characters of a row, without blanks after the last one.
  func text(_ row: Int) -> String {
    var text = String(String.UnicodeScalarView(cells[row].map(\.character)))
    while text.last == " " { text.removeLast() }
    return text
  }

  var lastLine: String { text(cells.count - 1) }
  var whole: String { cells.indices.map(text).joined(separator: "\n") }

  // MARK: Bytes

  mutating func take(_ bytes: [UInt8]) {
    rest += bytes
    var index = 0
    while index < rest.count, let count = step(at: index) { index += count }
    rest.removeFirst(index)
  }

  /// What is at an index is done; nil if it is not whole yet.
  private mutating func step(at index: Int) -> Int? {
    let byte = rest[index]
    switch byte {
    case 0x1B: return escape(at: index)
    case 0x0D: place.column = 0
    case 0x0A: place.row = min(place.row + 1, cells.count - 1)
    case 0x20..<0x7F: write(UnicodeScalar(byte))
    case 0xC2...:
      let count = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      guard index + count <= rest.count else { return nil }
      let text = String(decoding: rest[index..<index + count], as: UTF8.self)
      if let scalar = text.unicodeScalars.first { write(scalar) }
      return count
    default: break
    }
    return 1
  }

  private mutating func write(_ scalar: UnicodeScalar) {
    if place.row < cells.count, place.column < cells[place.row].count {
      cells[place.row][place.column] = brush
      cells[place.row][place.column].character = scalar
    }
    place.column += 1
  }

  private mutating func escape(at index: Int) -> Int? {
    guard index + 1 < rest.count else { return nil }
    switch rest[index + 1] {
    case UInt8(ascii: "["):
      guard let end = rest[(index + 2)...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
        return nil
      }
      control(
        String(decoding: rest[index + 2..<end], as: UTF8.self), Character(UnicodeScalar(rest[end])))
      return end - index + 1
    case UInt8(ascii: "_"):
      var end = index + 2
      while end + 1 < rest.count, rest[end] != 0x1B { end += 1 }
      guard end + 1 < rest.count else { return nil }
      graphics(String(decoding: rest[index + 2..<end], as: UTF8.self))
      return end - index + 2
    default: return 2
    }
  }

  private mutating func graphics(_ text: String) {
    let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    if parts[0].contains("a=d") { pictures = [] }
    if parts[0].contains("a=q") { questions.append("graphics") }
    guard parts.count == 2, parts[0].contains("m=") else { return }
    chunks += parts[1]
    guard parts[0].hasSuffix("m=0") else { return }
    pictures.append(chunks)
    chunks = ""
  }

  // MARK: Sequences

  private mutating func control(_ text: String, _ final: Character) {
    let numbers = text.drop { "<=>?".contains($0) }.split(separator: ";").compactMap { Int($0) }
    switch (text.first, final) {
    case ("?", "h"):
      if numbers.contains(1049), !modes.contains(1049) { placeBefore = place }
      modes.formUnion(numbers)
    case ("?", "l"):
      if numbers.contains(2026) { updateCount += 1 }
      if numbers.contains(1049), modes.contains(1049) {
        clear()
        place = placeBefore
      }
      modes.subtract(numbers)
    case (">", "u"): keyboardFlags.append(numbers.first ?? 0)
    case ("<", "u"): _ = keyboardFlags.popLast()
    case ("?", "u"), (">", "q"), (_, "c"), (_, "t"): questions.append("\(text)\(final)")
    case (_, "H"): place = ((numbers.first ?? 1) - 1, (numbers.count > 1 ? numbers[1] : 1) - 1)
    case (_, "C"): place.column += numbers.first ?? 1
    case (_, "J"): clear()
    case (_, "K"):
      for column in place.column..<max(place.column, cells[place.row].count) {
        cells[place.row][column] = Cell(background: brush.background)
      }
    case (_, "m"): setColors(numbers.isEmpty ? [0] : numbers)
    default: questions.append("\(text)\(final)")
    }
  }

  private mutating func clear() {
    for row in cells.indices {
      for column in cells[row].indices { cells[row][column] = Cell(background: brush.background) }
    }
  }

  private mutating func setColors(_ numbers: [Int]) {
    var rest = numbers[...]
    while let number = rest.popFirst() {
      guard number == 38 || number == 48 else {
        if number == 0 { brush = Cell() }
        continue
      }
      let isWhole = rest.popFirst() == 2
      let parts = Array(rest.prefix(isWhole ? 3 : 1))
      rest = rest.dropFirst(parts.count)
      let color = parts.reduce(0) { $0 << 8 | $1 }
      if number == 38 { brush.foreground = color } else { brush.background = color }
    }
  }
}

extension TerminalScreen {
  /// The colours of the pixels in cells that are half blocks.
  func halfBlocks(row: Int, column: Int, width: Int, height: Int) -> [[Int?]] {
    (0..<height).flatMap { y in
      let pairs = (0..<width).map { x -> (Int?, Int?) in
        let cell = cells[row + y][column + x]
        return switch cell.character {
        case "▀": (cell.foreground, cell.background)
        case "▄": (cell.background, cell.foreground)
        case "█": (cell.foreground, cell.foreground)
        case " ": (cell.background, cell.background)
        default: (nil, nil)
        }
      }
      return [pairs.map(\.0), pairs.map(\.1)]
    }
  }
}
