// Instructions before which a machine stops, found at the speed of the interpreter: such an instruction
// is not made into an operation, but left to its rule, and before that is asked whether to stop.

/// Which instructions a machine stops before.
public struct Traps: Sendable {
  /// Those at these addresses.
  public var addresses: Set<UInt16> = []
  /// Those of these kinds, a bit for each.
  private var kinds: UInt64 = 0
  /// Those that may write some registers, bit k for Vk and bit 16 for I, or read them.
  var writtenRegisters: UInt32 = 0
  var readRegisters: UInt32 = 0
  /// Those that write some bytes of the RAM, or read them.
  var writtenBytes: [Range<Int>] = []
  var readBytes: [Range<Int>] = []

  /// None.
  public init() {}

  /// Whether there are none.
  var isEmpty: Bool {
    addresses.isEmpty && kinds == 0 && writtenRegisters | readRegisters == 0
      && writtenBytes.isEmpty && readBytes.isEmpty
  }

  /// Adds all instructions of a kind.
  mutating func add(_ kind: Instruction.Kind) { kinds |= 1 << UInt64(kind.rawValue) }

  /// Whether an instruction at an address may be one of them, whatever the machine is like then.
  func mayStop(before instruction: Instruction, at address: Int) -> Bool {
    if kinds >> UInt64(instruction.kind.rawValue) & 1 != 0 { return true }
    if addresses.contains(UInt16(truncatingIfNeeded: address)) { return true }
    let form = instruction.form
    if writtenRegisters != 0, instruction.registers(form.writes) & writtenRegisters != 0 {
      return true
    }
    if readRegisters != 0, instruction.registers(form.reads) & readRegisters != 0 { return true }
    return !writtenBytes.isEmpty && form.writes.contains(.bytesAtI)
      || !readBytes.isEmpty && form.reads.contains(.bytesAtI)
  }

  /// Whether the next instruction of a machine is one of them.
  func stop(before instruction: Instruction, at address: Int, _ state: UnsafePointer<State>) -> Bool
  {
    if kinds >> UInt64(instruction.kind.rawValue) & 1 != 0 { return true }
    if addresses.contains(UInt16(truncatingIfNeeded: address)) { return true }
    let form = instruction.form
    if instruction.registers(form.writes) & writtenRegisters != 0 { return true }
    if instruction.registers(form.reads) & readRegisters != 0 { return true }
    if !writtenBytes.isEmpty, let bytes = instruction.bytesWritten(state),
      bytes.overlaps(writtenBytes, mask: state.pointee.ram.count - 1)
    {
      return true
    }
    guard !readBytes.isEmpty, let bytes = instruction.bytesRead(state) else { return false }
    return bytes.overlaps(readBytes, mask: state.pointee.ram.count - 1)
  }
}

extension Instruction {
  /// The bytes from I on that it writes, if it does. They may go past the end of the RAM.
  func bytesWritten(_ state: UnsafePointer<State>) -> Range<Int>? {
    guard let count = writtenByteCount else { return nil }
    let start = Int(state.pointee.i)
    return start..<start + count
  }

  /// The bytes from I on that it reads, if it does. They may go past the end of the RAM.
  func bytesRead(_ state: UnsafePointer<State>) -> Range<Int>? {
    let count: Int
    switch kind {
    case .load: count = Int(x) + 1
    case .loadRange: count = abs(Int(x) - Int(y)) + 1
    case .loadPattern: count = 16
    case .draw:
      let box = spriteSize(state)
      let planes = state.pointee.display.selectedPlanes.nonzeroBitCount
      count = box.height * (box.width / 8) * planes
    default: return nil
    }
    let start = Int(state.pointee.i)
    return start..<start + count
  }

  /// The pixels of a sprite: those of the resolution in which it is drawn.
  func spriteSize(_ state: UnsafePointer<State>) -> (width: Int, height: Int) {
    let quirks = state.pointee.configuration.effectiveQuirks
    let isBig = n == 0 && state.pointee.configuration.platform.extensions.contains(.superChip10)
    let isWide = isBig && (state.pointee.display.isHires || quirks.contains(.loresBigSprites))
    return (isWide ? 16 : 8, isBig ? 16 : Int(n))
  }
}

extension State {
  /// The pixels of the sprite that the instruction at an address draws; nil if it draws none.
  package func spriteSize(at address: UInt16) -> (width: Int, height: Int)? {
    let extensions = configuration.platform.extensions
    let instruction = Instruction(opcode: word(at: address), for: extensions)
    guard instruction.kind == .draw else { return nil }
    let size = withUnsafePointer(to: self) { instruction.spriteSize($0) }
    return size.height > 0 ? size : nil
  }
}

extension Range<Int> {
  /// Whether one of these bytes is in some of the RAM, where addresses wrap around.
  func overlaps(_ ranges: [Range<Int>], mask: Int) -> Bool {
    for range in ranges {
      if overlaps(range) { return true }
      guard upperBound > mask + 1 || lowerBound > mask else { continue }
      for address in self where range.contains(address & mask) { return true }
    }
    return false
  }
}

extension Core {
  /// Whether an instruction may be one that the machine stops before.
  @inline(__always)
  func mayStop(before instruction: Instruction, at address: Int) -> Bool {
    traps.map { $0.mayStop(before: instruction, at: address & mask) } ?? false
  }

  /// Decodes all operations again, with other traps.
  mutating func setTraps(_ traps: Traps?) {
    self.traps = traps
    setWholeFrameLength()
    (operations..<operations + Int(operationCount)).forEach { $0.pointee = .undecoded }
    idleLoops = IdleLoops()
  }
}

extension Engine {
  /// Whether the next instruction is one that the machine stops before.
  @inline(never)
  func isAtTrap(_ traps: Traps) -> Bool {
    traps.stop(before: instruction(at: pc), at: Int(pc) & mask, UnsafePointer(state))
  }
}

extension Chip8 {
  /// Whether traps stop this machine while it runs; otherwise it has to be run tick by tick.
  var canTrap: Bool {
    state.entryCalls == nil && state.configuration.timing == .ipf && !state.isTwoPage
  }

  /// Runs this machine with traps: ``run(frames:instructions:keys:stopsAtHalt:)`` comes back before the
  /// instructions that they are about, and ``tick()`` executes them.
  mutating func withTraps<Result>(
    _ traps: Traps, _ body: (inout Chip8) -> Result
  ) -> Result {
    guard !traps.isEmpty else { return body(&self) }
    let engine = unsaved.engine
    self.engine = .reference
    unsaved.instructionsByRules = .max
    withCore(prepared: true) { $0.pointee.setTraps(traps) }
    defer {
      withCore(prepared: false) { $0.pointee.setTraps(nil) }
      self.engine = engine
    }
    return body(&self)
  }

  /// Sets traps again if an input has made the machine forget all that was made ready.
  mutating func keepTraps(_ traps: Traps) {
    guard !traps.isEmpty, ownCore?.pointee.traps == nil else { return }
    withCore(prepared: true) { $0.pointee.setTraps(traps) }
  }

  /// Whether the next instruction is one of these, and is executed next.
  mutating func isAt(_ traps: Traps) -> Bool {
    guard state.keyWait == nil else { return false }
    let (address, instruction) = (Int(state.pc) & (state.ram.count - 1), nextInstruction)
    return withUnsafePointer(to: &state) { traps.stop(before: instruction, at: address, $0) }
  }
}
