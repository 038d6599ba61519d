/// A machine's state without its memories.
struct StateRest {
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

  /// All that is state in it, as numbers: the counts of time first.
  @inline(__always)
  var words: InlineArray<18, UInt64> {
    var words = InlineArray<18, UInt64>(repeating: 0)
    (words[0], words[1]) = (frames, instructions)
    (words[2], words[3]) = (cycles, random.state)
    let registers = unsafeBitCast(v, to: SIMD2<UInt64>.self)
    (words[4], words[5]) = (registers.x.littleEndian, registers.y.littleEndian)
    for k in 0..<Int(stackCount) {
      // What was popped off the stack has no future.
      words[6 + k >> 2] |= UInt64(stack[k]) << UInt64(16 * (k & 3))
    }
    let flags = unsafeBitCast(self.flags, to: SIMD2<UInt64>.self)
    (words[10], words[11]) = (flags.x.littleEndian, flags.y.littleEndian)
    words[12] =
      UInt64(pc) | UInt64(i) << 16 | UInt64(delay) << 32 | UInt64(sound) << 40
      | UInt64(stackCount) << 48 | UInt64(selectedPlanes) << 56 | (isHires ? 1 << 63 : 0)
    words[13] =
      UInt64(keys.rawValue) | UInt64(keyWait?.register ?? absentByte) << 16
      | UInt64(keyWait?.pressed.rawValue ?? 0) << 24 | UInt64(audio.pitch) << 40
      | (audio.pattern == nil ? 0 : 1 << 48)
    let pattern = audio.pattern ?? 0
    words[14] = UInt64(truncatingIfNeeded: pattern)
    words[15] = UInt64(truncatingIfNeeded: pattern >> 64)
    words[16] =
      UInt64(instructionsLeftInFrame ?? absentWord) | UInt64(drawWait ?? absentWord) << 32
    words[17] = UInt64(audio.phase)
    return words
  }
}
