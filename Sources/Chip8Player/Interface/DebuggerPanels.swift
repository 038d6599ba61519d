import Chip8Core
import SaveState

/// A panel of the debugger: rows of monospaced text, which front ends lay out and draw in their own units.
package struct DebuggerPanel: Hashable, Sendable {
  package var title: String
  /// Highlights in the title.
  package var legend: [Highlight] = []
  package var rows: [Row]

  /// A row of characters.
  package struct Row: Hashable, Sendable {
    package var text: String
    package var tint = Tint.text
    /// Its highlights.
    package var highlights: [Highlight] = []

    package init(_ text: String, tint: Tint = .text, _ highlights: [Highlight] = []) {
      (self.text, self.tint, self.highlights) = (text, tint, highlights)
    }
  }

  /// Characters with a coloured background.
  package struct Highlight: Hashable, Sendable {
    package let columns: Range<Int>
    package let tint: Tint
    package let alpha: UInt8

    package init(_ columns: Range<Int>, _ tint: Tint, alpha: UInt8 = 255) {
      (self.columns, self.tint, self.alpha) = (columns, tint, alpha)
    }
  }
}

extension DebuggerView {
  // MARK: Code

  /// The code around the cursor: source lines, or instructions with their current bytes.
  package mutating func codePanel(
    _ session: DebugSession, rowCount: Int, columnCount: Int
  ) -> DebuggerPanel {
    codeRowCount = rowCount
    let rows =
      showsLines(session)
      ? lineRows(session, rowCount, columnCount) : instructionRows(session, rowCount, columnCount)
    return DebuggerPanel(title: session.placeText, rows: rows)
  }

  private mutating func lineRows(
    _ session: DebugSession, _ rowCount: Int, _ columnCount: Int
  ) -> [DebuggerPanel.Row] {
    guard let cursor = line(session), let lines = session.source.files[cursor.file].lines else {
      return []
    }
    let isFarAway = cursor.number < firstLine || cursor.number > firstLine + rowCount - 2
    if isFarAway { firstLine = cursor.number - rowCount / 3 }
    firstLine = max(1, min(firstLine, lines.count - rowCount + 1))
    let current = session.source.line(at: UInt16(session.nextAddress))
    let stops = Set(session.breakpointAddresses.compactMap { session.source.line(at: $0) })
    return lines.indices.dropFirst(firstLine - 1).prefix(rowCount).map { index in
      let line = ProgramSource.Line(file: cursor.file, number: index + 1)
      let number = "\(line.number)".padded(before: 4)
      let text = lines[index].replacing("\t", with: "  ").displayText
      return row(
        "\(number)  \(text)", hasStop: stops.contains(line), isCurrent: line == current,
        isCursor: line == cursor, columnCount)
    }
  }

  private mutating func instructionRows(
    _ session: DebugSession, _ rowCount: Int, _ columnCount: Int
  ) -> [DebuggerPanel.Row] {
    var rows = instructions(session, rowCount)
    let isCursor = { (row: CodeRow) in row.instruction != nil && row.address == codeCursor }
    if !rows.prefix(max(1, rowCount - 1)).contains(where: isCursor) {
      let before = session.disassembly(at: codeCursor, offset: -(rowCount / 3), count: 1)
      // The bytes before a program are its platform's, not code.
      let lowest = codeCursor < Chip8.programStart ? 0 : Chip8.programStart
      firstAddress = max(lowest, before.first?.address ?? codeCursor)
      rows = instructions(session, rowCount)
      if !rows.contains(where: isCursor) {
        firstAddress = codeCursor
        rows = instructions(session, rowCount)
      }
    }
    let (stops, current) = (Set(session.breakpointAddresses.map { Int($0) }), session.nextAddress)
    return rows.map { address, instruction in
      guard let instruction else {
        let label = session.source.labels.name(UInt16(address)) ?? ""
        return DebuggerPanel.Row(
          String("  \(label.displayText):".prefix(columnCount)), tint: .faint)
      }
      let bytes = instruction.bytes.map { hexadecimal($0, 2) }.joined()
      let gap = String(repeating: " ", count: max(1, 9 - bytes.count))
      var row = row(
        "\(hexadecimal(address, 4)) \(bytes)\(gap)\(instruction.text.displayText)",
        hasStop: stops.contains(address), isCurrent: address == current,
        isCursor: address == codeCursor, columnCount)
      if instruction.isModified {
        row.highlights.insert(DebuggerPanel.Highlight(7..<7 + bytes.count, .written), at: 0)
      }
      return row
    }
  }

