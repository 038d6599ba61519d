/// The generator of Cxnn: SplitMix64 (Steele, Lea and Flood, 2014). Its whole state is one
/// number, which starts as the seed.
public struct SplitMix64: Hashable, Sendable {
  /// What the next number follows from.
  public var state: UInt64

  /// The next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
