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

  private typealias Part = SIMD16<UInt8>
  private typealias Page = (SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>)

  /// What there is to know about a page.
  private struct Entry {
    /// The part of ``StateHash`` that it is; that of the empty page depends on its place.
    var sum: UInt128
    var holderCount: UInt32
  }

  // Entries are small enough to stay in the host's caches, which pages are not: they are apart.
  private var pages = Shelf<Page>()
  private var entries = Shelf<Entry>()
  private var free = Shelf<Number>()

  init() {
    let page = Int(add())
    pages[page] = (.zero, .zero, .zero, .zero)
    entries[page] = Entry(sum: 0, holderCount: 1)
  }

  func deallocate() {
    pages.deallocate()
    entries.deallocate()
    free.deallocate()
  }

  var byteCount: Int { pages.byteCount + entries.byteCount + free.byteCount }

  // Numbers come from the pool itself, so they are not checked again.

  /// The bytes of a page, until another one is added.
  @inline(__always)
  subscript(page: Number) -> UnsafeRawPointer { UnsafeRawPointer(pages.start + Int(page)) }

  /// Has the host fetch a page that will be read soon, and perhaps replaced.
  @inline(__always)
  func prefetch(_ page: Number) {
    CLinux_prefetch(entries.start + Int(page))
    Chip8Core.prefetch(self[page], PagePool.pageByteCount)
  }

  @inline(__always)
  func sum(_ page: Number) -> UInt128 { entries.start[Int(page)].sum }

  /// Adds a page, held once.
  @inline(__always)
  mutating func insert(_ bytes: UnsafeRawPointer, sum: UInt128) -> Number {
    let number = free.popLast() ?? add()
    PagePool.copy(bytes, to: pages.start + Int(number))
    entries.start[Int(number)] = Entry(sum: sum, holderCount: 1)
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
  func retain(_ page: Number) { entries.start[Int(page)].holderCount &+= 1 }

  @inline(__always)
  mutating func release(_ page: Number) {
    entries.start[Int(page)].holderCount &-= 1
    if entries.start[Int(page)].holderCount == 0 { free.append(page) }
  }

  @inline(never)
  private mutating func add() -> Number {
    pages.grow(by: 1)
    entries.grow(by: 1)
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

/// The numbers of a machine's pages, side by side: a multiple of 16, so that 16 can be compared at once.
/// Those beyond the machine's pages are ``PagePool/empty``.
struct PageTable {
  /// At a multiple of ``alignment``.
  let start: UnsafeMutablePointer<PagePool.Number>

  static let alignment = 16
  private static let groupLength = 16

  static func length(_ pageCount: Int) -> Int {
    (pageCount + groupLength - 1) / groupLength * groupLength
  }

  @inline(__always)
  subscript(page: Int) -> PagePool.Number {
    get { start[page] }
    nonmutating set { start[page] = newValue }
  }

  /// The pages that differ from another table's: a word of a ``PageSet``. Which ones do cannot be predicted, so
  /// nothing branches on it.
  @inline(__always)
  func differences(from other: PageTable, word: Int, length: Int) -> UInt64 {
    var pages: UInt64 = 0
    let end = min(length, 64 &* word &+ 64)
    var page = 64 &* word
    while page < end {
      let group = CLinux_differencesOf16(start + page, other.start + page)
      pages |= group &<< UInt64(truncatingIfNeeded: page)
      page &+= PageTable.groupLength
    }
    return pages
  }
}

/// Which of a machine's pages are which: first those of the RAM, then those of the display, for each
/// plane the left half and the right.
struct PageLayout {
  let ramPageCount: Int
  let pageCount: Int
  /// How many words of a ``PageSet`` have pages.
  let wordCount: Int
  /// Those that may change when a watched machine draws, which are all in one word: the first 32 rows, or
  /// all of them.
  private let displayWord: Int
  private let displayPages: UInt64

  private static let pagesPerHalf = 64 * 8 / PagePool.pageByteCount
  static let maxPageCount = Platform.allCases.map { PageLayout($0).pageCount }.max() ?? 0

  init(_ platform: Platform) {
    ramPageCount = platform.ramByteCount / PagePool.pageByteCount
    // A machine whose display is small never changes the rest of it.
    let isSmall = platform.extensions.isDisjoint(with: .superChip10)
    pageCount = ramPageCount + (isSmall ? 1 : 4) * PageLayout.pagesPerHalf
    wordCount = (pageCount + 63) / 64
    displayWord = ramPageCount / 64
    displayPages = (isSmall ? 1 : 0xFF) << UInt64(ramPageCount % 64)
  }

  /// A word of the set of all pages.
  func allPages(word: Int) -> UInt64 { ~(.max << UInt64(pageCount - 64 * word)) }

  /// A word of the set of those that may change when a watched machine draws.
  @inline(__always)
  func displayPages(word: Int) -> UInt64 { word == displayWord ? displayPages : 0 }

  /// The bytes of a machine's page.
  @inline(__always)
  func bytes(_ index: Int, of parts: Chip8.Parts) -> UnsafeMutableRawPointer {
    index < ramPageCount
      ? UnsafeMutableRawPointer(parts.ram) + index &* PagePool.pageByteCount
      : parts.planes + (index &- ramPageCount) &* PagePool.pageByteCount
  }
}

/// A set of a machine's pages, 64 to a word: most machines have no more.
struct PageSet {
  static let wordCount = 5

  private var words = InlineArray<5, UInt64>(repeating: 0)

  var count: Int { words.indices.reduce(0) { $0 + words[$1].nonzeroBitCount } }

  @inline(__always)
  subscript(word word: Int) -> UInt64 {
    get { words[word] }
    set { words[word] = newValue }
  }

  @inline(__always)
  mutating func insert(_ page: Int) {
    words[page &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: page)
  }
}

extension UInt64 {
  /// Calls with the pages of a word of a ``PageSet``, in order.
  @inline(__always)
  func forEachPage(word: Int, _ body: (Int) -> Void) {
    var rest = self
    while rest != 0 {
      body(64 &* word &+ rest.trailingZeroBitCount)
      rest &= rest &- 1
    }
  }
}
