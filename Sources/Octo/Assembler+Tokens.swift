// Assembler+Tokens.swift: reads tokens, writes bytes, and says what is wrong with them.

extension Assembler {
  func error(_ message: String, at token: Token) -> AssemblyError {
    var message = message
    if let expansion = stream.outermostExpansion(of: token) {
      let line = sources.name(ofLine: expansion.line, seenFrom: token.line)
      message += " (in \(quoted(expansion.name)), used on \(line))"
    }
    return sources.error(message, at: Int(token.offset))
  }

  /// Reads the next token, which should be `what`.
  mutating func next(_ what: String) throws(AssemblyError) -> Token {
    guard let token = stream.next() else { throw missing(what) }
    return token
  }

  /// The next token, which should be `what`, without reading it.
  func peek(_ what: String) throws(AssemblyError) -> Token {
    guard let token = stream.peek() else { throw missing(what) }
    return token
  }

  private func missing(_ what: String) -> AssemblyError {
    error("expected \(what), but the source ends here", at: stream.last ?? statement)
  }

  /// Reads `word`, or complains that it is not there.
  mutating func expect(_ word: String, _ role: String = "") throws(AssemblyError) {
    let token = try next("`\(word)`\(role)")
    guard token.word == word else {
      throw error("expected `\(word)`\(role), found \(token.description)", at: token)
    }
  }

  /// Reads a token which may be any word or string.
  mutating func text(_ what: String) throws(AssemblyError) -> (text: String, token: Token) {
    let token = try next(what)
    guard let word = token.word else {
      throw error("expected \(what), found the number \(token.description)", at: token)
    }
    return (word, token)
  }

  /// Reads a name which the source may give to something of its own.
  mutating func newName(_ what: String) throws(AssemblyError) -> (text: String, token: Token) {
    let name = try text("a name for \(what)")
    diagnostics.definedName = name.text
    try checkName(name.text, for: what, at: name.token)
    return name
  }

  /// A name the language keeps for itself cannot be used for anything else.
  func checkName(_ name: String, for what: String, at token: Token) throws(AssemblyError) {
    guard Keyword.isReserved(name) else { return }
    throw error("\(quoted(name)) is reserved and cannot be the name of \(what)", at: token)
  }

  mutating func emit(_ instruction: Int) throws(AssemblyError) {
    try emit(byte: instruction >> 8 & 0xFF)
    try emit(byte: instruction & 0xFF)
  }

  /// Appends an instruction which has a register in its second nibble.
  mutating func emit(_ opcode: Int, _ register: Int) throws(AssemblyError) {
    try emit(opcode | register << 8)
  }

  /// Appends an instruction which has registers in its second and third nibble.
  mutating func emit(_ opcode: Int, _ x: Int, _ y: Int) throws(AssemblyError) {
    try emit(opcode | x << 8 | y << 4)
  }

  /// Appends the low eight bits of `value`.
  mutating func emit(byte value: Int) throws(AssemblyError) {
    let obstacle = image.append(UInt8(truncatingIfNeeded: value), from: statement)
    guard let obstacle, !diagnostics.hasDoubtfulAddresses else { return }
    switch obstacle {
    case .full:
      try note(error("the program runs past the end of memory at 0xFFFF", at: statement))
    case .overlap:
      let address = hexadecimal(image.here)
      try note(error("there already is a byte of the program at \(address)", at: statement))
    }
    // One byte in the way is enough to know of.
    diagnostics.hasDoubtfulAddresses = true
  }

}
