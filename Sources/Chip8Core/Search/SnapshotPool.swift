// Snapshots by the thousand, for searches: those that are alike share their memory.

import SaveState

/// Snapshots of machines with one program and one configuration. What a snapshot costs, in time and in
/// memory, is what has changed since the one before: memories are kept in pages of 256 bytes, and
/// pages that have not changed are shared. Each snapshot has a digest at no extra cost.
///
///     let pool = SnapshotPool(machine)
///     let start = pool.capture(&machine)
///     _ = machine.run(frames: 1, keys: keys)
///     let next = pool.capture(&machine)
///     if pool.digest(next) == pool.digest(start) { … }
///     pool.restore(start, to: &machine)
///
/// A pool is fastest with one machine that it captures and restores again and again. It is for one
/// thread at a time. A snapshot takes 4 bytes for each page of the machine (18 pages, on XO-CHIP 264),
/// about 300 bytes, and the pages that no other has.
///
/// Machines must have the pool's program and configuration, and nothing to do with a host or an entry call;
/// anything else, and a name that was released, is a programming error and traps.
public final class SnapshotPool {
  /// A snapshot's name, valid until it is released.
  public struct ID: Hashable, Sendable {
    fileprivate let slot: Int
  }

  /// Apart from the object, whose properties would be guarded each time.
  private let contents: UnsafeMutablePointer<SnapshotPoolContents>

  /// An empty pool for machines like this one.
  public init(_ machine: Chip8) {
    contents = .allocate(capacity: 1)
    contents.initialize(to: SnapshotPoolContents(machine))
  }

  deinit {
    contents.deinitialize(count: 1)
    contents.deallocate()
  }

  /// How many snapshots there are.
  public var count: Int { contents.pointee.slotCount }

  /// The bytes that the snapshots take, those included that are kept for further ones.
  public var byteCount: Int { contents.pointee.byteCount }

  /// Takes a snapshot. O(pages), and what has changed is copied.
  public func capture(_ machine: inout Chip8) -> ID {
    ID(slot: contents.pointee.capture(&machine))
  }

  /// Takes a snapshot in place of another one, whose name it gets.
  public func capture(_ machine: inout Chip8, over id: ID) {
    contents.pointee.capture(&machine, over: id.slot)
  }

  /// Makes a machine what it was at a snapshot; the sound of its last frame is not kept. O(pages), and
  /// what differs is copied.
  public func restore(_ id: ID, to machine: inout Chip8) {
    contents.pointee.restore(id.slot, to: &machine)
  }

  /// Prefetches a snapshot that will be restored after the next one. This call fetches its registers and page
  /// numbers, the next call its pages. It changes nothing else. O(pages).
  ///
  /// Without it, a restore waits for memory where there are more snapshots than fit in the host's caches: a
  /// search that knows where it goes should say so two restores ahead.
  public func prefetch(_ id: ID) { contents.pointee.prefetch(id.slot) }

  /// The digest of a snapshot's whole state: the same for equal states on every computer, with every
  /// engine and in every pool. Two states of a platform that were not made with its constants in mind
  /// have the same one with a probability of at most 2⁻⁶². It proves nothing to an adversary:
  /// ``SaveState/Machine/stateDigest`` does. O(1).
  public func digest(_ id: ID) -> UInt64 { contents.pointee.digest(id.slot) }

  /// The digest of all but the counts of frames and instructions, to find a state that was reached
  /// in another time. O(1).
  public func timelessDigest(_ id: ID) -> UInt64 { contents.pointee.timelessDigest(id.slot) }

  /// Gives up a snapshot.
  public func release(_ id: ID) {
    contents.pointee.removeSlot(id.slot)
  }
}

