// The machine at a moment, in memory: to go back to, or to save while the machine runs on.

import func Glibc.memcmp
import SaveState

extension Chip8 {
  /// A machine at a moment: all that it is, with the keys that are held down, without what it keeps
  /// beside to be fast.
  public struct Snapshot: Sendable {
    /// The program that was loaded at power-on.
    public fileprivate(set) var program: Program
    fileprivate var tone: Tone?
    fileprivate var heldKeys: KeySet
    package var ram: [UInt8]
    /// The state with nothing in the RAM: one, on the heap, for there it is copied once and not by
    /// way of others.
    fileprivate var rest: [State]

    /// The machine at that moment.
    public var state: State {
      var state = rest[0]
      state.ram = ram
      return state
    }

    /// Which machine it is.
    public var configuration: Configuration { rest[0].configuration }

    /// ``Chip8/hasNoHostState``.
    public var hasNoHostState: Bool { rest[0].hasNoHostState }

    fileprivate var powerOnRAM: [UInt8] { rest[0].configuration.powerOnRAM(program.bytes) }
  }

  /// The current machine. It shares its RAM until the machine runs on.
  public var snapshot: Snapshot {
    var rest = state
    rest.ram = []
    return Snapshot(
      program: program, tone: tone, heldKeys: heldKeys, ram: state.ram, rest: [rest])
  }

  /// The machine at a moment.
  public init(_ snapshot: Snapshot) {
    self.init(snapshot.program, snapshot.state)
    (unsaved.tone, unsaved.heldKeys) = (snapshot.tone, snapshot.heldKeys)
  }

  /// The bytes of its RAM and of all else.
  public static func byteCount(of snapshot: Snapshot) -> Int {
    snapshot.ram.count + MemoryLayout<State>.size + MemoryLayout<Snapshot>.size
  }

  /// A snapshot with only those blocks of the RAM that are not as they were at power-on: most are.
  public struct PackedSnapshot: Sendable {
    fileprivate var rest: Snapshot
    fileprivate var addresses: [UInt16] = []
    fileprivate var blocks: [UInt8] = []
  }

  /// Leaves out what follows from the program.
  public static func pack(_ snapshot: Snapshot) -> PackedSnapshot {
    let base = snapshot.powerOnRAM
    var packed = PackedSnapshot(rest: snapshot)
    packed.rest.ram = []
    snapshot.ram.withUnsafeBytes { ram in
      base.withUnsafeBytes { base in
        guard let start = ram.baseAddress, let baseStart = base.baseAddress else { return }
        for block in stride(from: 0, to: ram.count, by: blockByteCount)
        where memcmp(start + block, baseStart + block, blockByteCount) != 0 {
          packed.addresses.append(UInt16(block))
          packed.blocks.append(contentsOf: ram[block..<block + blockByteCount])
        }
      }
    }
    return packed
  }

  /// The snapshot with its whole RAM.
  public static func unpack(_ packed: PackedSnapshot) -> Snapshot {
    var snapshot = packed.rest
    snapshot.ram = snapshot.powerOnRAM
    for (index, address) in packed.addresses.enumerated() {
      let block = Int(address)..<Int(address) + blockByteCount
      let stored = index * blockByteCount..<(index + 1) * blockByteCount
      snapshot.ram.replaceSubrange(block, with: packed.blocks[stored])
    }
    return snapshot
  }

  /// The bytes of the blocks and of all else.
  public static func byteCount(of packed: PackedSnapshot) -> Int {
    packed.blocks.count + 2 * packed.addresses.count + byteCount(of: packed.rest)
  }

  /// Makes a snapshot of this moment out of an older one, in place: nothing is allocated if the
  /// platform is the same and the older one's RAM is not shared.
  ///
  /// It changes nothing about the machine. It is mutating because a value of this size is copied
  /// before it is passed, but for one that may be changed.
  public mutating func copy(to snapshot: inout Snapshot) {
    copyRest(to: &snapshot)
    overwrite(&snapshot.ram, with: state.ram) { ram, source, count in
      ram.update(from: source, count: count)
    }
  }

