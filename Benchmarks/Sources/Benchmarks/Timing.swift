// How long things take on a computer that does other things too.

private let clock = ContinuousClock()

/// How long something takes, in microseconds.
func microseconds(_ work: () throws -> Void) rethrows -> Double {
  try clock.measure(work) / .microseconds(1)
}

/// The shortest time that something takes in many rounds: what it takes when nothing disturbs it.
struct Fastest {
  private(set) var microseconds = Double.infinity

  mutating func take(_ work: () throws -> Void) rethrows {
    microseconds = min(microseconds, try Benchmarks.microseconds(work))
  }
}

extension [Double] {
  /// The value below which so large a part of the values lies.
  func quantile(_ part: Double) -> Double {
    sorted()[Swift.min(Int(Double(count) * part), count - 1)]
  }

  var median: Double { quantile(0.5) }
}
