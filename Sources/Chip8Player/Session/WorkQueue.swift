import Synchronization

/// Does a session's work on the disk on another thread, one job after the other, while the machine
/// continues. Results wait until the session takes them up.
final class WorkQueue: Sendable {
  /// What is left to do on the session's own thread.
  typealias Completion = @Sendable (PlaySession) -> Void

  private let thread = WorkThread()
  private let state = Mutex(State())

  private struct State {
    var completions: [Completion] = []
    /// How many jobs have begun and not ended.
    var jobCount = 0
  }

  /// Begins to do something, and keeps what it returns for ``takeCompletions()``.
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

  /// Comes back when everything that was begun has ended.
  func finish() { thread.finish() }

  /// What has ended since the last call.
  func takeCompletions() -> [Completion] {
    state.withLock { state in
      defer { state.completions = [] }
      return state.completions
    }
  }

  /// Whether everything that was begun has ended and was taken.
  var isIdle: Bool { state.withLock { $0.jobCount == 0 && $0.completions.isEmpty } }
}
