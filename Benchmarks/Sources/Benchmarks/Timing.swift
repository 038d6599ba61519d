// How long things take on a computer that does other things too.

import Glibc

private let clock = ContinuousClock()

/// How long something takes, in microseconds, with all that it waits for.
func microseconds(_ work: () throws -> Void) rethrows -> Double {
  try clock.measure(work) / .microseconds(1)
}

/// How much of this thread's time something takes, in microseconds: what else the computer does in
/// the meantime is not counted.
func threadMicroseconds(_ work: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }
  let start = now()
  try work()
  return now() - start
}

extension [Double] {
  /// The value below which so large a part of the values lies.
  func quantile(_ part: Double) -> Double {
    sorted()[Swift.min(Int(Double(count) * part), count - 1)]
  }

  var median: Double { quantile(0.5) }

  /// Between what four of five values are.
  var spread: ClosedRange<Double> { quantile(0.1)...quantile(0.9) }
}
