// Pages of memory, each kept once for all who have it.

/// Numbers and plain structs side by side: what needs no deinitialization.
struct Shelf<Element> {
  private(set) var start = UnsafeMutablePointer<Element>.allocate(capacity: 64)
  private(set) var count = 0
  private var capacity = 64

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
      let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
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
  typealias Page = (SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>, SIMD64<UInt8>)

  static let pageByteCount = 256
  /// The page of zeros.
  static let empty: Number = 0

  private var pages = Shelf<Page>()
  private var holders = Shelf<UInt32>()
  private var free = Shelf<Number>()

  init() {
    add()
    pages[0] = (.zero, .zero, .zero, .zero)
    holders[0] = 1
  }

  func deallocate() {
    pages.deallocate()
    holders.deallocate()
    free.deallocate()
  }

  var byteCount: Int { pages.byteCount + holders.byteCount + free.byteCount }

  /// The bytes of a page, until another one is added.
  @inline(__always)
  subscript(page: Number) -> UnsafeRawPointer { UnsafeRawPointer(pages.start + Int(page)) }

  /// Adds a page, held once.
  mutating func insert(_ bytes: UnsafeRawPointer) -> Number {
    let page = free.popLast() ?? add()
    PagePool.copy(bytes, to: pages.start + Int(page))
    holders[Int(page)] = 1
    return page
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
  func retain(_ page: Number) { holders.start[Int(page)] &+= 1 }

  @inline(__always)
  mutating func release(_ page: Number) {
    holders.start[Int(page)] &-= 1
    if holders.start[Int(page)] == 0 { setFree(page) }
  }

  private mutating func setFree(_ page: Number) {
    free.grow(by: 1)
    free[free.count - 1] = page
  }

  @discardableResult
  private mutating func add() -> Number {
    pages.grow(by: 1)
    holders.grow(by: 1)
    return Number(pages.count - 1)
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

  var displayPages: Range<Int> { ramPageCount..<pageCount }

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

  static var all: PageSet {
    var all = PageSet()
    for k in 0..<5 { all.words[k] = .max }
    return all
  }

  @inline(__always)
  func contains(_ page: Int) -> Bool { words[page &>> 6] &>> UInt64(page & 63) & 1 != 0 }

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
