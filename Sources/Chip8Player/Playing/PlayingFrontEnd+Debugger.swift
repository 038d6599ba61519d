import Chip8Core
import SaveState

/// The debugger around the picture, in a window or a terminal. It has its keys only while the machine is
/// stopped; other keys act as usual.
extension PlayingFrontEnd {
  /// How many keys are queued while the machine is being moved.
  private static var maxPendingKeys: Int { 64 }

  package func toggleDebugger() {
    releaseKeys()
    if debugger != nil {
      session.endDebugging()
      debugger = nil
    } else {
      session.beginDebugging()
      if session.isDebugging { debugger = DebuggerView(session.debugSession) }
    }
  }

  // MARK: View

  /// The layout of the debugger, if it is open.
  package func debuggerLayout(_ size: Size, _ metrics: some TextMetrics) -> DebuggerLayout? {
    guard var view = debugger else { return nil }
    let machine = session.debugSession
    if session.isStopped, !session.isMoving { view.follow(machine) }
    let contents = DebuggerLayout.Contents(
      machine, session.heat, text: debuggerText,
      hints: session.isStopped ? DebuggerView.stoppedHints : DebuggerView.runningHints)
    let layout = DebuggerLayout(&view, contents, size, metrics)
    debugger = view
    return layout
  }

  /// The last message, or why the machine is stopped unless it is just paused.
  private var debuggerText: String {
    if session.isMoving { return "Running… · Esc interrupts" }
    let recent = recentLines
    if !recent.isEmpty { return recent.joined(separator: " · ") }
    if !session.debugText.isEmpty { return session.debugText }
    let isMerePause =
      session.stoppedAt == nil && session.halt == nil && !session.isClosing
      && playing.leavingProblem == nil && session.watchProblem == nil
    return isMerePause ? "" : stopLines.joined(separator: " · ").displayText
  }

  // MARK: Keys

  /// Handles a key, in turn: while the machine is being moved, keys are queued and act where the motion ends.
  /// Escape ends the motion and clears the queue.
  ///
  /// - Parameter handle: performs the key's command.
  package func takeInOrder(isEscape: Bool, _ handle: @escaping () -> Void) {
    guard session.isMoving || !playing.pendingKeys.isEmpty else { return handle() }
    if isEscape {
      session.interruptMotion()
      playing.pendingKeys = []
    } else if playing.pendingKeys.count < Self.maxPendingKeys {
      playing.pendingKeys.append(handle)
    }
  }

  func handlePendingKeys() {
    while !session.isMoving, !playing.pendingKeys.isEmpty { playing.pendingKeys.removeFirst()() }
  }

  /// Handles a key while the debugger is open.
  ///
  /// - Returns: whether the debugger took it.
  package func debuggerKeyDown(_ event: KeyEvent) -> Bool {
    guard var view = debugger, let key = event.debuggerKey else { return false }
    guard session.isStopped else {
      if key == .escape { toggleDebugger() }
      return key == .escape
    }
    guard view.uses(key) else { return false }
    let machine = session.debugSession
    view.follow(machine)
    let action = view.handle(key, isShifted: event.modifiers.contains(.shift), machine)
    debugger = view
    if let action { perform(action) }
    return true
  }

  private func perform(_ action: DebuggerAction) {
    switch action {
    case .move(let motion): session.move(motion)
    case .resume: session.togglePause()
    case .toggleBreakpoint(let address): session.toggleBreakpoint(at: address)
    case .edit(let target, let value): session.edit(target, to: value)
    case .hold(let keys): session.hold(keys)
    case .close: toggleDebugger()
    }
  }
}

extension DebuggerView {
  /// The keys while the machine is stopped, in the longest form first.
  fileprivate static let stoppedHints = [
    "S into · N over · O out · F frame · C continue · U to cursor · Shift+ back · B break · W who wrote · "
      + "E edit · G go to · K key · D source · Tab · Esc",
    "S into · N over · O out · F frame · C continue · U to cursor · Shift+ back · B break · "
      + "W who wrote · E edit · Tab · Esc",
    "S N O F step · C continue · Shift+ back · B break · W who wrote · E edit · Tab · Esc",
    "S N O F C · Shift+ back · B W E · Tab · Esc",
  ]

  /// The keys while it runs.
  fileprivate static let runningHints = ["P pauses · Esc closes the debugger", "P pauses · Esc"]
}
