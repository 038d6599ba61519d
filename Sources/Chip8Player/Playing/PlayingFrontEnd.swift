import Chip8Core
import SaveState

/// The state of a ``PlayingFrontEnd``.
package struct PlayingState {
  /// How often the user has asked to quit.
  package var closeRequestCount = 0
  /// Whether a signal ends it, or its display is gone, so that questions cannot be answered.
  package var isInterrupted = false
  /// Why the machine could not be saved when the user wanted to quit, until a key is pressed. Asking again
  /// quits anyway.
  package var leavingProblem: [String]?
  /// The pages that a program begins with. That of the keys is left out if it uses none.
  package var firstPages: [PageName] = []
  /// The commands of keys that were pressed while the debugger moved the machine.
  var pendingKeys: [() -> Void] = []
  /// The machine that the front end is set up for.
  var shownMachine = -1
  /// When the watched file is checked next.
  var nextFileCheck: UInt64 = 0
  /// The last message, for three seconds; a problem until it is dismissed.
  package var message: ShownMessage? {
    didSet { messageEnd = MonotonicClock.now + 3_000_000_000 }
  }
  fileprivate var messageEnd: UInt64 = 0

  package init() {}
}

/// A message to the user.
package struct ShownMessage: Equatable {
  package let lines: [String]
  package let isProblem: Bool

  package init(_ lines: [String], isProblem: Bool = false) {
    (self.lines, self.isProblem) = (lines, isProblem)
  }
}

/// What window and terminal have in common: playing a session, quitting, and saying why the machine is
/// stopped.
package protocol PlayingFrontEnd: AnyObject {
  var session: PlaySession { get }
  var playing: PlayingState { get set }
  /// How to quit without saving, for the message.
  static var leavingHint: String { get }

  // What each front end says in its own words.

  /// How to record a movie and where to find help, for the pages.
  static var movieHint: String { get }
  static var help: String { get }
  /// The text of a notice, in lines.
  func lines(of notice: Notice) -> [String]
  /// Reports a problem in full and for good, as on standard error.
  func reportProblem(_ line: String)
  /// Writes a picture of the screen.
  func captureScreen()

  /// The pages that are open, the last one on top.
  var pages: [OpenPage] { get set }
  /// Lays out a page.
  func layOut(_ view: inout PageView) -> PageLayout
  /// The current contents of a page.
  func page(_ name: PageName) -> Page
  /// Shows a page on top of the others.
  func open(_ name: PageName)
  /// A command was performed, which may have closed pages or changed a setting.
  func commandPerformed()
  /// Updates what depends on the machine and its settings, after one of them changed.
  func machineChanged()
  /// Shows a message, for a while.
  func show(_ lines: [String], isProblem: Bool)
  /// The debugger, while it is open.
  var debugger: DebuggerView? { get set }
  /// The last message while it is shown, as this front end shows it.
  var recentLines: [String] { get }
  var keyboard: Keyboard { get set }
  var keyMap: KeyMap { get set }
  var programKeys: ProgramKeys { get set }
  /// When frames of the machine are due.
  var pacer: Pacer { get set }
  var isFast: Bool { get }
  var appearance: Appearance { get set }
  /// The key for fast forward went down or up.
  func holdFast(_ isDown: Bool)
  /// The page of the program's keys, at its start or later, or the page that assigns one.
  func keyPage(_ name: PageName) -> Page
  /// Releases the program's keys.
  func releaseKeys()

  /// Handles input, runs the frames that are due, and shows the result.
  func runOnce()
}

extension PlayingFrontEnd {
  /// How much faster the machine runs while the key for it is held.
  package static var fastForward: Int { 8 }

  /// Runs until the user quits, the session continues in another process, or the machine turns out not to be
  /// deterministic.
  package func runUntilQuit() {
    repeat {
      while playing.closeRequestCount == 0, session.restart == nil, session.difference == nil {
        runOnce()
      }
    } while !shouldQuit()
  }

  /// Saves the machine, to be resumed later, without blocking the user.
  ///
  /// - Returns: whether to quit: not if saving failed and the user does not know yet.
  private func shouldQuit() -> Bool {
    let requestCount = playing.closeRequestCount
    session.beginClosing()
    repeat { runOnce() } while session.end == nil && playing.closeRequestCount == requestCount
    guard let end = session.end else {
      reportProblem("quit before everything was saved")
      return true
    }
    if end != .failed || playing.leavingProblem != nil || playing.isInterrupted
      || session.restart != nil || session.difference != nil
    {
      return true
    }
    session.reopen()
    playing.leavingProblem = takeMessage() + [Self.leavingHint]
    playing.closeRequestCount = 0
    return false
  }

