import Dispatch
import Synchronization

/// Does a session's work on the disk on another thread, one job after the other, while the machine
/// continues. Results wait until the session takes them up.
final class WorkQueue: Sendable {
  /// What is left to do on the session's own thread.
  typealias Completion = @Sendable (PlaySession) -> Void

  private let queue = DispatchQueue(label: "chip8.work")
  private let completions = Mutex<[Completion]>([])

  /// Begins to do something, and keeps what it returns for ``takeCompletions()``.
  func begin(_ work: @escaping @Sendable () -> Completion?) {
    queue.async {
      guard let completion = work() else { return }
      self.completions.withLock { $0.append(completion) }
    }
  }

  /// Comes back when everything that was begun has ended.
  func finish() { queue.sync {} }

  /// What has ended since the last call.
  func takeCompletions() -> [Completion] {
    completions.withLock { ended in
      defer { ended = [] }
      return ended
    }
  }
}