/// What a pool holds. It cannot be copied: that would cost as much as the work that it saves.
private struct SnapshotPoolContents: ~Copyable {
  private let program: Program
  private let configuration: Configuration
  private let layout: PageLayout
  private let tableLength: Int
  private let hash: StateHash
  private var pages = PagePool()
  private var slots: SlotShelf
  private var freeSlots = Shelf<Int>()
  /// The slot with the pages that the watched machine had when it was captured or restored last.
  private var current = SnapshotPoolContents.spareSlot
  /// The pages in which snapshots may differ: those that have changed since the first one.
  private var varying = PageSet()
  /// Whether there are so few of them that it takes longer to find out which do.
  private var areFewVarying = true
  private static let fewPages = 6
  /// The slot whose pages the next prefetch fetches.
  private var announced: Int?
  /// The slot without a snapshot: what is there when ``current`` is removed.
  private static let spareSlot = 0
  /// For each page its part of the sum while it is empty.
  private let emptySums: UnsafeMutablePointer<UInt128>
  /// What the watched machine's core knows it by; 0 if there is none.
  private var token: UInt64 = 0

  init(_ machine: Chip8) {
    program = machine.program
    configuration = machine.state.configuration
    layout = PageLayout(configuration.platform)
    tableLength = PageTable.length(layout.pageCount)
    hash = StateHash(pageCount: layout.pageCount)
    slots = SlotShelf(tableLength: tableLength)
    emptySums = .allocate(capacity: layout.pageCount)
    var sum: UInt128 = 0
    for index in 0..<layout.pageCount {
      (emptySums + index).initialize(to: hash.page(pages[PagePool.empty], at: index))
      sum &+= emptySums[index]
    }
    let spare = makeSlot()
    slots[spare].head.pointee.pageSum = sum
    slots[spare].head.pointee.isUsed = false
  }

  deinit {
    pages.deallocate()
    slots.deallocate()
    freeSlots.deallocate()
    emptySums.deallocate()
    hash.deallocate()
  }

  var slotCount: Int { slots.count - freeSlots.count - 1 }

  var byteCount: Int { pages.byteCount + slots.byteCount + freeSlots.byteCount }

  private mutating func addSlot() -> Int {
    let slot = freeSlots.popLast() ?? makeSlot()
    slots[slot].head.pointee.isUsed = true
    return slot
  }

  private mutating func makeSlot() -> Int {
    let slot = slots.add()
    slots[slot].table.start.initialize(repeating: PagePool.empty, count: tableLength)
    slots[slot].head.pointee.arePagesFetched = false
    for _ in 0..<layout.pageCount { pages.retain(PagePool.empty) }
    return slot
  }

  mutating func removeSlot(_ slot: Int) {
    let used = usedSlot(slot)
    used.head.pointee.isUsed = false
    if slot == current { keepCurrentPages() }
    let table = used.table
    for index in 0..<layout.pageCount { replace(index, of: table, by: PagePool.empty) }
    freeSlots.append(slot)
  }

  private mutating func keepCurrentPages() {
    let spare = slots[SnapshotPoolContents.spareSlot]
    spare.head.pointee.pageSum = slots[current].head.pointee.pageSum
    copyTable(slots[current].table, to: spare.table)
    current = SnapshotPoolContents.spareSlot
  }

  /// Makes a table have another one's pages.
  @inline(never)
  private mutating func copyTable(_ table: PageTable, to other: PageTable) {
    for word in 0..<layout.wordCount {
      table.differences(from: other, word: word, length: tableLength).forEachPage(word: word) {
        replace($0, of: other, by: table[$0])
      }
    }
  }

  @inline(__always)
  private mutating func replace(_ index: Int, of table: PageTable, by page: PagePool.Number) {
    pages.retain(page)
    pages.release(table[index])
    table[index] = page
  }

  // Reading is mutating, too, so that the compiler reads in place instead of copying the whole value first.

  @inline(__always)
  private mutating func usedSlot(_ slot: Int) -> Slot {
    let used = slots[slot]
    precondition(used.head.pointee.isUsed, "this snapshot was released")
    return used
  }

  mutating func digest(_ slot: Int) -> UInt64 { hash.digest(usedSlot(slot).head.pointee.sum) }

  mutating func timelessDigest(_ slot: Int) -> UInt64 {
    let used = usedSlot(slot)
    return hash.digest(used.head.pointee.sum &- hash.time(used.rest))
  }

