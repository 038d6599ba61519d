import Chip8Core
import Dispatch
import SaveState
import Synchronization

/// Does what is to be done with a program's slots one thing after the other, while the machine goes
/// on: what is saved is a snapshot, taken at once.
final class SaveQueue: Sendable {
  /// What happened, for the user.
  struct Outcome: Sendable {
    let text: String
    let isFailure: Bool
  }

  private let queue = DispatchQueue(label: "chip8.saves")
  private let outcomes = Mutex<[Outcome]>([])

  /// Begins to do something, and tells how it ended: what was done, or nil if the user need not be
  /// told, and what was not done if it fails.
  func begin(
    failing: String, _ work: @escaping @Sendable () throws(SlotError) -> String?
  ) {
    queue.async {
      let outcome: Outcome?
      do throws(SlotError) {
        outcome = try work().map { Outcome(text: $0, isFailure: false) }
      } catch { outcome = Outcome(text: "\(failing): \(error)", isFailure: true) }
      if let outcome { self.outcomes.withLock { $0.append(outcome) } }
    }
  }

  /// Comes back when everything that was begun is on the disk or has failed.
  func finish() {
    queue.sync {}
  }

  /// What has ended since the last call.
  func takeOutcomes() -> [Outcome] {
    outcomes.withLock { ended in
      defer { ended = [] }
      return ended
    }
  }
}
