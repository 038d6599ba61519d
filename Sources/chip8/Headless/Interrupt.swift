import Glibc
import Synchronization

/// The signal that was caught first; 0 if none was.
private let caught = Atomic<Int32>(0)
/// The two ends of a pipe, in which there is something as soon as a signal was caught; -1 before
/// signals are caught.
private let reading = Atomic<Int32>(-1)
private let writing = Atomic<Int32>(-1)

/// Ctrl-C, or a terminal or connection that is closed: a run ends in order, with its report.
enum Interrupt {
  static var wasCaught: Bool { caught.load(ordering: .relaxed) != 0 }

  /// A descriptor that becomes readable when a signal was caught, to wait for beside others; nil if signals
  /// are not caught.
  static var descriptor: Int32? {
    let descriptor = reading.load(ordering: .relaxed)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Waits until a signal was caught or some descriptors are ready; negative descriptors are ignored.
  ///
  /// - Returns: the events of each; nil on timeout.
  static func wait(
    for ends: [(descriptor: Int32, events: Int32)], milliseconds: Int32 = -1
  ) -> [Int32]? {
    var ends = ends.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
    ends.append(pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0))
    guard poll(&ends, nfds_t(ends.count), milliseconds) > 0 else { return nil }
    return ends.map { Int32($0.revents) }
  }

  /// What a second signal does.
  enum Second {
    /// It ends the process.
    case kills
    /// Nothing: the machine has to get into its file first.
    case waits
  }

  /// From now on SIGINT, SIGTERM and SIGHUP are only noted.
  static func catchSignals(second: Second) {
    if descriptor == nil { openPipe() }
    for number in signals {
      var action = sigaction()
      // `nohup` means it.
      guard sigaction(number, nil, &action) == 0, !action.isIgnored else { continue }
      action.__sigaction_handler.sa_handler = { Interrupt.note($0) }
      action.sa_flags = second == .kills ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0
      sigaction(number, &action, nil)
    }
    // The process that this one was may have left some.
    release()
  }

  /// Forgets what was caught, and catches the next: a prompt keeps running.
  static func forget() {
    guard wasCaught else { return }
    caught.store(0, ordering: .relaxed)
    catchSignals(second: .kills)
  }

  /// Leaves what was caught, and what comes from now on, to the process that this one is about to
  /// become: it is delivered there when that process catches signals or releases them.
  static func holdForNextProcess() {
    change(SIG_BLOCK)
    let number = caught.load(ordering: .relaxed)
    if number != 0 { kill(getpid(), number) }
  }

  /// Lets signals through that the process before held back.
  static func release() { change(SIG_UNBLOCK) }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private static func change(_ how: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    sigprocmask(how, &set, nil)
  }

  private static func openPipe() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      // A signal never waits, for any number of them.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    writing.store(ends[1], ordering: .relaxed)
    reading.store(ends[0], ordering: .relaxed)
  }

  /// What a signal does; it can come between any two instructions of this program.
  fileprivate static func note(_ number: Int32) {
    let code = errno
    caught.store(number, ordering: .relaxed)
    // Where it is full already, there is something in it.
    _ = write(writing.load(ordering: .relaxed), "!", 1)
    errno = code
  }
}

extension sigaction {
  /// Whether the parent process has the signal ignored.
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
