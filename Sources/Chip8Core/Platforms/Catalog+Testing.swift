// What tests need of the table of known programs.

import SaveState

extension KnownProgram {
  /// The tables as they are in the source, each one taking precedence over those before it.
  package static var tables: [String] {
    Catalog.tables.map(\.text)
  }

  /// The program with this SHA-1.
  package static func find(testing sha1: String) -> KnownProgram? {
    Digest(sha1: sha1).flatMap(Catalog.find)
  }
}

extension Configuration {
  /// This machine, or one that behaves like it and has room for so many bytes.
  package func roomy(_ byteCount: Int) -> Configuration { withRoom(forByteCount: byteCount) }
}
