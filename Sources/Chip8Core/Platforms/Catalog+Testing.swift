// What tests need of the table of known programs.

import SaveState

extension KnownProgram {
  /// The table as it stands in the source.
  package static var table: String {
    String(decoding: PackageResources.programs_tsv, as: UTF8.self)
  }
}

extension Configuration {
  /// This machine, or one that behaves like it and has room for so many bytes.
  package func roomy(_ byteCount: Int) -> Configuration { withRoom(forByteCount: byteCount) }
}
