// A machine on its way to a stop: at the speed of the interpreter from one instruction that may
// matter to the next, and tick by tick where each one does.

import SaveState

/// Looks for hits of stops while a machine runs, be it for the first time or over its past.
package struct Probe: Sendable {
  /// How a run ended.
  package enum End {
    /// The machine is at the requested end.
    case limit
    /// Something was hit, and the run was to end there.
    case hit(Hit)
    /// The goal is reached.
    case goal
    /// The program waits for a key, and none is pressed.
    case waiting
    /// The machine has stopped by itself.
    case stopped(Chip8.Stop)
  }

  /// How far a run goes.
  package enum Limit {
    /// To exactly a position that the machine has been at, or past the end of its course.
    case exactly(Position)
    /// To either count of a position, for the first time.
    case live(Position)

    package var position: Position {
      switch self {
      case .exactly(let position), .live(let position): position
      }
    }

    func isReached(by machine: borrowing Chip8) -> Bool {
      switch self {
      case .exactly(let position): machine.position.mark >= position.mark
      case .live(let position): !machine.position.isWithin(position)
      }
    }

    /// Whether what is run has been run before.
    var isExact: Bool {
      if case .exactly = self { true } else { false }
    }
  }

  package let stops: [StopPoint]
  package private(set) var goal: StepGoal
  /// What else is a hit, of no stop: for questions.
  private let question: Question?
  private let traps: Traps
  private let watch: Watch
  /// Kept from one run to the one that continues it.
  private var next = NextInstruction()
  /// What log points have said.
  package var messages: [LoggedMessage] = []
  /// How many bytes of messages have room still. A log point may be hit millions of times.
  private var messageRoom = 4 << 20
  /// Whether log points say anything: not while the past is searched.
  package var isLogging = false
  /// How often each stop's condition has held, where that matters.
  package var counts: [Int: UInt64] = [:]

  /// - Parameters:
  ///   - stops: those that are enabled.
  ///   - goal: where else to stop, when stepping.
  package init(_ stops: [StopPoint], _ goal: StepGoal = .none, asking question: Question? = nil) {
    (self.stops, self.goal, self.question) = (stops, goal, question)
    var (traps, watch) = (Traps(), Watch())
    for stop in stops {
      stop.event.add(to: &traps)
      watch.add(stop.event)
    }
    goal.add(to: &traps)
    question?.add(to: &traps)
    question?.add(to: &watch)
    (self.traps, self.watch) = (traps, watch)
  }

  /// Whether it matters how often a stop was hit before.
  package var countsHits: Bool { stops.contains { $0.hitRule != nil } }

  /// Runs a machine, from where it was at the end of the last run if there was one.
  ///
  /// - Parameters:
  ///   - inputs: what it gets on its way; none for the first time.
  ///   - isInclusive: whether a stop at the very beginning counts.
  ///   - stopsAtHalt: whether to come back where the program jumps to itself forever.
  ///   - found: called with each hit; says whether to end there.
  package mutating func run(
    _ machine: inout Chip8, _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, to limit: Limit,
    isInclusive: Bool, stopsAtHalt: Bool = false, _ found: (Hit) -> Bool
  ) -> End {
    var probe = self
    defer { self = probe }
    return machine.withTraps(traps) { machine in
      var pass = Pass(isInclusive: isInclusive, next: probe.next)
      defer { probe.next = pass.next }
      probe.goal.begin(at: machine)
      while true {
        machine.take(&inputs)
        pass.next.noteInputs(of: machine)
        if limit.isReached(by: machine) { return .limit }
        if probe.canRunFreely(machine) {
          let target = inputs.first.map { min($0.position, limit.position) } ?? limit.position
          if let end = pass.run(&machine, to: target, limit, probe.traps, stopsAtHalt, inputs) {
            return end
          }
          if !machine.isAt(probe.traps) { continue }
          if limit.isReached(by: machine) || inputs.first?.position.mark == machine.position.mark {
            continue
          }
        }
        if let end = probe.step(&machine, &inputs, &pass, isLive: !limit.isExact, found) {
          return end
        }
        if stopsAtHalt, pass.isHalted { return .stopped(.halt) }
      }
    }
  }

  /// Where a run is.
  private struct Pass {
    /// Whether a stop here counts.
    var isInclusive: Bool
    var next: NextInstruction
    /// Whether a frame has just ended with an instruction that jumps to itself.
    var isHalted = false

    /// Runs to what may matter.
    mutating func run(
      _ machine: inout Chip8, to target: Position, _ limit: Limit, _ traps: Traps,
      _ stopsAtHalt: Bool, _ inputs: ArraySlice<Tape<InputEvent>.Entry>
    ) -> End? {
      let start = machine.position
      machine.keepTraps(traps)
      let stop = machine.run(to: target, limit, traps, stopsAtHalt: stopsAtHalt)
      let hasMoved = machine.position != start
      if hasMoved {
        isInclusive = true
        next.noteRun()
      }
      if inputs.first?.position.mark == machine.position.mark { return nil }
      if stop != .done { return .stopped(stop) }
      let isStuck = !hasMoved && !machine.isAt(traps) && !limit.isReached(by: machine)
      return isStuck ? .stopped(.done) : nil
    }
  }

  /// Whether no tick matters before the next trap.
  private func canRunFreely(_ machine: borrowing Chip8) -> Bool {
    guard machine.canTrap, question?.needsTicks != true else { return false }
    // A wait for a key writes a register where it ends.
    if watch.hasRegisters, machine.state.keyWait != nil { return false }
    return goal.canRunFreely(machine.state)
  }

  /// Looks at the machine, executes an instruction or passes a frame, and looks again.
  private mutating func step(
    _ machine: inout Chip8, _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, _ pass: inout Pass,
    isLive: Bool, _ found: (Hit) -> Bool
  ) -> End? {
    let (before, address, isPlace) = (machine.position, machine.state.pc, pass.next.isNew)
    if machine.state.keyWait == nil, isPlace, pass.isInclusive {
      let hits = hits(before: &machine)
      let hit = Hit(stops: hits, address: address, before: before, position: before)
      if !hits.isEmpty, found(hit) { return .hit(hit) }
    }
    pass.isInclusive = true
    if machine.takeInputsOfFrame(&inputs) {
      pass.next.noteRun()
      return nil
    }
    let start = TickStart(&machine, watch)
    let tick = machine.tick()
    pass.next.note(tick, of: machine)
    switch tick {
    case .stopped(let stop):
      return inputs.first?.position.mark == machine.position.mark ? nil : .stopped(stop)
    case .executed(let isHalt): pass.isHalted = isHalt
    case .waited, .waitEnded: break
    }
    let hits = hits(after: tick, start, &machine)
    let isAnswer = question?.isAnswered(by: tick, start, &machine, isPlace: isPlace) ?? false
    let hit = Hit(stops: hits, address: address, before: before, position: machine.position)
    if !hits.isEmpty || isAnswer, found(hit) { return .hit(hit) }
    guard pass.next.isNew else { return nil }
    if goal.isReached(by: tick, start, machine.state) { return .goal }
    if case .waited = tick, isLive, machine.state.keyWait != nil { return .waiting }
    return nil
  }

  // MARK: Hits

  /// Counts the stops at the next instruction of a machine, where a run begins that does not stop there.
  package mutating func countPresent(_ machine: inout Chip8) {
    guard countsHits, machine.state.keyWait == nil else { return }
    let wasLogging = isLogging
    isLogging = false
    _ = hits(before: &machine)
    isLogging = wasLogging
  }

  private mutating func hits(before machine: inout Chip8) -> [Int] {
    if stops.isEmpty { return [] }
    let address = machine.state.pc & UInt16(truncatingIfNeeded: machine.state.ram.count - 1)
    var hits: [Int] = []
    for stop in stops {
      if case .execution(address) = stop.event { note(stop, &machine, &hits) }
    }
    return hits
  }

  private mutating func hits(
    after tick: Chip8.Tick, _ start: TickStart, _ machine: inout Chip8
  ) -> [Int] {
    var hits: [Int] = []
    for stop in stops where stop.event.isHit(by: tick, start, &machine) {
      note(stop, &machine, &hits)
    }
    return hits
  }

  private mutating func note(_ stop: StopPoint, _ machine: inout Chip8, _ hits: inout [Int]) {
    if let condition = stop.condition, !condition.holds(in: &machine) { return }
    if let rule = stop.hitRule {
      counts[stop.id, default: 0] += 1
      guard rule.counts(counts[stop.id, default: 0]) else { return }
    }
    guard let message = stop.message else { return hits.append(stop.id) }
    guard isLogging, messageRoom > 0 else { return }
    var text = message.text(in: &machine)
    messageRoom -= text.utf8.count + MemoryLayout<LoggedMessage>.size
    if messageRoom <= 0 { text = "too many messages; the rest are dropped" }
    messages.append(LoggedMessage(stop: stop.id, position: machine.position, text: text))
  }
}

