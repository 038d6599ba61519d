import Glibc

/// Monotonic time; arbitrary epoch. Not `ContinuousClock`, which comes with Swift's
/// concurrency and its threads: a library would leave them behind where it is unloaded.
package enum MonotonicClock {
  /// Nanoseconds.
  package static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
