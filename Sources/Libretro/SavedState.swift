// A machine as a front end keeps it: for rewinding, running ahead and netplay many times a second. Layout:
// docs/LIBRETRO.md.

import CDeflate
import Chip8Core
import SaveState

/// The header of a saved state, and the checks that it allows.
enum SavedState {
  private static let magic: UInt32 = 0x5238_4843  // CH8R
  private static let version: UInt16 = 1
  private static let checksumOffset = 28
  private static let headerByteCount = 32
  /// For what only machines have that call a host or are called: HOST and GOAL.
  private static let roomForHost = 4096

  /// How many bytes the states of a machine have, all of them as many.
  static func byteCount(_ machine: Chip8) -> Int {
    let room = machine.isAlone ? 0 : roomForHost
    return (headerByteCount + machine.canonicalState.count + room + 15) & ~15
  }

  /// Writes a state; false if there is no room for it.
  static func write(_ machine: Chip8, to buffer: UnsafeMutableRawBufferPointer) -> Bool {
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

  /// The machine of a state, every byte checked; nil if it is none of this program.
  static func machine(_ buffer: UnsafeRawBufferPointer, like machine: Chip8) -> Chip8? {
    guard
      buffer.count >= headerByteCount,
      buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self).littleEndian == magic,
      buffer.loadUnaligned(fromByteOffset: 4, as: UInt16.self).littleEndian == version,
      buffer[8..<checksumOffset].elementsEqual(machine.program.sha1.bytes),
      buffer.loadUnaligned(fromByteOffset: checksumOffset, as: UInt32.self).littleEndian
        == checksum(buffer)
    else { return nil }
    var reader = ByteReader([UInt8](buffer[headerByteCount...]))
    guard
      var restored = try? Chip8(program: machine.program, canonicalState: &reader),
      restored.state.configuration.platform == machine.state.configuration.platform
    else { return nil }
    let keys = buffer.loadUnaligned(fromByteOffset: 6, as: UInt16.self).littleEndian
    _ = try? restored.apply(.keys(KeySet(rawValue: keys)))
    return restored
  }

  /// CRC-32 of all but the checksum itself.
  private static func checksum(_ buffer: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = buffer.baseAddress else { return 0 }
    let head = libdeflate_crc32(0, start, checksumOffset)
    return libdeflate_crc32(head, start + headerByteCount, buffer.count - headerByteCount)
  }
}