/// What a log point has said.
public struct LoggedMessage: Hashable, Sendable {
  /// The log point's number.
  public let stop: Int
  /// When.
  public let position: Position
  /// What.
  public let text: String
}

extension Chip8 {
  /// Applies the inputs that come where the machine is. It has taken each of them before.
  mutating func take(_ inputs: inout ArraySlice<Tape<InputEvent>.Entry>) {
    while let next = inputs.first, next.position <= position.mark {
      try? apply(next.input)
      inputs = inputs.dropFirst()
    }
  }

  /// Begins a frame and applies its inputs, if there are any before its first instruction.
  ///
  /// - Returns: whether an entry call has begun, so that another instruction is next.
  @discardableResult
  mutating func takeInputsOfFrame(_ inputs: inout ArraySlice<Tape<InputEvent>.Entry>) -> Bool {
    guard let next = inputs.first?.position, next.isInFrame,
      position == Position(frame: next.frame, instruction: next.instruction)
    else { return false }
    let pc = state.pc
    advance(until: next)
    take(&inputs)
    return state.pc != pc
  }

  /// Runs to a trap or a position, whichever comes first.
  fileprivate mutating func run(
    to target: Position, _ limit: Probe.Limit, _ traps: Traps, stopsAtHalt: Bool
  ) -> Stop {
    while position.mark < target.mark, !isAt(traps) {
      let here = position
      var frames = Int(clamping: target.frame - min(here.frame, target.frame))
      var instructions = Int(
        clamping: target.instruction - min(here.instruction, target.instruction))
      if limit.isExact {
        if !target.isInFrame || instructions == 0 {
          instructions = .max
        } else if frames == 0 {
          frames = 1
        }
      }
      if frames == 0 {
        advance(until: target)
      } else {
        let stop = run(frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
        if stop != .done { return stop }
      }
      if position == here || !limit.isExact { break }
    }
    return .done
  }
}
