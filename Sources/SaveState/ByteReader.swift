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
}
