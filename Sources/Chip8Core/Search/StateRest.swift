/// A machine's state without its memories.
struct StateRest: ~Copyable {
  static let wordCount = 18

  private let v: InlineArray<16, UInt8>
  private let stack: InlineArray<16, UInt16>
  private let flags: InlineArray<16, UInt8>
  private let audio: Audio
  private let random: SplitMix64
  private let frames: UInt64
  private let instructions: UInt64
  private let cycles: UInt64
  private let instructionsLeftInFrame: UInt32?
  private let drawWait: UInt32?
  private let keyWait: KeyWait?
  private let keys: KeySet
  private let heldKeys: KeySet
  private let pc: UInt16
  private let i: UInt16
  private let stackCount: UInt8
  private let delay: UInt8
  private let sound: UInt8
  private let isHires: Bool
  private let selectedPlanes: UInt8

  /// - Precondition: the machine has nothing to do with a host, and no entry call runs.
  @inline(__always)
  init(_ state: UnsafePointer<State>, heldKeys: KeySet) {
    v = state.pointee.v
    stack = state.pointee.stack
    flags = state.pointee.flags
    audio = state.pointee.audio
    random = state.pointee.random
    frames = state.pointee.frames
    instructions = state.pointee.instructions
    cycles = state.pointee.cycles
    instructionsLeftInFrame = state.pointee.instructionsLeftInFrame
    drawWait = state.pointee.drawWait
    keyWait = state.pointee.keyWait
    keys = state.pointee.keys
    self.heldKeys = heldKeys
    pc = state.pointee.pc
    i = state.pointee.i
    stackCount = state.pointee.stackCount
    delay = state.pointee.delay
    sound = state.pointee.sound
    isHires = state.pointee.display.isHires
    selectedPlanes = state.pointee.display.selectedPlanes
  }

  /// Gives it back.
  @inline(__always)
  func restore(_ parts: Chip8.Parts) {
    parts.state.pointee.v = v
    parts.state.pointee.stack = stack
    parts.state.pointee.flags = flags
    parts.state.pointee.audio = audio
    parts.state.pointee.random = random
    parts.state.pointee.frames = frames
    parts.state.pointee.instructions = instructions
    parts.state.pointee.cycles = cycles
    parts.state.pointee.instructionsLeftInFrame = instructionsLeftInFrame
    parts.state.pointee.drawWait = drawWait
    parts.state.pointee.keyWait = keyWait
    parts.state.pointee.keys = keys
    parts.state.pointee.pc = pc
    parts.state.pointee.i = i
    parts.state.pointee.stackCount = stackCount
    parts.state.pointee.delay = delay
    parts.state.pointee.sound = sound
    parts.state.pointee.display.isHires = isHires
    parts.state.pointee.display.selectedPlanes = selectedPlanes
    parts.heldKeys.pointee = heldKeys
  }

  /// The sum of the products of each two neighbouring words of all that is state in it, with a constant
  /// added to each. Written out, for a word of an array costs a copy of the array.
  @inline(__always)
  func sum(_ constants: UnsafePointer<UInt64>) -> UInt128 {
    let registers = unsafeBitCast(v, to: SIMD2<UInt64>.self)
    let flags = unsafeBitCast(self.flags, to: SIMD2<UInt64>.self)
    let pointers =
      UInt64(pc) | UInt64(i) << 16 | UInt64(delay) << 32 | UInt64(sound) << 40
      | UInt64(stackCount) << 48 | UInt64(selectedPlanes) << 56 | (isHires ? 1 << 63 : 0)
    let input =
      UInt64(keys.rawValue) | UInt64(keyWait?.register ?? absentByte) << 16
      | UInt64(keyWait?.pressed.rawValue ?? 0) << 24 | UInt64(audio.pitch) << 40
      | (audio.pattern == nil ? 0 : 1 << 48)
    let pattern = audio.pattern ?? 0
    let waits = UInt64(instructionsLeftInFrame ?? absentWord) | UInt64(drawWait ?? absentWord) << 32
    return timeSum(constants)
      &+ product(constants + 2, cycles, random.state)
      &+ product(constants + 4, registers.x.littleEndian, registers.y.littleEndian)
      &+ product(constants + 6, stackWord(0), stackWord(1))
      &+ product(constants + 8, stackWord(2), stackWord(3))
      &+ product(constants + 10, flags.x.littleEndian, flags.y.littleEndian)
      &+ product(constants + 12, pointers, input)
      &+ product(
        constants + 14, UInt64(truncatingIfNeeded: pattern),
        UInt64(truncatingIfNeeded: pattern >> 64))
      &+ product(constants + 16, waits, UInt64(audio.phase))
  }

  /// What of that the counts of time make.
  @inline(__always)
  func timeSum(_ constants: UnsafePointer<UInt64>) -> UInt128 {
    product(constants, frames, instructions)
  }

  /// Four addresses of the stack. What was popped off it has no future.
  @inline(__always)
  private func stackWord(_ index: Int) -> UInt64 {
    let count = max(0, min(Int(stackCount) &- 4 &* index, 4))
    let word =
      UInt64(stack[4 &* index]) | UInt64(stack[4 &* index &+ 1]) << 16
      | UInt64(stack[4 &* index &+ 2]) << 32 | UInt64(stack[4 &* index &+ 3]) << 48
    return count == 0 ? 0 : word & (.max >> UInt64(64 &- 16 &* count))
  }

  @inline(__always)
  private func product(
    _ constants: UnsafePointer<UInt64>, _ first: UInt64, _ second: UInt64
  ) -> UInt128 {
    (first &+ constants[0]).fullProduct(second &+ constants[1])
  }
}
