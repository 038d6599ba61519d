// A machine as the libretro core keeps it: for rewinding, running ahead and netplay many times a second.
// Layout: docs/LIBRETRO.md.

import CDeflate
import Chip8Core
import Glibc
import SaveState

/// Writes and reads states of the libretro core. Most of a RAM is as it was in the state before, and is neither
/// summed up nor copied again.
package struct CoreStateCodec {
  private static let magic: UInt32 = 0x5238_4843  // CH8R
  private static let version: UInt16 = 1
  private static let checksumOffset = 28
  private static let headerByteCount = 32
  /// For what only machines have that call a host or are called: HOST and GOAL.
  private static let hostCapacity = 4096

  /// The RAM of the state that was written or read last.
  private var ram = PageChecksums()
  /// The state that was written last, while that is its RAM.
  private var written: WrittenState?

  /// One that has seen no state yet.
  package init() {}

  /// How many bytes the states of a machine have, all of them as many.
  package static func byteCount(_ machine: Chip8) -> Int {
    let capacity = machine.hasNoHostState ? 0 : hostCapacity
    return (headerByteCount + machine.canonicalEncoding.canonicalByteCount + capacity + 15) & ~15
  }

  /// The state of a machine.
  package static func bytes(_ machine: Chip8) -> [UInt8] {
    let count = byteCount(machine)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var (codec, machine) = (CoreStateCodec(), machine)
      let isWritten = codec.write(
        &machine,
        to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
      )
      precondition(isWritten, "a state has room for its machine")
      initialized = count
    }
  }

  /// Writes the state of a machine, which stays as it is: see ``Chip8/copy(to:)``.
  ///
  /// - Returns: whether the state fits into the buffer.
  package mutating func write(
    _ machine: inout Chip8, to buffer: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let encoding = machine.canonicalEncoding
    let end = CoreStateCodec.headerByteCount + encoding.canonicalByteCount
    guard let start = buffer.baseAddress, buffer.count >= end else { return false }
    start.storeBytes(of: CoreStateCodec.magic.littleEndian, as: UInt32.self)
    start.storeBytes(of: CoreStateCodec.version.littleEndian, toByteOffset: 4, as: UInt16.self)
    start.storeBytes(of: machine.heldKeys.rawValue.littleEndian, toByteOffset: 6, as: UInt16.self)
    (start + 8).copyMemory(
      from: machine.program.sha1.bytes, byteCount: CoreStateCodec.checksumOffset - 8)
    var ramRange: Range<Int>?
    encoding.writeCanonical(
      to: UnsafeMutableRawBufferPointer(rebasing: buffer[CoreStateCodec.headerByteCount...])
    ) { tag, bytes, place in
      if tag == Chip8.ramTag {
        _ = ram.update(bytes, copyingTo: place)
        ramRange = place - start..<place - start + bytes.count
      } else if let first = bytes.baseAddress {
        place.copyMemory(from: first, byteCount: bytes.count)
      }
    }
    // Front ends compare states.
    (start + end).initializeMemory(as: UInt8.self, repeating: 0, count: buffer.count - end)
    let state = UnsafeRawBufferPointer(buffer)
    start.storeBytes(
      of: checksum(state, ramRange).littleEndian, toByteOffset: CoreStateCodec.checksumOffset,
      as: UInt32.self)
    if let ramRange {
      if written == nil { written = WrittenState(snapshot: machine.snapshot) }
      written?.update(&machine, state, ramRange)
    }
    return true
  }

  /// Restores the state that was written last without decoding it, as front ends want that run ahead.
  ///
  /// - Parameter copy: where the RAM is copied to as well.
  /// - Returns: false, and the machine unchanged, if it is another state.
  package mutating func restoreWritten(
    _ state: UnsafeRawBufferPointer, in machine: inout Chip8,
    copyingRAMTo copy: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard let range = written?.ramRange(in: state, of: machine.program) else { return false }
    guard !ram.update(UnsafeRawBufferPointer(rebasing: state[range])) else {
      written = nil
      return false
    }
    written?.restore(&machine, ram: ram.bytes, copyingRAMTo: copy)
    return true
  }

  /// The machine of a state, every byte checked.
  package mutating func machine(
    _ buffer: UnsafeRawBufferPointer, of program: Program
  ) throws(CoreStateError) -> Chip8 {
    guard
      let start = buffer.baseAddress, buffer.count >= CoreStateCodec.headerByteCount,
      buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self).littleEndian == CoreStateCodec.magic
    else { throw .notAState }
    let version = buffer.loadUnaligned(fromByteOffset: 4, as: UInt16.self).littleEndian
    guard version == CoreStateCodec.version else { throw .unknownVersion(version) }
    let sections = Result { () throws(ImageError) in try CoreStateCodec.sections(of: buffer) }
    let expected = buffer.loadUnaligned(
      fromByteOffset: CoreStateCodec.checksumOffset, as: UInt32.self)
    let ramRange = (try? sections.get())?.first { $0.tag == Chip8.ramTag }?.range
    if let ramRange, ram.update(UnsafeRawBufferPointer(rebasing: buffer[ramRange])) {
      written = nil
    }
    guard expected.littleEndian == checksum(buffer, ramRange) else { throw .damaged }
    guard memcmp(start + 8, program.sha1.bytes, CoreStateCodec.checksumOffset - 8) == 0 else {
      throw .otherProgram
    }
    var machine: Chip8
    do throws(ImageError) {
      machine = try Chip8(
        program: program,
        canonicalSections: sections.get().map { ($0.tag, contents(of: $0, in: buffer)) })
    } catch { throw .machine(error) }
    let keys = buffer.loadUnaligned(fromByteOffset: 6, as: UInt16.self).littleEndian
    machine.applyAccepted(.keys(KeySet(rawValue: keys)))
    return machine
  }

  private static func sections(
    of state: UnsafeRawBufferPointer
  ) throws(ImageError) -> [CanonicalSection] {
    try CanonicalSection.all(in: state, from: headerByteCount)
  }

  /// CRC-32 of all but the checksum itself.
  ///
  /// - Parameter ramRange: where the RAM is that was taken up last; nil if the state has none.
  private func checksum(_ state: UnsafeRawBufferPointer, _ ramRange: Range<Int>?) -> UInt32 {
    func sum(_ sum: UInt32, _ range: Range<Int>) -> UInt32 {
      libdeflate_crc32(sum, state.baseAddress.map { $0 + range.lowerBound }, range.count)
    }
    let head = sum(0, 0..<CoreStateCodec.checksumOffset)
    let rest = CoreStateCodec.headerByteCount..<state.count
    guard let ramRange else { return sum(head, rest) }
    let before = sum(head, rest.lowerBound..<ramRange.lowerBound)
    return sum(ram.sum(after: before), ramRange.upperBound..<rest.upperBound)
  }

  /// What is in a section of a state that was just summed up.
  private func contents(
    of section: CanonicalSection, in state: UnsafeRawBufferPointer
  ) -> [UInt8] {
    section.tag == Chip8.ramTag ? ram.bytes : Array(state[section.range])
  }
}