  /// The same with another RAM, which is left as it is.
  package mutating func copyRest(to snapshot: inout Snapshot) {
    if snapshot.program != program { snapshot.program = program }
    (snapshot.tone, snapshot.heldKeys) = (unsaved.tone, unsaved.heldKeys)
    var ram: [UInt8] = []
    swap(&ram, &state.ram)
    withUnsafePointer(to: &state) { state in
      snapshot.rest.withUnsafeMutableBufferPointer { $0.baseAddress?.overwrite(with: state) }
    }
    swap(&ram, &state.ram)
  }

  /// Becomes the machine that it was at a moment, or any other machine, in place: nothing is
  /// allocated if the platform is the same.
  public mutating func restore(from snapshot: Snapshot) {
    restore(from: snapshot, copyingRAMTo: nil)
  }

  /// The same.
  ///
  /// - Parameter copy: where the RAM is to be as well; only for machines with as much of it.
  package mutating func restore(
    from snapshot: Snapshot, copyingRAMTo copy: UnsafeMutablePointer<UInt8>?
  ) {
    snapshot.rest.withUnsafeBufferPointer { rest in
      guard let rest = rest.baseAddress else { return }
      become(
        snapshot.program, rest, snapshot.ram, snapshot.tone, snapshot.heldKeys, copyingRAMTo: copy)
    }
  }

  /// Becomes what another machine is at this moment, as ``restore(from:)`` does with a snapshot of it.
  ///
  /// It changes nothing about the other machine: see ``copy(to:)``.
  ///
  /// - Parameter copy: where the RAM is to be as well; only for machines with as much of it.
  public mutating func become(
    _ other: inout Chip8, copyingRAMTo copy: UnsafeMutablePointer<UInt8>? = nil
  ) {
    var ram: [UInt8] = []
    swap(&ram, &other.state.ram)
    let (program, tone, keys) = (other.program, other.unsaved.tone, other.unsaved.heldKeys)
    withUnsafePointer(to: &other.state) { become(program, $0, ram, tone, keys, copyingRAMTo: copy) }
    swap(&ram, &other.state.ram)
  }

  /// - Parameter rest: a state with nothing in the RAM.
  private mutating func become(
    _ program: Program, _ rest: UnsafePointer<State>, _ source: [UInt8], _ tone: Tone?,
    _ heldKeys: KeySet, copyingRAMTo copy: UnsafeMutablePointer<UInt8>?
  ) {
    precondition(copy == nil || state.ram.count == source.count, "there is room for as much RAM")
    if self.program != program { self.program = program }
    (unsaved.tone, unsaved.heldKeys) = (tone, heldKeys)
    let configuration = state.configuration
    var ram: [UInt8] = []
    swap(&ram, &state.ram)
    withUnsafeMutablePointer(to: &state) { $0.overwrite(with: rest) }
    // What a copy shares is not this machine's to change.
    if state.configuration != configuration || ownCore == nil { unsaved.code = nil }
    endWatch()
    let core = ownCore
    overwrite(&ram, with: source) { ram, source, count in
      for page in 0..<count / PagePool.pageByteCount {
        let start = page * PagePool.pageByteCount
        if let copy { (copy + start).update(from: source + start, count: PagePool.pageByteCount) }
        guard PagePool.isDifferent(ram + start, source + start) else { continue }
        core?.pointee.forgetDifferences(ram + start, source + start, inPage: page)
        PagePool.copy(source + start, to: ram + start)
      }
    }
    state.ram = ram
  }
}

extension UnsafeMutablePointer<State> {
  /// Takes over all but the RAM. To assign would copy field by field.
  fileprivate func overwrite(with source: UnsafePointer<State>) {
    pointee.configuration = source.pointee.configuration
    pointee.optionalState = source.pointee.optionalState
    let start = State.offset(of: \.display)
    (UnsafeMutableRawPointer(self) + start).copyMemory(
      from: UnsafeRawPointer(source) + start, byteCount: MemoryLayout<State>.size - start)
  }
}

/// Brings a RAM to the bytes of another: by `body` if it has as many, which gets their number too.
private func overwrite(
  _ ram: inout [UInt8], with source: [UInt8],
  _ body: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int) -> Void
) {
  guard ram.count == source.count else {
    ram = source
    return
  }
  ram.withUnsafeMutableBufferPointer { ram in
    source.withUnsafeBufferPointer { source in
      if let ram = ram.baseAddress, let start = source.baseAddress {
        body(ram, start, source.count)
      }
    }
  }
}

/// What is packed of a RAM.
private let blockByteCount = 128
