import Chip8Core
import SaveState

/// The debugger's end of a session on another thread.
package final class AttachedDebugger {
  private let gate: SessionGate
  package let news: PlaySession.DebugNews
  private var loan: PlaySession.Loan?
  /// The motion that was unfinished when the machine was given back last, and where that was.
  private var unfinished: (motion: DebugSession.Unfinished, place: Timeline<Chip8>.Place)?

  /// - Parameter news: receives what happens in the session.
  package init(_ gate: SessionGate, _ news: PlaySession.DebugNews) {
    (self.gate, self.news) = (gate, news)
  }

  /// Whether the session has ended.
  package var isGone: Bool { gate.isClosed }

  /// Why a session cannot be debugged.
  package enum Refusal: Error, CustomStringConvertible {
    case isOver, hasAnother, isRunning

    package var description: String {
      switch self {
      case .isOver: "the game is over"
      case .hasAnother: "another debugger is attached already"
      case .isRunning: "the program is not stopped: pause it first"
      }
    }
  }

  private func perform<Result: Sendable>(
    _ body: @escaping @Sendable (PlaySession) -> Result
  ) throws(Refusal) -> Result {
    guard let result = gate.perform(body) else { throw .isOver }
    return result
  }

  package func attach() throws(Refusal) -> PlaySession.DebugView {
    let news = news
    guard let view = try perform({ $0.attach(news) }) else { throw .hasAnother }
    return view
  }

  /// Lets go of the session, if that has not ended.
  package func detach() {
    let news = news
    try? perform { $0.detach(news) }
  }

  /// Whether the player has interrupted the current motion.
  package var isInterrupted: Bool { loan?.cancellation.isCancelled ?? false || gate.isClosed }

  /// Borrows the machine. The game is stopped until it is given back.
  package func borrow() throws(Refusal) -> DebugSession {
    let news = news
    guard let loan = try perform({ $0.lend(to: news) }) else { throw .isRunning }
    self.loan = loan
    var session = loan.session
    if let unfinished, unfinished.place == session.player.timeline.place {
      session.unfinished = unfinished.motion
    }
    unfinished = nil
    session.playMovie { [loan] in loan.cancellation.isCancelled }
    return session
  }

  /// Gives the machine back.
  ///
  /// - Returns: the session's machine after that; nil if the session has ended.
  package func giveBack(_ session: DebugSession) -> PlaySession.DebugView? {
    guard let loan else { return nil }
    self.loan = nil
    unfinished = session.unfinished.map { ($0, session.player.timeline.place) }
    return try? perform { $0.take(session, of: loan) }
  }

  /// Replaces the stops, whether the machine runs or not, unless the session has ended.
  package func keep(_ stops: DebugStops) { try? perform { $0.keep(stops) } }

  package func pause() throws(Refusal) -> PlaySession.DebugView {
    try perform { $0.pauseDebugged() }
  }

  /// Lets the player play on.
  ///
  /// - Parameter session: the machine as it was last given back.
  package func resume(
    _ session: DebugSession, isInterrupted: @escaping () -> Bool
  ) throws -> PlaySession.DebugView {
    var session = session
    let counts = try session.hitCounts(isInterrupted: isInterrupted)
    return try perform { $0.resumeDebugged(counts) }
  }

  /// Switches the machine off and on.
  package func restart() throws(Refusal) -> PlaySession.DebugView {
    try perform { $0.restartDebugged() }
  }

  /// What is played, for discovery; nil when the game is over.
  package func describe() -> (title: String, path: String?, isDebugged: Bool)? {
    gate.perform { session in
      let player = session.player
      return (player.title, player.programPath, session.debugging.attached != nil)
    }
  }
}
