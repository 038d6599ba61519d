// The machine at work: frames, limits, timers and waits; and the reference engine, which executes
// instructions as their rules read. What executes them fast is in `Engine/`, and is compared with this.

/// Executes instructions on a state, for the time of one `run`.
struct Processor {
  struct Limits {
    var frames: Int
    var instructions: Int
    let stopsAtHalt: Bool

    /// As much of this as a machine can still count.
    func clamped(to state: State) -> Limits {
      var limits = self
      limits.frames = min(
        frames, Int(clamping: State.maxFrames - min(state.frames, State.maxFrames)))
      limits.instructions = min(
        instructions,
        Int(clamping: State.maxInstructions - min(state.instructions, State.maxInstructions)))
      return limits
    }
  }

  /// What ends a stretch of instructions before its time.
  enum Event: Equatable {
    case none
    /// The frame has no time left: the display or a key is waited for.
    case frameOver
    /// The program jumps to itself; the stretch was done in one go.
    case halted
    case exited
    case fault(Fault.Kind)
    /// The next instruction is one of the host's, and was not executed yet.
    case host
    /// The host is asked for something.
    case hostCall
  }

  let state: UnsafeMutablePointer<State>
  /// The registers within the state, or where the machine keeps them in the RAM.
  let v: UnsafeMutablePointer<UInt8>
  let ram: UnsafeMutablePointer<UInt8>
  /// Takes an address into the RAM, whose size is a power of two.
  let mask: Int
  /// Executes instructions fast; nil if the reference engine is to execute all.
  let core: UnsafeMutablePointer<Core>?
  /// An instruction that is executed in place of the one at its address.
  let replacement: (address: Int, instruction: Instruction)?
  let instructionSet: InstructionSet
  let quirks: Quirks
  let stackCountMax: Int

  var pc: UInt16
  /// Instructions of this stretch that are still to be executed.
  var rest = 0
  /// Those that an event has left undone.
  var undone = 0
  var event = Event.none

  private(set) var tone: Tone?
  private(set) var hasEndedFrame = false

  init(
    _ state: UnsafeMutablePointer<State>, ram: UnsafeMutableBufferPointer<UInt8>,
    _ core: UnsafeMutablePointer<Core>?,
    replacing replacement: (address: Int, instruction: Instruction)? = nil
  ) {
    guard
      let ramStart = ram.baseAddress, let vOffset = MemoryLayout<State>.offset(of: \.v),
      ram.count.nonzeroBitCount == 1
    else { preconditionFailure("the RAM of a machine has a power of two of bytes") }
    self.state = state
    self.ram = ramStart
    self.core = core
    self.replacement = replacement
    mask = ram.count - 1
    let platform = state.pointee.configuration.platform
    instructionSet = platform.instructionSet
    stackCountMax = platform.stackCountMax
    v =
      instructionSet == .twoPage
      ? ramStart + TwoPage.registers
      : (UnsafeMutableRawPointer(state) + vOffset).assumingMemoryBound(to: UInt8.self)
    quirks = state.pointee.configuration.effectiveQuirks
    pc = state.pointee.pc
  }

  /// Runs frames until a limit is reached or the program cannot or need not go on.
  mutating func run(_ limits: Limits, keys: Keypad) -> Chip8.Stop {
    showWorkArea()
    defer {
      readWorkArea()
      state.pointee.pc = pc
    }
    guard limits.frames > 0, limits.instructions > 0 else { return .done }
    var limits = limits.clamped(to: state.pointee)
    guard limits.frames > 0, limits.instructions > 0 else {
      return .fault(fault(.outOfTime))
    }
    while state.pointee.goals != nil {
      if let stop = stepGoal(&limits, keys) { return stop }
    }
    return runProgram(limits, keys)
  }

  /// Runs whatever is at the program counter, be it the program or a goal.
  mutating func runProgram(_ limits: Limits, _ keys: Keypad) -> Chip8.Stop {
    state.pointee.configuration.timing == .cycles
      ? runCycles(limits, keys) : runInstructions(limits, keys)
  }

  private mutating func runInstructions(_ limits: Limits, _ keys: Keypad) -> Chip8.Stop {
    var limits = limits
    while limits.frames > 0 {
      guard limits.instructions > 0 else { return .done }
      if state.pointee.frameRest == nil { beginFrame(keys) }
      var frameRest = Int(state.pointee.frameRest ?? 0)
      if frameRest > 0 {
        let executed = execute(min(frameRest, limits.instructions))
        limits.instructions -= executed
        frameRest = event == .frameOver ? 0 : frameRest - executed
        state.pointee.frameRest = UInt32(truncatingIfNeeded: frameRest)
      }
      if frameRest == 0 {
        endFrame()
        limits.frames -= 1
        if limits.stopsAtHalt, event == .halted { return .halt }
      }
      if let stop { return stop }
    }
    return .done
  }

