// Snapshots by the thousand, for searches: those that are alike share their memory.

import SaveState

import func Glibc.memcmp

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
  private struct Slot {
    var rest: StateRest
    /// The hash's sum over the pages, and over all.
    var pageSum: UInt128
    var sum: UInt128
    var isUsed: Bool
  }

  private let program: Program
  private let configuration: Configuration
  private let layout: PageLayout
  private let hash: StateHash
  private var pages = PagePool()
  private var slots = Shelf<Slot>()
  private var freeSlots = Shelf<Int>()
  /// For each slot the pages of its memories, side by side.
  private var tables = Shelf<PagePool.Number>()
  /// The pages that the watched machine had when it was captured or restored last.
  private let current: UnsafeMutablePointer<PagePool.Number>
  private var currentSum: UInt128 = 0
  /// What the watched machine's core knows it by; 0 if there is none.
  private var token: UInt64 = 0

  init(_ machine: Chip8) {
    program = machine.program
    configuration = machine.state.configuration
    layout = PageLayout(configuration.platform)
    hash = StateHash(pageCount: layout.pageCount)
    current = .allocate(capacity: layout.pageCount)
    current.initialize(repeating: PagePool.empty, count: layout.pageCount)
    for index in 0..<layout.pageCount {
      pages.retain(PagePool.empty)
      currentSum &+= hash.page(pages[PagePool.empty], at: index)
    }
  }

  func deallocate() {
    pages.deallocate()
    slots.deallocate()
    freeSlots.deallocate()
    tables.deallocate()
    current.deallocate()
    hash.deallocate()
  }

  var slotCount: Int { slots.count - freeSlots.count }

  var byteCount: Int {
    pages.byteCount + slots.byteCount + tables.byteCount + freeSlots.byteCount
  }

  mutating func addSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    let slot = slots.count
    slots.grow(by: 1)
    tables.grow(by: layout.pageCount)
    let table = table(slot)
    for index in 0..<layout.pageCount {
      table[index] = PagePool.empty
      pages.retain(PagePool.empty)
    }
    return slot
  }

  mutating func removeSlot(_ slot: Int) {
    checkIsUsed(slot)
    slots[slot].isUsed = false
    let table = table(slot)
    for index in 0..<layout.pageCount { replace(&table[index], by: PagePool.empty) }
    freeSlots.grow(by: 1)
    freeSlots[freeSlots.count - 1] = slot
  }

  @inline(__always)
  private mutating func replace(_ page: inout PagePool.Number, by other: PagePool.Number) {
    guard page != other else { return }
    pages.retain(other)
    pages.release(page)
    page = other
  }

  func checkIsUsed(_ slot: Int) {
    precondition(slots[slot].isUsed, "this snapshot was released")
  }

  func digest(_ slot: Int) -> UInt64 {
    checkIsUsed(slot)
    return hash.digest(slots[slot].sum)
  }

  func timelessDigest(_ slot: Int) -> UInt64 {
    checkIsUsed(slot)
    return hash.digest(slots[slot].sum &- hash.time(slots[slot].rest))
  }

  private func table(_ slot: Int) -> UnsafeMutablePointer<PagePool.Number> {
    tables.start + slot &* layout.pageCount
  }

  mutating func capture(_ machine: inout Chip8, in slot: Int) {
    machine.withParts { parts in
      check(parts)
      update(parts)
      let rest = StateRest(parts.state, heldKeys: parts.heldKeys.pointee)
      slots[slot] = Slot(
        rest: rest, pageSum: currentSum, sum: currentSum &+ hash.rest(rest), isUsed: true)
      let table = table(slot)
      for index in 0..<layout.pageCount { replace(&table[index], by: current[index]) }
    }
  }

  private func check(_ parts: Chip8.Parts) {
    precondition(
      parts.state.pointee.isAlone
        && (isWatched(parts)
          || parts.state.pointee.configuration == configuration
            && parts.program.pointee.bytes == program.bytes),
      "a pool is for machines with one program and one configuration, and without a host")
  }

  @inline(__always)
  private func isWatched(_ parts: Chip8.Parts) -> Bool {
    guard token != 0, let core = parts.core else { return false }
    return core.pointee.watch.token == token
  }

  /// Brings ``current`` up to date with a machine.
  private mutating func update(_ parts: Chip8.Parts) {
    changedPages(of: parts).forEach(below: layout.pageCount) { index in
      let bytes = layout.bytes(index, of: parts)
      let old = current[index]
      guard memcmp(pages[old], bytes, PagePool.pageByteCount) != 0 else { return }
      let new = pages.insert(bytes)
      currentSum &+= hash.page(pages[new], at: index) &- hash.page(pages[old], at: index)
      pages.release(old)
      current[index] = new
    }
    watch(parts)
  }

  mutating func restore(_ slot: Int, to machine: inout Chip8) {
    checkIsUsed(slot)
    machine.withParts { parts in
      check(parts)
      let changed = changedPages(of: parts)
      let table = table(slot)
      for index in 0..<layout.pageCount {
        guard table[index] != current[index] || changed.contains(index) else { continue }
        replace(&current[index], by: table[index])
        parts.write(pages[table[index]], toPage: index, of: layout)
      }
      currentSum = slots[slot].pageSum
      slots[slot].rest.restore(parts)
      watch(parts)
    }
  }

  /// The pages in which a machine may differ from ``current``: all of them if it was not watched.
  @inline(__always)
  private func changedPages(of parts: Chip8.Parts) -> PageSet {
    guard isWatched(parts), let core = parts.core else { return .all }
    var changed = core.pointee.watch.changed
    if core.pointee.watch.isDisplayChanged { changed.insert(layout.displayPages) }
    return changed
  }

  /// Has a machine note from now on what it changes.
  @inline(__always)
  private mutating func watch(_ parts: Chip8.Parts) {
    guard let core = parts.core, !core.pointee.dialect.isTwoPage else {
      token = 0
      return
    }
    if !isWatched(parts) {
      token = PageWatch.newToken()
      core.pointee.watchAllPages(token)
    } else {
      core.pointee.watchChangedPages()
    }
  }
}
