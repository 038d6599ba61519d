import Chip8Core
import SaveState
import Synchronization

/// Writes the machine's user flags, on a thread of its own: soon after they change, but at most once a
/// second, however often a program stores them.
final class FlagKeeper: Sendable {
  private static let writeInterval: UInt64 = 1_000_000_000

  private struct Progress {
    /// Those of the current machine; nil before there is one.
    var flags: FlagProgress?
    var isScheduled = false
    /// By `MonotonicClock`.
    var nextWrite = MonotonicClock.now
    /// The last error, which is reported once and not at every attempt.
    var error: StorageError?
    var failures: [Notice] = []

    mutating func takeChange() -> FlagProgress.Change? {
      guard let change = flags?.takeChange() else { return nil }
      isScheduled = false
      nextWrite = MonotonicClock.now + FlagKeeper.writeInterval
      return change
    }
  }

  private let thread = WorkThread()
  private let progress = Mutex(Progress())

  /// Switches to another machine, which brings its flags. Those of the last one are written first.
  ///
  /// - Parameter memory: where they go when they change; nil if they are not kept.
  func begin(_ machine: Chip8, keepingIn memory: NonVolatileMemory?) {
    progress.withLock {
      if let change = $0.takeChange() { thread.begin { self.write(change) } }
      $0.flags = FlagProgress(machine, keepingIn: memory)
    }
  }

  /// Checks whether the machine has changed its flags.
  func observe(_ machine: Chip8) {
    progress.withLock {
      $0.flags?.observe(machine)
      guard $0.flags?.isChanged == true, !$0.isScheduled else { return }
      $0.isScheduled = true
      thread.begin(after: $0.nextWrite) { self.write() }
    }
  }

  /// Gives a loaded machine its flags if it starts from power-on, once those of the last machine are written.
  /// Flags that cannot be read are reported and left out.
  func powerOn(_ loaded: inout LoadedMachine, _ kept: KeptFlags?) {
    if loaded.image == nil { powerOn(&loaded.timeline, kept) }
  }

  /// The same for any machine at power-on.
  func powerOn(_ timeline: inout Timeline<Chip8>, _ kept: KeptFlags?) {
    finish()
    do throws(StorageError) { try timeline.powerOnFlags(kept) } catch {
      report(error, isReading: true)
    }
  }

  /// Waits until all changes are written or have failed.
  func finish() {
    thread.finish { self.write() }
  }

  /// The failures since the last call.
  func takeFailures() -> [Notice] {
    progress.withLock { progress in
      defer { progress.failures = [] }
      return progress.failures
    }
  }

  private func write() {
    if let change = progress.withLock({ $0.takeChange() }) { write(change) }
  }

  private func write(_ change: FlagProgress.Change) {
    do throws(StorageError) {
      try change.write()
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
