import Chip8Core
import SaveState

/// Where somebody wants to go who debugs what is played.
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

  /// What it has come to.
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
  /// Debugs the machine of somebody who plays. Its stops are the points of its metadata; new frames get the
  /// keys that are held.
  ///
  /// - Parameter keys: those; nil for what the machine has now.
  init(_ player: Player, _ source: ProgramSource, holding keys: KeySet? = nil) {
    self.source = source
    self.player = player
    self.player.debugger = Debugger()
    sources = [(player.machine.program, source)]
    script = .empty
    loadedEnd = player.timeline.end
    heldKeys = keys ?? player.machine.heldKeys
    for address in player.metadata.breakpoints { add(.execution(address)) }
    for point in player.metadata.watchpoints { add(.access(.bytes(point.range), .change)) }
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
