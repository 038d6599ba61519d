// Names+Suggestion.swift: the name a misspelt word was probably meant to be.

extension Names {
  /// `; did you mean …?` for a word which means nothing, or nothing where no name is close.
  func suggestion(for word: String) -> String {
    var best: (name: String, distance: Int)?
    let letters = Array(word.utf8)
    let limit = min(2, letters.count / 3)
    guard letters.count <= 32, limit > 0 else { return "" }
    for name in candidates where name != word {
      guard abs(name.utf8.count - letters.count) <= limit else { continue }
      let distance = editDistance(letters, Array(name.utf8))
      guard distance <= limit else { continue }
      // Of equally close names the first in the alphabet wins, so that messages never vary.
      if let best, (best.distance, best.name) <= (distance, name) { continue }
      best = (name, distance)
    }
    return best.map { "; did you mean \(quoted($0.name))?" } ?? ""
  }

  private var candidates: [String] {
    var names = Keyword.allCases.map(\.rawValue)
    names += labels.keys
    names += constants.keys
    names += aliases.keys
    names += macros.keys
    names += stringModes.keys
    return names
  }
}

/// How many letters must be inserted, removed, replaced or swapped with the next one.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var distance = min(last[column + 1], current[column]) + 1
      distance = min(distance, last[column] + (letter == other ? 0 : 1))
      if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