  /// Quits when questions cannot be answered.
  package func interrupt() {
    playing.isInterrupted = true
    playing.closeRequestCount += 1
  }

  // MARK: Frames

  /// Runs the frames that are due, unless a page is open.
  ///
  /// - Parameters:
  ///   - keys: called for the keys of each.
  ///   - sound: called with the tone of each.
  package func runDueFrames(keys: () -> KeySet, sound: (Tone?) -> Void) {
    for _ in 0..<pacer.framesDue(now: MonotonicClock.now) {
      let held = keys()
      if pages.isEmpty { session.runFrame(keys: held) }
      sound(pages.isEmpty ? session.tone : nil)
    }
  }

  /// Takes up the results of other threads, and handles what has happened since the last call.
  package func update() {
    session.poll()
    collectChanges()
    handlePendingKeys()
    pollWatchedFile()
  }

  /// Shows what has happened since the last call. The machine does not run before its first pages are closed.
  package func collectChanges() {
    let notices = session.takeNotices()
    if !notices.isEmpty {
      for notice in notices where notice.isProblem { lines(of: notice).forEach(reportProblem) }
      show(notices.flatMap(lines), isProblem: notices.contains(where: \.isProblem))
    }
    for notice in notices {
      switch notice {
      case .began(_, let isRestored): showFirstPages(isRestored: isRestored)
      case .reset where chosen.isOn(.kiosk): showFirstPages(isRestored: false)
      default: break
      }
    }
    if playing.shownMachine != session.machineCount {
      programChanged()
    } else if programKeys != session.programKeys {
      keysChanged()
    }
    updatePage()
  }

  /// Shows a new program's first pages: its keys, unless it was restored.
  private func showFirstPages(isRestored: Bool) {
    pages = []
    programChanged()
    let hasKeys = !KeyCard(programKeys, keyMap).used.isEmpty
    let names = playing.firstPages
    // The program that is chosen at home must not open it again.
    playing.firstPages.removeAll { $0 == .home }
    for name in names where name != .start || hasKeys && !isRestored { open(name) }
  }

  /// Updates what depends on the program and its machine.
  package func programChanged() {
    playing.shownMachine = session.machineCount
    keysChanged()
    appearance = session.player.appearance
    setRate()
    machineChanged()
  }

  private func keysChanged() {
    programKeys = session.programKeys
    keyMap = KeyMap(for: programKeys, session.player.keyAssignments)
  }

  package func show(_ lines: [String]) { show(lines, isProblem: false) }

  /// The last message, as long as it is shown.
  package var recentMessage: ShownMessage? {
    playing.message.flatMap {
      $0.isProblem || MonotonicClock.now < playing.messageEnd ? $0 : nil
    }
  }

  /// Removes the last message.
  func takeMessage() -> [String] { playing.message.take()?.lines ?? [] }

  /// Why the machine is stopped; empty while it runs.
  package var stopLines: [String] {
    if session.isClosing { return ["Saving… · Ctrl+Q again quits without saving"] }
    if let problem = playing.leavingProblem { return problem }
    if let problem = session.watchProblem {
      return lines(of: .failed(.watch(path: ""), problem))
    }
    if let halt = session.halt { return lines(of: .halted(halt)) }
    guard session.isPaused else { return [] }
    return lines(of: session.stoppedAt.map { .stopped($0) } ?? .paused)
  }

  /// Checks the watched file, four times a second.
  private func pollWatchedFile() {
    guard MonotonicClock.now >= playing.nextFileCheck else { return }
    playing.nextFileCheck = MonotonicClock.now + 250_000_000
    session.pollWatchedFile()
  }
}

extension Notice {
  /// Whether it is also reported for good, as messages disappear.
  package var isProblem: Bool {
    switch self {
    case .failed, .flagsFailed, .configuration, .settingsFailed, .journalFailed, .journalDamaged,
      .journalPruned, .warning, .halted(.fault):
      true
    default: false
    }
  }
}
