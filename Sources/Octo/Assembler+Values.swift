// Assembler+Values.swift: registers, numbers and addresses where a statement takes them.

extension Assembler {
  var nextIsRegister: Bool {
    names.register(stream.peek()) != nil
  }

  mutating func register() throws(AssemblyError) -> Int {
    let token = try next("a register")
    if let register = names.register(token) { return register }
    diagnostics.hasDoubtfulValue = true
    if let word = token.word, isLost(word) { return 0 }
    let hint = token.word.map { names.suggestion(for: $0) } ?? ""
    let error = error("expected a register, found \(token.description)\(hint)", at: token)
    // Such a word belongs to the next statement, which has to be found first.
    if let word = token.word, Keyword.isReserved(word) { throw error }
    if isBeyondStatement { throw error }
    try note(error)
    if let word = token.word, names.constants[word] == nil { diagnostics.doubt(word) }
    return 0
  }

  /// Reads a number from 0 to 15.
  mutating func nibble() throws(AssemblyError) -> Int {
    let token = try next("a number")
    return Int(Number.bits(try number(token, in: 0...15, "4 bits")))
  }

  /// Reads a number which fits in a byte, with a sign or without.
  mutating func byte() throws(AssemblyError) -> Int {
    // As an argument, `next` would run while the call holds a copy of the assembler, and copy all
    // remaining tokens.
    let token = try next("a number")
    return try byte(token)
  }

  /// The number `token` stands for, which must fit in a byte, with a sign or without.
  mutating func byte(_ token: Token) throws(AssemblyError) -> Int {
    Int(Number.bits(try number(token, in: -128...255, "a byte")))
  }

  /// The number a literal or a constant stands for, which must be in `range`.
  private mutating func number(
    _ token: Token, in range: ClosedRange<Double>, _ size: String
  ) throws(AssemblyError) -> Double {
    switch token.value {
    case .number(let number):
      return try check(number, in: range, size, at: token)
    case .word(let word):
      if let error = registerError(token, "a number") { return try standIn(for: error) }
      if let constant = value(ofConstant: word) {
        return try check(constant, in: range, size, at: token)
      }
      if names.labels[word] != nil || names.forwards[word] != nil, !isLost(word) {
        return try standIn(
          for: error("\(quoted(word)) is a label, and no address fits in \(size)", at: token))
      }
      return try standIn(forUnknown: word, "a number", at: token)
    }
  }

  /// Passes on a number which is in `range`. NaN is 0 to the machine.
  mutating func check(
    _ number: Double, in range: ClosedRange<Double>, _ size: String, at token: Token
  ) throws(AssemblyError) -> Double {
    guard !range.contains(number), !number.isNaN else { return number }
    // The value of a name can follow from another error, a number that is written cannot.
    if token.word != nil, isInDoubt { return .nan }
    let bounds = "\(formatted(range.lowerBound)) to \(formatted(range.upperBound))"
    let value = formatted(number)
    let subject = token.word.map { "\(quoted($0)) is \(value), which" } ?? value
    return try standIn(
      for: error("\(subject) does not fit in \(size) (\(bounds))", at: token))
  }

  /// Reads a number, a constant or a label which has been defined.
  mutating func constant() throws(AssemblyError) -> Double {
    let token = try next("a number")
    if let number = token.number { return number }
    let word = token.word ?? ""
    if let label = names.labels[word] { return Double(label.address) }
    if let constant = value(ofConstant: word) { return constant }
    if names.forwards[word] != nil, !isLost(word) {
      return try standIn(
        for: error("the label \(quoted(word)) must be defined before it is used here", at: token))
    }
    if let error = registerError(token, "a number") { return try standIn(for: error) }
    return try standIn(forUnknown: word, "a number", at: token)
  }

  /// Reads an address, which may be a label that is not defined yet.
  mutating func address(
    as form: Patch.Form, offset: Int = 0
  ) throws(AssemblyError) -> Int {
    try address(try next("an address"), as: form, offset: offset)
  }

  /// The address `token` stands for, to be written `offset` bytes after the next one.
  ///
  /// For a label which is not defined yet that is 0, and the label's definition fills it in.
  mutating func address(
    _ token: Token, as form: Patch.Form, offset: Int = 0
  ) throws(AssemblyError) -> Int {
    let range = 0...Double(1 << form.bits - 1)
    if let known = try knownAddress(token) {
      return Int(Number.bits(try check(known, in: range, "\(form.bits) bits", at: token)))
    }
    guard let word = token.word else { return 0 }
    if Keyword.isReserved(word) {
      throw error("expected an address, found \(quoted(word)); is a word missing?", at: token)
    }
    let patch = Patch(address: image.here + offset, form: form)
    names.forwards[word, default: Names.Forward(firstUse: token, patches: [])].patches.append(patch)
    return 0
  }

  /// Reads a number of 16 bits, a constant or a label which has been defined.
  mutating func definedAddress() throws(AssemblyError) -> Int {
    let token = stream.peek() ?? statement
    let number = try constant()
    return Int(Number.bits(try check(number, in: 0...0xFFFF, "16 bits", at: token)))
  }

  /// The address `token` stands for; nil for a label which is not defined yet.
  private mutating func knownAddress(_ token: Token) throws(AssemblyError) -> Double? {
    guard let word = token.word else { return token.number }
    if let error = registerError(token, "an address") { return try standIn(for: error) }
    return value(ofConstant: word) ?? names.labels[word].map { Double($0.address) }
  }

  /// The error for a register where `what` is expected; nil for anything else.
  private func registerError(_ token: Token, _ what: String) -> AssemblyError? {
    guard names.register(token) != nil else { return nil }
    return error("expected \(what), found the register \(token.description)", at: token)
  }

  /// The error for a word which means nothing where `what` is expected.
  func unknown(_ word: String, _ what: String, at token: Token) -> AssemblyError {
    if Keyword.isReserved(word) {
      return error("expected \(what), found \(quoted(word)); is a word missing?", at: token)
    }
    return error("unknown name \(quoted(word))" + names.suggestion(for: word), at: token)
  }
}
