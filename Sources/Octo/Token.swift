// Token.swift: the smallest meaningful piece of a source.

/// A word, a string or a number of the source.
///
/// A string is a word which may hold spaces: the language makes no other difference.
struct Token {
  enum Value {
    case word(String)
    case number(Double)
  }

  var value: Value
  /// Where the token starts in the source, in bytes.
  var offset: Int32
  /// The line of the source it is on, counted from 1.
  var line: Int32
  /// The line of the body of a macro in which it stands for a name; 0 where it stands for itself.
  var bodyLine: Int32 = 0
  /// The expansion which made it, as an index into the stream's list; negative for none.
  var expansion: Int32 = -1

  var word: String? {
    if case .word(let text) = value { text } else { nil }
  }

  var number: Double? {
    if case .number(let value) = value { value } else { nil }
  }

  /// What the token counts for when expansions are bounded, as work on a word takes its length.
  var weight: Int {
    1 + (word?.utf8.count ?? 0) / 32
  }

  /// The line which has made what it makes.
  var codeLine: Int32 { bodyLine > 0 ? bodyLine : line }

  /// The token as an error message names it.
  var description: String {
    switch value {
    case .word(let text): quoted(text)
    case .number(let number): formatted(number)
    }
  }

  /// The same place in the source, with another value.
  func replaced(by number: Int) -> Token {
    var token = self
    token.value = .number(Double(number))
    return token
  }
}
