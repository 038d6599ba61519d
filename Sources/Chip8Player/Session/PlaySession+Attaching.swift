import Chip8Core
import SaveState
import Synchronization

/// A debugger on another thread, attached to a session: docs/DEBUGGING.md, "A running game". While the
/// machine is stopped, the debugger borrows a copy of it. The session takes the result back between two
/// frames, and never waits for the debugger.
extension PlaySession {
  /// The machine as a debugger sees it.
  package struct DebugView: Sendable {
    /// Views with higher numbers are newer.
    package let number: Int
    package let session: DebugSession
    package let isStopped: Bool
    /// Why it is stopped; nil if it was just paused or moved.
    package let stop: DebugSession.Stop?
    /// The file that the program was loaded from, if it was one.
    package let path: String?
  }

  /// What a debugger does not know yet.
  package final class DebugNews: Sendable {
    private struct State {
      var view: DebugView?
      var messages: [LoggedMessage] = []
      var problem: (any Error)?
    }

    /// How many messages are queued. Later ones are dropped.
    private static let maxMessageCount = 10_000

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called when there is news. It must not block.
    package init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    fileprivate func put(_ view: DebugView) {
      state.withLock { $0.view = view }
      wake()
    }

    fileprivate func put(_ messages: [LoggedMessage]) {
      state.withLock { state in
        let room = DebugNews.maxMessageCount - state.messages.count
        state.messages += messages.prefix(max(0, room))
      }
      wake()
    }

    fileprivate func put(_ problem: any Error) {
      state.withLock { $0.problem = problem }
      wake()
    }

    /// The last view, messages of log points, and why the watched file cannot be played, as far as they are
    /// new since the last call.
    package func take() -> (view: DebugView?, messages: [LoggedMessage], problem: (any Error)?) {
      state.withLock { state in
        defer { state = State() }
        return (state.view, state.messages, state.problem)
      }
    }
  }

  struct Attached {
    let news: DebugNews
    /// What was last reported to it.
    fileprivate var lastReported: ReportedState?
    fileprivate var number = 0

    /// What is reported to a debugger as soon as it changes.
    fileprivate struct ReportedState: Equatable {
      let isStopped: Bool
      let jumpCount: Int
      let machineCount: Int
      /// Where the machine is stopped.
      let place: Timeline<Chip8>.Place?
    }
  }

  /// A machine lent to a debugger. The session's own is stopped until the loan ends.
  struct Loan: Sendable {
    let cancellation: Cancellation
    let session: DebugSession
  }

  // MARK: Begin and end

  /// - Returns: nil if another debugger is attached, or the session ends.
  func attach(_ news: DebugNews) -> DebugView? {
    guard debugging.attached == nil, restart == nil, !isClosing else { return nil }
    debugging.attached = Attached(news: news)
    followProgram()
    if let watchProblem { news.put(watchProblem) }
    report(.debugger(isAttached: true))
    return makeDebugView()
  }

  /// Detaches the debugger and removes its stops. A machine that it stopped runs on, unless it is in the
  /// past.
  func detach(_ news: DebugNews) {
    guard debugging.attached?.news === news else { return }
    endMotion()
    (debugging.attached, debugging.heldKeys) = (nil, nil)
    keep(DebugStops())
    report(.debugger(isAttached: false))
    if debugging.isStoppedByDebugger, player.timeline.isAtEnd, !isDebugging { resumeDebugged() }
  }

  // MARK: Reports to the debugger

  /// The machine as it is now.
  private func makeDebugView() -> DebugView {
    debugging.attached?.lastReported = reportedState
    debugging.attached?.number += 1
    return DebugView(
      number: debugging.attached?.number ?? 0, session: debugSession.detached,
      isStopped: isStopped, stop: debugStop, path: player.programPath)
  }

  private var reportedState: Attached.ReportedState {
    Attached.ReportedState(
      isStopped: isStopped, jumpCount: jumpCount, machineCount: machineCount,
      place: isStopped ? player.timeline.place : nil)
  }

