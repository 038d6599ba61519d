import Glibc
import Synchronization

private let caught = Atomic(false)

/// Ctrl-C: a run ends in order, with its report.
enum Interrupt {
  static var wasCaught: Bool { caught.load(ordering: .relaxed) }

  /// From now on SIGINT and SIGTERM only set a flag; a second one ends the process.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in caught.store(true, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
  }
}
