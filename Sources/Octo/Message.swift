// Message.swift: how pieces of a source appear in error messages.

/// A piece of the source in backticks, as an error message shows it.
func quoted(_ text: String) -> String {
  "`\(shortened(text, to: 40))`"
}

/// The start of a piece of the source.
func shortened(_ text: String, to limit: Int) -> String {
  let start = String(text.unicodeScalars.prefix(limit))
  return text.unicodeScalars.dropFirst(limit).isEmpty ? start : start + "…"
}

/// A number as an error message shows it: without a fraction where it has none.
func formatted(_ number: Double) -> String {
  if number.isNaN { return "not a number" }
  return Int(exactly: number).map { "\($0)" } ?? "\(number)"
}

/// An address as an error message shows it.
func hexadecimal(_ address: Int) -> String { "0x" + String(address, radix: 16, uppercase: true) }
