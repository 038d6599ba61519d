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

  let state: UnsafeMutablePointer<State>
  var engine: Engine

  private(set) var tone: Tone?
  private(set) var hasEndedFrame = false

  init(_ engine: Engine) {
    self.engine = engine
    state = engine.state
  }

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
    while state.pointee.goals != nil {
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
    var limits = limits
    while limits.frames > 0 {
      guard limits.instructions > 0 else { return .done }
      if state.pointee.instructionsLeftInFrame == nil { beginFrame(keys) }
      var instructionsLeftInFrame = Int(state.pointee.instructionsLeftInFrame ?? 0)
      if instructionsLeftInFrame > 0 {
        let executed = engine.execute(min(instructionsLeftInFrame, limits.instructions))
        limits.instructions -= executed
        instructionsLeftInFrame =
          engine.event == .frameOver ? 0 : instructionsLeftInFrame - executed
        state.pointee.instructionsLeftInFrame = UInt32(truncatingIfNeeded: instructionsLeftInFrame)
      }
      if instructionsLeftInFrame == 0 {
        endFrame()
        limits.frames -= 1
        if limits.stopsAtHalt, engine.event == .halted { return .halt }
      }
      if let stop { return stop }
    }
    return .done
  }

  /// The stop that an event means.
  var stop: Chip8.Stop? {
    switch engine.event {
    case .none, .frameOver, .halted, .host: nil
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
  mutating func beginFrame(_ keys: KeySet) {
    state.pointee.keys = keys
    let isIdle = !completeKeyWait()
    state.pointee.instructionsLeftInFrame =
      isIdle ? 0 : UInt32(state.pointee.configuration.instructionsPerFrame)
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
    state.pointee.instructionsLeftInFrame = nil
    state.pointee.frames += 1
  }
}
