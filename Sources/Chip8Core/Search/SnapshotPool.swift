// Snapshots by the thousand, for searches: those that are alike share their memory.

import SaveState

/// Snapshots of machines with one program and one configuration. What a snapshot costs, in time and in
/// memory, is what has changed since the one before: memories are kept in pages of 256 bytes, and
/// pages that have not changed are shared. Each snapshot has a digest that comes for nothing.
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
/// anything else, and a name that was released, is a mistake in the program that ends it.
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
    contents.pointee.deallocate()
    contents.deinitialize(count: 1)
    contents.deallocate()
  }

  /// How many snapshots there are.
  public var count: Int { contents.pointee.slotCount }

  /// The bytes that the snapshots take, those included that are kept for further ones.
  public var byteCount: Int { contents.pointee.byteCount }

  /// Takes a snapshot. O(pages), and what has changed is copied.
  public func capture(_ machine: inout Chip8) -> ID {
    let slot = contents.pointee.addSlot()
    contents.pointee.capture(&machine, in: slot)
    return ID(slot: slot)
  }

  /// Takes a snapshot in place of another one, whose name it gets.
  public func capture(_ machine: inout Chip8, over id: ID) {
    contents.pointee.checkIsUsed(id.slot)
    contents.pointee.capture(&machine, in: id.slot)
  }

  /// Makes a machine what it was at a snapshot; the sound of its last frame is not kept. O(pages), and
  /// what differs is copied.
  public func restore(_ id: ID, to machine: inout Chip8) {
    contents.pointee.restore(id.slot, to: &machine)
  }

  /// The digest of a snapshot's whole state: the same for equal states on every computer, with every
  /// engine and in every pool. Two states of a platform that were not made with its constants in mind
  /// have the same one with a chance of at most 2⁻⁶². It proves nothing to an adversary:
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