  mutating func capture(_ machine: inout Chip8) -> Int {
    let slot = addSlot()
    capture(&machine, over: slot)
    if slotCount == 1 { (varying, areFewVarying) = (PageSet(), true) }
    return slot
  }

  mutating func capture(_ machine: inout Chip8, over number: Int) {
    let slot = usedSlot(number)
    withUnsafeMutablePointer(to: &machine) { capture(Chip8.parts(of: $0), in: slot, number) }
  }

  @inline(__always)
  private mutating func capture(_ parts: Chip8.Parts, in slot: Slot, _ number: Int) {
    let isWatched = isWatched(parts)
    let (head, table) = (slot.head, slot.table)
    var pageSum = slots[current].head.pointee.pageSum
    if number != current { copyTable(slots[current].table, to: table) }
    for word in 0..<layout.wordCount {
      changedPages(of: parts, word: word, isWatched: isWatched).forEachPage(word: word) { index in
        let bytes = layout.bytes(index, of: parts)
        if PagePool.isDifferent(pages[table[index]], bytes) {
          pageSum &+= change(index, of: table, to: bytes)
        }
      }
    }
    current = number
    watch(parts, isWatched: isWatched)
    StateRest.save(parts.state, to: slot.rest)
    head.pointee.pageSum = pageSum
    head.pointee.sum = pageSum &+ hash.rest(parts.state)
    head.pointee.heldKeys = parts.heldKeys.pointee
  }

  /// Makes a page of a table a new one.
  ///
  /// - Returns: what that adds to the table's sum.
  @inline(never)
  private mutating func change(
    _ index: Int, of table: PageTable, to bytes: UnsafeRawPointer
  ) -> UInt128 {
    varying.insert(index)
    areFewVarying = varying.count <= SnapshotPoolContents.fewPages
    let (sum, old) = (hash.page(bytes, at: index), table[index])
    let oldSum = old == PagePool.empty ? emptySums[index] : pages.sum(old)
    // Not before the new page is inserted, which would get its number.
    table[index] = pages.insert(bytes, sum: sum)
    pages.release(old)
    return sum &- oldSum
  }

  mutating func prefetch(_ slot: Int) {
    // By now, the table of the one before has arrived.
    if let announced { prefetchPages(slots[announced]) }
    slots[slot].prefetch()
    announced = slot
  }

  /// Prefetches the pages of a slot that a machine with the current ones may lack.
  private mutating func prefetchPages(_ slot: Slot) {
    slot.head.pointee.arePagesFetched = true
    let table = slot.table
    for word in 0..<layout.wordCount {
      differences(of: table, word: word).forEachPage(word: word) { pages.prefetch(table[$0]) }
    }
  }

  /// A word of the set of pages in which a snapshot may differ from the current one. Where few can, it is always
  /// the same: then the host knows what comes next.
  @inline(__always)
  private mutating func differences(of table: PageTable, word: Int) -> UInt64 {
    let varying = varying[word: word]
    if varying == 0 || areFewVarying { return varying }
    return table.differences(from: slots[current].table, word: word, length: tableLength)
  }

  mutating func restore(_ number: Int, to machine: inout Chip8) {
    let slot = usedSlot(number)
    withUnsafeMutablePointer(to: &machine) { restore(slot, number, Chip8.parts(toChange: $0)) }
  }

  @inline(__always)
  private mutating func restore(_ slot: Slot, _ number: Int, _ parts: Chip8.Parts) {
    let isWatched = isWatched(parts)
    if !slot.head.pointee.arePagesFetched {
      slot.prefetch()
      prefetchPages(slot)
    }
    slot.head.pointee.arePagesFetched = false
    parts.heldKeys.pointee = slot.head.pointee.heldKeys
    StateRest.restore(slot.rest, to: parts.state)
    let table = slot.table
    for word in 0..<layout.wordCount {
      let differing =
        changedPages(of: parts, word: word, isWatched: isWatched)
        | differences(of: table, word: word)
      differing.forEachPage(word: word) {
        parts.write(pages[table[$0]], toPage: $0, of: layout)
      }
    }
    self.current = number
    watch(parts, isWatched: isWatched)
  }

