// Assembler+Recovery.swift: recovers after an error, where what follows can still be checked.
//
// An error in an operand costs nothing: a placeholder of the same size replaces it. After one in
// the form of a statement the rest of its line is skipped, and with it the rest of a calculation
// or of a macro's body. From then on nothing is said that could follow from what was skipped:
// about addresses, about names that it may have defined, or about blocks it may have opened.

extension Assembler {
  /// Notes an error after which the statement can continue; throws it if it is to be the only one.
  /// A statement with two of them is not understood, and its end has to be looked for.
  mutating func note(_ error: AssemblyError) throws(AssemblyError) {
    if diagnostics.hasStatementError { throw error }
    try note(error, startingOn: Int(statement.line))
  }

  /// Notes an error in the source as a whole.
  mutating func noteAtEnd(_ error: AssemblyError) throws(AssemblyError) {
    try note(error, startingOn: error.position)
  }

  private mutating func note(
    _ error: AssemblyError, startingOn line: Int
  ) throws(AssemblyError) {
    guard !diagnostics.isFirstErrorFinal, diagnostics.hasRoom else {
      diagnostics.isFatal = true
      throw error
    }
    diagnostics.add(error, startingOn: line)
  }

  /// Notes that a block has no beginning or no end.
  mutating func noteBlock(_ error: AssemblyError) throws(AssemblyError) {
    if diagnostics.isFirstErrorFinal { throw error }
    diagnostics.addBlock(error)
  }

  /// Notes an error in a value, and gives one that stands in for it.
  mutating func standIn(for error: AssemblyError) throws(AssemblyError) -> Double {
    if isBeyondStatement { throw error }
    try note(error)
    diagnostics.hasDoubtfulValue = true
    return .nan
  }

  /// What stands in for a word that means nothing where `what` is expected. One word is complained
  /// about once, and not at all if its definition is known to be wrong.
  mutating func standIn(
    forUnknown word: String, _ what: String, at token: Token
  ) throws(AssemblyError) -> Double {
    diagnostics.hasDoubtfulValue = true
    if isLost(word) { return .nan }
    let error = unknown(word, what, at: token)
    // Such a word belongs to the next statement, which has to be found first.
    if Keyword.isReserved(word) { throw error }
    diagnostics.doubt(word)
    return try standIn(for: error)
  }

  /// The value of a constant; what it was made of may have been in doubt.
  mutating func value(ofConstant word: String) -> Double? {
    guard let value = names.constants[word]?.value else { return nil }
    if value.isNaN { diagnostics.hasDoubtfulValue = true }
    return value
  }

  /// A value as a constant keeps it, so that a doubt about it is not forgotten.
  func kept(_ value: Double) -> Double {
    diagnostics.hasDoubtfulValue && !diagnostics.isFirstErrorFinal ? .nan : value
  }

  /// Whether the last token is on another line than its statement: more likely than an operand
  /// it is the beginning of the next one.
  var isBeyondStatement: Bool {
    stream.last?.line != statement.line
  }

  /// Whether a complaint about a value could follow from another error.
  var isInDoubt: Bool {
    // Nothing comes before the first error that it could follow from.
    !diagnostics.isFirstErrorFinal
      && (diagnostics.hasDoubtfulValue || diagnostics.hasDoubtfulAddresses)
  }

  /// Whether a word's definition is wrong or missing, and that is or will be reported.
  func isLost(_ word: String) -> Bool {
    diagnostics.isDoubtful(word) || diagnostics.hasUnknownDefinitions
      || names.forwards[word] != nil && diagnostics.isNoLabel(word)
  }

  /// Whether a statement starts with a word whose meaning is lost, and its form with it.
  func isDoubtfulStatement(_ token: Token) -> Bool {
    guard let word = token.word, diagnostics.isDoubtful(word) else { return false }
    return names.labels[word] == nil && names.macros[word] == nil
  }

  /// Notes that a word which starts a statement is taken for a label, though it may not be one: then
  /// what follows on its line can be its operands.
  mutating func skipOperands(of token: Token) {
    guard let word = token.word, names.labels[word] == nil, names.constants[word] == nil else {
      return
    }
    if diagnostics.isNoLabel(word) { skipStatement(doubtingWords: true) }
  }

  /// Whether a statement starts with what can only be a directive that there is not.
  func isUnknownDirective(_ token: Token) -> Bool {
    guard !diagnostics.isFirstErrorFinal, let word = token.word, word.hasPrefix(":") else {
      return false
    }
    return Keyword(token) == nil && names.labels[word] == nil && names.macros[word] == nil
      && names.stringModes[word] == nil
  }

  /// Whether a word means something already.
  private func hasMeaning(_ token: Token) -> Bool {
    guard let word = token.word else { return true }
    return names.register(token) != nil || names.labels[word] != nil || names.kind(of: word) != nil
  }

  /// Notes an error in the form of the statement and looks for the next one.
  ///
  /// - Throws: The error, if nothing after it could be understood.
  mutating func recover(from error: AssemblyError) throws(AssemblyError) {
    try note(error, startingOn: Int(statement.line))
    if diagnostics.isFatal { throw error }
    // Without its braces the body of a macro would be taken for statements.
    let keyword = Keyword(statement)
    if keyword == .macro || keyword == .stringMode { throw error }
    if let name = diagnostics.definedName { diagnostics.doubt(name) }
    skipStatement()
  }

  /// Skips the rest of a statement that is not understood: its expansion, or its line; and a
  /// block in braces as a whole.
  ///
  /// - Parameter doubtingWords: Whether it may have given a meaning to any of its words.
  mutating func skipStatement(doubtingWords: Bool = false) {
    diagnostics.hasDoubtfulAddresses = true
    guard var last = stream.last else { return }
    let isExpanded = last.expansion >= 0
    while let token = stream.peek() {
      let isSame = isExpanded ? token.expansion >= 0 : token.line == last.line
      guard isSame || stream.braceDepth > 0 else { return }
      let isDefinition = last.word.map { $0.hasPrefix(":") && $0 != ":=" } ?? false
      if let name = token.word, isDefinition || doubtingWords && !hasMeaning(token) {
        diagnostics.doubt(name)
      }
      // The macro which this was meant to be could have defined its arguments.
      if isDefinition, stream.braceDepth > 0 { diagnostics.hasUnknownDefinitions = true }
      last = token
      _ = stream.next()
    }
  }
}
