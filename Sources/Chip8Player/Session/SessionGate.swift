import Synchronization

/// Runs other threads' requests on the session's thread, between two frames.
package final class SessionGate: Sendable {
  private struct State {
    var jobs: [@Sendable (PlaySession?) -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())

  init() {}

  /// Whether the session has ended.
  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Runs a closure on the session's thread, and waits for its result.
  ///
  /// - Returns: the result; nil if the session has ended.
  func perform<Result: Sendable>(
    _ body: @escaping @Sendable (PlaySession) -> Result
  ) -> Result? {
    let (end, result) = (Semaphore(), SharedResult<Result>())
    let isOpen = state.withLock { state in
      guard !state.isClosed else { return false }
      state.jobs.append { session in
        if let session { result.value.withLock { $0 = body(session) } }
        end.signal()
      }
      return true
    }
    guard isOpen else { return nil }
    end.wait()
    return result.value.withLock { $0 }
  }

  /// Runs the requests of other threads.
  func serve(_ session: PlaySession) {
    let jobs = state.withLock { state in
      defer { state.jobs = [] }
      return state.jobs
    }
    for job in jobs { job(session) }
  }

  /// Ends all waits, now and later.
  package func close() {
    let jobs = state.withLock { state in
      defer { state = State(isClosed: true) }
      return state.jobs
    }
    for job in jobs { job(nil) }
  }

  private final class SharedResult<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }
}
