// The machine in the smallest steps in which it can be looked at.

import SaveState

/// Whether the instruction that is next was not next before. Where time passes before the same one, it was; unless
/// an input has led elsewhere meanwhile.
struct NextInstruction: Sendable {
  private(set) var isNew = true
  /// Where the machine has not come on: the address, and how many instructions were executed.
  private var waiting: (address: UInt16, instructions: UInt64)?

  /// Notes that a machine has run freely, or that an input has led it elsewhere.
  mutating func noteRun() { (isNew, waiting) = (true, nil) }

  /// Notes what a machine has done.
  mutating func note(_ tick: Chip8.Tick, of machine: borrowing Chip8) {
    switch tick {
    case .executed, .waitEnded: (isNew, waiting) = (true, nil)
    case .waited, .stopped:
      isNew = machine.state.keyWait != nil
      waiting = (machine.state.pc, machine.state.instructions)
    }
  }

  /// Notes that a machine has taken its inputs.
  mutating func noteInputs(of machine: borrowing Chip8) {
    if let waiting, waiting != (machine.state.pc, machine.state.instructions) { isNew = true }
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
