// Machines as images, digests and snapshots.

import CChip8
import Chip8Core
import SaveState

extension Machine {
  /// The bytes of an image of the machine as it is.
  fileprivate var savedBytes: [UInt8] {
    Image(of: machine, preservingUnknownSectionsOf: image).bytes
  }
}

/// chip8_save.
@_cdecl("chip8_save")
public func save(
  _ handle: OpaquePointer?, _ size: UnsafeMutablePointer<Int>?
) -> UnsafeRawPointer? {
  withPointer(handle) { machine throws(CallError) in
    guard let size else { throw .missing("size") }
    let bytes = machine.pointee.savedBytes
    size.pointee = bytes.count
    return machine.pointee.keepImage(bytes)
  }
}

/// chip8_copy_image.
@_cdecl("chip8_copy_image")
public func copyImage(
  _ handle: OpaquePointer?, _ out: UnsafeMutableRawPointer?, _ size: UnsafeMutablePointer<Int>?
) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let size else { throw .missing("size") }
    _ = try bytes(out, size.pointee, "image")
    let bytes = machine.pointee.savedBytes
    let room = size.pointee
    size.pointee = bytes.count
    guard room >= bytes.count else {
      throw CallError(
        CHIP8_ERROR_SIZE, "the image has \(bytes.count) bytes, and the buffer \(room)")
    }
    out?.copyMemory(from: bytes, byteCount: bytes.count)
    return 0
  }
}

/// chip8_digest.
@_cdecl("chip8_digest")
public func digest(_ handle: OpaquePointer?, _ out: UnsafeMutablePointer<UInt8>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let out else { throw .missing("digest") }
    let bytes = machine.pointee.machine.stateDigest.bytes
    out.update(from: bytes, count: bytes.count)
    return 0
  }
}

/// chip8_fast_digest.
@_cdecl("chip8_fast_digest")
public func fastDigest(_ handle: OpaquePointer?, _ out: UnsafeMutablePointer<UInt64>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let out else { throw .missing("digest") }
    guard let digest = machine.pointee.machine.fastDigest else { throw .noFastDigest }
    out.pointee = digest
    return 0
  }
}

extension CallError {
  static let noFastDigest = CallError.refused(
    "a machine with host or entry calls has no fast digest; take its SHA-256")
}

// MARK: - Snapshots

typealias SnapshotPointer = UnsafeMutablePointer<Chip8.Snapshot>

/// The snapshot of a handle; nil if it is not one.
func snapshot(_ handle: OpaquePointer?) -> SnapshotPointer? {
  CChip8_object(UnsafeRawPointer(handle), UInt64(CChip8_snapshot))?
    .assumingMemoryBound(to: Chip8.Snapshot.self)
}

extension Machine {
  /// Restores a snapshot of this machine or another.
  mutating func restore(_ snapshot: SnapshotPointer) {
    if machine.program.sha1 != snapshot.pointee.program.sha1 { image = nil }
    if machine.program != snapshot.pointee.program
      || machine.state.configuration != snapshot.pointee.configuration
    {
      replaceProgram()
    }
    machine.restore(from: snapshot.pointee)
    stop = Int32(CHIP8_STOP_DONE)
  }
}

/// chip8_snapshot_create.
@_cdecl("chip8_snapshot_create")
public func snapshotCreate(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  with(handle) { machine throws(CallError) in
    try addHandle(machine.pointee.machine.snapshot, CChip8_snapshot, to: out, "snapshot")
    return 0
  }
}

/// chip8_snapshot_take.
@_cdecl("chip8_snapshot_take")
public func snapshotTake(_ handle: OpaquePointer?, _ snapshotHandle: OpaquePointer?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let snapshot = snapshot(snapshotHandle) else { throw .handle("snapshot") }
    machine.pointee.machine.copy(to: &snapshot.pointee)
    return 0
  }
}

/// chip8_restore.
@_cdecl("chip8_restore")
public func restore(_ handle: OpaquePointer?, _ snapshotHandle: OpaquePointer?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let snapshot = snapshot(snapshotHandle) else { throw .handle("snapshot") }
    machine.pointee.restore(snapshot)
    return 0
  }
}

/// chip8_snapshot_destroy.
@_cdecl("chip8_snapshot_destroy")
public func snapshotDestroy(_ handle: OpaquePointer?) -> Int32 {
  guard
    let snapshot = CChip8_removeHandle(UnsafeRawPointer(handle), UInt64(CChip8_snapshot))?
      .assumingMemoryBound(to: Chip8.Snapshot.self)
  else { return Int32(CHIP8_ERROR_HANDLE) }
  snapshot.deinitialize(count: 1)
  snapshot.deallocate()
  return 0
}
