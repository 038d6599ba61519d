// Numbers as people and text files write them. Inlinable, because what works for any text takes long to get
// ready when the program starts.

extension FixedWidthInteger {
  /// An address, a byte or another value, in decimal or with `0x` in hexadecimal; nil for anything else.
  @inlinable
  package init?(number text: some StringProtocol) {
    if text.prefix(2).lowercased() == "0x" {
      self.init(hexadecimal: text.dropFirst(2))
    } else {
      self.init(decimal: text)
    }
  }

  /// A count: decimal digits without a sign; nil for anything else.
  @inlinable
  package init?(decimal text: some StringProtocol) {
    self.init(digits: text, radix: 10)
  }

  /// Hexadecimal digits, without `0x` and a sign; nil for anything else.
  ///
  /// - Parameter digitCount: how many there have to be; nil for any number.
  @inlinable
  package init?(hexadecimal text: some StringProtocol, digitCount: Int? = nil) {
    guard digitCount == nil || text.utf8.count == digitCount else { return nil }
    self.init(digits: text, radix: 16)
  }

  @inlinable
  package init?(digits text: some StringProtocol, radix: Int) {
    // The standard library takes a sign too.
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else {
      return nil
    }
    self.init(text, radix: radix)
  }
}
