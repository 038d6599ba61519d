// Keyword.swift: the words the language itself gives a meaning.

/// A word with a meaning of its own.
package enum Keyword: String, CaseIterable {
  // Directives.
  case label = ":"
  case next = ":next"
  case unpack = ":unpack"
  case breakpoint = ":breakpoint"
  case monitor = ":monitor"
  case proto = ":proto"
  case alias = ":alias"
  case const = ":const"
  case calc = ":calc"
  case macro = ":macro"
  case stringMode = ":stringmode"
  case byte = ":byte"
  case pointer = ":pointer"
  case org = ":org"
  case call = ":call"
  case assert = ":assert"

  // Control flow.
  case semicolon = ";"
  case `return`
  case jump
  case jump0
  case native
  case exit
  case `if`
  case then
  case begin
  case `else`
  case end
  case loop
  case `while`
  case again

  // Statements.
  case i
  case clear
  case bcd
  case save
  case load
  case sprite
  case delay
  case buzzer
  case pitch
  case audio
  case plane
  case lores
  case hires
  case scrollDown = "scroll-down"
  case scrollUp = "scroll-up"
  case scrollRight = "scroll-right"
  case scrollLeft = "scroll-left"
  case saveFlags = "saveflags"
  case loadFlags = "loadflags"

  // What assignments take.
  case hex
  case bigHex = "bighex"
  case random
  case key
  case notKey = "-key"

  // Operators.
  case assign = ":="
  case add = "+="
  case subtract = "-="
  case subtractFrom = "=-"
  case or = "|="
  case and = "&="
  case xor = "^="
  case shiftRight = ">>="
  case shiftLeft = "<<="
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case greater = ">"
  case lessOrEqual = "<="
  case greaterOrEqual = ">="

  private static let table = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  init?(_ token: Token?) {
    guard let word = token?.word, let keyword = Self.table[word] else { return nil }
    self = keyword
  }

  /// Whether a source may not use `name` for something of its own.
  ///
  /// `exit` came late to the language: programs which have such a label are still accepted.
  static func isReserved(_ name: String) -> Bool {
    guard let keyword = table[name] else { return name.hasPrefix("OCTO_") }
    return keyword != .exit
  }
}
