// TokenStream.swift: the tokens still to be assembled, with macros expanded in front of them.

/// The tokens to assemble, which expansions put more tokens in front of.
struct TokenStream {
  /// A use of a macro or of a string mode.
  struct Expansion {
    let name: String
    let line: Int32
    /// The line which has made what the token of the use makes.
    let codeLine: Int32
    /// The expansion this one happened in; negative for none.
    let parent: Int32
    let depth: Int
  }

  /// The remaining tokens, the next one last.
  private var pending: [Token]
  private(set) var expansions: [Expansion] = []
  private var budget: Int
  private let deepest: Int
  private(set) var last: Token?
  /// How many curly braces the tokens of this statement have opened and not closed.
  var braceDepth = 0

  init(_ tokens: [Token], limits: Limits) {
    pending = tokens.reversed()
    budget = limits.expandedTokens
    deepest = limits.expansionDepth
  }

  mutating func next() -> Token? {
    guard let token = pending.popLast() else { return nil }
    last = token
    if case .word(let word) = token.value {
      if word == "{" { braceDepth += 1 }
      if word == "}" { braceDepth -= 1 }
    }
    return token
  }

  /// Whether there are as many closing curly braces as opening ones.
  var hasPairedBraces: Bool {
    pending.count { $0.word == "{" } == pending.count { $0.word == "}" }
  }

  /// The token `distance` tokens after the next one, without reading it.
  func peek(_ distance: Int = 0) -> Token? {
    distance < pending.count ? pending[pending.count - 1 - distance] : nil
  }

  /// Opens an expansion of what `call` names; nil when expansions nest too deep.
  mutating func open(_ name: String, at call: Token) -> Int32? {
    let depth = call.expansion < 0 ? 1 : expansions[Int(call.expansion)].depth + 1
    guard depth <= deepest else { return nil }
    expansions.append(
      Expansion(
        name: name, line: call.line, codeLine: call.codeLine, parent: call.expansion, depth: depth))
    return Int32(expansions.count - 1)
  }

  /// Puts a body in front of the remaining tokens, its words replaced by what they are bound to.
  ///
  /// Returns false when the expansions of the source have made too many tokens.
  mutating func insert(
    _ body: [Token], binding bindings: [String: Token], in expansion: Int32
  ) -> Bool {
    budget -= 1
    for token in body.reversed() {
      let line = token.codeLine
      var token = token.word.flatMap { bindings[$0] } ?? token
      token.bodyLine = line
      token.expansion = expansion
      budget -= token.weight
      guard budget >= 0 else { return false }
      pending.append(token)
    }
    return budget >= 0
  }

  /// The expansion written in the source itself which led to `token`, if any did.
  func outermostExpansion(of token: Token) -> Expansion? {
    var index = token.expansion
    var found: Expansion?
    while index >= 0 {
      let expansion = expansions[Int(index)]
      found = expansion
      index = expansion.parent
    }
    return found
  }
}
