// The COSMAC VIP's time: a frame is what fits between two display interrupts, counted in machine
// cycles of the 1802 (1.76064 MHz / 8). Costs: docs/SOURCES.md.
//
// An interrupt that falls into an instruction's fetch comes before its effect, one that falls into
// the rest of it comes after. So a frame ends either when the next instruction's fetch would not
// be done in time, or after an instruction that took too long. One that takes longer than a whole
// frame leaves frames after it in which nothing else happens.

/// How long things take on a machine, in machine cycles.
struct VIPClock {
  /// When the first instruction is fetched.
  let programStart: UInt64
  let interrupt: UInt64
  /// What erasing the display takes before it does.
  let clear: UInt64
  /// What Dxyn takes after its fetch to prepare a sprite without rows.
  let preparation: UInt32
  /// What Dxyn takes to draw a row that is not on two bytes and hits nothing.
  let row: UInt64
  /// What Dxyn saves when it comes to the last row of the display.
  let savedAtBottom: UInt64
  /// The longest preparation that a saved state may have before it, with some room.
  let maxDrawWait: UInt32

  static let vip = VIPClock(
    programStart: 3250, interrupt: 1832, clear: 3118, preparation: 68, row: 34,
    savedAtBottom: 0, maxDrawWait: 2862)
  /// The driver restarts the interpreter five frames later; that is left out here.
  static let twoPage = VIPClock(
    programStart: 3470, interrupt: 1842, clear: 5186, preparation: 74, row: 46,
    savedAtBottom: 2, maxDrawWait: 2868)

  static let frame: UInt64 = 3668
  static let interruptWithSound: UInt64 = 4
  static let interruptWithDelay: UInt64 = 8
  static let fetch: UInt64 = 68
  static let fetchOfMachineCall: UInt64 = 40
  static let fetchOfF: UInt64 = 72
  static let drawAfterWait: UInt64 = 26
  static let keyWaitEnd: UInt64 = 8

  /// The moments at which a machine can be after so many frames, with some room: before the
  /// interrupt that has ended the last one if that interrupted 00E0, and not much later than the
  /// next. One that was far from there would not come to the end of a frame, or of frames without an
  /// instruction, in any time.
  func range(afterFrames frames: UInt64) -> ClosedRange<UInt64> {
    let frame = VIPClock.frame
    let next = VIPClock.nextInterrupt(after: programStart) + frames * frame
    return max(frames, 1) * frame - frame...next + 10 * frame
  }

  static func nextInterrupt(after cycle: UInt64) -> UInt64 {
    (cycle + 2572) / frame * frame + 1096
  }
}

extension Processor {
  private var clock: VIPClock { state.pointee.configuration.clock }

  mutating func runCycles(_ limits: Limits, _ keys: KeySet) -> Chip8.Stop {
    var limits = limits
    var isHalted = false
    while limits.frames > 0 {
      guard limits.instructions > 0 else { return .done }
      if state.pointee.instructionsLeftInFrame == nil {
        beginFrame(keys)
        state.pointee.instructionsLeftInFrame = 0
      }
      let step = stepCycles()
      limits.instructions -= step.executed
      if step.executed > 0 { isHalted = engine.event == .halted }
      if step.endsFrame {
        interrupt()
        limits.frames -= 1
        if limits.stopsAtHalt, isHalted { return .halt }
      }
      if let stop { return stop }
    }
    return .done
  }

  /// Takes the interrupt: shows the frame, counts the timers down, and costs time itself.
  private mutating func interrupt() {
    state.pointee.cycles += clock.interrupt
    if state.pointee.sound > 0 { state.pointee.cycles += VIPClock.interruptWithSound }
    if state.pointee.delay > 0 { state.pointee.cycles += VIPClock.interruptWithDelay }
    endFrame()
  }

  /// The moment of this frame's interrupt: the VIP's interrupts are on a grid, one a frame.
  private var interruptAt: UInt64 {
    VIPClock.nextInterrupt(after: clock.programStart) + state.pointee.frames * VIPClock.frame
  }

  /// Executes an instruction, or finds that the frame is over first.
  private mutating func stepCycles() -> (executed: Int, endsFrame: Bool) {
    engine.event = .none
    if state.pointee.keyWait != nil {
      idle()
      return (0, true)
    }
    let instruction = engine.instruction(at: engine.pc)
    if case .drawing = instruction.form.cost { return stepDraw(instruction) }
    let before = fetchCost(instruction)
    guard state.pointee.cycles + before < interruptAt else { return (0, true) }
    state.pointee.cycles += before
    let effect = Effect(of: instruction, on: engine)
    let executed = engine.execute(1)
    guard executed == 1 else {
      state.pointee.cycles -= before
      return (0, false)
    }
    state.pointee.cycles += effect.cost(fetch: before, after: engine, clock) - before
    if engine.event == .frameOver { idle() }
    return (1, state.pointee.cycles >= interruptAt)
  }

