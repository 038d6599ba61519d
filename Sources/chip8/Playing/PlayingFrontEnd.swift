import Chip8Core
import Chip8Player
import SaveState

/// The common part of window and terminal: how a session is played and left, and why its machine is stopped.
protocol PlayingFrontEnd: AnyObject {
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
  static var fastForward: Int { 8 }
  /// For how many nanoseconds a message is shown.
  static var messageDuration: UInt64 { 3_000_000_000 }

  /// Runs until the user leaves, another process is to continue, or the machine is found not to be
  /// deterministic.
  func runUntilLeft() {
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
      printError("quit before everything was saved")
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

  /// Writes problems to standard error, where they are whole.
  ///
  /// - Returns: all lines, to be shown.
  func report(_ notices: [Notice]) -> [String] {
    let names = session.player.metadata.names
    for notice in notices where notice.isProblem {
      for line in notice.lines(names) { printError(line) }
    }
    return notices.flatMap { $0.lines(names) }
  }

  /// Why the machine is stopped; empty while it runs.
  var stopLines: [String] {
    let names = session.player.metadata.names
    if session.isClosing { return ["Saving… · Ctrl+Q again quits without"] }
    if let leavingProblem { return leavingProblem }
    if let problem = session.watchProblem {
      return Notice.failed(.watch(path: ""), problem).lines(names)
    }
    if let halt = session.halt { return [halt.text] }
    guard session.isPaused else { return [] }
    return (session.stoppedAt.map { Notice.stopped($0) } ?? .paused).lines(names)
  }

  /// Four times a second is soon enough after a file was saved.
  func pollWatchedFile() {
    guard MonotonicClock.now >= nextLook else { return }
    nextLook = MonotonicClock.now + 250_000_000
    session.pollWatchedFile()
  }
}
