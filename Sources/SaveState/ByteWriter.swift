/// Writes little-endian fields one after the other.
public struct ByteWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  /// A writer that has written nothing.
  ///
  /// - Parameter byteCount: how many bytes there is room for before more has to be made.
  public init(reserving byteCount: Int = 0) {
    bytes.reserveCapacity(byteCount)
  }

  /// Appends a number in as many bytes as its type has, the lowest first.
  @inlinable
  public mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: value.littleEndian) { append($0) }
  }

  /// Appends bytes as they are in memory.
  @usableFromInline
  package mutating func append(_ raw: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: raw)
  }

  /// Appends bytes as they are.
  public mutating func append(contentsOf newBytes: some Sequence<UInt8>) {
    bytes.append(contentsOf: newBytes)
  }

  /// Appends a number in as few bytes as it needs: see ``ByteReader/nextVarint()``.
  public mutating func append(varint value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
