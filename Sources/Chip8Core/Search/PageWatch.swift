// How a pool learns what a machine changes: a mark on each byte of the pages that it has seen, which
// costs a program nothing until it writes there, for writes look at the marks of code anyway.

import SaveState
import Synchronization

/// What a pool is told by the machine that it watches.
struct PageWatch {
  /// Of the pool, and of the time that it watches this machine without a gap; 0 if unwatched.
  var token: UInt64
  /// Whether the machine has run since the pool saw it.
  var hasRun = false
  /// The pages of the RAM that were written to since they are watched.
  var changed = PageSet()
  var isDisplayChanged = false
  /// How often the pool has seen it.
  private var visitCount = 0

  init(token: UInt64 = 0) { self.token = token }

  /// Most pages that a program has written to it writes to again and again. To watch them again costs
  /// more than to look at them each time; so that is done once in a while.
  @inline(__always)
  fileprivate mutating func isTimeToWatchAgain() -> Bool {
    visitCount &+= 1
    return visitCount & 31 == 0
  }

  /// A word of the set of all that may be others since the pool has seen them. Mutating, so that the
  /// compiler does not copy all of this first.
  @inline(__always)
  mutating func changedPages(_ layout: PageLayout, word: Int) -> UInt64 {
    guard hasRun else { return 0 }
    return changed[word: word] | (isDisplayChanged ? layout.displayPages(word: word) : 0)
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
  /// Watches all pages from now on, for the holder of this token.
  mutating func watchAllPages(_ token: UInt64) {
    watch = PageWatch(token: token)
    for page in 0...mask / PagePool.pageByteCount { setWatched(page) }
  }

  /// Notes that the pool has seen all that has changed.
  @inline(__always)
  mutating func noteVisit() {
    watch.isDisplayChanged = false
    watch.hasRun = false
    if watch.isTimeToWatchAgain() { watchChangedPages() }
  }

  /// Watches those again that have changed.
  @inline(never)
  private mutating func watchChangedPages() {
    for word in 0..<PageSet.wordCount {
      watch.changed[word: word].forEachPage(word: word) { setWatched($0) }
    }
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

  /// Invalidates the dirty-page record.
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

  /// The parts of a machine, to change them. The sound of its last frame is lost.
  @inline(__always)
  static func parts(toChange machine: UnsafeMutablePointer<Chip8>) -> Parts {
    machine.pointee.unsaved.tone = nil
    // The RAM is not shared from here on.
    machine.pointee.state.ram.withUnsafeMutableBufferPointer { _ in }
    return parts(of: machine)
  }

  /// The parts of a machine, to read them, for as long as it is there to be read.
  @inline(__always)
  static func parts(of machine: UnsafeMutablePointer<Chip8>) -> Parts {
    let core = machine.pointee.ownCore
    if core == nil { machine.pointee.unsaved.code = nil }
    guard let programOffset = MemoryLayout<Chip8>.offset(of: \.program),
      let stateOffset = MemoryLayout<Chip8>.offset(of: \.state),
      let keysOffset = MemoryLayout<Chip8>.offset(of: \.unsaved.heldKeys),
      let planesOffset = MemoryLayout<Chip8>.offset(of: \.state.display.planes),
      let ram = machine.pointee.state.ram.withUnsafeBufferPointer({ $0.baseAddress })
    else { preconditionFailure("a machine is a struct with RAM") }
    let start = UnsafeMutableRawPointer(machine)
    return Parts(
      core: core,
      program: UnsafePointer((start + programOffset).assumingMemoryBound(to: Program.self)),
      state: (start + stateOffset).assumingMemoryBound(to: State.self),
      heldKeys: (start + keysOffset).assumingMemoryBound(to: KeySet.self),
      ram: UnsafeMutablePointer(mutating: ram), planes: start + planesOffset)
  }
}
