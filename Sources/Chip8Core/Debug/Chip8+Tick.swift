// The machine in the smallest steps in which it can be looked at.

import SaveState

/// Whether the instruction that is next was not next before. Where time passes before the same one, it was; unless
/// an entry call has begun there meanwhile.
struct NextInstruction {
  private(set) var isNew = true
  /// The instruction before which a frame has just passed.
  private var waiting: UInt16?

  /// Notes that a machine has run freely.
  mutating func noteRun() { (isNew, waiting) = (true, nil) }

  /// Notes what a machine has done.
  mutating func note(_ tick: Chip8.Tick, of machine: borrowing Chip8) {
    waiting = nil
    switch tick {
    case .executed, .waitEnded: isNew = true
    case .stopped: isNew = false
    case .waited: (isNew, waiting) = (machine.state.keyWait != nil, machine.state.pc)
    }
  }

  /// Notes that a machine has taken its inputs.
  mutating func noteInputs(of machine: borrowing Chip8) {
    if let waiting, waiting != machine.state.pc { isNew = true }
    waiting = nil
  }
}

extension Chip8 {
  /// What the smallest step was.
  enum Tick {
    /// An instruction was executed; whether a frame has ended with one that jumps to itself.
    case executed(isHalt: Bool)
    /// A frame has begun because a key has ended a wait: the register has the key.
    case waitEnded
    /// A frame has passed without an instruction.
    case waited
    /// Nothing can be done any more, or not before the host answers.
    case stopped(Stop)
  }

  /// Executes the next instruction, whatever traps there are, or passes a frame in which none is.
  mutating func tick() -> Tick {
    let (frames, instructions) = (state.frames, state.instructions)
    if state.keyWait != nil {
      let hadBegun = state.instructionsLeftInFrame != nil
      beginFrame()
      if state.keyWait == nil, !hadBegun, state.instructionsLeftInFrame != nil {
        return .waitEnded
      }
    }
    let held = heldKeys
    let stop = withCore(prepared: false) { core in
      var processor = Processor(Engine(core, isByRules: true))
      return processor.run(
        Processor.Limits(frames: 1, instructions: 1, stopsAtHalt: true), keys: held)
    }
    if state.instructions > instructions { return .executed(isHalt: stop == .halt) }
    if state.frames > frames { return .waited }
    return .stopped(stop)
  }
}
