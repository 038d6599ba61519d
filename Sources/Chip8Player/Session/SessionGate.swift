import Synchronization

/// Where other threads ask for something that is done with a session, on the thread that it belongs to, between
/// two of its frames.
package final class SessionGate: Sendable {
  private struct State {
    var jobs: [@Sendable (PlaySession?) -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())

  init() {}

  /// Whether the session is over.
  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Does something with the session, and waits for that.
  ///
  /// - Returns: what it comes to; nil if the session is over.
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

  /// Does what others have asked for.
  func serve(_ session: PlaySession) {
    let jobs = state.withLock { state in
      defer { state.jobs = [] }
      return state.jobs
    }
    for job in jobs { job(session) }
  }

  /// The session is over: nobody waits any longer.
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
