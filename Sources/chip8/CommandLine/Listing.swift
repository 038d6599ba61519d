import Chip8Core
import Octo

/// A source with the addresses and bytes that its lines made.
enum Listing {
  private static let bytesInRow = 8

  /// A row for each line of the source: address, bytes, number of the line, the line. What a line
  /// made beyond eight bytes, or elsewhere too, as one in a macro does, has further rows below. Files
  /// that are included follow, each after its name.
  static func lines(_ assembly: Assembly) -> [String] {
    let runs = Dictionary(grouping: assembly.lineRuns, by: \.source)
    return assembly.files.enumerated().flatMap { index, file in
      index == 0
        ? rows(of: file, runs[nil] ?? [], assembly.program)
        : ["", "\(file.path):"] + rows(of: file, runs[file.path] ?? [], assembly.program)
    }
  }

  private static func rows(
    of file: Assembly.File, _ runs: [Symbols.LineRun], _ program: [UInt8]
  ) -> [String] {
    let runs = Dictionary(grouping: runs, by: \.line)
    var listing: [String] = []
    // A line ends as it does for the assembler, and not where Unicode has line separators.
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if index == lines.count - 1, line.isEmpty { break }
      let rows = (runs[index + 1] ?? []).flatMap { Listing.rows(of: $0, program) }
      let number = "\(index + 1)".padded(before: 5)
      let text = String(decoding: line, as: UTF8.self)
      listing.append("\(rows.first ?? blank) \(number)  \(text)".trimmingSuffix)
      for row in rows.dropFirst() { listing.append(row.trimmingSuffix) }
    }
    return listing
  }

  private static let blank = String(repeating: " ", count: 6 + 3 * bytesInRow - 1)

  private static func rows(of run: Symbols.LineRun, _ program: [UInt8]) -> [String] {
    stride(from: run.address, to: run.address + run.byteCount, by: bytesInRow).map { address in
      let end = min(address + bytesInRow, run.address + run.byteCount)
      let bytes = program[address - Chip8.programStart..<end - Chip8.programStart]
        .map { hexadecimal($0, 2) }.joined(separator: " ")
      return hexadecimal(address, 4) + "  " + bytes
        + String(repeating: " ", count: 3 * (bytesInRow - (end - address)))
    }
  }
}

extension String {
  /// The text without white space at its end.
  var trimmingSuffix: String {
    lastIndex { !$0.isWhitespace }.map { String(self[...$0]) } ?? ""
  }
}
