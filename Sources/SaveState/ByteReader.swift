/// Reads little-endian fields one after the other from bytes that nobody vouches for.
public struct ByteReader: Sendable {
  private var rest: ArraySlice<UInt8>

  /// A reader at the start of `bytes`.
  public init(_ bytes: some Sequence<UInt8>) {
    rest = ArraySlice(Array(bytes))
  }

  /// A reader at the start of a slice.
  public init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// How many bytes are left.
  public var count: Int { rest.count }

  /// The next `count` bytes, or nil if there are not so many.
  public mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The next number, or nil if there are too few bytes.
  public mutating func next<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type = Value.self
  ) -> Value? {
    take(MemoryLayout<Value>.size).map { bytes in
      bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
    }
  }
}
