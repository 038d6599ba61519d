// Message.swift: how pieces of a source appear in error messages.

/// A piece of the source in backticks, as an error message shows it.
func quoted(_ text: String) -> String {
  "`\(printable(text, atMost: 40))`"
}

/// The start of a piece of the source, safe to print: control characters do not reach a terminal.
func printable(_ text: String, atMost limit: Int) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    let isControl = scalar.properties.generalCategory == .control
    result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
  }
  return text.unicodeScalars.dropFirst(limit).isEmpty ? result : result + "…"
}

/// A number as an error message shows it: without a fraction where it has none.
func formatted(_ number: Double) -> String {
  if number.isNaN { return "no number" }
  return Int(exactly: number).map { "\($0)" } ?? "\(number)"
}
