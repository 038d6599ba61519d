import Chip8Core
import SaveState

/// A machine that is debugged, forwards and backwards: docs/DEBUGGING.md.
///
/// The adapter, the prompt and the overlay hold one. It is a value, belongs to one thread at a time, and
/// prints nothing. What is run goes onto the player's timeline: whatever was played can be gone back to,
/// and is played again as it was until the end of what was played; from there on it is new.
public struct DebugSession: Sendable {
  /// The machine with all that is around it.
  public internal(set) var player: Player
  /// What is known of the program.
  public internal(set) var source: ProgramSource
  /// That of each version of the program that was there.
  var sources: [(program: Program, source: ProgramSource)]
  /// All stops, in the order in which they were set.
  public internal(set) var stops: [StopPoint] = [] {
    didSet {
      unfinished?.counts = nil
      stopChangeCount &+= 1
    }
  }
  /// Changes whenever they do.
  package private(set) var stopChangeCount = 0
  /// The keys of frames that are run for the first time, counted from power-on.
  public var script: KeyScript
  /// The keys that are held instead of those of the script.
  public internal(set) var heldKeys: KeySet?
  /// Whether a motion forwards ends where what was played ends. It does in any case where what was loaded
  /// ends, as a movie does.
  public var stopsAtEnd = true
  let loadedEnd: Position
  var nextStop = 1
  /// A motion forwards that has ended before its time.
  var unfinished: Unfinished?
  /// Why the program has ended where it ran for the first time, if it has.
  private(set) var halt: Halt?

  /// A motion that can be resumed.
  struct Unfinished: Sendable {
    let goal: StepGoal
    let end: Position?
    /// Where it has begun: a stop that is there does not count.
    let start: Position?
    /// How often the conditions of stops have held so far; nil if they are other stops now.
    var counts: [Int: UInt64]?
  }

  /// Debugs a loaded machine, at the place where it is. Its breakpoints and watchpoints become stops, and
  /// so do those of its source.
  ///
  /// - Parameters:
  ///   - source: what is known of the program; nil for what was loaded says.
  ///   - script: the keys by frames since power-on.
  public init(
    _ loaded: LoadedMachine, _ host: Host = .none, source: ProgramSource? = nil,
    script: KeyScript = .empty
  ) {
    self.source = source ?? loaded.source
    sources = [(loaded.machine.program, self.source)]
    self.script = script
    player = Player(loaded, host)
    player.debugger = Debugger()
    loadedEnd = player.timeline.end
    addStopsOfProgram(player.metadata)
  }

  /// The machine as it is.
  public var machine: Chip8 {
    _read { yield player.machine }
  }

  /// Where it is.
  public var position: Position { machine.position }

  /// Where what is known of it begins.
  public var start: Position { player.timeline.start }
  /// Where what was played ends.
  public var end: Position { player.timeline.end }

  /// Whether going on plays what was not played before.
  public var isAtEnd: Bool { player.timeline.isAtEnd }

  // MARK: Moving

  /// How the machine is moved.
  public enum Motion: String, Sendable {
    /// To the next instruction or line, whatever is called.
    case into
    /// To the next one that is not in a subroutine that is called meanwhile. Backwards: to the last one.
    case over
    /// To after the subroutine has returned. Backwards: to where it was called.
    case out
    /// To where the next frame can begin; backwards to where the last one could.
    case frame
    /// To a stop.
    case run
  }

  /// What is one step.
  public enum Grain: Sendable { case instruction, line }

  /// In which direction.
  public enum Direction: Sendable { case forwards, backwards }

  /// Why the machine is where it is now.
  public enum Stop: Sendable {
    /// What was requested is done.
    case done
    /// Some stops were hit, by the instruction at an address.
    case hit([Int], by: UInt16)
    /// It is where what is known of the past begins.
    case beginning
    /// It is where what was played before ends.
    case end
    /// The program jumps to itself forever.
    case halt
    /// The program has left.
    case exit
    /// The program has faulted.
    case fault(Fault)
    /// The program waits for a key, and no other keys will be pressed or released.
    case keyWait
    /// As many frames as it was to go were run.
    case frames(UInt64)
    /// Interrupted; the machine has not moved, or is at a frame on its way.
    case interrupted
    /// The program is not in a subroutine.
    case notInSubroutine
    /// The past cannot be gone to.
    case lost(SeekError)
    /// The host has failed.
    case hostFailed(ReplayError)
  }

