import Glibc
import Synchronization

private let caught = Atomic(false)
/// The two ends of a pipe, in which there is something as soon as a signal was caught; -1 before
/// signals are caught.
private let reading = Atomic<Int32>(-1)
private let writing = Atomic<Int32>(-1)

/// Ctrl-C, or a terminal or connection that is closed: a run ends in order, with its report.
enum Interrupt {
  static var wasCaught: Bool { caught.load(ordering: .relaxed) }

  /// A descriptor that can be read as soon as a signal was caught, for whoever waits for something
  /// else; nil if signals are not caught.
  static var descriptor: Int32? {
    let descriptor = reading.load(ordering: .relaxed)
    return descriptor >= 0 ? descriptor : nil
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
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      // `nohup` means it.
      guard sigaction(number, nil, &action) == 0, !action.isIgnored else { continue }
      action.__sigaction_handler.sa_handler = { _ in Interrupt.note() }
      action.sa_flags = second == .kills ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0
      sigaction(number, &action, nil)
    }
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
  fileprivate static func note() {
    let code = errno
    caught.store(true, ordering: .relaxed)
    // Where it is full already, there is something in it.
    _ = write(writing.load(ordering: .relaxed), "!", 1)
    errno = code
  }
}

extension sigaction {
  /// Whether whoever has started this process wants the signal to do nothing.
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
