// Pages of memory, each kept once for all who have it.

import CLinux

import func Glibc.memcmp

/// Memory that is visited all over the place: in large pages of the host's where there is so much of it, or the
/// host would spend most of the time on looking up where it is.
func allocateForSearch(byteCount: Int) -> UnsafeMutableRawPointer {
  let largePage = 2 << 20
  guard byteCount >= largePage else {
    return .allocate(byteCount: byteCount, alignment: 64)
  }
  let start = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: largePage)
  CLinux_useLargePages(start, byteCount)
  return start
}

/// Numbers and plain structs side by side: what needs no deinitialization.
struct Shelf<Element> {
  private(set) var start: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity = 64

  init() { start = Shelf.allocate(capacity) }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    allocateForSearch(byteCount: capacity * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: capacity)
  }

  func deallocate() { start.deallocate() }

  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  @inline(__always)
  subscript(index: Int) -> Element {
    unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(start + index)
    }
    nonmutating unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return start + index
    }
  }

  /// Makes room for more elements, which are to be written before they are read.
  mutating func grow(by more: Int) {
    if count + more > capacity {
      let larger = max(2 * capacity, count + more)
      let moved = Shelf.allocate(larger)
      moved.moveInitialize(from: start, count: count)
      start.deallocate()
      (start, capacity) = (moved, larger)
    }
    count += more
  }

  mutating func popLast() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    return start[count]
  }
}

/// Pages of 256 bytes, counted by how many hold them.
struct PagePool {
  typealias Number = UInt32

  static let pageByteCount = 256
  /// The page of zeros.
  static let empty: Number = 0

  /// A page with what is known of it, side by side in the host's memory.
  private struct Page {
    var bytes: (SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>)
    /// Its part of ``StateHash``; that of the empty page depends on its place.
    var sum: UInt128
    var holderCount: UInt32
  }

  private var pages = Shelf<Page>()
  private var free = Shelf<Number>()

  init() {
    pages.grow(by: 1)
    pages[0] = Page(bytes: (.zero, .zero, .zero, .zero), sum: 0, holderCount: 1)
  }

  func deallocate() {
    pages.deallocate()
    free.deallocate()
  }

  var byteCount: Int { pages.byteCount + free.byteCount }

  /// The bytes of a page, until another one is added.
  @inline(__always)
  subscript(page: Number) -> UnsafeRawPointer { UnsafeRawPointer(pages.start + Int(page)) }

  /// Has the host fetch a page that will be read soon.
  @inline(__always)
  func prefetch(_ page: Number) {
    let bytes = UnsafeRawPointer(pages.start + Int(page))
    for k in stride(from: 0, through: PagePool.pageByteCount, by: 64) { CLinux_prefetch(bytes + k) }
  }

  @inline(__always)
  func sum(_ page: Number) -> UInt128 { pages.start[Int(page)].sum }

  /// Adds a page, held once.
  @inline(__always)
  mutating func insert(_ bytes: UnsafeRawPointer, sum: UInt128) -> Number {
    let number = free.popLast() ?? add()
    let page = pages.start + Int(number)
    PagePool.copy(bytes, to: page)
    (page.pointee.sum, page.pointee.holderCount) = (sum, 1)
    return number
  }

  /// Copies a page, without a call.
  @inline(__always)
  static func copy(_ bytes: UnsafeRawPointer, to page: UnsafeMutableRawPointer) {
    for k in stride(from: 0, to: pageByteCount, by: 64) {
      let part = bytes.loadUnaligned(fromByteOffset: k, as: SIMD64<UInt8>.self)
      page.storeBytes(of: part, toByteOffset: k, as: SIMD64<UInt8>.self)
    }
  }

  @inline(__always)
  static func isDifferent(_ page: UnsafeRawPointer, _ bytes: UnsafeRawPointer) -> Bool {
    memcmp(page, bytes, pageByteCount) != 0
  }

  @inline(__always)
  func retain(_ page: Number) { pages.start[Int(page)].holderCount &+= 1 }

  @inline(__always)
  mutating func release(_ page: Number) {
    pages.start[Int(page)].holderCount &-= 1
    if pages.start[Int(page)].holderCount == 0 { setFree(page) }
  }

