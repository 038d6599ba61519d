// Many machines in one call.

import CChip8
import Chip8Core

/// chip8_team_create.
@_cdecl("chip8_team_create")
public func teamCreate(_ threads: UInt32, _ out: UnsafeMutablePointer<OpaquePointer?>?) -> Int32 {
  guard let out, (1...1024).contains(threads) else { return Int32(CHIP8_ERROR_ARGUMENT) }
  guard let team = CChip8_startTeam(threads) else { return Int32(CHIP8_ERROR_LIMIT) }
  guard let handle = CChip8_addHandle(UnsafeMutableRawPointer(team), UInt64(CChip8_team)) else {
    CChip8_endTeam(team)
    return Int32(CHIP8_ERROR_LIMIT)
  }
  out.pointee = OpaquePointer(handle)
  return 0
}

/// chip8_team_destroy.
@_cdecl("chip8_team_destroy")
public func teamDestroy(_ handle: OpaquePointer?) -> Int32 {
  guard let team = CChip8_removeHandle(UnsafeRawPointer(handle), UInt64(CChip8_team)) else {
    return Int32(CHIP8_ERROR_HANDLE)
  }
  CChip8_endTeam(OpaquePointer(team))
  return 0
}

/// chip8_batch_step.
@_cdecl("chip8_batch_step")
public func batchStep(
  _ team: OpaquePointer?, _ machines: UnsafePointer<OpaquePointer?>?, _ count: Int,
  _ batch: UnsafePointer<chip8_batch>?, _ message: UnsafeMutablePointer<CChar>?, _ messageSize: Int
) -> Int32 {
  reporting(to: message, messageSize) { () throws(CallError) in
    let threads = CChip8_object(UnsafeRawPointer(team), UInt64(CChip8_team))
    guard team == nil || threads != nil else { throw .handle("team") }
    var wanted = chip8_batch()
    try read(batch, "batch", into: &wanted)
    guard (0...Int(CHIP8_MAX_HANDLES)).contains(count) else {
      throw .argument("there cannot be \(UInt(bitPattern: count)) machines")
    }
    guard count > 0 else { return }
    guard let machines else { throw .missing("machines") }
    var step = try BatchStep(wanted, machines, count)
    defer { step.end() }
    CChip8_work(
      threads.map { OpaquePointer($0) }, count,
      { context, from, to in
        guard let step = context?.assumingMemoryBound(to: BatchStep.self) else { return }
        for k in from..<to { step.pointee.perform(k) }
      }, &step)
  }
}

/// A step of many machines that was found to be right.
private struct BatchStep {
  private let batch: chip8_batch
  private let count: Int
  private let machines: UnsafeMutablePointer<MachinePointer>
  private let stride: Int
  private let registersStride: Int

  /// Checks the whole request, before any machine runs.
  init(
    _ batch: chip8_batch, _ handles: UnsafePointer<OpaquePointer?>, _ count: Int
  ) throws(CallError) {
    guard batch.keys == nil || [1, batch.frames].contains(batch.keys_per_machine) else {
      throw .argument(
        "keys_per_machine is \(batch.keys_per_machine); it must be 1 or \(batch.frames)")
    }
    guard batch.ram_address_count == 0 || batch.ram_addresses != nil && batch.ram_bytes != nil
    else {
      throw .argument("ram_addresses or ram_bytes is NULL")
    }
    guard batch.run_flags & ~CHIP8_RUN_UNTIL_HALT == 0 else {
      throw .argument("unknown run_flags \(batch.run_flags)")
    }
    registersStride =
      batch.registers == nil ? 0 : try structSize(UnsafePointer(batch.registers), "registers")
    (self.batch, self.count) = (batch, count)
    machines = .allocate(capacity: count)
    var taken = 0
    do throws(CallError) {
      while taken < count {
        guard let machine = machine(handles[taken]) else {
          throw CallError(
            CHIP8_ERROR_HANDLE, "machine \(taken) is not the handle of a machine, or was destroyed")
        }
        guard !machine.pointee.isInBatch else {
          throw .argument("machine \(taken) is listed twice")
        }
        machine.pointee.isInBatch = true
        machines[taken] = machine
        taken += 1
      }
      stride = try BatchStep.stride(batch, machines, count)
      try BatchStep.checkRest(batch, machines, count)
    } catch {
      for k in 0..<taken { machines[k].pointee.isInBatch = false }
      machines.deallocate()
      throw error
    }
  }

