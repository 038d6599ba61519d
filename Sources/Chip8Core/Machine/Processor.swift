/// The machine at work, for the time of one `run`: frames, limits, timers and waits. An ``Engine``
/// executes the instructions.
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

  var engine: Engine

  init(_ engine: Engine) { self.engine = engine }

  var state: UnsafeMutablePointer<State> { engine.state }

  /// Runs frames until a limit is reached or the program stops.
  mutating func run(_ limits: Limits, keys: KeySet) -> Chip8.Stop {
    engine.showWorkArea()
    defer {
      engine.readWorkArea()
      state.pointee.pc = engine.pc
    }
    guard limits.frames > 0, limits.instructions > 0 else { return .done }
    var limits = limits.clamped(to: state.pointee)
    guard limits.frames > 0, limits.instructions > 0 else {
      return .fault(fault(.outOfTime))
    }
    while state.pointee.entryCalls != nil {
      if let stop = stepEntryCall(&limits, keys) { return stop }
    }
    return runProgram(limits, keys)
  }

  /// Runs the code at the program counter, that of the program or of an entry call.
  mutating func runProgram(_ limits: Limits, _ keys: KeySet) -> Chip8.Stop {
    state.pointee.configuration.timing == .cycles
      ? runCycles(limits, keys) : runInstructions(limits, keys)
  }

  private mutating func runInstructions(_ limits: Limits, _ keys: KeySet) -> Chip8.Stop {
    var (frames, instructions) = (limits.frames, limits.instructions)
    // An entry call may have taken the last one.
    while frames > 0 {
      guard instructions > 0 else { return .done }
      if state.pointee.instructionsLeftInFrame == nil {
        // The frame does not begin before it is asked whether to stop.
        if let traps = engine.core.pointee.traps, stopsBetweenFrames(traps) { return .done }
        beginFrame(keys)
      }
      var left = Int(state.pointee.instructionsLeftInFrame ?? 0)
      if left > 0 {
        let executed = engine.execute(min(left, instructions))
        instructions &-= executed
        left = engine.event == .frameOver ? 0 : left &- executed
      }
      if left == 0 {
        endFrame()
        frames &-= 1
        if limits.stopsAtHalt, engine.event == .halted { return .halt }
      } else {
        state.pointee.instructionsLeftInFrame = UInt32(truncatingIfNeeded: left)
      }
      if case .none = engine.event { continue }
      if let stop { return stop }
    }
    return .done
  }

  @inline(never)
  private func stopsBetweenFrames(_ traps: Traps) -> Bool {
    !engine.isByRules && state.pointee.keyWait == nil && engine.isAtTrap(traps)
  }

  /// The stop that an event means.
  var stop: Chip8.Stop? {
    switch engine.event {
    case .none, .frameOver, .halted, .host: nil
    case .trapped: .done
    case .exited: .exit
    case .hostCall: (try? engine.readHostCall()).map(Chip8.Stop.hostCall)
    case .fault(let kind): .fault(fault(kind))
    }
  }

  /// What is wrong with the instruction at the program counter.
  private func fault(_ kind: Fault.Kind) -> Fault {
    Fault(
      kind: kind, pc: engine.pc, opcode: engine.word(at: engine.pc),
      platform: state.pointee.configuration.platform)
  }

  /// Takes the keys of a frame, completes a wait for one, and gives the frame its instructions.
  @inline(__always)
  mutating func beginFrame(_ keys: KeySet) {
    state.pointee.keys = keys
    let isIdle = state.pointee.keyWait != nil && !completeKeyWait()
    state.pointee.instructionsLeftInFrame =
      isIdle ? 0 : UInt32(truncatingIfNeeded: state.pointee.configuration.instructionsPerFrame)
  }

  /// Whether the program can run: it is not waiting for a key, or its wait ends now.
  private mutating func completeKeyWait() -> Bool {
    guard var wait = state.pointee.keyWait else { return true }
    let keys = state.pointee.keys
    if let (register, key) = state.pointee.endKeyWait(keys) {
      engine.v[register] = key
      engine.pc &+= 2
      return true
    }
    wait.pressed.formUnion(keys)
    state.pointee.keyWait = wait
    if !keys.isEmpty { engine.beepInKeyWait() }
    return false
  }

  mutating func endFrame() { engine.core.pointee.endFrame() }
}
