import Synchronization

/// Runs a session's disk work on another thread, one job after the other, while the machine runs on. Results
/// wait until the session takes them up.
final class WorkQueue: Sendable {
  /// The rest of a job, for the session's own thread.
  typealias Completion = @Sendable (PlaySession) -> Void

  private let thread = WorkThread()
  private let state = Mutex(State())

  private struct State {
    var completions: [Completion] = []
    var jobCount = 0
  }

  /// Starts a job, and keeps its completion for ``takeCompletions()``.
  func begin(_ work: @escaping @Sendable () -> Completion?) {
    state.withLock { $0.jobCount += 1 }
    thread.begin {
      let completion = work()
      self.state.withLock {
        $0.jobCount -= 1
        if let completion { $0.completions.append(completion) }
      }
    }
  }

  /// Waits for all jobs.
  func finish() { thread.finish() }

  /// The completions of jobs that ended since the last call.
  func takeCompletions() -> [Completion] {
    state.withLock { state in
      defer { state.completions = [] }
      return state.completions
    }
  }

  /// Whether all jobs have ended and their completions were taken.
  var isIdle: Bool { state.withLock { $0.jobCount == 0 && $0.completions.isEmpty } }
}