  private var debugStop: DebugSession.Stop? {
    switch halt {
    case .exit?: return .exit
    case .fault(let fault)?: return .fault(fault)
    case nil: break
    }
    let stops = debugSession.stops.filter(\.isSaved)
    func hit(_ event: StopPoint.Event, _ address: UInt16) -> DebugSession.Stop {
      .hit(stops.filter { $0.event == event }.map(\.id), by: address)
    }
    switch stoppedAt {
    case .stops(let hits, let address)?: return .hit(hits, by: address)
    case .breakpoint(let address)?: return hit(.execution(address), address)
    case .watchpoint(let point, let address)?:
      return hit(.access(.bytes(point.range), .change), address)
    case nil: return nil
    }
  }

  /// Sends the debugger the machine if it has changed, unless it is being moved.
  func notifyDebugger() {
    guard let attached = debugging.attached, !isMoving, attached.lastReported != reportedState
    else { return }
    attached.news.put(makeDebugView())
  }

  // MARK: Requests of the debugger

  /// Lends the machine, if it is stopped.
  func lend(to news: DebugNews) -> Loan? {
    guard debugging.attached?.news === news, isStopped, !isMoving, restart == nil,
      difference == nil, !isClosing
    else { return nil }
    endRewinding()
    isPaused = true
    debugging.survey?.cancel()
    writeJournal()
    var session = debugSession.detached
    session.player.timeline.provesPasts = true
    let loan = Loan(cancellation: Cancellation(), session: session)
    debugging.motion = loan.cancellation
    return loan
  }

  /// Takes the machine back, unless the loan has ended.
  func take(_ moved: DebugSession, of loan: Loan) -> DebugView {
    guard debugging.motion === loan.cancellation else { return makeDebugView() }
    debugging.motion = nil
    keep(moved.setStops)
    if moved.heldKeys != loan.session.heldKeys { debugging.heldKeys = moved.heldKeys }
    let (before, now) = (player.timeline.place, moved.player.timeline.place)
    guard now != before else { return makeDebugView() }
    let program = player.machine.program
    let isAtEnd = player.timeline.isAtEnd && moved.isAtEnd
    let isNew = isAtEnd && now.branch == before.branch && before.position < now.position
    if isNew, isBrowsing { playOn() }
    takeDebugged(moved.player)
    if player.machine.program != program { machineChanged() }
    debugging.isStoppedByDebugger = true
    if isNew {
      hasRun(to: moved.halt)
    } else if !isAtEnd || now.position != before.position {
      isBrowsing = true
    }
    return makeDebugView()
  }

  /// Replaces the debugger's stops.
  func keep(_ stops: DebugStops) {
    let counts = player.debugger.counts
    (player.stops, player.stops.removed) = (stops, [])
    player.changePoints { metadata in
      metadata.breakpoints.removeAll { stops.removed.contains(.execution($0)) }
      metadata.watchpoints.removeAll { stops.removed.contains($0.event) }
    }
    player.debugger.counts = counts
  }

  @discardableResult
  func pauseDebugged() -> DebugView {
    endRewinding()
    if !isStopped {
      togglePause()
      debugging.isStoppedByDebugger = true
    }
    return makeDebugView()
  }

  /// Plays on.
  ///
  /// - Parameter counts: how often the conditions of stops have held so far.
  @discardableResult
  func resumeDebugged(_ counts: [Int: UInt64] = [:]) -> DebugView {
    if isPaused { togglePause() }
    player.debugger.counts = counts
    return makeDebugView()
  }

  /// Resets the machine, and plays.
  func restartDebugged() -> DebugView {
    reset()
    // A machine that a debugger moved to its end is also paused there. The new one is not.
    if halt != nil { isPaused = false }
    return resumeDebugged()
  }
}

extension PlaySession.Debugging {
  /// Forwards messages of log points.
  func take(_ messages: [LoggedMessage]) {
    if !messages.isEmpty { attached?.news.put(messages) }
  }

  /// Forwards why the watched file cannot be played.
  func take(_ problem: any Error) { attached?.news.put(problem) }
}

extension Debugger.StopReason {
  /// Whether it is a debugger's stop, and not one of the metadata.
  var isOfDebugger: Bool {
    if case .stops = self { true } else { false }
  }
}
