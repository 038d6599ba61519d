import Chip8Core
import Dispatch
import SaveState
import Synchronization

/// Saves machines to slots one after the other, while the machine goes on: what is saved is a copy
/// of the value, taken at once.
final class SaveQueue: Sendable {
  /// How a save ended.
  struct Outcome: Sendable {
    let slot: Int
    let error: SlotError?
  }

  private let queue = DispatchQueue(label: "chip8.saves")
  private let outcomes = Mutex<[Outcome]>([])

  /// Begins to save.
  func save(_ machine: Chip8, carrying older: Image?, to slot: Int, of slots: Slots) {
    let time = WallClock.now()
    queue.async {
      var failure: SlotError?
      var image = Image(of: machine, carrying: older)
      image.setTime(time)
      do throws(SlotError) {
        try slots.save(image, to: .key(slot))
      } catch { failure = error }
      self.outcomes.withLock { $0.append(Outcome(slot: slot, error: failure)) }
    }
  }

  /// Comes back when everything that was begun is on the disk or has failed.
  func finish() {
    queue.sync {}
  }

  /// The saves that have ended since the last call.
  func takeOutcomes() -> [Outcome] {
    outcomes.withLock { ended in
      defer { ended = [] }
      return ended
    }
  }
}