/// What a pool holds.
private struct SnapshotPoolContents {
  private let program: Program
  private let configuration: Configuration
  private let layout: PageLayout
  private let tableLength: Int
  private let hash: StateHash
  private var pages = PagePool()
  private var slots: SlotShelf
  private var freeSlots = Shelf<Int>()
  /// The pages that the watched machine had when it was captured or restored last.
  private let current: PageTable
  private var currentSum: UInt128 = 0
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
    current = PageTable(start: .allocate(capacity: tableLength))
    current.start.initialize(repeating: PagePool.empty, count: tableLength)
    emptySums = .allocate(capacity: layout.pageCount)
    for index in 0..<layout.pageCount {
      pages.retain(PagePool.empty)
      (emptySums + index).initialize(to: hash.page(pages[PagePool.empty], at: index))
      currentSum &+= emptySums[index]
    }
  }

  func deallocate() {
    pages.deallocate()
    slots.deallocate()
    freeSlots.deallocate()
    current.start.deallocate()
    emptySums.deallocate()
    hash.deallocate()
  }

  var slotCount: Int { slots.count - freeSlots.count }

  var byteCount: Int { pages.byteCount + slots.byteCount + freeSlots.byteCount }

  mutating func addSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    let slot = slots.add()
    slots.table(slot).start.initialize(repeating: PagePool.empty, count: tableLength)
    for _ in 0..<layout.pageCount { pages.retain(PagePool.empty) }
    return slot
  }

  mutating func removeSlot(_ slot: Int) {
    checkIsUsed(slot)
    slots.head(slot).pointee.isUsed = false
    let table = slots.table(slot)
    for index in 0..<layout.pageCount { replace(index, of: table, by: PagePool.empty) }
    freeSlots.grow(by: 1)
    freeSlots[freeSlots.count - 1] = slot
  }

  @inline(__always)
  private mutating func replace(_ index: Int, of table: PageTable, by page: PagePool.Number) {
    pages.retain(page)
    pages.release(table[index])
    table[index] = page
  }

  @inline(__always)
  func checkIsUsed(_ slot: Int) {
    precondition(slots.head(slot).pointee.isUsed, "this snapshot was released")
  }

  func digest(_ slot: Int) -> UInt64 {
    checkIsUsed(slot)
    return hash.digest(slots.head(slot).pointee.sum)
  }

  func timelessDigest(_ slot: Int) -> UInt64 {
    checkIsUsed(slot)
    let head = slots.head(slot)
    return hash.digest(head.pointee.sum &- hash.time(head.pointee.rest))
  }

  mutating func capture(_ machine: inout Chip8, in slot: Int) {
    machine.withParts { parts in
      update(parts, isWatched: isWatched(parts))
      let head = slots.head(slot)
      head.pointee.rest = StateRest(parts.state, heldKeys: parts.heldKeys.pointee)
      head.pointee.pageSum = currentSum
      head.pointee.sum = currentSum &+ hash.rest(head.pointee.rest)
      head.pointee.isUsed = true
      let table = slots.table(slot)
      table.differences(from: current, length: tableLength).forEach(below: layout.pageCount) {
        replace($0, of: table, by: current[$0])
      }
    }
  }

  /// Whether a machine, which the pool must be for, has noted what it changed.
  @inline(__always)
  private func isWatched(_ parts: Chip8.Parts) -> Bool {
    let isWatched = token != 0 && parts.core?.pointee.watch.token == token
    guard parts.state.pointee.isAlone, isWatched || isFor(parts) else {
      preconditionFailure(
        "a pool is for machines with one program and one configuration, and without a host")
    }
    return isWatched
  }

  @inline(never)
  private func isFor(_ parts: Chip8.Parts) -> Bool {
    parts.state.pointee.configuration == configuration
      && parts.program.pointee.bytes == program.bytes
  }

  /// Brings ``current`` up to date with a machine.
  private mutating func update(_ parts: Chip8.Parts, isWatched: Bool) {
    changedPages(of: parts, isWatched: isWatched).forEach(below: layout.pageCount) { index in
      let bytes = layout.bytes(index, of: parts)
      let old = current[index]
      guard PagePool.isDifferent(pages[old], bytes) else { return }
      let sum = hash.page(bytes, at: index)
      currentSum &+= sum &- (old == PagePool.empty ? emptySums[index] : pages.sum(old))
      let new = pages.insert(bytes, sum: sum)
      pages.release(old)
      current[index] = new
    }
    watch(parts, isWatched: isWatched)
  }

  mutating func restore(_ slot: Int, to machine: inout Chip8) {
    checkIsUsed(slot)
    machine.withParts { parts in
      let isWatched = isWatched(parts)
      let table = slots.table(slot)
      var changed = changedPages(of: parts, isWatched: isWatched)
      changed.formUnion(table.differences(from: current, length: tableLength))
      changed.forEach(below: layout.pageCount) { pages.prefetch(table[$0]) }
      changed.forEach(below: layout.pageCount) { index in
        replace(index, of: current, by: table[index])
        parts.write(pages[table[index]], toPage: index, of: layout)
      }
      currentSum = slots.head(slot).pointee.pageSum
      slots.head(slot).pointee.rest.restore(parts)
      watch(parts, isWatched: isWatched)
    }
  }

  /// The pages in which a machine may differ from ``current``: all of them if it was not watched.
  @inline(__always)
  private func changedPages(of parts: Chip8.Parts, isWatched: Bool) -> PageSet {
    guard isWatched, let core = parts.core else { return .all }
    return core.pointee.watch.changedPages(layout)
  }

  /// Has a machine note from now on what it changes.
  @inline(__always)
  private mutating func watch(_ parts: Chip8.Parts, isWatched: Bool) {
    if isWatched {
      parts.core?.pointee.watchChangedPages()
    } else {
      watchAllPages(parts)
    }
  }

  @inline(never)
  private mutating func watchAllPages(_ parts: Chip8.Parts) {
    guard let core = parts.core, !core.pointee.dialect.isTwoPage else {
      token = 0
      return
    }
    token = PageWatch.newToken()
    core.pointee.watchAllPages(token)
  }
}

/// Slots one after another in the host's memory, each with the numbers of its pages.
private struct SlotShelf {
  struct Head: ~Copyable {
    var rest: StateRest
    /// The hash's sum over the pages, and over all.
    var pageSum: UInt128
    var sum: UInt128
    var isUsed: Bool
  }

  private static let alignment = 64
  private let stride: Int
  private var start: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity = 16

  init(tableLength: Int) {
    let byteCount =
      MemoryLayout<Head>.stride + tableLength * MemoryLayout<PagePool.Number>.stride
    stride = (byteCount + SlotShelf.alignment - 1) / SlotShelf.alignment * SlotShelf.alignment
    start = allocateForSearch(byteCount: capacity * stride)
  }

  func deallocate() { start.deallocate() }

  var byteCount: Int { capacity * stride }

  @inline(__always)
  func head(_ slot: Int) -> UnsafeMutablePointer<Head> {
    precondition(slot >= 0 && slot < count)
    return (start + slot &* stride).assumingMemoryBound(to: Head.self)
  }

  @inline(__always)
  func table(_ slot: Int) -> PageTable {
    let table = start + (slot &* stride &+ MemoryLayout<Head>.stride)
    return PageTable(start: table.assumingMemoryBound(to: PagePool.Number.self))
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
