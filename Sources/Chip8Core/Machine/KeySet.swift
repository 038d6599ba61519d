/// A set of the keys 0–F: those that are down.
public struct KeySet: OptionSet, Hashable, Sendable {
  /// Bit k for key k.
  public var rawValue: UInt16

  /// Keys from their bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// One key, by the low four bits of its number.
  public init(key: UInt8) { rawValue = 1 << UInt16(key & 0xF) }

  /// The keys of hexadecimal digits; nil if there is anything else.
  package init?(digits: some StringProtocol) {
    self.init()
    for digit in digits {
      guard digit.isASCII, let key = digit.hexDigitValue else { return nil }
      insert(KeySet(key: UInt8(key)))
    }
  }

  /// The lowest key of the set, or nil if it is empty.
  public var lowest: UInt8? { isEmpty ? nil : UInt8(rawValue.trailingZeroBitCount) }
}

/// An Fx0A that waits. It ends when a key that was down at an earlier frame of the wait is up.
public struct KeyWait: Hashable, Sendable {
  /// The register that the key's number goes to.
  public var register: UInt8
  /// The keys that have been down so far.
  public var pressed: KeySet
}

extension KeySet {
  /// The keys of the set, the lowest first.
  public var numbers: [UInt8] { (0..<16).filter { contains(KeySet(key: $0)) } }
}