  /// How a motion ended.
  public struct Outcome: Sendable {
    /// Why it has ended.
    public var stop: Stop
    /// What log points have said meanwhile.
    public var messages: [LoggedMessage] = []

    init(_ stop: Stop, _ messages: [LoggedMessage] = []) {
      (self.stop, self.messages) = (stop, messages)
    }
  }

  /// How many frames are run for the first time at most, where nothing else ends that: ten minutes.
  public static let maxFrames: UInt64 = 36_000

  /// Moves the machine.
  ///
  /// - Parameters:
  ///   - grain: what a step is; by lines only where there are any.
  ///   - frames: how many frames are run for the first time at most.
  ///   - includesPresent: whether a stop at the very next instruction counts, forwards.
  ///   - isInterrupted: asked some hundred times a second whether to end.
  public mutating func move(
    _ motion: Motion, by grain: Grain = .instruction, _ direction: Direction = .forwards,
    frames: UInt64 = DebugSession.maxFrames, includesPresent: Bool = false,
    isInterrupted: @escaping () -> Bool = { false }
  ) -> Outcome {
    unfinished = nil
    let grain = source.hasLines ? grain : .instruction
    switch direction {
    case .forwards: return forwards(motion, grain, frames, includesPresent, isInterrupted)
    case .backwards:
      do throws(History.Failure) {
        return Outcome(try backwards(motion, grain, isInterrupted))
      } catch { return Outcome(Stop(error)) }
    }
  }

  /// Moves the machine by some steps, as long as nothing else ends one.
  public mutating func move(
    _ motion: Motion, times count: UInt64, by grain: Grain, _ direction: Direction,
    isInterrupted: @escaping () -> Bool
  ) -> Outcome {
    var outcome = Outcome(.done)
    for _ in 0..<count {
      guard case .done = outcome.stop else { break }
      let said = outcome.messages
      outcome = move(motion, by: grain, direction, isInterrupted: isInterrupted)
      outcome.messages = said + outcome.messages
    }
    return outcome
  }

  /// Whether the last motion was interrupted, or has run as many frames as it was to, where all is new.
  public var canResume: Bool { unfinished != nil }

  /// Continues such a motion as if it had not ended.
  public mutating func resume(
    frames: UInt64 = DebugSession.maxFrames, isInterrupted: @escaping () -> Bool = { false }
  ) -> Outcome {
    guard let last = unfinished else { return Outcome(.done) }
    unfinished = nil
    return forwards(
      to: last.goal, until: last.end, frames, since: last.start, last.counts, isInterrupted)
  }

  private mutating func forwards(
    _ motion: Motion, _ grain: Grain, _ frames: UInt64, _ includesPresent: Bool,
    _ isInterrupted: @escaping () -> Bool
  ) -> Outcome {
    let depth = Int(machine.state.stackCount)
    let goal: StepGoal
    var end: Position?
    switch (motion, grain) {
    case (.into, .instruction): goal = .instruction
    case (.over, .instruction): goal = .instructionOver(depth: depth)
    case (.into, .line): goal = .line(LineStep(source.table, isOver: false))
    case (.over, .line): goal = .line(LineStep(source.table, isOver: true))
    case (.out, _):
      guard depth > 0 else { return Outcome(.notInSubroutine) }
      goal = .returned(depth: depth - 1)
    case (.frame, _): (goal, end) = (.none, Position(frame: position.frame + 1))
    case (.run, _): goal = .none
    }
    return forwards(
      to: goal, until: end, frames, since: includesPresent ? nil : position, nil, isInterrupted)
  }

  /// Runs to where an address is next, or to a stop before that.
  public mutating func run(
    to address: UInt16, _ direction: Direction = .forwards,
    frames: UInt64 = DebugSession.maxFrames, isInterrupted: @escaping () -> Bool = { false }
  ) -> Outcome {
    let goal = StopPoint(id: 0, .execution(address))
    stops.append(goal)
    defer { stops.removeLast() }
    var outcome = move(.run, direction, frames: frames, isInterrupted: isInterrupted)
    if case .hit(let hits, let by) = outcome.stop {
      let others = hits.filter { $0 != 0 }
      outcome.stop = others.isEmpty ? .done : .hit(others, by: by)
    }
    return outcome
  }