  /// Lets the time until the interrupt pass.
  private func idle() {
    state.pointee.cycles = max(state.pointee.cycles, interruptAt)
  }

  /// The part of an instruction's time that passes before it has an effect: the interpreter decides
  /// by the first digit, and by F and 0 in ways of their own.
  private func fetchCost(_ instruction: Instruction) -> UInt64 {
    if case .clearing = instruction.form.cost { return clock.clear }
    return switch instruction.opcode >> 12 {
    case 0x0: VIPClock.fetchOfMachineCall
    case 0xF: VIPClock.fetchOfF
    default: VIPClock.fetch
    }
  }

  /// Dxyn prepares the sprite, waits for an interrupt, and for more if the preparation takes
  /// longer, and then draws.
  private mutating func stepDraw(_ sprite: Instruction) -> (executed: Int, endsFrame: Bool) {
    let column = UInt32(engine.v[sprite.x] & 63)
    if let rest = state.pointee.drawWait, rest == 0 {
      state.pointee.drawWait = nil
      state.pointee.cycles += drawCost(sprite)
      _ = engine.execute(1)
      // The frame was waited for already.
      engine.event = .none
      return (1, state.pointee.cycles >= interruptAt)
    }
    if state.pointee.drawWait == nil {
      guard state.pointee.cycles + VIPClock.fetch < interruptAt else { return (0, true) }
      state.pointee.cycles += VIPClock.fetch
      state.pointee.drawWait =
        clock.preparation + UInt32(sprite.n) * (46 + 20 * (column & 7))
    }
    let rest = UInt64(state.pointee.drawWait ?? 0)
    let waited = interruptAt - min(state.pointee.cycles, interruptAt)
    idle()
    state.pointee.drawWait = UInt32(rest - min(rest, waited))
    return (0, true)
  }

  /// 34 or 46 a row, and 4 or 16 more for each byte of the display that it changes or hits.
  private func drawCost(_ sprite: Instruction) -> UInt64 {
    let height = state.pointee.configuration.platform.display.height
    let x = Int(engine.v[sprite.x] & 63)
    let y = Int(engine.v[sprite.y]) & (height - 1)
    let rows = 0..<min(Int(sprite.n), height - y)
    let saved = y + Int(sprite.n) >= height ? clock.savedAtBottom : 0
    return rows.reduce(VIPClock.drawAfterWait - saved) { cost, row in
      let byte = UInt64(engine.ram[(Int(state.pointee.i) + row) & engine.mask])
      let pixels = (byte << 56) >> UInt64(x & 7)
      let hit = (shown(inRow: y + row) << UInt64(x & 56)) & pixels
      let first: UInt64 = hit >> 56 != 0 ? 4 : 0
      let second: UInt64 = x < 56 ? 16 + (hit << 8 != 0 ? 4 : 0) : 0
      return cost + clock.row + first + second
    }
  }

  private func shown(inRow row: Int) -> UInt64 {
    engine.isTwoPage
      ? TwoPage.pixels(ofRow: row, in: engine.ram)
      : state.pointee.display.planes[0].left[row]
  }
}

/// What an instruction's cost depends on, as it was before the instruction.
private struct Effect {
  let instruction: Instruction
  let pc: UInt16
  let i: UInt16
  let vx: UInt8

  init(of instruction: Instruction, on engine: Engine) {
    self.instruction = instruction
    pc = engine.pc
    i = engine.state.pointee.i
    vx = engine.v[instruction.x]
  }

  /// All of the instruction's cycles, fetch included.
  func cost(fetch: UInt64, after engine: Engine, _ clock: VIPClock) -> UInt64 {
    switch instruction.form.cost {
    case .none, .drawing: fetch
    case .always(let cycles): cycles
    case .clearing: clock.clear
    case .skipping(let cycles, let more): cycles + (engine.pc == pc &+ 4 ? more : 0)
    case .jumpingToOtherPage(let cycles, let more):
      cycles + (engine.pc >> 8 != instruction.nnn >> 8 ? more : 0)
    case .movingToOtherPage(let cycles, let more):
      cycles + (engine.state.pointee.i >> 8 != i >> 8 ? more : 0)
    case .forEachRegister(let cycles, let more): cycles + more * (UInt64(instruction.x) + 1)
    case .addingDigits(let cycles, let more):
      cycles + more * UInt64(vx / 100 + vx / 10 % 10 + vx % 10)
    }
  }
}