  /// Whether a machine, which the pool must be for, has noted what it changed.
  @inline(__always)
  private mutating func isWatched(_ parts: Chip8.Parts) -> Bool {
    let isWatched = token != 0 && parts.core?.pointee.watch.token == token
    guard parts.state.pointee.hasNoHostState, isWatched || isFor(parts.program, parts.state) else {
      preconditionFailure(
        "a pool is for machines with one program and one configuration, and without a host")
    }
    return isWatched
  }

  @inline(never)
  private func isFor(
    _ program: UnsafePointer<Program>, _ state: UnsafeMutablePointer<State>
  ) -> Bool {
    state.pointee.configuration == configuration && program.pointee.bytes == self.program.bytes
  }

  /// A word of the set of pages in which a machine may differ from ``current``: all of them if it was not
  /// watched.
  @inline(__always)
  private mutating func changedPages(
    of parts: Chip8.Parts, word: Int, isWatched: Bool
  ) -> UInt64 {
    guard isWatched, let core = parts.core else { return layout.allPages(word: word) }
    return core.pointee.watch.changedPages(layout, word: word)
  }

  /// Makes a machine note what it changes from now on.
  @inline(__always)
  private mutating func watch(_ parts: Chip8.Parts, isWatched: Bool) {
    if isWatched {
      parts.core?.pointee.noteVisit()
    } else {
      watchAllPages(parts.core)
    }
  }

  @inline(never)
  private mutating func watchAllPages(_ core: UnsafeMutablePointer<Core>?) {
    guard let core, !core.pointee.dialect.isTwoPage else {
      token = 0
      return
    }
    token = PageWatch.newToken()
    core.pointee.watchAllPages(token)
  }
}

/// A snapshot's place in the host's memory.
private struct Slot {
  struct Head {
    /// The hash's sum over the pages, and over all.
    var pageSum: UInt128
    var sum: UInt128
    var heldKeys: KeySet
    var isUsed: Bool
    /// Whether the host has fetched the pages for a restore.
    var arePagesFetched: Bool
  }

  static let alignment = 64

  let start: UnsafeMutableRawPointer

  @inline(__always)
  private static var restOffset: Int { MemoryLayout<Head>.stride }
  @inline(__always)
  static var tableOffset: Int {
    let alignment = PageTable.alignment
    return (restOffset &+ StateRest.byteCount &+ alignment &- 1) / alignment &* alignment
  }

  @inline(__always)
  var head: UnsafeMutablePointer<Head> { start.assumingMemoryBound(to: Head.self) }

  @inline(__always)
  var rest: UnsafeMutableRawPointer { start + Slot.restOffset }

  /// The numbers of its pages.
  @inline(__always)
  var table: PageTable {
    let table = start + Slot.tableOffset
    return PageTable(start: table.assumingMemoryBound(to: PagePool.Number.self))
  }

  /// Prefetches all of it, or the beginning of a large table.
  @inline(__always)
  func prefetch() { Chip8Core.prefetch(start, 7 &* Slot.alignment) }
}

/// Slots one after another.
private struct SlotShelf {
  private let stride: Int
  private var start: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity = 16

  init(tableLength: Int) {
    let byteCount = Slot.tableOffset + tableLength * MemoryLayout<PagePool.Number>.stride
    stride = (byteCount + Slot.alignment - 1) / Slot.alignment * Slot.alignment
    start = allocateForSearch(byteCount: capacity * stride)
  }

  func deallocate() { start.deallocate() }

  var byteCount: Int { capacity * stride }

  @inline(__always)
  subscript(slot: Int) -> Slot {
    precondition(slot >= 0 && slot < count)
    return Slot(start: start + slot &* stride)
  }

  /// Makes room for another one, which is to be written before it is read.
  mutating func add() -> Int {
    if count == capacity {
      let moved = allocateForSearch(byteCount: 2 * capacity * stride)
      moved.copyMemory(from: start, byteCount: capacity * stride)
      start.deallocate()
      (start, capacity) = (moved, 2 * capacity)
    }
    count += 1
    return count - 1
  }
}