/// A state that was written, without its RAM.
private struct WrittenState {
  private var snapshot: Chip8.Snapshot
  private var head: [UInt8] = []
  private var tail: [UInt8] = []

  init(snapshot: Chip8.Snapshot) {
    self.snapshot = snapshot
    self.snapshot.ram = []
  }

  mutating func update(
    _ machine: inout Chip8, _ state: UnsafeRawBufferPointer, _ ramRange: Range<Int>
  ) {
    machine.copyRest(to: &snapshot)
    head = Array(state[..<ramRange.lowerBound])
    tail = Array(state[ramRange.upperBound...])
  }

  /// Where the RAM of a state is if it is this one, with any RAM; nil if it is another one.
  func ramRange(in state: UnsafeRawBufferPointer, of program: Program) -> Range<Int>? {
    let ramByteCount = snapshot.configuration.platform.ramByteCount
    guard
      let start = state.baseAddress, state.count == head.count + ramByteCount + tail.count,
      memcmp(start, head, head.count) == 0,
      memcmp(start + head.count + ramByteCount, tail, tail.count) == 0,
      snapshot.program == program
    else { return nil }
    return head.count..<head.count + ramByteCount
  }

  mutating func restore(
    _ machine: inout Chip8, ram: [UInt8], copyingRAMTo copy: UnsafeMutablePointer<UInt8>
  ) {
    snapshot.ram = ram
    machine.restore(from: snapshot, copyingRAMTo: copy)
    snapshot.ram = []
  }
}

/// Why a state of the core is refused.
package enum CoreStateError: Error, Equatable, CustomStringConvertible {
  /// Something else, or the state of another core.
  case notAState
  /// RetroArch's file around it is not whole.
  case damagedFile
  case unknownVersion(UInt16)
  case damaged
  case otherProgram
  /// Its bytes are those that were written, but no machine is like that.
  case machine(ImageError)

  /// One sentence for the user, without the file's name.
  package var description: String {
    switch self {
    case .notAState: "not a state that RetroArch has written with the core of chip8"
    case .damagedFile: "RetroArch's file is damaged or truncated; use another copy"
    case .unknownVersion(let version):
      "the state has version \(version), which this version does not support; use a later version"
    case .damaged: "the state is damaged or truncated; use another copy"
    case .otherProgram: "the state is of another program"
    case .machine(let error): "\(error)"
    }
  }
}