  /// Goes to a moment: of the past as it was, and of what was not played yet by running there.
  public mutating func go(
    to moment: Moment, isInterrupted: @escaping () -> Bool = { false }
  ) -> Outcome {
    do throws(SeekError) {
      switch moment {
      case .frame(let frame): try player.seek(to: Position(frame: frame))
      case .instruction(let instruction): try player.seek(toInstruction: instruction)
      case .framesAgo(let frames): try player.rewind(frames: frames)
      }
      return Outcome(.done)
    } catch .afterEnd {
      let end: Position
      switch moment {
      case .frame(let frame): end = Position(frame: frame)
      case .instruction(let instruction): end = Position(frame: .max, instruction: instruction)
      case .framesAgo: return Outcome(.done)
      }
      if !isAtEnd {
        do throws(SeekError) { try player.seek(to: self.end) } catch {
          return Outcome(.lost(error))
        }
      }
      var probe = Probe([])
      return Outcome(runNew(&probe, until: end, .max, since: position, isInterrupted))
    } catch { return Outcome(.lost(error)) }
  }

  // MARK: Forwards

  var enabledStops: [StopPoint] { stops.filter(\.isEnabled) }

  /// - Parameter start: where the motion has begun; nil if a stop there counts.
  private mutating func forwards(
    to goal: StepGoal, until end: Position?, _ frames: UInt64, since start: Position?,
    _ counts: [Int: UInt64]?, _ isInterrupted: @escaping () -> Bool
  ) -> Outcome {
    var probe = Probe(enabledStops, goal)
    probe.isLogging = true
    do throws(History.Failure) {
      if !isAtEnd {
        let stop = try replay(&probe, until: end, includesPresent: start == nil, isInterrupted)
        guard case .end = stop, !stopsAtEnd, position.mark != loadedEnd.mark else {
          return Outcome(stop, probe.messages)
        }
      }
      if let counts {
        probe.counts = counts
      } else if probe.countsHits {
        var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
        probe.counts = try history.counts(of: probe)
        if start == position {
          var machine = machine
          probe.countPresent(&machine)
        }
      }
    } catch {
      if case .interrupted = error, isAtEnd {
        unfinished = Unfinished(goal: probe.goal, end: end, start: start)
      }
      return Outcome(Stop(error), probe.messages)
    }
    let stop = runNew(&probe, until: end, frames, since: start, isInterrupted)
    switch stop {
    case .interrupted, .frames:
      unfinished = Unfinished(goal: probe.goal, end: end, start: start, counts: probe.counts)
    default: break
    }
    return Outcome(stop, probe.messages)
  }

  /// Goes over what was played, as it was.
  private mutating func replay(
    _ probe: inout Probe, until end: Position?, includesPresent: Bool,
    _ isInterrupted: @escaping () -> Bool
  ) throws(History.Failure) -> Stop {
    var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
    let target = end.map { min($0, self.end) }
    switch try history.next(&probe, until: target, includesPresent: includesPresent) {
    case .hit(let hit):
      try seek(to: hit.position)
      return .hit(hit.stops, by: hit.address)
    case .goal(let position):
      try seek(to: position)
      return .done
    case .end(let position):
      try seek(to: position)
      return end.map { $0.frame <= position.frame } ?? false ? .done : .end
    }
  }

  /// How much is run at once, in instructions, where a frame counts as some.
  private static let slice: UInt64 = 1 << 19

