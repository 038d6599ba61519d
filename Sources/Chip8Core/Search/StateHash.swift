// The fast digest of states: a sum of products of their words, so that a page that changes changes
// one term.

/// The NH hash of Black, Halevi, Krawczyk, Krovetz and Rogaway (UMAC, 1999) over a machine's pages and the
/// rest of its state: of each two neighbouring words, with a constant added to each, the product; of
/// all those the sum modulo 2¹²⁸. Two different states have the same sum for at most 1 in 2⁶⁴ of all
/// choices of the constants.
struct StateHash: @unchecked Sendable {
  private static let wordsPerPage = PagePool.pageByteCount / 8

  /// One for each word: those of the rest, then those of the pages.
  private let constants: UnsafeMutablePointer<UInt64>
  private let fold: (UInt128, UInt128)

  init(pageCount: Int) {
    // Any fixed numbers do that look random. These are the same on every computer.
    var random = SplitMix64(state: 0x5EED_0FC8_1F00_D1E5)
    fold = (random.next128() | 1, random.next128() | 1)
    let count = StateRest.wordCount + pageCount * StateHash.wordsPerPage
    constants = .allocate(capacity: count)
    for k in 0..<count { (constants + k).initialize(to: random.next()) }
  }

  /// For machines with any number of pages: it begins like those for fewer. Never deallocated.
  static let shared = StateHash(pageCount: PageLayout.maxPageCount)

  func deallocate() { constants.deallocate() }

  /// A page's part of the sum.
  func page(_ bytes: UnsafeRawPointer, at index: Int) -> UInt128 {
    let constants = constants + (StateRest.wordCount &+ index &* StateHash.wordsPerPage)
    var total: UInt128 = 0
    for k in stride(from: 0, to: StateHash.wordsPerPage, by: 2) {
      let first = bytes.loadUnaligned(fromByteOffset: 8 &* k, as: UInt64.self).littleEndian
      let second = bytes.loadUnaligned(
        fromByteOffset: 8 &* k &+ 8, as: UInt64.self
      ).littleEndian
      total &+= (first &+ constants[k]).fullProduct(second &+ constants[k &+ 1])
    }
    return total
  }

  /// The part of everything else.
  @inline(__always)
  func rest(_ state: UnsafePointer<State>) -> UInt128 { StateRest.sum(state, constants) }

  /// What of that the counts of time make: the first two words, which are a product of their own.
  func time(_ rest: UnsafeRawPointer) -> UInt128 { StateRest.timeSum(rest, constants) }

  /// A sum in 64 bits, by multiplication and shift.
  func digest(_ sum: UInt128) -> UInt64 {
    let (low, high) = (sum & UInt128(UInt64.max), sum >> 64)
    return UInt64(truncatingIfNeeded: (low &* fold.0 &+ high &* fold.1) >> 64)
  }
}

extension UInt64 {
  /// All 128 bits of a product.
  @inline(__always)
  func fullProduct(_ other: UInt64) -> UInt128 {
    let (high, low) = multipliedFullWidth(by: other)
    return UInt128(high) << 64 | UInt128(low)
  }
}

extension SplitMix64 {
  fileprivate mutating func next128() -> UInt128 { UInt128(next()) << 64 | UInt128(next()) }
}
