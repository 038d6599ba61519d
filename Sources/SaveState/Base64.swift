import CNettle

/// Bytes as text in base 64 (RFC 4648), padded, as nettle writes and reads it.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: byteCount(of: bytes)) { text in
      guard let start = text.baseAddress, !bytes.isEmpty else { return 0 }
      start.withMemoryRebound(to: CChar.self, capacity: text.count) {
        nettle_base64_encode_raw($0, bytes.count, bytes)
      }
      return byteCount(of: bytes)
    }
  }

  /// Nil if there is anything else in the text, white space too.
  package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var context = base64_decode_ctx()
    nettle_base64_decode_init(&context)
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { bytes, count in
      text.withUnsafeBytes { text in
        isWhole =
          nettle_base64_decode_update(
            &context, &count, bytes.baseAddress, text.count,
            text.bindMemory(to: CChar.self).baseAddress) == 1
          && nettle_base64_decode_final(&context) == 1
      }
    }
    return isWhole && text.count == byteCount(of: bytes) ? bytes : nil
  }

  /// How long the text of some bytes is.
  private static func byteCount(of bytes: [UInt8]) -> Int { (bytes.count + 2) / 3 * 4 }
}
