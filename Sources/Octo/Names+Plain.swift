// Names+Plain.swift: names that stand for themselves wherever a source may use a label.

/// Whether `name`, written as it is, is the name of a label wherever a label may stand.
///
/// A source can give names to labels that it can only use between quotes, or in some places.
public func isPlainName(_ name: String) -> Bool {
  let isOneWord = name.unicodeScalars.allSatisfy {
    $0 != "#" && $0 != "\"" && !$0.properties.isWhitespace
      && $0.properties.generalCategory != .control
  }
  guard (1...64).contains(name.utf8.count), isOneWord else { return false }
  let token = Token(value: .word(name), offset: 0, line: 0)
  return !["long", "-", "{", "}", "(", ")"].contains(name)
    && !Keyword.isReserved(name) && Names().register(token) == nil
    && Number.literal(Array(name.utf8)[...]) == nil
}
