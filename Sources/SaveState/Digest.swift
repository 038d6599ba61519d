import CNettle

/// A message digest, as nettle computes it: by the processor's own instructions where it has them.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// 20 bytes (SHA-1) or 32 (SHA-256).
  public let bytes: [UInt8]

  /// Lower-case hexadecimal.
  public var description: String {
    func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x57) }
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (k, byte) in bytes.enumerated() {
        text[2 * k] = digit(byte >> 4)
        text[2 * k + 1] = digit(byte & 0xF)
      }
      return 2 * bytes.count
    }
  }

  /// The SHA-1 of some bytes. It names programs and screens, as collectors of old programs do;
  /// nothing here relies on it against an adversary.
  public static func sha1(_ message: [UInt8]) -> Digest {
    var context = sha1_ctx()
    nettle_sha1_init(&context)
    nettle_sha1_update(&context, message.count, message)
    return Digest(count: Int(SHA1_DIGEST_SIZE)) { nettle_sha1_digest(&context, $0, $1) }
  }

  /// The SHA-1 of each prefix of a message that has at least `count` bytes, but not all of them, the
  /// shortest first.
  public static func sha1(ofPrefixesOf message: [UInt8], from count: Int) -> [Digest] {
    var context = sha1_ctx()
    nettle_sha1_init(&context)
    nettle_sha1_update(&context, count, message)
    return message[count...].map { byte in
      var prefix = context
      withUnsafePointer(to: byte) { nettle_sha1_update(&context, 1, $0) }
      return Digest(count: Int(SHA1_DIGEST_SIZE)) { nettle_sha1_digest(&prefix, $0, $1) }
    }
  }

  /// The SHA-256 of some bytes.
  public static func sha256(_ message: some Sequence<UInt8>) -> Digest {
    var context = sha256_ctx()
    nettle_sha256_init(&context)
    let whole: Void? = message.withContiguousStorageIfAvailable {
      nettle_sha256_update(&context, $0.count, $0.baseAddress)
    }
    if whole == nil {
      let copy = Array(message)
      nettle_sha256_update(&context, copy.count, copy)
    }
    return Digest(count: Int(SHA256_DIGEST_SIZE)) { nettle_sha256_digest(&context, $0, $1) }
  }

  /// A SHA-1 from its 40 hexadecimal digits; nil if it is anything else.
  public init?(sha1 digits: String) {
    guard let digest = SaveState.bytes(hexadecimal: digits.utf8), digest.count == 20 else {
      return nil
    }
    bytes = digest
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  private init(count: Int, finish: (Int, UnsafeMutablePointer<UInt8>?) -> Void) {
    bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      finish(count, buffer.baseAddress)
      initialized = count
    }
  }
}

/// Bytes from two hexadecimal digits each; nil if there is anything else. Inlinable, because what works for
/// any collection takes long to get ready when the program starts.
@inlinable
package func bytes(hexadecimal digits: some Collection<UInt8>) -> [UInt8]? {
  let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
  guard values.count == digits.count, values.count.isMultiple(of: 2) else { return nil }
  return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}
