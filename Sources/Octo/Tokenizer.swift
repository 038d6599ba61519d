// Tokenizer.swift: splits a source into tokens.

/// Reads the tokens of a source: words between white space, strings between quotes.
struct Tokenizer {
  let source: Source
  private var position = 0
  private var line: Int32 = 1

  /// Reads the tokens of `source`; together with the files before it, it must be small enough for
  /// 32-bit offsets.
  init(_ source: Source) {
    self.source = source
  }

  private var byte: UInt8? {
    position < source.bytes.count ? source.bytes[position] : nil
  }

  mutating func next() throws(AssemblyError) -> Token? {
    skipSpace()
    guard let byte else { return nil }
    return byte == UInt8(ascii: "\"") ? try string() : try word()
  }

  private mutating func advance() {
    if byte == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  /// Passes white space and comments.
  private mutating func skipSpace() {
    while let byte {
      if byte == UInt8(ascii: "#") {
        while let byte = self.byte, byte != UInt8(ascii: "\n") { advance() }
      } else if Self.isSpace(byte) {
        advance()
      } else {
        return
      }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0B: true
    default: false
    }
  }

  private mutating func word() throws(AssemblyError) -> Token {
    let start = position
    while let byte, !Self.isSpace(byte), byte != UInt8(ascii: "#") {
      if byte == UInt8(ascii: "\"") {
        throw source.error("a string needs a space before its opening quote", at: position)
      }
      advance()
    }
    let bytes = source.bytes[start..<position]
    if let number = Number.literal(bytes) { return token(.number(number), at: start) }
    return token(.word(String(decoding: bytes, as: UTF8.self)), at: start)
  }

  private mutating func string() throws(AssemblyError) -> Token {
    let start = position
    let line = line
    var text: [UInt8] = []
    advance()
    while let byte {
      advance()
      switch byte {
      case UInt8(ascii: "\""):
        var token = token(.word(String(decoding: text, as: UTF8.self)), at: start)
        token.line = Int32(source.firstLine) + line
        return token
      case UInt8(ascii: "\\"):
        if let escaped = try escape() { text.append(escaped) }
      default:
        text.append(byte)
      }
    }
    throw source.error("this string has no closing quote", at: start)
  }

  /// The character an escape sequence stands for; nil at the end of the source.
  private mutating func escape() throws(AssemblyError) -> UInt8? {
    guard let byte else { return nil }
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "v"): 0x0B,
      UInt8(ascii: "r"): 0x0D, UInt8(ascii: "0"): 0x00, UInt8(ascii: "\\"): 0x5C,
      UInt8(ascii: "\""): 0x22,
    ]
    guard let escaped = escapes[byte] else {
      throw source.error(
        #"unknown escape sequence in a string; the known ones are \t \n \r \v \0 \\ and \""#,
        at: position - 1)
    }
    advance()
    return escaped
  }

  private func token(_ value: Token.Value, at start: Int) -> Token {
    Token(
      value: value, offset: Int32(source.firstOffset + start),
      line: Int32(source.firstLine) + line)
  }
}