  /// How far screens are apart: far enough for the largest one of each machine.
  private static func stride(
    _ batch: chip8_batch, _ machines: UnsafeMutablePointer<MachinePointer>, _ count: Int
  ) throws(CallError) -> Int {
    guard batch.screens != nil else { return 0 }
    let format = batch.screen_format | UInt32(CHIP8_SCREEN_FIXED)
    func byteCount(_ k: Int) throws(CallError) -> Int {
      // The machine may become another one first.
      let restored = batch.restore?[k].flatMap { snapshot($0)?.pointee.configuration }
      let machine = machines[k].pointee.machine.state.configuration
      return try screenShape(format, of: (restored ?? machine).platform, isHires: false).byteCount
    }
    let stride = batch.screen_stride == 0 ? try byteCount(0) : batch.screen_stride
    guard (0...1 << 30).contains(stride) else { throw .argument("screen_stride is too large") }
    guard batch.screen_format & 0xF != CHIP8_SCREEN_XRGB || stride.isMultiple(of: 4) else {
      throw .argument("screen_stride is not a multiple of 4")
    }
    for k in 0..<count {
      let size = try byteCount(k)
      guard size <= stride else {
        throw CallError(
          CHIP8_ERROR_SIZE,
          "the screen of machine \(k) can have \(size) bytes, and screen_stride is \(stride)")
      }
    }
    return stride
  }

  private static func checkRest(
    _ batch: chip8_batch, _ machines: UnsafeMutablePointer<MachinePointer>, _ count: Int
  ) throws(CallError) {
    for k in 0..<count {
      if let handle = batch.restore?[k], snapshot(handle) == nil {
        throw CallError(
          CHIP8_ERROR_HANDLE, "snapshot \(k) is not the handle of a snapshot, or was destroyed")
      }
      if batch.fast_digests != nil {
        let restored = batch.restore?[k].flatMap { snapshot($0)?.pointee.hasNoHostState }
        guard restored ?? machines[k].pointee.machine.hasNoHostState else { throw .noFastDigest }
      }
    }
  }

  /// Does it with one machine. Machines are independent, so this is called on several threads.
  func perform(_ k: Int) {
    let machine = machines[k]
    if let snapshot = batch.restore.flatMap({ snapshot($0[k]) }) {
      machine.pointee.restore(snapshot)
    }
    let stop = run(machine, k)
    batch.stops?[k] = stop
    // Their format was checked before.
    if let screens = batch.screens, let shape = try? machine.pointee.shape(batch.screen_format) {
      machine.pointee.writeScreen(shape, batch.colors, to: screens + k * stride)
    }
    copyRAM(machine, k)
    copyRegisters(machine, k)
    if let digests = batch.fast_digests { digests[k] = machine.pointee.machine.fastDigest ?? 0 }
  }

  private func run(_ machine: MachinePointer, _ k: Int) -> Int32 {
    let (frames, perMachine) = (Int(batch.frames), Int(batch.keys_per_machine))
    let stopsAtHalt = batch.run_flags != 0
    guard let keys = batch.keys, perMachine > 0 else {
      return machine.pointee.run(frames: frames, keys: nil, stopsAtHalt: stopsAtHalt)
    }
    guard perMachine > 1 else {
      let keys = KeySet(rawValue: keys[k])
      return machine.pointee.run(frames: frames, keys: keys, stopsAtHalt: stopsAtHalt)
    }
    return machine.pointee.run(
      UnsafeBufferPointer(start: keys + k * perMachine, count: perMachine),
      stopsAtHalt: stopsAtHalt)
  }

  private func copyRAM(_ machine: MachinePointer, _ k: Int) {
    let count = Int(batch.ram_address_count)
    guard count > 0, let addresses = batch.ram_addresses, let out = batch.ram_bytes else { return }
    machine.pointee.machine.state.ram.withUnsafeBufferPointer { ram in
      for index in 0..<count {
        out[k * count + index] = ram[Int(addresses[index]) & (ram.count - 1)]
      }
    }
  }

  private func copyRegisters(_ machine: MachinePointer, _ k: Int) {
    guard let registers = batch.registers else { return }
    var values = chip8_registers(machine.pointee.machine)
    values.struct_size = registersStride
    let out = UnsafeMutableRawPointer(registers) + k * registersStride
    withUnsafeBytes(of: &values) { bytes in
      UnsafeMutableRawBufferPointer(start: out, count: registersStride)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(registersStride)))
    }
  }

  func end() {
    for k in 0..<count { machines[k].pointee.isInBatch = false }
    machines.deallocate()
  }
}
