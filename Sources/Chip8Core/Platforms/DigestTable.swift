import SaveState

/// Facts about programs in the text of a table: a line that names the columns, then a row for each
/// program, which begins with its SHA-1, in the order of those. A row is found without reading the others.
package struct DigestTable: Sendable {
  private let bytes: [UInt8]

  /// The table, as in its file.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All of it.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The row of a program, if there is one: halves the table until it is found.
  package func row(of sha1: Digest) -> ArraySlice<UInt8>? {
    let digits = Array(sha1.description.utf8)
    let isEnd = { $0 == UInt8(ascii: "\n") }
    // Each part begins where a row begins.
    var rows = bytes.drop { !isEnd($0) }.dropFirst()
    while !rows.isEmpty {
      let middle = rows.startIndex + rows.count / 2
      let start = rows[..<middle].lastIndex(where: isEnd).map { $0 + 1 } ?? rows.startIndex
      let row = rows[start...].prefix { !isEnd($0) }
      let key = row.prefix(digits.count)
      if key.elementsEqual(digits) { return row }
      let isAfter = key.lexicographicallyPrecedes(digits)
      rows = isAfter ? rows[row.endIndex...].dropFirst() : rows[..<start]
    }
    return nil
  }
}
