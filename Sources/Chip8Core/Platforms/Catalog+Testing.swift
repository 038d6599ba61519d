// What tests need of the table of known programs.

import SaveState

extension KnownProgram {
  /// The tables as they stand in the source, the one that comes first last.
  package static var tables: [String] {
    [PackageResources.programs_tsv, PackageResources.more_programs_tsv]
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Configuration {
  /// This machine, or one that behaves like it and has room for so many bytes.
  package func roomy(_ byteCount: Int) -> Configuration { withRoom(forByteCount: byteCount) }
}
