// A machine as the libretro core keeps it: for rewinding, running ahead and netplay many times a second.
// Layout: docs/LIBRETRO.md.

import CDeflate
import Chip8Core
import SaveState

/// A state of the libretro core: its header, and the checks that it allows.
package enum CoreState {
  private static let magic: UInt32 = 0x5238_4843  // CH8R
  private static let version: UInt16 = 1
  private static let checksumOffset = 28
  private static let headerByteCount = 32
  /// For what only machines have that call a host or are called: HOST and GOAL.
  private static let roomForHost = 4096

  /// How many bytes the states of a machine have, all of them as many.
  package static func byteCount(_ machine: Chip8) -> Int {
    let room = machine.isAlone ? 0 : roomForHost
    return (headerByteCount + machine.canonicalState.count + room + 15) & ~15
  }

  /// The state of a machine.
  package static func bytes(_ machine: Chip8) -> [UInt8] {
    let count = byteCount(machine)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let isWritten = write(
        machine,
        to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
      )
      precondition(isWritten, "a state has room for its machine")
      initialized = count
    }
  }

  /// Writes a state; false if there is no room for it.
  package static func write(_ machine: Chip8, to buffer: UnsafeMutableRawBufferPointer) -> Bool {
    let state = machine.canonicalState
    guard let start = buffer.baseAddress, buffer.count >= headerByteCount + state.count else {
      return false
    }
    var writer = ByteWriter(reserving: headerByteCount)
    writer.append(magic)
    writer.append(version)
    writer.append(machine.heldKeys.rawValue)
    writer.append(contentsOf: machine.program.sha1.bytes)
    writer.append(UInt32(0))
    buffer.copyBytes(from: writer.bytes)
    (start + headerByteCount).copyMemory(from: state, byteCount: state.count)
    // Front ends compare states.
    let end = headerByteCount + state.count
    (start + end).initializeMemory(as: UInt8.self, repeating: 0, count: buffer.count - end)
    start.storeBytes(
      of: checksum(UnsafeRawBufferPointer(buffer)).littleEndian, toByteOffset: checksumOffset,
      as: UInt32.self)
    return true
  }

  /// The machine of a state, every byte checked.
  package static func machine(
    _ buffer: UnsafeRawBufferPointer, of program: Program
  ) throws(CoreStateError) -> Chip8 {
    guard
      buffer.count >= headerByteCount,
      buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self).littleEndian == magic
    else { throw .notAState }
    let version = buffer.loadUnaligned(fromByteOffset: 4, as: UInt16.self).littleEndian
    guard version == CoreState.version else { throw .unknownVersion(version) }
    let expected = buffer.loadUnaligned(fromByteOffset: checksumOffset, as: UInt32.self)
    guard expected.littleEndian == checksum(buffer) else { throw .damaged }
    guard buffer[8..<checksumOffset].elementsEqual(program.sha1.bytes) else {
      throw .otherProgram
    }
    var reader = ByteReader([UInt8](buffer[headerByteCount...]))
    var machine: Chip8
    do throws(ImageError) {
      machine = try Chip8(program: program, canonicalState: &reader)
    } catch { throw .machine(error) }
    let keys = buffer.loadUnaligned(fromByteOffset: 6, as: UInt16.self).littleEndian
    // A machine takes any keys.
    _ = try? machine.apply(.keys(KeySet(rawValue: keys)))
    return machine
  }

  /// CRC-32 of all but the checksum itself.
  private static func checksum(_ buffer: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = buffer.baseAddress else { return 0 }
    let head = libdeflate_crc32(0, start, checksumOffset)
    return libdeflate_crc32(head, start + headerByteCount, buffer.count - headerByteCount)
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