  /// Runs what was not run before.
  ///
  /// - Parameters:
  ///   - end: to where; with a number of instructions, that counts, else the frame.
  ///   - beginning: where a stop does not count; nil if one counts anywhere.
  private mutating func runNew(
    _ probe: inout Probe, until end: Position?, _ frames: UInt64, since beginning: Position?,
    _ isInterrupted: () -> Bool
  ) -> Stop {
    let start = position
    let byInstruction = end.flatMap { $0.instruction > 0 ? $0.instruction : nil }
    while true {
      if isInterrupted() { return .interrupted }
      let frame = machine.state.frames
      if let end, frame >= end.frame || byInstruction.map({ position.instruction >= $0 }) ?? false {
        return .done
      }
      guard frame - start.frame < frames else { return .frames(frames) }
      let (keys, until) = keys(in: frame)
      player.hold(keys)
      let mostFrames = frames - (frame - start.frame)
      let slice = Position(
        frame: min(until, end?.frame ?? .max, frame + min(framesPerSlice, mostFrames)),
        instruction: byInstruction ?? .max)
      let isBlocked = isBlockedOnKeys(until: until)
      let outcome = player.run(&probe, until: slice, isInclusive: position != beginning)
      switch outcome {
      case .goal: return .done
      case .hit(let hit): return .hit(hit.stops, by: hit.address)
      case .limit, .waiting:
        let canWait = end != nil && byInstruction == nil
        if isBlocked, !canWait, isBlockedOnKeys(until: until) { return .keyWait }
      case .stopped(.halt) where end != nil && byInstruction == nil: continue
      case .stopped(let stop):
        guard let stop = take(stop) else { continue }
        halt = Halt(stop)
        return stop
      }
    }
  }

  /// How many frames are run at once, so that a snapshot is taken where one is due.
  private var framesPerSlice: UInt64 {
    1 + DebugSession.slice / (UInt64(machine.state.configuration.instructionsPerFrame) + 64)
  }

  /// The keys of a frame, and until before which one they stay.
  private func keys(in frame: UInt64) -> (keys: KeySet, until: UInt64) {
    heldKeys.map { ($0, UInt64.max) } ?? script.keys(in: frame)
  }

  private func isBlockedOnKeys(until: UInt64) -> Bool {
    guard until >= UInt64(Int.max), let wait = machine.state.keyWait else { return false }
    return wait.pressed.subtracting(machine.heldKeys).isEmpty
  }

  /// What it means that the machine has stopped by itself; nil if it can continue.
  private mutating func take(_ stop: Chip8.Stop) -> Stop? {
    switch stop {
    case .done: return nil
    case .halt: return .halt
    case .exit: return .exit
    case .fault(let fault): return .fault(fault)
    case .hostCall(let call):
      do throws(ReplayError) {
        switch try player.answer(call) {
        case .finished: return nil
        case .exits: return .exit
        case .restores(let restoration):
          player.adopt(restoration)
          return nil
        }
      } catch { return .hostFailed(error) }
    }
  }

  // MARK: Backwards

  private mutating func backwards(
    _ motion: Motion, _ grain: Grain, _ isInterrupted: @escaping () -> Bool
  ) throws(History.Failure) -> Stop {
    var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
    let depth = Int(machine.state.stackCount)
    let target: Position?
    switch (motion, grain) {
    case (.run, _): target = nil
    case (.into, .instruction): target = try history.place(before: position)?.position
    case (.over, .instruction):
      target = try history.place(before: position, depth: depth)?.position
    case (.into, .line): target = try history.line(before: position, source.table, depth: nil)
    case (.over, .line): target = try history.line(before: position, source.table, depth: depth)
    case (.out, _):
      guard depth > 0 else { return .notInSubroutine }
      target = try history.call(before: position, depth: depth - 1)?.position
    case (.frame, _):
      let frame = position.firstWholeFrame
      target = frame > start.firstWholeFrame ? Position(frame: frame - 1) : nil
    }
    let isSingle = motion == .into && grain == .instruction
    let stops = isSingle ? [] : enabledStops.filter { $0.message == nil }
    if !stops.isEmpty, let hit = try history.last(Probe(stops), after: target) {
      try seek(to: hit.position)
      return .hit(hit.stops, by: hit.address)
    }
    try seek(to: target ?? start)
    return target == nil ? .beginning : .done
  }

  mutating func seek(to position: Position) throws(History.Failure) {
    do throws(SeekError) { try player.seek(to: position) } catch { throw .seek(error) }
  }
}

extension DebugSession.Stop {
  /// Why the past could not be gone to.
  public init(_ failure: History.Failure) {
    switch failure {
    case .seek(let error): self = .lost(error)
    case .interrupted: self = .interrupted
    }
  }
}
