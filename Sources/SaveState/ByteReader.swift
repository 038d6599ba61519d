/// Reads little-endian fields one after the other from untrusted bytes.
public struct ByteReader: Sendable {
  @usableFromInline var rest: ArraySlice<UInt8>

  /// A reader at the start of `bytes`.
  public init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  /// A reader at the start of a slice.
  public init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// How many bytes are left.
  public var count: Int { rest.count }

  /// The next `count` bytes, or nil if there are not so many.
  @inlinable
  public mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The next number, or nil if there are too few bytes.
  @inlinable
  public mutating func next<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _: Value.Type = Value.self
  ) -> Value? {
    take(MemoryLayout<Value>.size)?.withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(as: Value.self))
    }
  }
  /// The next number of varying length, or nil if there is none: seven bits a byte, the lowest first,
  /// and the high bit set in every byte but the last. More bytes than the number needs are none.
  public mutating func nextVarint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = next(UInt8.self) else { return nil }
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || bits <= 1 else { return nil }
      value |= bits << shift
      if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : value }
    }
    return nil
  }
}
