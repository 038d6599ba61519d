// How a pool learns what a machine changes: a mark on each byte of the pages that it has seen, which
// costs a program nothing until it writes there, for writes look at the marks of code anyway.

import SaveState
import Synchronization

/// What a pool is told by the machine that it watches.
struct PageWatch {
  /// Of the pool, and of the time that it watches this machine without a gap; 0 if nobody does.
  var token: UInt64 = 0
  /// The pages of the RAM that were written to.
  var changed = PageSet()
  var isDisplayChanged = false

  /// All that may be others since they are watched.
  @inline(__always)
  func changedPages(_ layout: PageLayout) -> PageSet {
    var pages = changed
    if isDisplayChanged { pages.insert(layout.displayPages) }
    return pages
  }

  private static let tokenCount = Atomic<UInt64>(0)

  /// One that no pool has had.
  static func newToken() -> UInt64 {
    tokenCount.add(1, ordering: .relaxed).newValue
  }
}

/// What the marks of a byte mean.
enum Mark {
  /// Operations were made from it.
  static let decoded: UInt8 = 1
  /// A pool wants to know when it is written.
  static let watched: UInt8 = 2
  /// A translation was made from it.
  static let translated: UInt8 = 4
  static let made = decoded | translated
}

extension Core {
  /// Watches all pages from now on, for whoever knows it by this token.
  mutating func watchAllPages(_ token: UInt64) {
    watch = PageWatch(token: token)
    for page in 0...mask / PagePool.pageByteCount { setWatched(page) }
  }

  /// Watches those again that have changed.
  @inline(__always)
  mutating func watchChangedPages() {
    watch.isDisplayChanged = false
    let count = (mask + 1) / PagePool.pageByteCount
    watch.changed.forEach(below: count) { setWatched($0) }
    watch.changed = PageSet()
  }

  /// Notes that a byte is written whose page is watched.
  mutating func noteChange(at address: Int) {
    let page = address / PagePool.pageByteCount
    watch.changed.insert(page)
    let marks = marks + page * PagePool.pageByteCount
    for k in 0..<PagePool.pageByteCount { marks[k] &= ~Mark.watched }
  }

  @inline(__always)
  private func setWatched(_ page: Int) {
    let marks = marks + page * PagePool.pageByteCount
    for k in 0..<PagePool.pageByteCount { marks[k] |= Mark.watched }
  }
}

extension Chip8 {
  /// What executes this machine's instructions; nil if it has not run yet, or shares that with a copy.
  var ownCore: UnsafeMutablePointer<Core>? {
    mutating get {
      isKnownUniquelyReferenced(&unsaved.code) ? unsaved.code?.core : nil
    }
  }

  /// Nobody knows any more what has changed.
  mutating func endWatch() { ownCore?.pointee.watch.token = 0 }

  /// A machine's parts in the host's memory, for a pool.
  struct Parts {
    let core: UnsafeMutablePointer<Core>?
    let program: UnsafePointer<Program>
    let state: UnsafeMutablePointer<State>
    let heldKeys: UnsafeMutablePointer<KeySet>
    let ram: UnsafeMutablePointer<UInt8>
    let planes: UnsafeMutableRawPointer

    /// Replaces a page. Operations that were made from what changes are forgotten.
    @inline(__always)
    func write(_ bytes: UnsafeRawPointer, toPage index: Int, of layout: PageLayout) {
      let page = layout.bytes(index, of: self)
      if index < layout.ramPageCount {
        core?.pointee.forgetDifferences(page, bytes, inPage: index)
      }
      PagePool.copy(bytes, to: page)
    }
  }

  /// Calls with the parts. The sound of the last frame is lost.
  @inline(__always)
  mutating func withParts<Result>(_ body: (Parts) -> Result) -> Result {
    let core = ownCore
    if core == nil { unsaved.code = nil }
    unsaved.tone = nil
    return withUnsafeMutablePointer(to: &self) { machine in
      guard let programOffset = MemoryLayout<Chip8>.offset(of: \.program),
        let stateOffset = MemoryLayout<Chip8>.offset(of: \.state),
        let keysOffset = MemoryLayout<Chip8>.offset(of: \.unsaved.heldKeys),
        let planesOffset = MemoryLayout<Chip8>.offset(of: \.state.display.planes)
      else { preconditionFailure("a machine is a struct") }
      let start = UnsafeMutableRawPointer(machine)
      return machine.pointee.state.ram.withUnsafeMutableBufferPointer { ram in
        guard let ram = ram.baseAddress else { preconditionFailure("a machine has RAM") }
        return body(
          Parts(
            core: core,
            program: UnsafePointer((start + programOffset).assumingMemoryBound(to: Program.self)),
            state: (start + stateOffset).assumingMemoryBound(to: State.self),
            heldKeys: (start + keysOffset).assumingMemoryBound(to: KeySet.self), ram: ram,
            planes: start + planesOffset))
      }
    }
  }
}

extension Core {
  /// Forgets the operations that were made from those bytes of a page that become others.
  @inline(never)
  fileprivate mutating func forgetDifferences(
    _ old: UnsafeRawPointer, _ new: UnsafeRawPointer, inPage page: Int
  ) {
    guard codePages.contains(page) else { return }
    let marks = UnsafeRawPointer(marks + page &* PagePool.pageByteCount)
    let made = SIMD4(repeating: UInt64(Mark.made) &* 0x0101_0101_0101_0101)
    for part in stride(from: 0, to: PagePool.pageByteCount, by: 32) {
      // Where nothing is another byte, or nothing was made, there is nothing to forget.
      let difference =
        old.loadUnaligned(fromByteOffset: part, as: SIMD4<UInt64>.self)
        ^ new.loadUnaligned(fromByteOffset: part, as: SIMD4<UInt64>.self)
      let marked = marks.loadUnaligned(fromByteOffset: part, as: SIMD4<UInt64>.self) & made
      guard difference.hasBits, marked.hasBits else { continue }
      for word in 0..<4 where difference[word] != 0 && marked[word] != 0 {
        for byte in part &+ 8 &* word..<part &+ 8 &* word &+ 8
        where old.load(fromByteOffset: byte, as: UInt8.self)
          != new.load(fromByteOffset: byte, as: UInt8.self)
          && marks.load(fromByteOffset: byte, as: UInt8.self) & Mark.made != 0
        {
          forgetWhatWasMade(from: page &* PagePool.pageByteCount &+ byte)
        }
      }
    }
  }
}

extension SIMD4<UInt64> {
  @inline(__always)
  var hasBits: Bool { (self[0] | self[1]) | (self[2] | self[3]) != 0 }
}
