/// Four ASCII characters that name a section of an image or a kind of machine.
public struct Tag: Hashable, Sendable, CustomStringConvertible {
  /// The characters, the first one in the lowest byte, as a little-endian reader sees them.
  public let rawValue: UInt32

  /// A tag as it was read from a file; any value is a tag.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// A tag written in source code. It must be four ASCII characters.
  public init(_ characters: StaticString) {
    precondition(characters.utf8CodeUnitCount == 4, "a tag has four characters")
    rawValue = characters.withUTF8Buffer { bytes in
      bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// The four characters, with `?` for each that is not printable.
  public var description: String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> ($0 * 8)) }
    return String(
      decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
