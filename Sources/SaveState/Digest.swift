import CMessageDigest

/// A message digest, as libmd computes it.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// 20 bytes (SHA-1) or 32 (SHA-256).
  public let bytes: [UInt8]

  /// Lower-case hexadecimal.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The SHA-1 of some bytes. It names programs and screens, as the CHIP-8 community does;
  /// nothing here relies on it against an adversary.
  public static func sha1(_ message: [UInt8]) -> Digest {
    var context = SHA1_CTX()
    SHA1Init(&context)
    SHA1Update(&context, message, message.count)
    return Digest(count: Int(SHA1_DIGEST_LENGTH)) { SHA1Final($0, &context) }
  }

  /// The SHA-256 of some bytes.
  public static func sha256(_ message: some Sequence<UInt8>) -> Digest {
    var context = SHA2_CTX()
    SHA256Init(&context)
    let whole: Void? = message.withContiguousStorageIfAvailable {
      SHA256Update(&context, $0.baseAddress, $0.count)
    }
    if whole == nil {
      let copy = Array(message)
      SHA256Update(&context, copy, copy.count)
    }
    return Digest(count: Int(SHA256_DIGEST_LENGTH)) { SHA256Final($0, &context) }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  private init(count: Int, finish: (UnsafeMutablePointer<UInt8>?) -> Void) {
    bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      finish(buffer.baseAddress)
      initialized = count
    }
  }
}
