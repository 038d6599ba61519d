// What a version has to keep to, and whether this one does on this computer.

/// A number and what it may be at most.
struct Requirement {
  enum Unit: String {
    case bytes, times = "×", microseconds = "µs", mebibytes = "MiB"
  }

  let what: String
  let measured: Double
  let atMost: Double
  let unit: Unit

  init(_ what: String, _ measured: Double, atMost: Double, _ unit: Unit) {
    self.what = what
    self.measured = measured
    self.atMost = atMost
    self.unit = unit
  }

  var isKept: Bool { measured <= atMost }

  fileprivate var cells: [String] {
    [what, text(measured), text(atMost), isKept ? "yes" : "NO"]
  }

  private func text(_ number: Double) -> String {
    guard unit != .bytes else { return "\(Int(number)) bytes" }
    let hundredths = Int((number * 100).rounded())
    let digits = "\(hundredths % 100 + 100)".dropFirst()
    return "\(hundredths / 100).\(digits) \(unit.rawValue)"
  }
}

/// Prints what was measured, what it may be at most, and whether it is.
func printTable(_ requirements: [Requirement]) {
  let rows = [["what", "measured", "at most", "ok?"]] + requirements.map(\.cells)
  let widths = (0..<4).map { column in rows.map(\.[column].count).max() ?? 0 }
  for row in rows {
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return column == 1 || column == 2 ? padding + row[column] : row[column] + padding
    }
    print(cells.joined(separator: " | "))
  }
}
