// What a version has to keep to, and whether this one does on this computer.

/// A row of the table: something that is measured, and its limit.
struct Requirement {
  enum Unit: String {
    case bytes, times = "×", microseconds = "µs", milliseconds = "ms", mebibytes = "MiB"
    case millionsPerSecond = "M/s"
  }

  enum Limit {
    case atMost(Double), atLeast(Double), none
  }

  let what: String
  let limit: Limit
  /// Of the limit, and of what it is the limit of.
  let unit: Unit
  /// Of what is compared, where two things are.
  var comparedUnit: Unit?

  init(_ what: String, _ limit: Limit, _ unit: Unit, of comparedUnit: Unit? = nil) {
    (self.what, self.limit, self.unit) = (what, limit, unit)
    self.comparedUnit = comparedUnit
  }

  func isKept(by measured: Measured) -> Bool {
    switch limit {
    case .atMost(let limit): measured.number <= limit
    case .atLeast(let limit): measured.number >= limit
    case .none: true
    }
  }
}

/// What was measured.
struct Measured {
  /// What the limit is for: a ratio, mostly.
  let number: Double
  /// Between what four of five rounds were.
  var spread: ClosedRange<Double>?
  /// The two that were compared: ours, and what it cannot be better than, or is to be better than.
  var compared: (ours: Double, floor: Double)?
}

extension Measured {
  /// - Parameter rounds: what was measured in each; the least is what it is when nothing disturbs it.
  init(leastOf rounds: [Double]) { self.init(number: rounds.quantile(0), spread: rounds.spread) }

  /// How many times as long one thing takes as another.
  ///
  /// - Parameters:
  ///   - ours, floor: how long they took, measured in turn, because a computer is not as fast at all
  ///     times.
  ///   - part: which rounds are compared: the best, by default.
  init(times ours: [Double], by floor: [Double], quantile part: Double = 0) {
    let compared = (ours.quantile(part), floor.quantile(part))
    self.init(
      number: compared.0 / compared.1, spread: zip(ours, floor).map { $0 / $1 }.spread,
      compared: compared)
  }

  /// How many times as fast one thing is as another, from the same.
  ///
  /// - Parameter count: what is done in each round, in millions a second if times are in microseconds.
  init(speeds ours: [Double], by floor: [Double], count: Double) {
    let (best, other) = (ours.quantile(0), floor.quantile(0))
    self.init(
      number: other / best, spread: zip(ours, floor).map { $1 / $0 }.spread,
      compared: (count / best, count / other))
  }

  /// How much more one thing takes than another.
  init(differences ours: [Double], to floor: [Double]) {
    let compared = (ours.median, floor.median)
    self.init(
      number: compared.0 - compared.1, spread: zip(ours, floor).map { $0 - $1 }.spread,
      compared: compared)
  }
}

/// Rows that are measured together.
struct Measurement {
  let requirements: [Requirement]
  /// Measures something for each of them.
  let measure: () throws -> [Measured]
}

/// A table that is printed row by row, as they are measured.
struct Table {
  private static let titles = ["what", "ours", "floor", "result", "spread", "limit", "kept"]
  private let widths: [Int]

  init(_ requirements: [Requirement]) {
    widths = [requirements.map(\.what.count).max() ?? 0, 13, 13, 13, 23, 13, 4]
    print(Table.titles)
    print(widths.map { String(repeating: "-", count: $0) })
  }

  func print(_ requirement: Requirement, _ measured: Measured) {
    let (unit, comparedUnit) = (requirement.unit, requirement.comparedUnit ?? requirement.unit)
    let spread = measured.spread.map {
      "\(text($0.lowerBound, unit)) – \(text($0.upperBound, unit))"
    }
    let limit =
      switch requirement.limit {
      case .atMost(let limit): "≤ " + text(limit, unit)
      case .atLeast(let limit): "≥ " + text(limit, unit)
      case .none: ""
      }
    let isKept = requirement.isKept(by: measured) ? "yes" : "NO"
    print([
      requirement.what, measured.compared.map { text($0.ours, comparedUnit) } ?? "",
      measured.compared.map { text($0.floor, comparedUnit) } ?? "", text(measured.number, unit),
      spread ?? "", limit, limit.isEmpty ? "" : isKept,
    ])
  }

  private func print(_ cells: [String]) {
    let padded = zip(cells, widths).enumerated().map { column, cell in
      let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return column == 0 || column == 6 ? cell.0 + padding : padding + cell.0
    }
    Swift.print("| " + padded.joined(separator: " | ") + " |")
  }

  private func text(_ number: Double, _ unit: Requirement.Unit) -> String {
    if unit == .bytes { return "\(Int(number)) bytes" }
    let hundredths = Int((number.magnitude * 100).rounded())
    let sign = number < 0 ? "-" : ""
    let digits = "\(hundredths % 100 + 100)".dropFirst()
    return "\(sign)\(hundredths / 100).\(digits) \(unit.rawValue)"
  }
}
