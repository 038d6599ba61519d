import CLinux
import Glibc
import SaveState
import Synchronization

/// A thread for background jobs, one after the other. It ends after the last one once it is not
/// referenced any more.
final class WorkThread: Sendable {
  private struct Job {
    /// When it may begin, by ``MonotonicClock``.
    let time: UInt64
    let work: @Sendable () -> Void
  }

  private struct State {
    /// In the order of their times, and those of one time in that in which they were begun.
    var jobs: [Job] = []
    var isEnding = false
  }

  private final class Jobs: Sendable {
    let state = Mutex(State())
    /// Says that there is something to look at.
    let news = Semaphore()

    func run() {
      // Woken on the processor of the thread that has begun a job, it would go first there, for as long
      // as it takes to make an image. So it waits until that thread pauses or another processor is free.
      CLinux_waitForOthers()
      while true {
        switch next() {
        case .job(let work): work()
        case .wait(nil): news.wait()
        case .wait(let time?): news.wait(until: time)
        case .end: return
        }
      }
    }

    private enum Step { case job(@Sendable () -> Void), wait(UInt64?), end }

    private func next() -> Step {
      state.withLock { state in
        guard let job = state.jobs.first else { return state.isEnding ? .end : .wait(nil) }
        guard job.time <= MonotonicClock.now else { return .wait(job.time) }
        return .job(state.jobs.removeFirst().work)
      }
    }
  }

  private let jobs = Jobs()

  init() {
    guard let thread = startThread({ [jobs] in jobs.run() }) else {
      preconditionFailure("the system gives no thread to save on")
    }
    pthread_detach(thread)
  }

  deinit {
    jobs.state.withLock { $0.isEnding = true }
    jobs.news.signal()
  }

  /// Begins a job as soon as those before it have ended.
  ///
  /// - Parameter time: when it may begin, by ``MonotonicClock``.
  func begin(after time: UInt64 = 0, _ work: @escaping @Sendable () -> Void) {
    jobs.state.withLock { state in
      let index = state.jobs.firstIndex { $0.time > time } ?? state.jobs.count
      state.jobs.insert(Job(time: time, work: work), at: index)
    }
    jobs.news.signal()
  }

  /// Does something after all that was begun and is due, and comes back when it has ended.
  func finish(_ work: @escaping @Sendable () -> Void = {}) {
    let end = Semaphore()
    begin {
      work()
      end.signal()
    }
    end.wait()
  }
}
