// PseudoTerminal.swift: a terminal with a program in it, and the hands and eyes of its user.

import Foundation
import Synchronization
import Testing

final class PseudoTerminal {
  /// What it answers when it is asked.
  enum Kind: String, Sendable {
    /// Only what every terminal answers.
    case plain = "\u{1B}[?62c"
    /// Keys that go up, and pictures of points.
    case kitty =
      "\u{1B}[?0u\u{1B}P>|kitty(0.26.5)\u{1B}\\\u{1B}[6;18;9t\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62c"
    /// Keys that go up, and cells.
    case foot = "\u{1B}[?0u\u{1B}P>|foot(1.13.1)\u{1B}\\\u{1B}[?62c"
    case silent = ""
  }

  /// How a program ended: its code, 128 and more for a signal, and what the terminal shows then.
  struct End {
    let code: Int32
    let screen: TerminalScreen
    let hasModeBefore: Bool
  }

  /// What the thread that reads and the test share.
  private final class Shared: Sendable {
    let state: Mutex<State>

    init(_ state: State) { self.state = Mutex(state) }

    func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
      try state.withLock { state in try body(&state) }
    }
  }

  private struct State {
    var screen: TerminalScreen
    var byteCount = 0
    var isReading = true
    var isClosed = false

    /// Takes what the program has written, if anything, and answers what it asks.
    mutating func takeOutput(of main: Int32, _ answer: [UInt8]) -> Int {
      var ready = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
      guard isReading, poll(&ready, 1, 0) > 0, ready.revents & Int16(POLLIN) != 0 else { return 0 }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = max(0, Glibc.read(main, &bytes, bytes.count))
      let before = screen.questions.count
      byteCount += count
      screen.take(Array(bytes.prefix(count)))
      if screen.questions.dropFirst(before).contains("c") { _ = write(main, answer, answer.count) }
      return count
    }
  }

  private let main: Int32
  private let state: Shared
  private let modeBefore: termios
  private(set) var process: pid_t = 0

  /// Starts a program, chip8 if no other is named, as the leader of the terminal's session.
  init(
    _ arguments: [String], in scratch: Scratch, columns: Int = 80, rows: Int = 24,
    kind: Kind = .plain, program: String = Running.executable
  ) throws {
    main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN: what `unlockpt` and `ptsname` do, which Swift does not import.
    var (isLocked, number): (Int32, Int32) = (0, -1)
    _ = ioctl(main, 0x4004_5431, &isLocked)
    _ = ioctl(main, 0x8004_5430, &number)
    try #require(main >= 0 && number >= 0)
    let path = "/dev/pts/\(number)"
    state = Shared(State(screen: TerminalScreen(columns: columns, rows: rows)))
    modeBefore = PseudoTerminal.mode(main)
    setSize(columns, rows)
    try start([program] + arguments, in: scratch, path)
    read(answering: Array(kind.rawValue.utf8))
  }

  deinit {
    kill(-process, SIGKILL)
    kill(process, SIGKILL)
    close()
  }

  private func start(_ arguments: [String], in scratch: Scratch, _ path: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens is the session's.
    for descriptor in [Int32(0), 1, 2] {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    var allSignals = sigset_t()
    sigfillset(&allSignals)
    posix_spawnattr_setsigdefault(&attributes, &allSignals)
    // 0x80 is POSIX_SPAWN_SETSID, which Swift does not import.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))
    let environment = [
      "CHIP8=\(Running.executable)", "COLORTERM=truecolor", "HOME=\(scratch.directory)",
      "PATH=/usr/bin:/bin", "SDL_AUDIODRIVER=dummy", "SWIFT_BACKTRACE=enable=no",
      "TERM=xterm-256color", "XDG_STATE_HOME=\(scratch.directory)/state",
    ]
    let code = withCStrings(["/usr/bin/env", "-C", scratch.directory] + arguments) { arguments in
      withCStrings(environment) {
        posix_spawn(&process, "/usr/bin/env", &actions, &attributes, arguments, $0)
      }
    }
    try #require(code == 0)
  }

  /// Reads until the terminal is closed, and only while it is known not to be: its descriptor may be another
  /// terminal's after that.
  private func read(answering answer: [UInt8]) {
    Thread.detachNewThread { [main, state] in
      while true {
        let count = state.withLock { $0.isClosed ? nil : $0.takeOutput(of: main, answer) }
        guard let count else { return }
        // Also until its other end was opened, and when the last one has closed it.
        if count == 0 { usleep(1000) }
      }
    }
  }

  // MARK: Hands

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(main, bytes, bytes.count)
  }

  /// Whether the terminal reads what the program writes.
  func setReading(_ isReading: Bool) { state.withLock { $0.isReading = isReading } }

  func resize(columns: Int, rows: Int) {
    state.withLock { $0.screen.resize(columns: columns, rows: rows) }
    setSize(columns, rows)
  }

  private func setSize(_ columns: Int, _ rows: Int) {
    var size = winsize()
    (size.ws_col, size.ws_row) = (UInt16(columns), UInt16(rows))
    _ = ioctl(main, UInt(TIOCSWINSZ), &size)
  }

  func signal(_ number: Int32) { kill(process, number) }

  /// Closes the terminal, as closing its window does.
  func close() {
    state.withLock { state in
      if !state.isClosed { Glibc.close(main) }
      state.isClosed = true
    }
  }

  // MARK: Eyes

  var screen: TerminalScreen { state.withLock { $0.screen } }
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Waits until the terminal shows something.
  @discardableResult
  func waitFor(
    _ what: Comment, _ matches: (TerminalScreen) throws -> Bool
  ) throws -> TerminalScreen {
    try chip8Tests.waitFor(what) {
      let screen = screen
      return try matches(screen) ? screen : nil
    }
  }

  func waitForPicture() throws {
    try waitFor("a picture") { $0.lastLine.contains("·") && $0.updateCount > 0 }
  }

  func waitForText(_ text: String) throws {
    try waitFor("\(text)") { $0.whole.contains(text) }
  }

  /// Waits for the end.
  func end() throws -> End {
    var status: Int32 = 0
    try chip8Tests.waitFor("the end") {
      waitpid(process, &status, WNOHANG) == process ? true : nil
    }
    // What was written last is still on its way.
    if !state.withLock({ $0.isClosed }) {
      try waitFor("the screen before") { !$0.modes.contains(1049) }
    }
    let signal = status & 0x7F
    return End(
      code: signal == 0 ? status >> 8 & 0xFF : 128 + signal, screen: screen,
      hasModeBefore: PseudoTerminal.isEqual(PseudoTerminal.mode(main), modeBefore))
  }

  private static func mode(_ terminal: Int32) -> termios {
    var mode = termios()
    tcgetattr(terminal, &mode)
    return mode
  }

  private static func isEqual(_ one: termios, _ other: termios) -> Bool {
    (one.c_iflag, one.c_oflag, one.c_cflag, one.c_lflag)
      == (other.c_iflag, other.c_oflag, other.c_cflag, other.c_lflag)
  }
}
