extension String {
  /// The text with something before it, up to a width.
  package func padded(before width: Int, with filling: String = " ") -> String {
    String(repeating: filling, count: max(0, width - count)) + self
  }

  /// The text with spaces after it, up to a width.
  package func padded(after width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
