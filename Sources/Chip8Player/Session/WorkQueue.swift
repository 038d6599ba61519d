import CLinux
import Dispatch
import Glibc
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
  func finish() {
    let end = DispatchSemaphore(value: 0)
    thread.begin { end.signal() }
    end.wait()
  }

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

/// A thread for jobs that nobody waits for. It ends after the last one once it is not referenced any
/// more.
private final class WorkThread: Sendable {
  private final class Jobs: Sendable {
    let waiting = Mutex<[@Sendable () -> Void]>([])
    /// Counts the jobs, and the end.
    let count = DispatchSemaphore(value: 0)

    func run() {
      // Woken on the processor of the thread that has begun a job, it would go first there, for as long
      // as it takes to make an image. So it waits until that thread pauses or another processor is free.
      CLinux_waitForOthers()
      while true {
        count.wait()
        let job = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let job else { return }
        job()
      }
    }
  }

  private let jobs = Jobs()

  init() {
    // Signals are for the threads that wait for them.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Jobs>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(jobs).toOpaque())
    precondition(error == 0, "the system gives no thread to save on: error \(error)")
    pthread_detach(thread)
  }

  deinit { jobs.count.signal() }

  func begin(_ job: @escaping @Sendable () -> Void) {
    jobs.waiting.withLock { $0.append(job) }
    jobs.count.signal()
  }
}
