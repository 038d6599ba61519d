import Chip8Core
import SaveState

extension Player {
  /// Stops the machine before these instructions.
  mutating func setBreakpoints(_ breakpoints: [UInt16]) {
    changePoints { $0.breakpoints = breakpoints }
  }

  /// Stops the machine at the points of its metadata and at ``stops``, but not where it is.
  mutating func resetDebugger() {
    debugger = Debugger(metadata, with: stops)
    debugger.resumePast(machine)
  }

  /// Runs the machine for the first time, to a hit of a probe.
  ///
  /// - Parameter isInclusive: whether one at the very beginning counts.
  mutating func run(
    _ probe: inout Probe, until end: Position, isInclusive: Bool
  ) -> Probe.End {
    let place = timeline.place
    defer {
      inherit(from: place.branch)
      noteReRecording(from: place)
    }
    return timeline.run { machine in
      var none: ArraySlice<Tape<InputEvent>.Entry> = []
      return probe.run(
        &machine, &none, to: .live(end), isInclusive: isInclusive, stopsAtHalt: true
      ) { _ in true }
    }
  }

  /// Applies an input that changes what was played: ``undo()`` leads back to before.
  mutating func edit(_ event: InputEvent) throws(InputError) {
    let place = timeline.place
    try timeline.edit(event)
    forgetNextFrames()
    inherit(from: place.branch)
    noteReRecording(from: place)
  }
}
