// Names.swift: everything a source gives a name to.

/// The names a source has defined so far.
struct Names {
  struct Label {
    let address: Int
    let line: Int32
  }

  struct Constant {
    var value: Double
    /// Whether `:calc` made it, and may give it another value.
    var isMutable: Bool
  }

  struct Macro {
    let parameters: [String]
    let body: [Token]
    var calls = 0
  }

  struct StringMode {
    /// What one character expands to.
    struct Entry {
      /// The place of the character in the alphabet it was defined with.
      let value: Int
      let body: [Token]
    }

    var entries: [UInt16: Entry] = [:]
    var calls = 0
  }

  /// A label which is used before it is defined.
  struct Forward {
    let firstUse: Token
    var patches: [Patch]
  }

  var labels: [String: Label] = [:]
  var constants = Self.keypad
  var aliases = Self.unpackTargets
  var macros: [String: Macro] = [:]
  var stringModes: [String: StringMode] = [:]
  var forwards: [String: Forward] = [:]

  /// The registers `:unpack` writes, unless the source gives these aliases to others.
  static let unpackTargets = ["unpack-hi": 0, "unpack-lo": 1]

  /// The keypad's keys by the keyboard's keys in their place.
  private static let keypad: [String: Constant] = {
    let keys: KeyValuePairs<String, Double> = [
      "1": 0x1, "2": 0x2, "3": 0x3, "4": 0xC,
      "Q": 0x4, "W": 0x5, "E": 0x6, "R": 0xD,
      "A": 0x7, "S": 0x8, "D": 0x9, "F": 0xE,
      "Z": 0xA, "X": 0x0, "C": 0xB, "V": 0xF,
    ]
    return Dictionary(
      uniqueKeysWithValues: keys.map {
        ("OCTO_KEY_\($0.key)", Constant(value: $0.value, isMutable: false))
      })
  }()

  /// The register, 0 to 15, which a token names.
  func register(_ token: Token?) -> Int? {
    guard let word = token?.word else { return nil }
    if let alias = aliases[word] { return alias }
    let letters = Array(word.utf8.prefix(3))
    guard
      letters.count == 2,
      letters[0] == UInt8(ascii: "v") || letters[0] == UInt8(ascii: "V")
    else { return nil }
    return Number.hexadecimalDigit(letters[1])
  }

  /// What a word in the place of a label is, if it is something else.
  func kind(of word: String) -> String? {
    if constants[word] != nil { return "a constant" }
    if macros[word] != nil { return "a macro" }
    if stringModes[word] != nil { return "a string mode" }
    if aliases[word] != nil { return "an alias" }
    return nil
  }
}

/// Whether `name`, written as it is, is the name of a label wherever a label may be.
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
