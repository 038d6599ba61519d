import Glibc
import Synchronization

private let resized = Atomic<Bool>(false)
private let stopping = Atomic<Bool>(false)
private let resumed = Atomic<Bool>(false)

/// The signals by which a terminal and its shell control a job.
enum JobSignals {
  /// Catches them: from now on they are only noted.
  static func note() {
    set(SIGWINCH) { _ in resized.store(true, ordering: .relaxed) }
    set(SIGCONT) { _ in resumed.store(true, ordering: .relaxed) }
    set(SIGTSTP) { _ in stopping.store(true, ordering: .relaxed) }
  }

  private static func set(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    sigaction(number, &action, nil)
  }

  /// Whether the terminal was resized since the last call.
  static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

  /// Whether the job is to stop.
  static func takeStop() -> Bool { stopping.exchange(false, ordering: .relaxed) }

  /// Whether the process was stopped and resumed.
  static func takeResumption() -> Bool { resumed.exchange(false, ordering: .relaxed) }

  /// Stops the whole job, as the terminal would, until it is resumed. The kernel does not stop a job without
  /// a shell to resume it.
  static func stop() {
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    note()
    _ = takeStop()
    resumed.store(true, ordering: .relaxed)
  }
}
