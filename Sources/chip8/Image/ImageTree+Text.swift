import Chip8Player
import SaveState

extension ImageTree {
  /// For people: a line for each image, below its parent.
  var lines: [String] {
    let lines = roots.flatMap { $0.lines(first: "", others: "") }
    guard !lines.isEmpty else { return ["no saved states"] }
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { padded($0.name, width + 2) + $0.text }
  }
}

extension ImageTree.Node {
  fileprivate func lines(first: String, others: String) -> [(name: String, text: String)] {
    var lines = [(first + file.displayText, summary)]
    for (index, node) in derived.enumerated() {
      let isLast = index == derived.count - 1
      lines += node.lines(
        first: others + (isLast ? "└─ " : "├─ "), others: others + (isLast ? "   " : "│  "))
    }
    return lines
  }

  private var summary: String {
    if bytes == nil, problem == nil {
      return (missing ? "missing" : "elsewhere") + ", SHA-256 \(sha256 ?? "")"
    }
    let facts = [
      program, machineTime, bytes.map { "\($0) bytes" }, note,
      // Why is a long story where a parent is missing, which the picture shows.
      problem == nil ? nil : "cannot be loaded",
    ]
    return facts.compactMap { $0 }.joined(separator: ", ")
  }
}
