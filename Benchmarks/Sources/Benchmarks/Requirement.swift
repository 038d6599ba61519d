// What a version has to keep to, and whether this one does on this computer.

/// A number and the limit that it has.
struct Requirement {
  enum Unit: String {
    case bytes, times = "×", microseconds = "µs", mebibytes = "MiB"
    case perSecond = "M/s"
  }

  enum Limit {
    case atMost(Double), atLeast(Double)
  }

  let what: String
  let measured: Double
  /// Between what four of five rounds were.
  var spread: ClosedRange<Double>?
  let limit: Limit
  let unit: Unit

  init(_ what: String, _ measured: Double, atMost limit: Double, _ unit: Unit) {
    (self.what, self.measured, self.limit, self.unit) = (what, measured, .atMost(limit), unit)
  }

  /// - Parameter rounds: those that were measured, for their spread.
  init(
    _ what: String, _ measured: Double, _ rounds: [Double], atLeast limit: Double,
    _ unit: Unit = .times
  ) {
    (self.what, self.measured, self.limit, self.unit) = (what, measured, .atLeast(limit), unit)
    spread = rounds.quantile(0.1)...rounds.quantile(0.9)
  }

  var isKept: Bool {
    switch limit {
    case .atMost(let limit): measured <= limit
    case .atLeast(let limit): measured >= limit
    }
  }

  fileprivate var cells: [String] {
    let spread = spread.map { "\(text($0.lowerBound)) – \(text($0.upperBound))" } ?? ""
    let limit =
      switch limit {
      case .atMost(let limit): "≤ " + text(limit)
      case .atLeast(let limit): "≥ " + text(limit)
      }
    return [what, text(measured), spread, limit, isKept ? "yes" : "NO"]
  }

  private func text(_ number: Double) -> String {
    guard unit != .bytes else { return "\(Int(number)) bytes" }
    let hundredths = Int((number * 100).rounded())
    let digits = "\(hundredths % 100 + 100)".dropFirst()
    return "\(hundredths / 100).\(digits) \(unit.rawValue)"
  }
}

/// Prints what was measured, its spread, its limit, and whether that is kept.
func printTable(_ requirements: [Requirement]) {
  let titles = ["what", "measured", "spread", "limit", "ok?"]
  let rows = [titles] + requirements.map(\.cells)
  let widths = titles.indices.map { column in rows.map(\.[column].count).max() ?? 0 }
  for row in rows {
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return (1...3).contains(column) ? padding + row[column] : row[column] + padding
    }
    print(cells.joined(separator: " | "))
  }
}