  private mutating func setFree(_ page: Number) {
    free.grow(by: 1)
    free[free.count - 1] = page
  }

  private mutating func add() -> Number {
    pages.grow(by: 1)
    return Number(pages.count - 1)
  }
}

/// The numbers of a machine's pages, side by side: a multiple of eight, so that eight can be compared
/// at once. Those beyond the machine's pages are ``PagePool/empty``.
struct PageTable {
  static let group = MemoryLayout<SIMD4<UInt64>>.size / MemoryLayout<PagePool.Number>.stride

  let start: UnsafeMutablePointer<PagePool.Number>

  static func length(_ pageCount: Int) -> Int { (pageCount + group - 1) / group * group }

  @inline(__always)
  subscript(page: Int) -> PagePool.Number {
    get { start[page] }
    nonmutating set { start[page] = newValue }
  }

  /// The pages that are others in another table.
  @inline(__always)
  func differences(from other: PageTable, length: Int) -> PageSet {
    var pages = PageSet.none
    for first in stride(from: 0, to: length, by: PageTable.group) {
      let mine = UnsafeRawPointer(start + first).loadUnaligned(as: SIMD4<UInt64>.self)
      let others = UnsafeRawPointer(other.start + first).loadUnaligned(as: SIMD4<UInt64>.self)
      guard (mine ^ others).hasBits else { continue }
      for page in first..<first &+ PageTable.group where start[page] != other.start[page] {
        pages.insert(page)
      }
    }
    return pages
  }
}

/// Which of a machine's pages are which: first those of the RAM, then those of the display, for each
/// plane the left half and the right.
struct PageLayout {
  let ramPageCount: Int
  let pageCount: Int

  private static let pagesPerHalf = 64 * 8 / PagePool.pageByteCount
  static let maxPageCount = PageLayout(.xochip).pageCount

  init(_ platform: Platform) {
    ramPageCount = platform.ramByteCount / PagePool.pageByteCount
    // A machine whose display is small never changes the rest of it.
    let halves = platform.extensions.isDisjoint(with: .superChip10) ? 1 : 4
    pageCount = ramPageCount + halves * PageLayout.pagesPerHalf
  }

  /// Those that may change when a watched machine draws: the first 32 rows, or all of them.
  var displayPages: Range<Int> {
    pageCount == ramPageCount + PageLayout.pagesPerHalf
      ? ramPageCount..<ramPageCount + 1 : ramPageCount..<pageCount
  }

  /// The bytes of a machine's page.
  @inline(__always)
  func bytes(_ index: Int, of parts: Chip8.Parts) -> UnsafeMutableRawPointer {
    index < ramPageCount
      ? UnsafeMutableRawPointer(parts.ram) + index &* PagePool.pageByteCount
      : parts.planes + (index &- ramPageCount) &* PagePool.pageByteCount
  }
}

/// A set of a machine's pages.
struct PageSet {
  private var words = InlineArray<5, UInt64>(repeating: 0)

  static var none: PageSet { PageSet() }

  static var all: PageSet {
    var all = PageSet()
    for k in 0..<5 { all.words[k] = .max }
    return all
  }

  @inline(__always)
  func contains(_ page: Int) -> Bool { words[page &>> 6] &>> UInt64(page & 63) & 1 != 0 }

  @inline(__always)
  mutating func formUnion(_ other: PageSet) {
    for k in 0..<5 { words[k] |= other.words[k] }
  }

  @inline(__always)
  mutating func insert(_ page: Int) { words[page &>> 6] |= 1 &<< UInt64(page & 63) }

  @inline(__always)
  mutating func insert(_ pages: Range<Int>) { for page in pages { insert(page) } }

  /// Calls with its pages, in order.
  @inline(__always)
  func forEach(below count: Int, _ body: (Int) -> Void) {
    for k in 0..<(count &+ 63) &>> 6 {
      var word = words[k]
      while word != 0 {
        let page = k &<< 6 &+ word.trailingZeroBitCount
        word &= word &- 1
        guard page < count else { return }
        body(page)
      }
    }
  }
}
