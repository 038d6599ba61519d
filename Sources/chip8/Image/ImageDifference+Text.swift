import Chip8Core
import Chip8Player

extension ImageDifference {
  /// For people: what was and what is, and the two screens side by side.
  var lines: [String] {
    guard !same else { return ["the machines are the same"] }
    var lines = values.map { padded($0.name, 24) + "\(shown($0.a)) → \(shown($0.b))" }
    for range in ram {
      let last = range.address + range.a.count / 2 - 1
      lines.append("RAM \(hexadecimal(range.address, 4))–\(hexadecimal(last, 4))")
      lines += range.code.isEmpty ? hexadecimalLines(range) : range.code.map(codeLine)
    }
    if screenDiffers { lines += ["screen"] + sideBySide }
    return lines
  }

  private func shown(_ value: String) -> String { value.isEmpty ? "none" : value }

  private func codeLine(_ code: Code) -> String {
    "  \(hexadecimal(code.address, 4))  " + padded(code.a, 24) + "→ \(code.b)"
  }

  /// Sixteen bytes a line.
  private func hexadecimalLines(_ range: Range) -> [String] {
    let (a, b) = (Array(range.a), Array(range.b))
    return stride(from: 0, to: a.count, by: 32).map { start in
      let end = min(start + 32, a.count)
      return "  \(hexadecimal(range.address + start / 2, 4))  "
        + padded(String(a[start..<end]), 32) + " → " + String(b[start..<end])
    }
  }

  private var sideBySide: [String] {
    let (left, right) = (screens[0].lines, screens[1].lines)
    let width = left.map(\.count).max() ?? 0
    return (0..<max(left.count, right.count)).map { row in
      padded(row < left.count ? left[row] : "", width) + " │ "
        + (row < right.count ? right[row] : "")
    }
  }
}