  /// An instruction, or the label before it.
  private typealias CodeRow = (address: Int, instruction: DebugSession.Instruction?)

  /// The instructions from the first shown one on.
  private func instructions(_ session: DebugSession, _ rowCount: Int) -> [CodeRow] {
    let all = session.disassembly(at: firstAddress, count: rowCount)
      .filter { session.machine.state.ram.indices.contains($0.address) }
    let rows = all.flatMap { instruction -> [CodeRow] in
      (instruction.label == nil ? [] : [(instruction.address, nil)])
        + [(instruction.address, instruction)]
    }
    return Array(rows.prefix(rowCount))
  }

  /// A row of the code: `*` is a breakpoint, `>` the next instruction.
  private func row(
    _ text: String, hasStop: Bool, isCurrent: Bool, isCursor: Bool, _ columnCount: Int
  ) -> DebuggerPanel.Row {
    let marks = (hasStop ? "*" : " ") + (isCurrent ? ">" : " ")
    var row = DebuggerPanel.Row(String((marks + text).prefix(columnCount)))
    if isCurrent { row.highlights.append(DebuggerPanel.Highlight(1..<columnCount, .current)) }
    if hasStop { row.highlights.append(DebuggerPanel.Highlight(0..<1, .problem)) }
    if isCursor, panel == .code {
      // Only the line number or address, so that the code stays legible.
      row.highlights.append(DebuggerPanel.Highlight(2..<6, .chosen))
    }
    return row
  }

  // MARK: Registers

  /// The registers, with those highlighted that have changed since the last stop.
  package func registerPanel(_ session: DebugSession) -> DebuggerPanel {
    let values = session.registerValues
    let rows = DebuggerView.registerRows.map { indices in
      var row = DebuggerPanel.Row("")
      for index in indices {
        let register = Register.all[index]
        if !row.text.isEmpty { row.text += "  " }
        let start = row.text.count
        row.text += "\(register.name) \(hexadecimal(values[index], register.digitCount))"
        let columns = start + register.name.count + 1..<row.text.count
        if registersBefore.indices.contains(index), registersBefore[index] != values[index] {
          row.highlights.append(DebuggerPanel.Highlight(columns, .written))
        }
        if index == registerCursor, panel == .registers {
          row.highlights.append(DebuggerPanel.Highlight(columns, .chosen))
        }
      }
      return row
    }
    return DebuggerPanel(title: "Registers", rows: rows)
  }

  // MARK: Memory

