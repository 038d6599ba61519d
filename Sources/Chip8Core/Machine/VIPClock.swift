// The COSMAC VIP's time: a frame is what fits between two display interrupts, counted in machine
// cycles of the 1802 (1.76064 MHz / 8). Costs: docs/SOURCES.md.
//
// An interrupt that falls into an instruction's fetch comes before its effect, one that falls into
// the rest of it comes after. So a frame ends either when the next instruction's fetch would not
// be done in time, or after an instruction that took too long. One that takes longer than a whole
// frame leaves frames behind it in which nothing else happens.

/// How long things take on a machine, in machine cycles.
struct VIPClock {
  /// When the first instruction is fetched.
  let programStart: UInt64
  let interrupt: UInt64
  /// The instruction that erases the display, and what it takes before it does.
  let clear: (opcode: UInt16, cost: UInt64)
  /// What Dxyn takes after its fetch to prepare a sprite without rows.
  let preparation: UInt32
  /// What Dxyn takes to draw a row that is not on two bytes and hits nothing.
  let row: UInt64
  /// What Dxyn saves when it comes to the last row of the display.
  let savedAtBottom: UInt64
  /// The longest preparation that a saved state may have before it, with some room.
  let drawWaitMax: UInt32

  static let vip = VIPClock(
    programStart: 3250, interrupt: 1832, clear: (0x00E0, 3118), preparation: 68, row: 34,
    savedAtBottom: 0, drawWaitMax: 2862)
  /// The driver starts the interpreter anew five frames later; that is left out here.
  static let twoPage = VIPClock(
    programStart: 3470, interrupt: 1842, clear: (0x0230, 5186), preparation: 74, row: 46,
    savedAtBottom: 2, drawWaitMax: 2868)

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

  /// The first interrupt after a moment.
  static func nextInterrupt(after cycle: UInt64) -> UInt64 {
    (cycle + 2572) / frame * frame + 1096
  }
}

extension Processor {
  private var clock: VIPClock { state.pointee.configuration.clock }

