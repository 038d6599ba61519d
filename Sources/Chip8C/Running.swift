// Running machines, and their inputs.

import CChip8
import Chip8Core

extension Machine {
  /// Runs, and notes how that ended.
  @inline(__always)
  mutating func run(
    frames: Int, instructions: Int = .max, keys: KeySet?, stopsAtHalt: Bool = false
  ) -> Int32 {
    switch machine.run(
      frames: frames, instructions: instructions, keys: keys, stopsAtHalt: stopsAtHalt)
    {
    case .done: stop = Int32(CHIP8_STOP_DONE)
    case .halt: stop = Int32(CHIP8_STOP_HALT)
    case .exit: stop = Int32(CHIP8_STOP_EXIT)
    case .fault(let fault):
      stop = Int32(CHIP8_STOP_FAULT)
      (self.fault, error) = (fault, nil)
    case .hostCall: stop = Int32(CHIP8_STOP_HOST_CALL)
    }
    return stop
  }

  /// Runs a frame with each of the keys, until one stops.
  mutating func run(_ keys: UnsafeBufferPointer<UInt16>, stopsAtHalt: Bool = false) -> Int32 {
    stop = Int32(CHIP8_STOP_DONE)
    for keys in keys {
      let keys = KeySet(rawValue: keys)
      guard run(frames: 1, keys: keys, stopsAtHalt: stopsAtHalt) == CHIP8_STOP_DONE else { break }
    }
    return stop
  }

  /// Takes an input.
  mutating func apply(_ event: InputEvent) throws(CallError) {
    do throws(InputError) { try machine.apply(event) } catch { throw .refused("\(error)") }
  }
}

/// chip8_run_frames.
@_cdecl("chip8_run_frames")
public func runFrames(_ handle: OpaquePointer?, _ frames: UInt64, _ keys: UInt16) -> Int32 {
  guard let machine = machine(handle) else { return Int32(CHIP8_ERROR_HANDLE) }
  return machine.pointee.run(frames: Int(clamping: frames), keys: KeySet(rawValue: keys))
}

/// chip8_run_keys.
@_cdecl("chip8_run_keys")
public func runKeys(
  _ handle: OpaquePointer?, _ keys: UnsafePointer<UInt16>?, _ count: Int
) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard count >= 0, count <= .max / 2 else {
      throw .argument("the count of keys is larger than any memory")
    }
    guard keys != nil || count == 0 else { throw .missing("keys") }
    return machine.pointee.run(UnsafeBufferPointer(start: keys, count: count))
  }
}

/// chip8_run.
@_cdecl("chip8_run")
public func run(
  _ handle: OpaquePointer?, _ frames: UInt64, _ instructions: UInt64, _ keys: UInt16,
  _ flags: UInt32
) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard flags & ~CHIP8_RUN_UNTIL_HALT == 0 else { throw .argument("unknown flags \(flags)") }
    return machine.pointee.run(
      frames: Int(clamping: frames), instructions: Int(clamping: instructions),
      keys: KeySet(rawValue: keys), stopsAtHalt: flags != 0)
  }
}

/// chip8_get_fault.
@_cdecl("chip8_get_fault")
public func getFault(_ handle: OpaquePointer?, _ out: UnsafeMutablePointer<chip8_fault>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let out else { throw .missing("fault") }
    guard machine.pointee.stop == CHIP8_STOP_FAULT, let fault = machine.pointee.fault else {
      throw .refused("the last run has not faulted")
    }
    let kind =
      switch fault.kind {
      case .illegalInstruction: CHIP8_FAULT_ILLEGAL_INSTRUCTION
      case .machineCode: CHIP8_FAULT_MACHINE_CODE
      case .stackOverflow: CHIP8_FAULT_STACK_OVERFLOW
      case .stackUnderflow: CHIP8_FAULT_STACK_UNDERFLOW
      case .indexOverflow: CHIP8_FAULT_INDEX_OVERFLOW
      case .endlessEntryCall: CHIP8_FAULT_ENDLESS_ENTRY_CALL
      case .outOfTime: CHIP8_FAULT_OUT_OF_TIME
      }
    out.pointee = chip8_fault(kind: Int32(kind), pc: fault.pc, opcode: fault.opcode)
    return 0
  }
}

/// chip8_answer_host_call.
@_cdecl("chip8_answer_host_call")
public func answerHostCall(_ handle: OpaquePointer?, _ status: UInt8) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard machine.pointee.stop == CHIP8_STOP_HOST_CALL else {
      throw .refused("the program does not call its host")
    }
    guard let status = HostStatus(rawValue: status) else {
      throw .argument("unknown status \(status); docs/HOST-CALLS.md lists them")
    }
    try machine.pointee.apply(.hostAnswer(status))
    machine.pointee.stop = Int32(CHIP8_STOP_DONE)
    return 0
  }
}

/// chip8_poke.
@_cdecl("chip8_poke")
public func poke(
  _ handle: OpaquePointer?, _ address: UInt32, _ source: UnsafeRawPointer?, _ size: Int
) -> Int32 {
  with(handle) { machine throws(CallError) in
    let bytes = try bytes(source, size, "bytes")
    try machine.pointee.checkRAM(address, size)
    try machine.pointee.apply(.poke(Int(address), [UInt8](bytes)))
    return 0
  }
}

/// chip8_set_flags.
@_cdecl("chip8_set_flags")
public func setFlags(_ handle: OpaquePointer?, _ flags: UnsafePointer<UInt8>?, _ size: Int) -> Int32
{
  with(handle) { machine throws(CallError) in
    let flags = try bytes(flags, size, "flags")
    try machine.pointee.apply(.userFlags([UInt8](flags.prefix(16))))
    return 0
  }
}