  /// The memory around the cursor, with what was written, read or executed in the last second.
  package mutating func memoryPanel(
    _ session: DebugSession, _ heat: Survey?, rowCount: Int, columnCount: Int
  ) -> DebuggerPanel {
    let ram = session.machine.state.ram
    (bytesPerRow, memoryRowCount) = (columnCount >= 53 ? 16 : 8, rowCount)
    let (row, first) = (byteCursor / bytesPerRow, firstByte / bytesPerRow)
    if row < first || row >= first + rowCount { firstByte = (row - rowCount / 3) * bytesPerRow }
    firstByte = max(0, min(firstByte, ram.count - rowCount * bytesPerRow))
    firstByte -= firstByte % bytesPerRow
    let starts = stride(from: firstByte, to: ram.count, by: bytesPerRow).prefix(rowCount)
    let rows = starts.map { start in
      var row = DebuggerPanel.Row("\(hexadecimal(start, 4)) ")
      for address in start..<start + bytesPerRow {
        row.text += " \(hexadecimal(ram[address], 2))"
        let columns = row.text.count - 2..<row.text.count
        if let (tint, count) = heat?.access(at: address) {
          row.highlights.append(DebuggerPanel.Highlight(columns, tint, alpha: Survey.alpha(count)))
        }
        if address == byteCursor, panel == .memory {
          row.highlights.append(DebuggerPanel.Highlight(columns, .chosen))
        }
      }
      return row
    }
    let legend = [
      DebuggerPanel.Highlight(7..<16, .written),
      DebuggerPanel.Highlight(16..<22, .read), DebuggerPanel.Highlight(22..<32, .executed),
    ]
    return DebuggerPanel(title: "Memory  written  read  executed ", legend: legend, rows: rows)
  }

  // MARK: Others

  /// The call stack, the innermost subroutine first.
  package func stackPanel(_ session: DebugSession) -> DebuggerPanel {
    let rows = session.frames.map { frame in
      let line = frame.line.map { " :\($0.number)" } ?? ""
      return DebuggerPanel.Row(
        "\(hexadecimal(frame.address, 4)) \((frame.name ?? "").displayText)\(line)")
    }
    return DebuggerPanel(title: "Stack", rows: rows)
  }

  /// The keypad, with held keys highlighted.
  package func keyPanel(_ session: DebugSession) -> DebuggerPanel {
    let held = session.heldKeys ?? session.machine.heldKeys
    let rows = KeyCard.rows.map { keys in
      let text = keys.map { hexadecimal($0, 1) }.joined(separator: " ")
      let highlights = keys.enumerated().filter { held.contains(KeySet(key: $0.element)) }
        .map { DebuggerPanel.Highlight(2 * $0.offset..<2 * $0.offset + 1, .chosen) }
      return DebuggerPanel.Row(text, highlights)
    }
    return DebuggerPanel(title: "Keys", rows: rows)
  }
}

extension DebugSession {
  /// The sprite at I: as large as the next instruction draws it, else of 15 rows.
  package var sprite: Screen {
    let state = machine.state
    let (width, height) = state.spriteSize(at: UInt16(nextAddress)) ?? (8, 15)
    let pixels = (0..<width * height).map { index in
      let byte = state.ram[(Int(state.i) + index / 8) & (state.ram.count - 1)]
      return byte >> UInt8(7 - index % 8) & 1
    }
    return Screen(width: width, height: height, pixels: pixels)
  }

  /// The planes of the screen, if there are several.
  package var planes: [Screen] {
    let screen = machine.state.screen
    let count = machine.state.configuration.platform.planeCount
    guard count > 1 else { return [] }
    return (0..<count).map { plane in
      Screen(
        width: screen.width, height: screen.height,
        pixels: screen.pixels.map { $0 >> UInt8(plane) & 1 })
    }
  }

  fileprivate var breakpointAddresses: [UInt16] {
    stops.compactMap { stop in
      if case .execution(let address) = stop.event, stop.isEnabled { address } else { nil }
    }
  }
}

extension Survey {
  /// The most important kind of access to a byte, writes before reads, and how often it happened.
  fileprivate func access(at address: Int) -> (Tint, UInt64)? {
    let kinds = [(Tint.written, written), (.read, read), (.executed, executed)]
    return kinds.lazy.map { ($0, $1.indices.contains(address) ? $1[address] : 0) }
      .first { $0.1 > 0 }
  }

  /// How strongly a byte is highlighted: by the logarithm of its accesses.
  fileprivate static func alpha(_ count: UInt64) -> UInt8 {
    UInt8(min(255, 80 + 22 * (UInt64.bitWidth - count.leadingZeroBitCount)))
  }
}
