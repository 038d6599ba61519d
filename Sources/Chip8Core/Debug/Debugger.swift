import SaveState

/// Runs a machine to its breakpoints and watchpoints: a ``Probe`` that remembers where it was the last time.
///
/// Without any, the machine runs as it does alone. What becomes of it is the same with some.
public struct Debugger: Sendable {
  /// Why the machine has stopped.
  public enum StopReason: Hashable, Sendable {
    /// The instruction at this address is the next to be executed.
    case breakpoint(UInt16)
    /// The instruction at the second address has changed what is watched.
    case watchpoint(Watchpoint, by: UInt16)
    /// Stops that a debugger has set were hit: their numbers, and the address of the instruction.
    case stops([Int], by: UInt16)
  }

  private let breakpoints: [UInt16]
  private let watchpoints: [Watchpoint]
  /// The breakpoints, then the watchpoints, by their places from -1 downwards; then others.
  private let stops: [StopPoint]
  /// Whether there are others.
  private let hasOthers: Bool
  /// How often the conditions of others have held, for those with a rule for hits.
  public var counts: [Int: UInt64] = [:]
  /// What log points have said in the last run.
  public private(set) var messages: [LoggedMessage] = []
  /// Where the machine was when it was reported: it continues from there without stopping again.
  private var lastReportedStop: Place?

  /// Why the last run has come back before its time, if it has.
  public private(set) var stopReason: StopReason?

  private struct Place: Equatable {
    let pc: UInt16
    let instructions: UInt64

    init(_ machine: Chip8) {
      (pc, instructions) = (machine.state.pc, machine.state.instructions)
    }
  }

  /// A debugger with the points of a machine's metadata. Those outside a machine's RAM are ignored.
  ///
  /// - Parameter others: stops that a debugger has set, with numbers from 0 on.
  public init(_ metadata: SessionMetadata = SessionMetadata(), _ others: [StopPoint] = []) {
    (breakpoints, watchpoints) = (metadata.breakpoints, metadata.watchpoints)
    hasOthers = !others.isEmpty
    let events =
      breakpoints.map { StopPoint.Event.execution($0) }
      + watchpoints.map { .access(.bytes($0.range), .change) }
    stops = events.enumerated().map { StopPoint(id: -1 - $0, $1) } + others
  }

  /// Treats a machine as one that has stopped already: the next instruction is executed, even if
  /// there is a breakpoint.
  public mutating func resumePast(_ machine: Chip8) { lastReportedStop = Place(machine) }

  /// Runs a machine as ``Chip8/run(frames:instructions:keys:stopsAtHalt:)`` does with the keys that it holds, but
  /// no further than to where it has to stop: ``stopReason`` says whether it did. Then the machine is before
  /// the instruction of the breakpoint, or after the one that has changed something.
  public mutating func run(
    _ machine: inout Chip8, frames: Int = .max, instructions: Int = .max, stopsAtHalt: Bool = false
  ) -> Chip8.Stop {
    (stopReason, messages) = (nil, [])
    guard !stops.isEmpty else {
      return machine.run(frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
    }
    var (probe, inputs) = (Probe(stops), ArraySlice<Tape<InputEvent>.Entry>())
    (probe.isLogging, probe.counts) = (true, counts)
    defer { (counts, messages) = (probe.counts, probe.messages) }
    let end = Position(
      frame: machine.state.frames + UInt64(max(0, frames)),
      instruction: machine.state.instructions + UInt64(max(0, instructions)))
    while machine.position.isWithin(end) {
      machine.endKeyWait()
      if stopsAtBreakpoint(machine) { return .done }
      if watchpoints.isEmpty, !hasOthers, lastReportedStop == Place(machine) {
        // The next breakpoint may follow at once, sooner than a probe is ready.
        let stop = machine.run(frames: 1, instructions: 1, stopsAtHalt: stopsAtHalt)
        if stop != .done { return stop }
        continue
      }
      let outcome = probe.run(
        &machine, &inputs, to: .live(end), isInclusive: canStop(before: machine),
        stopsAtHalt: stopsAtHalt
      ) { _ in true }
      switch outcome {
      case .hit(let hit): return report(hit, of: machine)
      case .stopped(let stop): return stop
      // A key may be pressed in a later frame.
      case .waiting: continue
      case .limit, .goal: break
      }
    }
    // What the run ends at has been reached by it, and the next run does not stop there again.
    _ = stopsAtBreakpoint(machine)
    return .done
  }

  private mutating func stopsAtBreakpoint(_ machine: Chip8) -> Bool {
    // Others may be there, too: then the probe looks for all of them.
    let address = machine.state.pc & UInt16(truncatingIfNeeded: machine.state.ram.count - 1)
    guard !hasOthers, breakpoints.contains(address), machine.state.keyWait == nil,
      canStop(before: machine)
    else { return false }
    stopReason = .breakpoint(address)
    resumePast(machine)
    return true
  }

  /// Whether the next instruction is about to begin for the first time since it was reported.
  private func canStop(before machine: Chip8) -> Bool {
    machine.state.drawWait == nil && lastReportedStop != Place(machine)
  }

  private mutating func report(_ hit: Hit, of machine: Chip8) -> Chip8.Stop {
    let others = hit.stops.filter { $0 >= 0 }
    let first = -1 - hit.stops[0]
    if !others.isEmpty {
      stopReason = .stops(others, by: hit.address)
    } else if first < breakpoints.count {
      stopReason = .breakpoint(breakpoints[first])
    } else {
      stopReason = .watchpoint(watchpoints[first - breakpoints.count], by: hit.address)
    }
    resumePast(machine)
    return .done
  }
}
