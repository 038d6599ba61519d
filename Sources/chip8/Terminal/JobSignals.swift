import Glibc
import Synchronization

private let resized = Atomic<Bool>(false)
private let stopping = Atomic<Bool>(false)
private let resumed = Atomic<Bool>(false)

/// What a terminal and its shell tell a job.
enum JobSignals {
  /// From now on they are only noted.
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

  /// Whether the terminal has another size since the last call.
  static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

  /// Whether the job is to stop.
  static func takeStop() -> Bool { stopping.exchange(false, ordering: .relaxed) }

  /// Whether the process was stopped and continues.
  static func takeResumption() -> Bool { resumed.exchange(false, ordering: .relaxed) }

  /// Stops the whole job, as its terminal would, until somebody resumes it. A job that nobody could
  /// resume is not stopped.
  static func stop() {
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    note()
    _ = takeStop()
    resumed.store(true, ordering: .relaxed)
  }
}