  /// What an event means to whoever runs the machine.
  var stop: Chip8.Stop? {
    switch event {
    case .none, .frameOver, .halted, .host: nil
    case .exited: .exit
    case .hostCall: (try? readHostCall()).map(Chip8.Stop.hostCall)
    case .fault(let kind): .fault(fault(kind))
    }
  }

  /// What is wrong with the instruction at the program counter.
  private func fault(_ kind: Fault.Kind) -> Fault {
    Fault(
      kind: kind, pc: pc, opcode: word(at: pc),
      platform: state.pointee.configuration.platform)
  }

  /// Takes the keys of a frame, completes a wait for one, and gives the frame its instructions.
  mutating func beginFrame(_ keys: Keypad) {
    state.pointee.keys = keys
    let isIdle = !completeKeyWait()
    state.pointee.frameRest =
      isIdle ? 0 : UInt32(state.pointee.configuration.instructionsPerFrame)
  }

  /// Whether the program can go on: it waits for no key, or its wait ends now.
  private mutating func completeKeyWait() -> Bool {
    guard var wait = state.pointee.keyWait else { return true }
    let keys = state.pointee.keys
    if let (register, key) = state.pointee.endKeyWait(keys) {
      v[register] = key
      pc &+= 2
      return true
    }
    wait.pressed.formUnion(keys)
    state.pointee.keyWait = wait
    if !keys.isEmpty { beepInKeyWait() }
    return false
  }

  /// The buzzer sounds for as long as a key is held in Fx0A.
  @inline(__always)
  func beepInKeyWait() {
    if quirks.contains(.keyWaitBeeps) { state.pointee.sound = 4 }
  }

  /// Lets the frame sound and counts the timers down.
  mutating func endFrame() {
    let isSounding = state.pointee.sound > 0
    tone = nil
    if isSounding {
      let frame = Tone(
        state.pointee.audio,
        framesPerSecond: state.pointee.configuration.platform.framesPerSecond)
      tone = frame
      state.pointee.audio.phase &+= UInt32(truncatingIfNeeded: frame.advance)
      state.pointee.sound -= 1
    }
    if state.pointee.sound == 0 { state.pointee.audio.phase = 0 }
    if state.pointee.delay > 0 { state.pointee.delay -= 1 }
    hasEndedFrame = true
    state.pointee.frameRest = nil
    state.pointee.frames += 1
  }

  /// Executes at most `count` instructions and returns how many it were; ``event`` says why fewer,
  /// if it does.
  mutating func execute(_ count: Int) -> Int {
    guard let core else { return executeByReference(count) }
    event = .none
    var remaining = count
    while remaining > 0, event == .none {
      guard Int(pc) <= mask else {
        remaining -= executeByReference(1)
        continue
      }
      remaining -= core.pointee.execute(min(remaining, Core.maxSlice), at: pc)
      pc = core.pointee.pc
      switch core.pointee.end {
      case .limit: break
      case .frameOver: event = .frameOver
      case .slow: remaining -= executeByReference(1)
      case .halted:
        state.pointee.instructions += UInt64(truncatingIfNeeded: remaining)
        remaining = 0
        event = .halted
      }
    }
    return count &- remaining
  }

  private mutating func executeByReference(_ count: Int) -> Int {
    rest = count
    undone = 0
    event = .none
    repeat {
      rest &-= 1
      let instruction = instruction(at: Int(pc) & mask)
      pc &+= 2
      if isTwoPage { executeTwoPage(instruction) } else { execute(instruction) }
    } while rest > 0
    let executed = count &- undone
    state.pointee.instructions += UInt64(truncatingIfNeeded: executed)
    return event == .host ? executed + executeHostInstruction() : executed
  }

  private func instruction(at address: Int) -> Instruction {
    if let replacement, replacement.address == address { return replacement.instruction }
    return Instruction(opcode: word(at: UInt16(address)), for: instructionSet)
  }

  /// The two bytes at an address, the high one first.
  @inline(__always)
  func word(at address: UInt16) -> UInt16 {
    UInt16(ram[Int(address) & mask]) << 8 | UInt16(ram[(Int(address) + 1) & mask])
  }

  /// Writes a byte. The instructions that it was part of must be decoded again.
  @inline(__always)
  func write(_ byte: UInt8, at address: Int) {
    ram[address & mask] = byte
    core?.pointee.forget(address, count: 1)
  }

