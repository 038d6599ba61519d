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
  @inline(never)
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

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(by: 1) } else { count &+= 1 }
    start[count &- 1] = element
  }

  @inline(__always)
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
  /// Stands for a page that a machine may have changed, and that nobody has looked at since.
  static let unknown: Number = 1

  private typealias Part = SIMD16<UInt8>
  private typealias Page = (SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>)

  // Sums and counts are small enough to stay in the host's caches, which pages are not: they are apart.
  private var pages = Shelf<Page>()
  /// The part of ``StateHash`` that each page is; that of the empty page depends on its place.
  private var sums = Shelf<UInt128>()
  private var holderCounts = Shelf<UInt32>()
  private var free = Shelf<Number>()

  init() {
    for _ in [PagePool.empty, PagePool.unknown] {
      let page = Int(add())
      pages[page] = (.zero, .zero, .zero, .zero)
      (sums[page], holderCounts[page]) = (0, 1)
    }
  }

  func deallocate() {
    pages.deallocate()
    sums.deallocate()
    holderCounts.deallocate()
    free.deallocate()
  }

  var byteCount: Int {
    pages.byteCount + sums.byteCount + holderCounts.byteCount + free.byteCount
  }

  // Numbers come from the pool itself, so they are not checked again.

  /// The bytes of a page, until another one is added.
  @inline(__always)
  subscript(page: Number) -> UnsafeRawPointer { UnsafeRawPointer(pages.start + Int(page)) }

  /// Has the host fetch a page that will be read soon.
  @inline(__always)
  func prefetch(_ page: Number) { Chip8Core.prefetch(self[page], PagePool.pageByteCount) }

  @inline(__always)
  func sum(_ page: Number) -> UInt128 { sums.start[Int(page)] }

  /// Adds a page, held once.
  @inline(__always)
  mutating func insert(_ bytes: UnsafeRawPointer, sum: UInt128) -> Number {
    let number = free.popLast() ?? add()
    PagePool.copy(bytes, to: pages.start + Int(number))
    sums.start[Int(number)] = sum
    holderCounts.start[Int(number)] = 1
    return number
  }

  /// Copies a page, without a call.
  @inline(__always)
  static func copy(_ bytes: UnsafeRawPointer, to page: UnsafeMutableRawPointer) {
    for k in stride(from: 0, to: pageByteCount, by: MemoryLayout<Part>.size) {
      let part = bytes.loadUnaligned(fromByteOffset: k, as: Part.self)
      page.storeBytes(of: part, toByteOffset: k, as: Part.self)
    }
  }

  @inline(__always)
  static func isDifferent(_ page: UnsafeRawPointer, _ bytes: UnsafeRawPointer) -> Bool {
    memcmp(page, bytes, pageByteCount) != 0
  }

  @inline(__always)
  func retain(_ page: Number) { holderCounts.start[Int(page)] &+= 1 }

  @inline(__always)
  mutating func release(_ page: Number) {
    holderCounts.start[Int(page)] &-= 1
    if holderCounts.start[Int(page)] == 0 { free.append(page) }
  }

  @inline(never)
  private mutating func add() -> Number {
    pages.grow(by: 1)
    sums.grow(by: 1)
    holderCounts.grow(by: 1)
    return Number(pages.count - 1)
  }
}

extension SIMD16<UInt8> {
  /// Whether it is not all zeros.
  @inline(__always)
  var hasBits: Bool {
    let halves = unsafeBitCast(self, to: SIMD2<UInt64>.self)
    return halves.x | halves.y != 0
  }
}

/// Has the host fetch so many bytes that will be needed soon.
@inline(__always)
func prefetch(_ start: UnsafeRawPointer, _ byteCount: Int) {
  for k in stride(from: 0, to: byteCount, by: 64) { CLinux_prefetch(start + k) }
}

/// The numbers of a machine's pages, side by side: an even number, so that two can be compared at once.
/// Those beyond the machine's pages are ``PagePool/empty``.
struct PageTable {
  let start: UnsafeMutablePointer<PagePool.Number>

  static func length(_ pageCount: Int) -> Int { (pageCount + 1) / 2 * 2 }

  @inline(__always)
  subscript(page: Int) -> PagePool.Number {
    get { start[page] }
    nonmutating set { start[page] = newValue }
  }

  /// Lists the pages that are others in another table.
  @inline(__always)
  func listDifferences(from other: PageTable, length: Int, in pages: inout PageList) {
    var page = 0
    while page < length {
      let mine = UnsafeRawPointer(start + page).load(as: UInt64.self)
      if mine != UnsafeRawPointer(other.start + page).load(as: UInt64.self) {
        if start[page] != other.start[page] { pages.append(page) }
        if start[page &+ 1] != other.start[page &+ 1] { pages.append(page &+ 1) }
      }
      page &+= 2
    }
  }
}

/// Some of a machine's pages, each once, in memory that is there for all of them.
struct PageList {
  private let start: UnsafeMutablePointer<Int32>
  private(set) var count = 0

  init(capacity: Int) { start = .allocate(capacity: capacity) }

  func deallocate() { start.deallocate() }

  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func append(_ page: Int) {
    start[count] = Int32(truncatingIfNeeded: page)
    count &+= 1
  }

  @inline(__always)
  subscript(index: Int) -> Int { Int(start[index]) }
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
  /// The first 64, which is all of most machines, and the others.
  private var first: UInt64 = 0
  private var others = InlineArray<4, UInt64>(repeating: 0)

  @inline(__always)
  func contains(_ page: Int) -> Bool {
    let word = page < 64 ? first : others[page &>> 6 &- 1]
    return word &>> UInt64(truncatingIfNeeded: page) & 1 != 0
  }

  @inline(__always)
  mutating func insert(_ page: Int) {
    let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: page)
    if page < 64 { first |= bit } else { others[page &>> 6 &- 1] |= bit }
  }

  /// Calls with its pages, in order.
  @inline(__always)
  func forEach(_ body: (Int) -> Void) {
    PageSet.forEach(of: first, body)
    for k in 0..<4 where others[k] != 0 {
      PageSet.forEach(of: others[k]) { body($0 &+ 64 &* (k &+ 1)) }
    }
  }

  @inline(__always)
  private static func forEach(of word: UInt64, _ body: (Int) -> Void) {
    var word = word
    while word != 0 {
      body(word.trailingZeroBitCount)
      word &= word &- 1
    }
  }
}
