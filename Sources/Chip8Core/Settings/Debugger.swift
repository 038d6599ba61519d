/// Runs a machine to its breakpoints and watchpoints.
///
/// Without any, the machine runs as it does alone. With some, it is looked at after every
/// instruction, which takes many times as long; what becomes of it is the same.
public struct Debugger: Sendable {
  /// Why the machine has stopped.
  public enum StopReason: Hashable, Sendable {
    /// The instruction at this address is the next to be executed.
    case breakpoint(UInt16)
    /// The instruction at the second address has changed what is watched.
    case watchpoint(Watchpoint, by: UInt16)
  }

  private let breakpoints: Set<UInt16>
  private let watchpoints: [Watchpoint]
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
  public init(_ metadata: SessionMetadata = SessionMetadata()) {
    breakpoints = Set(metadata.breakpoints)
    watchpoints = metadata.watchpoints
  }

  /// Treats a machine as one that has stopped already: the next instruction is executed, even if
  /// there is a breakpoint.
  public mutating func resumePast(_ machine: Chip8) { lastReportedStop = Place(machine) }

  /// Runs a machine as ``Chip8/run(frames:instructions:keys:stopsAtHalt:)`` does, but no further than
  /// to where it has to stop: ``stopReason`` says whether it did. Then the machine is before the
  /// instruction of the breakpoint, or after the one that has changed something.
  public mutating func run(
    _ machine: inout Chip8, frames: Int = .max, instructions: Int = .max, keys: KeySet? = nil,
    stopsAtHalt: Bool = false
  ) -> Chip8.Stop {
    stopReason = nil
    guard !breakpoints.isEmpty || !watchpoints.isEmpty else {
      return machine.run(
        frames: frames, instructions: instructions, keys: keys, stopsAtHalt: stopsAtHalt)
    }
    let (framesBefore, instructionsBefore) = (machine.state.frames, machine.state.instructions)
    var watched = bytes(of: machine)
    while machine.state.frames - framesBefore < UInt64(max(0, frames)),
      machine.state.instructions - instructionsBefore < UInt64(max(0, instructions))
    {
      machine.endKeyWait(keys: keys)
      if stopsAtBreakpoint(machine) { return .done }
      let address = machine.state.pc
      let stop = machine.run(frames: 1, instructions: 1, keys: keys, stopsAtHalt: stopsAtHalt)
      if let changed = change(of: machine, from: &watched) {
        stopReason = .watchpoint(changed, by: address)
        resumePast(machine)
        return .done
      }
      if stop != .done { return stop }
    }
    // What the run ends at has been reached by it, and the next run does not stop there again.
    _ = stopsAtBreakpoint(machine)
    return .done
  }

  private mutating func stopsAtBreakpoint(_ machine: Chip8) -> Bool {
    let address = machine.state.pc & UInt16(truncatingIfNeeded: machine.state.ram.count - 1)
    guard
      breakpoints.contains(address), machine.state.keyWait == nil, machine.state.drawWait == nil,
      lastReportedStop != Place(machine)
    else { return false }
    stopReason = .breakpoint(address)
    resumePast(machine)
    return true
  }

  /// The bytes that are watched, one watchpoint after the other.
  private func bytes(of machine: Chip8) -> [UInt8] {
    watchpoints.flatMap { machine.state.ram[$0.range.clamped(to: machine.state.ram.indices)] }
  }

  /// The first watchpoint with other bytes than before.
  private func change(of machine: Chip8, from watched: inout [UInt8]) -> Watchpoint? {
    var index = 0
    for watchpoint in watchpoints {
      for address in watchpoint.range.clamped(to: machine.state.ram.indices) {
        if machine.state.ram[address] != watched[index] {
          watched = bytes(of: machine)
          return watchpoint
        }
        index += 1
      }
    }
    return nil
  }
}
