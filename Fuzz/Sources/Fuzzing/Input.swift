import SaveState

/// Takes an input apart. Behind its end are zeros, so that every input means something.
public struct Input {
  private var reader: ByteReader

  /// The start of an input.
  public init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

  /// Whether nothing is left.
  public var isAtEnd: Bool { reader.count == 0 }

  /// The next number.
  public mutating func next<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _: Value.Type = Value.self
  ) -> Value {
    if let value = reader.next(Value.self) { return value }
    // An unused array of them would be released before it is filled.
    _ = reader.take(reader.count)
    return 0
  }

  /// One of some values, by the next byte.
  public mutating func choice<Value>(_ values: [Value]) -> Value {
    values[Int(next(UInt8.self)) % values.count]
  }

  /// So many bytes, or all that are left if there are fewer.
  public mutating func take(_ count: Int) -> [UInt8] {
    Array(reader.take(min(count, reader.count)) ?? [])
  }

  /// All that is left.
  public mutating func rest() -> [UInt8] { take(reader.count) }
}
