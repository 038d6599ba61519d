import Chip8Core
import SaveState

/// The table of what keys do in known programs: a row for each, sorted by SHA-1, after a header. Only the row
/// that is found is parsed.
package enum KeyTable {
  package static let table = DigestTable(PackageResources.keys_tsv)

  /// The uses of a program's keys, in ascending order; none if it is not in the table.
  package static func uses(of program: Program) -> [KeyUse] {
    row(of: program).map { uses(inRow: $0) } ?? []
  }

  /// A program's row, if it has one.
  static func row(of program: Program) -> String? {
    let known = KnownProgram.find(program)?.sha1
    return table.row(of: known ?? program.sha1).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Parses a row: SHA-1, title, the uses separated by semicolons, and in some a ``TouchMode``.
  package static func uses(inRow row: String) -> [KeyUse] {
    let fields = row.split(separator: "\t", omittingEmptySubsequences: false)
    guard (3...4).contains(fields.count) else { return [] }
    return fields[2].split(separator: ";").compactMap { KeyUse($0) }.sorted { $0.key < $1.key }
  }
}
