// Handles that stand for nothing are recognised, whatever they are.

import CChip8
import Chip8C
import Testing

@Suite struct HandleTests {
  private let error = Int32(CHIP8_ERROR_HANDLE)

  /// Every call with a machine, and what comes of it.
  private func codes(_ machine: OpaquePointer?) -> [Int32] {
    var (out, info, fault) = (OpaquePointer?.none, chip8_info(), chip8_fault())
    var (registers, shape, tone) = (chip8_registers(), chip8_shape(), chip8_tone())
    info.struct_size = MemoryLayout<chip8_info>.size
    registers.struct_size = MemoryLayout<chip8_registers>.size
    var (bytes, digest, size, samples) = ([UInt8](repeating: 0, count: 32), UInt64(0), 32, Int16(0))
    return [
      chip8_clone(machine, &out), chip8_reset(machine, 1), chip8_get_info(machine, &info),
      chip8_get_known_key(machine, "up"), chip8_run_frames(machine, 1, 0),
      chip8_run_keys(machine, [0], 1), chip8_run(machine, 1, 1, 0, 0),
      chip8_get_fault(machine, &fault), chip8_answer_host_call(machine, 1),
      chip8_poke(machine, 0, bytes, 1), chip8_set_flags(machine, bytes, 1),
      chip8_copy_ram(machine, 0, &bytes, 1), chip8_get_registers(machine, &registers),
      chip8_get_shape(machine, 0, &shape), chip8_copy_screen(machine, 0, nil, &bytes, 32),
      chip8_get_tone(machine, &tone), chip8_copy_sound(machine, &samples, 1),
      chip8_copy_image(machine, &bytes, &size), chip8_digest(machine, &bytes),
      chip8_fast_digest(machine, &digest), chip8_snapshot_create(machine, &out),
      chip8_snapshot_take(machine, nil), chip8_restore(machine, nil),
      chip8_ram(machine) == nil ? error : 0, chip8_screen(machine, 0, nil) == nil ? error : 0,
      chip8_save(machine, &size) == nil ? error : 0, chip8_destroy(machine),
    ]
  }

  @Test func invalidMachineHandlesAreRejected() throws {
    let handle = try Handle(rom("backfire"))
    var snapshot: OpaquePointer?
    #expect(chip8_snapshot_create(handle.machine, &snapshot) == 0)
    defer { chip8_snapshot_destroy(snapshot) }
    var destroyed: OpaquePointer?
    #expect(chip8_clone(handle.machine, &destroyed) == 0)
    #expect(chip8_destroy(destroyed) == 0)
    var local = 0
    let numbers: [UInt] = [1, 0xFFFF_FFFF_FFFF_FFFF, UInt(bitPattern: handle.machine) ^ 1 << 63]
    let strange = withUnsafeMutablePointer(to: &local) { OpaquePointer($0) }
    for machine in [nil, snapshot, destroyed, strange]
      + numbers.map({ OpaquePointer(bitPattern: $0) })
    {
      #expect(codes(machine).allSatisfy { $0 == error }, "\(String(describing: machine))")
      #expect(
        String(cString: chip8_last_error(machine)) == "not a handle of that kind, or destroyed")
    }
  }

  @Test func invalidSnapshotAndTeamHandlesAreRejected() throws {
    let handle = try Handle(rom("backfire"))
    for snapshot in [nil, handle.machine] {
      #expect(chip8_snapshot_take(handle.machine, snapshot) == error)
      #expect(chip8_restore(handle.machine, snapshot) == error)
      #expect(handle.lastError == "snapshot is not a handle of that kind, or was destroyed")
      #expect(chip8_snapshot_destroy(snapshot) == error)
      #expect(chip8_team_destroy(snapshot) == error)
    }
    var batch = chip8_batch()
    batch.struct_size = MemoryLayout<chip8_batch>.size
    #expect(chip8_batch_step(handle.machine, nil, 0, &batch, nil, 0) == error)
  }

  @Test func noHandleIsGivenTwice() throws {
    let handle = try Handle(rom("backfire"))
    var seen: Set<OpaquePointer> = [handle.machine]
    for _ in 0..<1000 {
      var copy: OpaquePointer?
      #expect(chip8_clone(handle.machine, &copy) == 0)
      #expect(chip8_destroy(copy) == 0)
      #expect(seen.insert(try #require(copy)).inserted)
    }
  }
}
