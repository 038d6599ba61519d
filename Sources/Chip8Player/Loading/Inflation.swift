import CDeflate

/// How deflated bytes are stored in a file.
enum Inflation {
  /// By themselves.
  case plain
  /// As a stream of zlib's, with its checksum.
  case zlib

  /// What some bytes were before they were deflated; nil unless that is so many bytes.
  func bytes(of deflated: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    guard let decompressor = libdeflate_alloc_decompressor() else { return nil }
    defer { libdeflate_free_decompressor(decompressor) }
    let inflate =
      switch self {
      case .plain: libdeflate_deflate_decompress
      case .zlib: libdeflate_zlib_decompress
      }
    var result = LIBDEFLATE_BAD_DATA
    // There is always an address to write to, even if nothing is written there.
    let inflated = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
      deflated.withUnsafeBytes {
        result = inflate(
          decompressor, $0.baseAddress, $0.count, buffer.baseAddress, count, nil)
      }
      initialized = result == LIBDEFLATE_SUCCESS ? count : 0
    }
    return result == LIBDEFLATE_SUCCESS ? inflated : nil
  }
}
