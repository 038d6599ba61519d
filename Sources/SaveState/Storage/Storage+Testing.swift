extension Storage {
  /// Puts any bytes in the place of any regular file: tests break what is there.
  package static func writeAtomically(_ path: String, with bytes: [UInt8]) throws(StorageError) {
    try writeAtomically(path, with: bytes, as: .slot)
  }
}
