import Chip8Core
import SaveState

/// A requested motion of a game that is debugged.
package enum DebugMotion: Hashable, Sendable {
  case step(DebugSession.Motion, by: DebugSession.Grain, DebugSession.Direction)
  /// To where an instruction is next.
  case run(to: UInt16, DebugSession.Direction)
  /// Back to the instruction that has written something last.
  case lastWriter(of: StopPoint.Watched)

  /// Whether it may play what was not played yet.
  var isForwards: Bool {
    switch self {
    case .step(_, _, let direction), .run(_, let direction): direction == .forwards
    case .lastWriter: false
    }
  }

  /// How it ended.
  struct Result: Sendable {
    let stop: DebugSession.Stop
    /// What is to be said of it; empty if nothing is.
    let text: String
  }

  /// Moves a machine.
  func perform(
    on session: inout DebugSession, isInterrupted: @escaping () -> Bool
  ) -> Result {
    let outcome: DebugSession.Outcome
    switch self {
    case .step(let motion, let grain, let direction):
      outcome = session.move(motion, by: grain, direction, isInterrupted: isInterrupted)
    case .run(let address, let direction):
      outcome = session.run(to: address, direction, isInterrupted: isInterrupted)
    case .lastWriter(let watched):
      do throws(History.Failure) {
        let writer = try session.goToLastWriter(of: watched, isInterrupted: isInterrupted)
        return Result(stop: .done, text: session.text(of: writer))
      } catch { outcome = DebugSession.Outcome(DebugSession.Stop(error)) }
    }
    return Result(stop: outcome.stop, text: session.text(of: outcome.stop) ?? "")
  }
}

extension DebugSession {
  /// Debugs the machine that is played. Its stops are the points of its metadata, and what was set
  /// beside them; new frames get the keys that are held.
  ///
  /// - Parameter keys: those; nil for what the machine has now.
  init(_ player: Player, _ source: ProgramSource, holding keys: KeySet? = nil) {
    self.source = source
    self.player = player
    self.player.debugger = Debugger()
    sources = [(player.machine.program, source)]
    script = .empty
    // What was played has no end: the game goes on.
    loadedEnd = Position()
    heldKeys = keys ?? player.machine.heldKeys
    (stops, nextStop) = (player.stops.others, player.stops.next)
    for event in player.metadata.stopEvents {
      changeStop(add(event)) { stop in
        (stop.isSaved, stop.isEnabled) = (true, !player.stops.disabled.contains(event))
      }
    }
  }

  /// The stops as they are now, to be kept.
  package var setStops: DebugStops {
    let saved = stops.filter(\.isSaved)
    let others = stops.filter { !$0.isSaved }
    return DebugStops(
      others: others, next: (others.map(\.id).max() ?? 0) + 1,
      disabled: Set(saved.filter { !$0.isEnabled }.map(\.event)),
      removed: Set(player.metadata.stopEvents).subtracting(saved.map(\.event)))
  }

  /// The same, for another thread: it may take the time to prove what an image says of the past.
  var detached: DebugSession {
    var copy = self
    copy.player.timeline = player.timeline.detached
    return copy
  }

  /// Plays the rest of a movie and comes back, so that it has been played like all else.
  mutating func playMovie(isInterrupted: () -> Bool) {
    guard player.isPlayingMovie else { return }
    let place = position
    while player.isPlayingMovie, !isInterrupted() {
      guard case .done = player.run(frames: 1000) else { break }
    }
    player.endPlayback()
    // It has just come by there.
    try? player.seek(to: place)
  }
}

/// What was set while debugging a game beside the points of its metadata, and the state of those.
package struct DebugStops: Sendable {
  /// Those that are not saved with the machine.
  var others: [StopPoint] = []
  /// The number of the next one.
  var next = 1
  /// Points of the metadata that do not stop for now.
  var disabled: Set<StopPoint.Event> = []
  /// Those that are no longer to be there.
  var removed: Set<StopPoint.Event> = []
}

extension Debugger {
  /// Stops at the points of a machine's metadata, and where the debugger wants that.
  init(_ metadata: SessionMetadata, with stops: DebugStops) {
    var metadata = metadata
    metadata.breakpoints.removeAll { stops.disabled.contains(.execution($0)) }
    metadata.watchpoints.removeAll { stops.disabled.contains($0.event) }
    self.init(metadata, stops.others.filter(\.isEnabled))
  }
}

extension Watchpoint {
  /// It as a stop.
  var event: StopPoint.Event { .access(.bytes(range), .change) }
}

extension SessionMetadata {
  /// Its points as stops.
  var stopEvents: [StopPoint.Event] {
    breakpoints.map { .execution($0) } + watchpoints.map(\.event)
  }
}
