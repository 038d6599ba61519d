// Assembler+Calculation.swift: calculations between curly braces.

extension Assembler {
  /// What waits for the value of the rest of a calculation.
  private enum Pending {
    case unary(Operator.Unary)
    case binary(Operator.Binary, Double)
    case parenthesis
  }

  var nextIsCalculation: Bool {
    stream.peek()?.word == "{"
  }

  /// Reads a calculation and gives its value's low 32 bits.
  mutating func calculatedBits(for what: String) throws(AssemblyError) -> Int {
    Int(Number.bits(try calculation(for: what)))
  }

  /// Reads a calculation between curly braces and gives its value.
  ///
  /// All operators bind alike and group from the right, so that each one takes the whole rest of
  /// its parentheses: what came before it waits on a stack.
  mutating func calculation(for what: String) throws(AssemblyError) -> Double {
    try expect("{", " before the calculation of \(what)")
    var stack: [Pending] = []
    while true {
      let token = try next("a value in the calculation of \(what)")
      if let unary = token.word.flatMap(Operator.Unary.init(rawValue:)) {
        stack.append(.unary(unary))
        continue
      }
      let isLength = token.word == "strlen"
      let known =
        isLength
        ? Double(try text("a string after `strlen`").text.utf16.count) : try value(of: token)
      guard var value = known else {
        stack.append(.parenthesis)
        continue
      }
      // The length of a string takes no operator after it, as the value of a unary one does not.
      var isComplete = isLength
      while true {
        if !isComplete, let binary = nextBinaryOperator() {
          stack.append(.binary(binary, value))
          break
        }
        guard closeGroup(&stack, &value) else {
          try expect("}", " after the calculation of \(what)")
          return value
        }
        try expect(")", " in the calculation of \(what)")
        isComplete = false
      }
    }
  }

  /// Applies what waits for `value`, up to an open parenthesis; false where there is none.
  private func closeGroup(_ stack: inout [Pending], _ value: inout Double) -> Bool {
    while let pending = stack.popLast() {
      switch pending {
      case .unary(let unary): value = unary.apply(value, memory: image.bytes)
      case .binary(let binary, let left): value = binary.apply(left, value)
      case .parenthesis: return true
      }
    }
    return false
  }

  private mutating func nextBinaryOperator() -> Operator.Binary? {
    guard let binary = stream.peek()?.word.flatMap(Operator.Binary.init(rawValue:)) else {
      return nil
    }
    _ = stream.next()
    return binary
  }

  /// The value of a token in a calculation; nil for an opening parenthesis.
  private mutating func value(of token: Token) throws(AssemblyError) -> Double? {
    guard let word = token.word else { return token.number }
    switch word {
    case "PI": return .pi
    case "E": return 2.718281828459045
    case "HERE": return Double(image.here)
    default: break
    }
    if let register = names.register(token) { return Double(register) }
    if let fraction = Number.fraction(word) { return fraction }
    if let constant = value(ofConstant: word) { return constant }
    if let label = names.labels[word] { return Double(label.address) }
    if names.forwards[word] != nil, !isLost(word) {
      return try standIn(
        for: error(
          "the label \(quoted(word)) must be defined before a calculation uses it", at: token))
    }
    if word == "(" { return nil }
    if word == "}" || word == ")" || Operator.Binary(rawValue: word) != nil {
      throw error("expected a value in the calculation, found \(quoted(word))", at: token)
    }
    return try standIn(forUnknown: word, "a value", at: token)
  }
}
