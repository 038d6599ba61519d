import CLinux
import Glibc

/// Counts what there is to take, and lets threads wait for more.
final class Semaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  /// One that begins with a count.
  init(value: Int = 0) {
    semaphore.initialize(to: sem_t())
    sem_init(semaphore, 0, UInt32(value))
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Adds one.
  func signal() { sem_post(semaphore) }

  /// Takes one, when there is one.
  func wait() {
    // A signal of the operating system interrupts it.
    while sem_wait(semaphore) != 0 {}
  }

  /// The same, but not longer than to a moment of `MonotonicClock`.
  func wait(until deadline: UInt64) {
    var time = timespec(
      tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    while CLinux_waitUntil(semaphore, &time) != 0, errno == EINTR {}
  }
}
