import Glibc
import Synchronization

private let caught = Atomic(false)

/// Ctrl-C, or a terminal or connection that is closed: a run ends in order, with its report.
enum Interrupt {
  static var wasCaught: Bool { caught.load(ordering: .relaxed) }

  /// From now on SIGINT, SIGTERM and SIGHUP only set a flag; a second one ends the process.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      // `nohup` means it.
      guard sigaction(number, nil, &action) == 0, !action.isIgnored else { continue }
      action.__sigaction_handler.sa_handler = { _ in caught.store(true, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
  }
}

extension sigaction {
  /// Whether whoever has started this process wants the signal to do nothing.
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