  mutating func runCycles(_ limits: Limits, _ keys: Keypad) -> Chip8.Stop {
    var limits = limits
    var isHalted = false
    while limits.frames > 0 {
      guard limits.instructions > 0 else { return .done }
      if state.pointee.frameRest == nil {
        beginFrame(keys)
        state.pointee.frameRest = 0
      }
      let step = stepCycles()
      limits.instructions -= step.executed
      if step.executed > 0 { isHalted = event == .halted }
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

  /// The moment of this frame's interrupt: the VIP's interrupts stand on a grid, one a frame.
  private var interruptAt: UInt64 {
    VIPClock.nextInterrupt(after: clock.programStart) + state.pointee.frames * VIPClock.frame
  }

  /// Executes an instruction, or finds that the frame is over first.
  private mutating func stepCycles() -> (executed: Int, endsFrame: Bool) {
    event = .none
    if state.pointee.keyWait != nil {
      idle()
      return (0, true)
    }
    let opcode = word(at: pc)
    if opcode >> 12 == 0xD { return stepDraw(opcode) }
    let before = fetchCost(opcode)
    guard state.pointee.cycles + before < interruptAt else { return (0, true) }
    state.pointee.cycles += before
    let effect = Effect(of: opcode, on: self)
    let executed = execute(1)
    guard executed == 1 else {
      state.pointee.cycles -= before
      return (0, false)
    }
    state.pointee.cycles += effect.cost(after: self) - before
    if event == .frameOver { idle() }
    return (1, state.pointee.cycles >= interruptAt)
  }

  /// Lets the time until the interrupt pass.
  private func idle() {
    state.pointee.cycles = max(state.pointee.cycles, interruptAt)
  }

  /// The part of an instruction's time that passes before it has an effect.
  private func fetchCost(_ opcode: UInt16) -> UInt64 {
    switch opcode >> 12 {
    case 0x0: opcode == clock.clear.opcode ? clock.clear.cost : VIPClock.fetchOfMachineCall
    case 0xF: VIPClock.fetchOfF
    default: VIPClock.fetch
    }
  }

  /// Dxyn prepares the sprite, waits for an interrupt, and for more if the preparation takes
  /// longer, and then draws.
  private mutating func stepDraw(_ opcode: UInt16) -> (executed: Int, endsFrame: Bool) {
    let column = UInt32(v[UInt8(truncatingIfNeeded: opcode >> 8 & 0xF)] & 63)
    if let rest = state.pointee.drawWait, rest == 0 {
      state.pointee.drawWait = nil
      state.pointee.cycles += drawCost(opcode)
      _ = execute(1)
      // The frame was waited for already.
      event = .none
      return (1, state.pointee.cycles >= interruptAt)
    }
    if state.pointee.drawWait == nil {
      guard state.pointee.cycles + VIPClock.fetch < interruptAt else { return (0, true) }
      state.pointee.cycles += VIPClock.fetch
      state.pointee.drawWait =
        clock.preparation + UInt32(opcode & 0xF) * (46 + 20 * (column & 7))
    }
    let rest = UInt64(state.pointee.drawWait ?? 0)
    let waited = interruptAt - min(state.pointee.cycles, interruptAt)
    idle()
    state.pointee.drawWait = UInt32(rest - min(rest, waited))
    return (0, true)
  }

  /// 34 or 46 a row, and 4 or 16 more for each byte of the display that it changes or hits.
  private func drawCost(_ opcode: UInt16) -> UInt64 {
    let height = state.pointee.configuration.platform.display.height
    let x = Int(v[UInt8(truncatingIfNeeded: opcode >> 8 & 0xF)] & 63)
    let y = Int(v[UInt8(truncatingIfNeeded: opcode >> 4 & 0xF)]) & (height - 1)
    let rows = 0..<min(Int(opcode & 0xF), height - y)
    let saved = y + Int(opcode & 0xF) >= height ? clock.savedAtBottom : 0
    return rows.reduce(VIPClock.drawAfterWait - saved) { cost, row in
      let byte = UInt64(ram[(Int(state.pointee.i) + row) & mask])
      let sprite = (byte << 56) >> UInt64(x & 7)
      let line = pixels(ofRow: y + row)
      let hit = (line << UInt64(x & 56)) & sprite
      let first: UInt64 = hit >> 56 != 0 ? 4 : 0
      let second: UInt64 = x < 56 ? 16 + (hit << 8 != 0 ? 4 : 0) : 0
      return cost + clock.row + first + second
    }
  }

  private func pixels(ofRow row: Int) -> UInt64 {
    isTwoPage
      ? TwoPage.pixels(ofRow: row, in: ram)
      : UInt64(truncatingIfNeeded: state.pointee.display.planes[0].rows[row] >> 64)
  }
}

/// What an instruction's cost depends on, as it was before the instruction.
private struct Effect {
  let opcode: UInt16
  let pc: UInt16
  let i: UInt16
  let vx: UInt8

  init(of opcode: UInt16, on processor: Processor) {
    self.opcode = opcode
    pc = processor.pc
    i = processor.state.pointee.i
    vx = processor.v[UInt8(truncatingIfNeeded: opcode >> 8 & 0xF)]
  }

  /// All of the instruction's cycles, fetch included.
  func cost(after processor: Processor) -> UInt64 {
    let clock = processor.state.pointee.configuration.clock
    let skipped: UInt64 = processor.pc == pc &+ 4 ? 4 : 0
    switch opcode >> 12 {
    case 0x0: return opcode == clock.clear.opcode ? clock.clear.cost : 50
    case 0x1: return 80
    case 0x2: return 94
    case 0x3, 0x4: return 78 + skipped
    case 0x5, 0x9, 0xE: return 82 + skipped
    case 0x6: return 74
    case 0x7: return 78
    case 0x8: return opcode & 0xF == 0 ? 80 : 112
    case 0xA: return 80
    case 0xB: return 90 + (processor.pc >> 8 != (opcode & 0xFFF) >> 8 ? 2 : 0)
    case 0xC: return 104
    default: return costOfF(after: processor)
    }
  }

  private func costOfF(after processor: Processor) -> UInt64 {
    let x = UInt64(opcode >> 8 & 0xF)
    switch opcode & 0xFF {
    case 0x0A: return VIPClock.fetchOfF
    case 0x1E: return 84 + (processor.state.pointee.i >> 8 != i >> 8 ? 6 : 0)
    case 0x29: return 88
    case 0x33: return 152 + 16 * UInt64(vx / 100 + vx / 10 % 10 + vx % 10)
    case 0x55, 0x65: return 86 + 14 * (x + 1)
    default: return 78
    }
  }
}
