import Chip8Core
import SaveState
import Synchronization

/// Writes the user flags of the machine that is played, on a thread of its own: soon after they have
/// changed, and at most once a second, however often a program stores them.
final class FlagKeeper: Sendable {
  private static let writeInterval: UInt64 = 1_000_000_000

  /// What is to be written.
  private struct Change: Sendable {
    let memory: NonVolatileMemory
    let flags: [UInt8]
  }

  private struct Progress {
    /// Where the flags of the machine that is played go; nil if they are not kept.
    var memory: NonVolatileMemory?
    /// The flags as they are.
    var latest: [UInt8] = []
    /// Whether they are still to be written.
    var isChanged = false
    var isScheduled = false
    /// By `MonotonicClock`.
    var nextWrite = MonotonicClock.now
    /// What went wrong last. It is reported once, and not at every attempt.
    var error: StorageError?
    var failures: [Notice] = []

    mutating func takeChange() -> Change? {
      guard isChanged, let memory else { return nil }
      (isChanged, isScheduled) = (false, false)
      nextWrite = MonotonicClock.now + FlagKeeper.writeInterval
      return Change(memory: memory, flags: latest)
    }
  }

  private let thread = WorkThread()
  private let progress = Mutex(Progress())

  /// From now on looks at another machine, which brings its flags. Those of the one before are
  /// written first.
  ///
  /// - Parameter memory: where they go when they change; nil if they are not kept.
  func begin(_ machine: Chip8, keepingIn memory: NonVolatileMemory?) {
    progress.withLock {
      if let change = $0.takeChange() { thread.begin { self.write(change) } }
      $0.memory = memory
      $0.latest = machine.userFlags
    }
  }

  /// Looks whether the machine has changed its flags.
  func look(at machine: Chip8) {
    let flags = machine.userFlags
    progress.withLock {
      guard $0.latest != flags else { return }
      $0.latest = flags
      $0.isChanged = $0.memory != nil
      guard $0.isChanged, !$0.isScheduled else { return }
      $0.isScheduled = true
      thread.begin(after: $0.nextWrite) { self.write() }
    }
  }

  /// The flags that a machine finds when it is switched on; zeros if they cannot be used.
  func flags(for machine: Chip8, in kept: KeptFlags) -> [UInt8] {
    finish()
    do throws(StorageError) {
      return try kept.flags(for: machine) ?? []
    } catch {
      report(error, isReading: true)
      return []
    }
  }

  /// Comes back when all changes are on the disk or have failed.
  func finish() {
    thread.finish { self.write() }
  }

  /// What has failed since the last call.
  func takeFailures() -> [Notice] {
    progress.withLock { progress in
      defer { progress.failures = [] }
      return progress.failures
    }
  }

  private func write() {
    if let change = progress.withLock({ $0.takeChange() }) { write(change) }
  }

  private func write(_ change: Change) {
    do throws(StorageError) {
      try change.memory.write(change.flags)
      progress.withLock { $0.error = nil }
    } catch { report(error, isReading: false) }
  }

  private func report(_ error: StorageError, isReading: Bool) {
    progress.withLock {
      guard $0.error != error else { return }
      $0.error = error
      $0.failures.append(.flagsFailed(isReading: isReading, error))
    }
  }
}
