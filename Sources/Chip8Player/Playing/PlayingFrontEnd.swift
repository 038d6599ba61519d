import Chip8Core
import SaveState

/// The common part of window and terminal: how a session is played and left, and why its machine is stopped.
package protocol PlayingFrontEnd: AnyObject {
  var session: PlaySession { get }
  /// How often the user has asked to leave.
  var closeRequestCount: Int { get set }
  /// Whether a signal has ended it, or its display has gone: then no question can be answered.
  var isInterrupted: Bool { get }
  /// Why the machine was not saved when the user wanted to leave, until a key is pressed; asking again
  /// leaves.
  var leavingProblem: [String]? { get set }
  /// When the watched file is looked at next.
  var nextLook: UInt64 { get set }
  /// How to leave in any case, for the message.
  static var leavingHint: String { get }

  // What a program says in its own words.

  /// How a movie is recorded, and where there is help, for the pages.
  static var movieHint: String { get }
  static var help: String { get }
  /// What the user reads of a notice, a line each.
  func lines(of notice: Notice) -> [String]
  /// Reports a problem where it is whole and stays.
  func reportProblem(_ line: String)
  /// Writes a picture of the screen.
  func captureScreen()

  /// The pages that are open, the last one on top.
  var pages: [OpenPage] { get set }
  /// Finds out where the parts of a page are.
  func layOut(_ view: inout PageView) -> PageLayout
  /// A page as it is now.
  func page(_ name: PageName) -> Page
  /// Shows a page on top of the others.
  func open(_ name: PageName)
  /// Something was chosen and done, which may have left the pages or changed a setting.
  func commandPerformed()
  /// The machine is another one, or how it is played is.
  func programChanged()
  /// Shows a message, for a while.
  func show(_ lines: [String])
  /// The debugger, while it is open.
  var debugger: DebuggerView? { get set }
  /// The commands of keys that were pressed while it moves the machine.
  var pendingKeys: [() -> Void] { get set }
  /// The last message, as long as it is shown.
  var recentLines: [String] { get }
  var keyboard: Keyboard { get set }
  var keyMap: KeyMap { get }
  /// When frames of the machine are due.
  var pacer: Pacer { get set }
  var isFast: Bool { get }
  var appearance: Appearance { get }
  /// The key for fast forward went down or up.
  func holdFast(_ isDown: Bool)
  /// The page of the program's keys, before it is played or later, or of one that is to be another.
  func keyPage(_ name: PageName) -> Page
  /// Releases the program's keys.
  func releaseKeys()

  /// Handles input, runs the frames that are due, and shows the result.
  func runOnce()
  /// The message that is shown, which is not shown any longer.
  func takeMessage() -> [String]
}

extension PlayingFrontEnd {
  /// How much faster the machine runs while the key for it is held.
  package static var fastForward: Int { 8 }
  /// For how many nanoseconds a message is shown.
  package static var messageDuration: UInt64 { 3_000_000_000 }

  /// Runs until the user leaves, another process is to continue, or the machine is found not to be
  /// deterministic.
  package func runUntilLeft() {
    repeat {
      while closeRequestCount == 0, session.restart == nil, session.difference == nil {
        runOnce()
      }
    } while !leaves()
  }

  /// Saves the machine to be resumed, without blocking the user.
  ///
  /// - Returns: whether it is left: not if that has failed and the user does not know yet.
  private func leaves() -> Bool {
    let requestCount = closeRequestCount
    session.beginClosing()
    repeat { runOnce() } while session.end == nil && closeRequestCount == requestCount
    guard let end = session.end else {
      reportProblem("quit before everything was saved")
      return true
    }
    if end != .failed || leavingProblem != nil || isInterrupted || session.restart != nil
      || session.difference != nil
    {
      return true
    }
    session.reopen()
    leavingProblem = takeMessage() + [Self.leavingHint]
    closeRequestCount = 0
    return false
  }

  /// Reports what is a problem.
  ///
  /// - Returns: all lines, to be shown.
  package func report(_ notices: [Notice]) -> [String] {
    for notice in notices where notice.isProblem { lines(of: notice).forEach(reportProblem) }
    return notices.flatMap(lines)
  }

  /// Why the machine is stopped; empty while it runs.
  package var stopLines: [String] {
    if session.isClosing { return ["Saving… · Ctrl+Q again quits without"] }
    if let leavingProblem { return leavingProblem }
    if let problem = session.watchProblem {
      return lines(of: .failed(.watch(path: ""), problem))
    }
    if let halt = session.halt { return lines(of: .halted(halt)) }
    guard session.isPaused else { return [] }
    return lines(of: session.stoppedAt.map { .stopped($0) } ?? .paused)
  }

  /// Four times a second is soon enough after a file was saved.
  package func pollWatchedFile() {
    guard MonotonicClock.now >= nextLook else { return }
    nextLook = MonotonicClock.now + 250_000_000
    session.pollWatchedFile()
  }
}

extension Notice {
  /// Whether it is reported too, for what is shown in a window goes away.
  package var isProblem: Bool {
    switch self {
    case .failed, .flagsFailed, .configuration, .settingsFailed, .journalFailed, .journalDamaged,
      .journalPruned, .warning,
      .halted(.fault):
      true
    default: false
    }
  }
}
