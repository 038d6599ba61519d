import Chip8Core
import SaveState

/// What only ``PlayingFrontEnd`` itself has to remember.
package struct PlayingState {
  /// How often the user has asked to leave.
  package var closeRequestCount = 0
  /// Whether a signal has ended it, or its display has gone: then no question can be answered.
  package var isInterrupted = false
  /// Why the machine was not saved when the user wanted to leave, until a key is pressed; asking again
  /// leaves.
  package var leavingProblem: [String]?
  /// The pages that a program begins with. The keys are left out if it has none.
  package var firstPages: [PageName] = []
  /// The commands of keys that were pressed while the debugger moves the machine.
  var pendingKeys: [() -> Void] = []
  /// The machine that the front end is set up for.
  var shownMachine = -1
  /// When the watched file is looked at next.
  var nextLook: UInt64 = 0
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

/// The common part of window and terminal: how a session is played and left, and why its machine is stopped.
package protocol PlayingFrontEnd: AnyObject {
  var session: PlaySession { get }
  var playing: PlayingState { get set }
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
  /// The machine is another one, or how it is played is: updates what else depends on that.
  func machineChanged()
  /// Shows a message, for a while.
  func show(_ lines: [String], isProblem: Bool)
  /// The debugger, while it is open.
  var debugger: DebuggerView? { get set }
  /// The last message, as long as it is shown.
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
  /// The page of the program's keys, before it is played or later, or of one that is to be another.
  func keyPage(_ name: PageName) -> Page
  /// Releases the program's keys.
  func releaseKeys()

  /// Handles input, runs the frames that are due, and shows the result.
  func runOnce()
}

extension PlayingFrontEnd {
  /// How much faster the machine runs while the key for it is held.
  package static var fastForward: Int { 8 }

  /// Runs until the user leaves, another process is to continue, or the machine is found not to be
  /// deterministic.
  package func runUntilLeft() {
    repeat {
      while playing.closeRequestCount == 0, session.restart == nil, session.difference == nil {
        runOnce()
      }
    } while !leaves()
  }

  /// Saves the machine to be resumed, without blocking the user.
  ///
  /// - Returns: whether it is left: not if that has failed and the user does not know yet.
  private func leaves() -> Bool {
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

  /// Asks to leave where no question can be answered.
  package func interrupt() {
    playing.isInterrupted = true
    playing.closeRequestCount += 1
  }

  // MARK: Between two pictures

  /// Runs the frames of the machine that are due, unless a page is open.
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

  /// Takes what other threads have done and what has happened since the last call.
  package func update() {
    session.poll()
    collectChanges()
    handlePendingKeys()
    pollWatchedFile()
  }

  /// Shows the news since the last call. The machine does not run before its first pages.
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

  /// Another program is there: its keys first, unless it continues in its middle.
  private func showFirstPages(isRestored: Bool) {
    pages = []
    programChanged()
    let hasKeys = !KeyCard(programKeys, keyMap).used.isEmpty
    let names = playing.firstPages
    // Home is not shown again with the program that is chosen there.
    playing.firstPages.removeAll { $0 == .home }
    for name in names where name != .start || hasKeys && !isRestored { open(name) }
  }

  /// Updates what depends on the machine: another one may have been loaded.
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
    if session.isClosing { return ["Saving… · Ctrl+Q again quits without"] }
    if let problem = playing.leavingProblem { return problem }
    if let problem = session.watchProblem {
      return lines(of: .failed(.watch(path: ""), problem))
    }
    if let halt = session.halt { return lines(of: .halted(halt)) }
    guard session.isPaused else { return [] }
    return lines(of: session.stoppedAt.map { .stopped($0) } ?? .paused)
  }

  /// Four times a second is soon enough after a file was saved.
  private func pollWatchedFile() {
    guard MonotonicClock.now >= playing.nextLook else { return }
    playing.nextLook = MonotonicClock.now + 250_000_000
    session.pollWatchedFile()
  }
}

extension Notice {
  /// Whether it is reported too, for what is shown in a window goes away.
  package var isProblem: Bool {
    switch self {
    case .failed, .flagsFailed, .configuration, .settingsFailed, .journalFailed, .journalDamaged,
      .journalPruned, .warning, .halted(.fault):
      true
    default: false
    }
  }
}
