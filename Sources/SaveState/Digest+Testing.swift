extension Digest {
  /// A digest from its hexadecimal digits.
  package init(testing digits: String) {
    let values = digits.compactMap(\.hexDigitValue)
    self.init(
      bytes: stride(from: 0, to: values.count, by: 2).map {
        UInt8(values[$0] << 4 | values[$0 + 1])
      })
  }
}
