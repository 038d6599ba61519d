// The fast digest of states: a sum of products of their words, so that a page that changes changes
// one term.

/// The NH hash of Black, Halevi, Krawczyk, Krovetz and Rogaway (UMAC, 1999) over a machine's pages and the
/// rest of its state: of each two neighbouring words, with a constant added to each, the product; of
/// all those the sum modulo 2¹²⁸. Two different states have the same sum for at most 1 in 2⁶⁴ of all
/// choices of the constants.
struct StateHash: @unchecked Sendable {
  private static let wordsPerPage = PagePool.pageByteCount / 8

  /// Those of the digest, two of two words each. Then one for each word: those of the rest, then those of
  /// the pages.
  private let numbers: UnsafeMutablePointer<UInt64>
  private static let foldWordCount = 4

  init(pageCount: Int) {
    // Any fixed numbers do that look random. These are the same on every computer.
    var random = SplitMix64(state: 0x5EED_0FC8_1F00_D1E5)
    let count =
      StateHash.foldWordCount + StateRest.wordCount + pageCount * StateHash.wordsPerPage
    numbers = .allocate(capacity: count)
    for k in 0..<count { (numbers + k).initialize(to: random.next()) }
  }

  @inline(__always)
  private var constants: UnsafeMutablePointer<UInt64> { numbers + StateHash.foldWordCount }

  /// For machines with any number of pages: it begins like those for fewer. Never deallocated.
  static let shared = StateHash(pageCount: PageLayout.maxPageCount)

  func deallocate() { numbers.deallocate() }

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
    return UInt64(truncatingIfNeeded: (low &* fold(0) &+ high &* fold(1)) >> 64)
  }

  /// An odd number.
  @inline(__always)
  private func fold(_ index: Int) -> UInt128 {
    UInt128(numbers[2 &* index]) << 64 | UInt128(numbers[2 &* index &+ 1]) | 1
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
