// Untrusted text as a person may see it. The rule: docs/COMMAND-LINE.md, Untrusted text.

extension StringProtocol {
  /// The text as one line that shows itself and does nothing else, in a terminal, a window or its
  /// title: what ends a line, moves a cursor, turns the direction of text or cannot be seen is
  /// `U+FFFD`. Of a text of more than 4096 characters the middle is left out, for what is wrong
  /// is at the end of a sentence.
  package var displayText: String { String(self).displayed }
}

extension String {
  /// Of this type alone, for what is done with any kind of text takes long to get ready.
  fileprivate var displayed: String {
    guard !utf8.allSatisfy({ (0x20...0x7E).contains($0) }) || utf8.count > maxDisplayedCount else {
      return self
    }
    var text = ""
    let (start, end) = displayedParts
    text.unicodeScalars.append(contentsOf: start.map { $0.isHidden ? "\u{FFFD}" : $0 })
    if let end {
      text.unicodeScalars.append("…")
      text.unicodeScalars.append(contentsOf: end.map { $0.isHidden ? "\u{FFFD}" : $0 })
    }
    return text
  }

  /// What is shown before and after the part that is left out, if one is.
  private var displayedParts: (start: [Unicode.Scalar], end: [Unicode.Scalar]?) {
    // No scalar has more than four bytes, so the rest is not even looked at.
    let start = Array(unicodeScalars.prefix(maxDisplayedCount + 1))
    guard start.count > maxDisplayedCount else { return (start, nil) }
    let half = maxDisplayedCount / 2
    return (Array(start.prefix(half)), Array(unicodeScalars.suffix(half)))
  }
}

/// How many characters of a text are shown.
private let maxDisplayedCount = 4096

extension Unicode.Scalar {
  /// Whether it cannot be seen: a control character (C0, DEL, C1), the end of a
  /// line or paragraph, or one that formats others or is ignored. How an emoji is drawn may be said.
  package var isHidden: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: properties.isDefaultIgnorableCodePoint && !("\u{FE0E}"..."\u{FE0F}").contains(self)
    }
  }
}
