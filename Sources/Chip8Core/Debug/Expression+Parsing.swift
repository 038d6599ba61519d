// From text to an expression.

/// Why a text cannot be parsed as an expression, or as a message with expressions in braces.
public enum ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The expression or the message is longer than this limit.
  case tooLong(maxByteCount: Int), messageTooLong(maxByteCount: Int)
  /// Brackets and signs are nested too deep.
  case tooDeep
  /// The expression ends where an operand is expected.
  case incomplete
  /// A closing bracket, or an operator or operand, is expected before this text, which is empty at the end.
  case missingBracket(Character, before: String), missingOperand(before: String)
  /// A word that begins with a digit is not a number.
  case notANumber(String)
  /// A word is not a register, label or constant.
  case unknownName(String)
  /// `pixel` has only one coordinate.
  case missingCoordinate
  /// A brace of a message is not closed.
  case unclosedBrace

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .tooLong(let count): "an expression has at most \(count) bytes"
    case .messageTooLong(let count): "a message has at most \(count) bytes"
    case .tooDeep: "nested too deep"
    case .incomplete: "the expression is incomplete"
    case .missingBracket(let bracket, let rest): "expected \(bracket)" + found(rest)
    case .missingOperand(let rest): "expected an operator or operand" + found(rest)
    case .notANumber(let word): "\(word) is not a number"
    case .unknownName(let word): "\(word) is not a register, label or constant"
    case .missingCoordinate: "expected pixel(X, Y)"
    case .unclosedBrace: "a brace of the message is not closed"
    }
  }

  private func found(_ rest: String) -> String { rest.isEmpty ? "" : ", found \(rest)" }
}

extension Expression {
  /// An expression as it is written.
  ///
  /// - Parameter names: what names stand for, beside the machine's own.
  public init(_ text: String, _ names: DebugNames = DebugNames()) throws(ExpressionError) {
    guard text.utf8.count <= Parser.maxByteCount else {
      throw .tooLong(maxByteCount: Parser.maxByteCount)
    }
    var parser = Parser(Array(text.utf8), names)
    node = try parser.parse()
    self.text = text
  }
}

private struct Parser {
  static let maxByteCount = 4096
  private static let maxDepth = 100

  private let text: [UInt8]
  private let names: DebugNames
  private var index = 0
  private var depth = 0

  init(_ text: [UInt8], _ names: DebugNames) { (self.text, self.names) = (text, names) }

  mutating func parse() throws(ExpressionError) -> Expression.Node {
    let node = try binary(atLeast: 1)
    skipSpaces()
    guard index == text.count else { throw unexpected }
    return node
  }

  // MARK: Operators

  /// The operators that bind as strongly, the weakest first. Longer ones come before those that they
  /// begin with.
  private static let operators: [[Expression.Binary]] = [
    [.either], [.both],
    [.equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater],
    [.add, .subtract, .or, .xor],
    [.multiply, .divide, .remainder, .shiftLeft, .shiftRight, .and],
  ]

  private mutating func binary(atLeast level: Int) throws(ExpressionError) -> Expression.Node {
    var left = try unary()
    while let (operation, ownLevel) = nextOperator, ownLevel >= level {
      index += operation.rawValue.utf8.count
      left = .binary(operation, left, try binary(atLeast: ownLevel + 1))
    }
    return left
  }

  private var nextOperator: (Expression.Binary, Int)? {
    mutating get {
      skipSpaces()
      let rest = text[index...]
      let found = Parser.operators.enumerated().flatMap { level, operators in
        operators.filter { rest.starts(with: $0.rawValue.utf8) }.map { ($0, level + 1) }
      }
      return found.max { $0.0.rawValue.utf8.count < $1.0.rawValue.utf8.count }
    }
  }

  private mutating func unary() throws(ExpressionError) -> Expression.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Parser.maxDepth else { throw .tooDeep }
    if take("-") { return .unary(.minus, try unary()) }
    if take("~") { return .unary(.complement, try unary()) }
    if take("!") { return .unary(.not, try unary()) }
    if take("(") { return try bracketed(by: ")") }
    if take("[") { return .byte(try bracketed(by: "]")) }
    guard index < text.count else { throw .incomplete }
    return try isDigit(text[index]) ? number() : named()
  }

  private mutating func bracketed(by end: Character) throws(ExpressionError) -> Expression.Node {
    let node = try binary(atLeast: 1)
    guard take(end) else { throw .missingBracket(end, before: rest) }
    return node
  }

  // MARK: Operands

  private mutating func number() throws(ExpressionError) -> Expression.Node {
    let start = index
    while index < text.count, isWord(text[index]), text[index] != UInt8(ascii: "-") { index += 1 }
    let word = String(decoding: text[start..<index], as: UTF8.self)
    guard let number = Int(number: word) else { throw .notANumber(word) }
    return .number(number)
  }

  /// A name is as long as it can be: a hyphen belongs to it if there is such a name.
  private mutating func named() throws(ExpressionError) -> Expression.Node {
    let start = index
    while index < text.count, isWord(text[index]) { index += 1 }
    guard index > start else { throw unexpected }
    let ends = (start + 1...index).reversed().filter {
      $0 == index || text[$0] == UInt8(ascii: "-")
    }
    for end in ends {
      let word = String(decoding: text[start..<end], as: UTF8.self)
      index = end
      if let node = try node(named: word) { return node }
    }
    let word = String(decoding: text[start..<(ends.first ?? index)], as: UTF8.self)
    throw .unknownName(word)
  }

  private mutating func node(named word: String) throws(ExpressionError) -> Expression.Node? {
    switch word.lowercased() {
    case "frame": return .frame
    case "instruction": return .instruction
    case "keys": return .keys
    case "key": return take("(") ? .isDown(try bracketed(by: ")")) : .key
    case "pixel" where take("("):
      let x = try binary(atLeast: 1)
      guard take(",") else { throw .missingCoordinate }
      return .pixel(x, try bracketed(by: ")"))
    default: break
    }
    if let register = Register(word) { return .register(register) }
    guard let name = names.known(word) else { return nil }
    return names.registers[name].map { .register(.v($0)) }
      ?? names.values[name].map { .number($0) }
  }

  // MARK: Characters

  private mutating func skipSpaces() {
    while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard index < text.count, text[index] == character.asciiValue else { return false }
    index += 1
    return true
  }

  /// The beginning of what is left.
  private var rest: String { String(decoding: text[index...].prefix(20), as: UTF8.self) }

  private var unexpected: ExpressionError {
    index < text.count ? .missingOperand(before: rest) : .incomplete
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// What names are made of: those of Octo have almost everything in them.
  private func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
      || "_-.?'$@#;".utf8.contains(byte)
  }
}
