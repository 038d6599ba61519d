import Synchronization

/// Tells another thread to stop what it does.
final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Whether to stop.
  var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func cancel() { flag.store(true, ordering: .relaxed) }
}