  /// Ends the stretch after the instruction that is being executed.
  @inline(__always)
  mutating func end(_ event: Event) {
    self.event = event
    undone = rest
    rest = 0
  }

  /// Ends the stretch before the instruction that is being executed: it is not counted, and the
  /// program counter stays at it.
  @inline(__always)
  mutating func refuse(_ event: Event) {
    pc &-= 2
    rest &+= 1
    end(event)
  }

  /// What the machine has no instruction for is a fault, unless it is 0nnn and a quirk skips that.
  @inline(__always)
  private mutating func skipOrRefuse(_ fault: Fault.Kind) {
    if quirks.contains(.skipMachineCode), word(at: pc &- 2) >> 12 == 0 { return }
    refuse(.fault(fault))
  }

  @inline(__always)
  mutating func execute(_ instruction: Instruction) {
    switch instruction {
    case .clear: state.pointee.display.clear()
    case .return: returnFromCall()
    case .scrollDown(let n): scrollDown(n)
    case .scrollUp(let n): scroll(down: -Int(n))
    case .scrollRight: scroll(right: 4)
    case .scrollLeft: scroll(right: -4)
    case .exit: refuse(.exited)
    case .lores: setResolution(isHires: false)
    case .hires: setResolution(isHires: true)
    case .jump(let nnn): jump(nnn)
    case .call(let nnn): call(nnn)
    case .skipIfEqual(let x, let nn): skip(if: v[x] == nn)
    case .skipIfNotEqual(let x, let nn): skip(if: v[x] != nn)
    case .skipIfSame(let x, let y): skip(if: v[x] == v[y])
    case .skipIfDifferent(let x, let y): skip(if: v[x] != v[y])
    case .storeRange(let x, let y): storeRange(x, y)
    case .loadRange(let x, let y): loadRange(x, y)
    case .set(let x, let nn): v[x] = nn
    case .add(let x, let nn): v[x] &+= nn
    case .copy(let x, let y): v[x] = v[y]
    case .or(let x, let y): logic(x, v[x] | v[y])
    case .and(let x, let y): logic(x, v[x] & v[y])
    case .xor(let x, let y): logic(x, v[x] ^ v[y])
    case .addRegister(let x, let y): add(x, y)
    case .subtract(let x, let y): subtract(v[x], v[y], to: x)
    case .shiftRight(let x, let y): shiftRight(x, y)
    case .subtractFrom(let x, let y): subtract(v[y], v[x], to: x)
    case .shiftLeft(let x, let y): shiftLeft(x, y)
    case .setIndex(let nnn): state.pointee.i = nnn
    case .setIndexLong: setIndexLong()
    case .jumpIndexed(let nnn): jumpIndexed(nnn)
    case .random(let x, let nn): random(x, nn)
    case .draw(let x, let y, let n): draw(x, y, n)
    case .skipIfKey(let x): skip(if: isDown(x))
    case .skipIfNoKey(let x): skip(if: !isDown(x))
    case .selectPlanes(let n): state.pointee.display.selectedPlanes = n
    case .loadPattern: loadPattern()
    case .readDelay(let x): v[x] = state.pointee.delay
    case .waitForKey(let x): waitForKey(x)
    case .setDelay(let x): state.pointee.delay = v[x]
    case .setSound(let x): state.pointee.setSound(v[x])
    case .addToIndex(let x): addToIndex(x)
    case .smallDigit(let x): setIndex(Font.smallAddress + Int(v[x] & 0xF) * Font.smallRowCount)
    case .bigDigit(let x): setIndex(Font.bigAddress + Int(v[x] & 0xF) * Font.bigRowCount)
    case .decimal(let x): decimal(x)
    case .setPitch(let x): state.pointee.audio.pitch = v[x]
    case .store(let x): store(x)
    case .load(let x): load(x)
    case .storeFlags(let x): for k in 0...Int(x) { state.pointee.flags[k] = v[k] }
    case .loadFlags(let x): for k in 0...Int(x) { v[k] = state.pointee.flags[k] }
    case .probeHost, .callHost: refuse(.host)
    case .machineCode: skipOrRefuse(.machineCode)
    case .illegal: skipOrRefuse(.illegalInstruction)
    }
  }
}

extension UnsafeMutablePointer<UInt8> {
  /// A register by its number from a decoded instruction, which is never above 15.
  @inline(__always)
  subscript(_ register: UInt8) -> UInt8 {
    get { self[Int(register)] }
    nonmutating set { self[Int(register)] = newValue }
  }
}
