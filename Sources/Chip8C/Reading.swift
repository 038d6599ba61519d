// Looking at machines.

import CChip8
import Chip8Core

// Mutating, or the machine would be copied first.
extension Machine {
  /// Refuses ranges that are not within the RAM.
  mutating func checkRAM(_ address: UInt32, _ size: Int) throws(CallError) {
    let count = machine.state.ram.count
    guard size <= count, Int(address) <= count - size else {
      throw .refused("\(size) bytes from address \(address) are not within \(count) bytes of RAM")
    }
  }

  /// The shape of a screen in one of the interface's formats.
  mutating func shape(_ format: UInt32) throws(CallError) -> ScreenShape {
    try screenShape(
      format, of: machine.state.configuration.platform, isHires: machine.state.display.isHires)
  }

  /// Writes the screen.
  mutating func writeScreen(
    _ shape: ScreenShape, _ given: UnsafePointer<UInt32>?, to memory: UnsafeMutableRawPointer
  ) {
    let hasColors = shape.format == .rgb || shape.format == .xrgb
    let colors = hasColors ? colors(given) : ScreenColors(repeating: 0)
    machine.writeScreen(shape, colors: colors, to: memory)
  }
}

/// The shape of a screen in one of the interface's formats.
func screenShape(
  _ format: UInt32, of platform: Platform, isHires: Bool
) throws(CallError) -> ScreenShape {
  let isFixed = format & UInt32(CHIP8_SCREEN_FIXED) != 0
  guard let kind = ScreenFormat(rawValue: Int(format & ~UInt32(CHIP8_SCREEN_FIXED))) else {
    throw .argument("unknown screen format \(format)")
  }
  return ScreenShape(kind, of: platform, isHires: isHires, isFixed: isFixed)
}

/// chip8_ram.
@_cdecl("chip8_ram")
public func ram(_ handle: OpaquePointer?) -> UnsafePointer<UInt8>? {
  // An array's bytes stay where they are until it is changed.
  machine(handle)?.pointee.machine.state.ram.withUnsafeBufferPointer { $0.baseAddress }
}

/// chip8_copy_ram.
@_cdecl("chip8_copy_ram")
public func copyRAM(
  _ handle: OpaquePointer?, _ address: UInt32, _ out: UnsafeMutableRawPointer?, _ size: Int
) -> Int32 {
  with(handle) { machine throws(CallError) in
    _ = try bytes(out, size, "bytes")
    try machine.pointee.checkRAM(address, size)
    machine.pointee.machine.state.ram.withUnsafeBytes { ram in
      guard let start = ram.baseAddress, size > 0 else { return }
      out?.copyMemory(from: start + Int(address), byteCount: size)
    }
    return 0
  }
}

/// chip8_get_registers.
@_cdecl("chip8_get_registers")
public func getRegisters(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<chip8_registers>?
) -> Int32 {
  with(handle) { machine throws(CallError) in
    try write(chip8_registers(machine.pointee.machine), to: out, "registers")
    return 0
  }
}

extension chip8_registers {
  init(_ machine: Chip8) {
    self.init()
    let state = machine.state
    (frames, instructions, cycles) = (state.frames, state.instructions, state.cycles)
    random = state.random.state
    instructions_left = state.instructionsLeftInFrame ?? .max
    (pc, i) = (state.pc, state.i)
    withUnsafeMutableBytes(of: &stack) { bytes in
      let words = bytes.bindMemory(to: UInt16.self)
      for k in 0..<Int(state.stackCount) { words[k] = state.stack[k] }
    }
    (keys, held_keys) = (state.keys.rawValue, machine.heldKeys.rawValue)
    withUnsafeMutableBytes(of: &v) { bytes in for k in 0..<16 { bytes[k] = state.v[k] } }
    withUnsafeMutableBytes(of: &flags) { bytes in for k in 0..<16 { bytes[k] = state.flags[k] } }
    (stack_count, delay, sound) = (state.stackCount, state.delay, state.sound)
    key_wait = state.keyWait?.register ?? .max
  }
}

/// chip8_get_shape.
@_cdecl("chip8_get_shape")
public func getShape(
  _ handle: OpaquePointer?, _ format: UInt32, _ out: UnsafeMutablePointer<chip8_shape>?
) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let out else { throw .missing("shape") }
    let shape = try machine.pointee.shape(format)
    out.pointee = chip8_shape(
      width: UInt32(shape.width), height: UInt32(shape.height),
      plane_count: UInt32(shape.planeCount), size: UInt32(shape.byteCount))
    return 0
  }
}

/// chip8_screen.
@_cdecl("chip8_screen")
public func screen(
  _ handle: OpaquePointer?, _ format: UInt32, _ colors: UnsafePointer<UInt32>?
) -> UnsafeRawPointer? {
  withPointer(handle) { machine throws(CallError) in
    let shape = try machine.pointee.shape(format)
    let buffer = machine.pointee.screenBuffer
    if let buffer { machine.pointee.writeScreen(shape, colors, to: buffer) }
    return UnsafeRawPointer(buffer)
  }
}

/// chip8_copy_screen.
@_cdecl("chip8_copy_screen")
public func copyScreen(
  _ handle: OpaquePointer?, _ format: UInt32, _ colors: UnsafePointer<UInt32>?,
  _ pixels: UnsafeMutableRawPointer?, _ size: Int
) -> Int32 {
  with(handle) { machine throws(CallError) in
    let shape = try machine.pointee.shape(format)
    guard let pixels else { throw .missing("pixels") }
    guard size >= shape.byteCount else {
      throw CallError(
        CHIP8_ERROR_SIZE, "the screen has \(shape.byteCount) bytes, and the buffer \(size)")
    }
    machine.pointee.writeScreen(shape, colors, to: pixels)
    return 0
  }
}

/// chip8_get_tone.
@_cdecl("chip8_get_tone")
public func getTone(_ handle: OpaquePointer?, _ out: UnsafeMutablePointer<chip8_tone>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let out else { throw .missing("tone") }
    out.pointee = chip8_tone()
    guard let tone = machine.pointee.machine.tone else { return 0 }
    let pattern = tone.pattern
    withUnsafeMutableBytes(of: &out.pointee.pattern) { bytes in
      for k in 0..<16 { bytes[k] = UInt8(truncatingIfNeeded: pattern >> UInt128(120 - 8 * k)) }
    }
    (out.pointee.advance, out.pointee.phase) = (tone.advance, tone.phase)
    return 1
  }
}

/// chip8_copy_sound.
@_cdecl("chip8_copy_sound")
public func copySound(
  _ handle: OpaquePointer?, _ samples: UnsafeMutablePointer<Int16>?, _ count: Int
) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard (0...1 << 20).contains(count) else {
      throw .argument("\(count) samples; there can be 1048576")
    }
    guard samples != nil || count == 0 else { throw .missing("samples") }
    machine.pointee.machine.writeSound(
      to: UnsafeMutableBufferPointer(start: samples, count: count))
    return 0
  }
}
