// Assembler+Macros.swift: macros and string modes, their definitions and their uses.

extension Assembler {
  mutating func defineMacro() throws(AssemblyError) {
    let (name, token) = try newName("a macro")
    let isKnown = names.macros[name] != nil
    if isKnown { try note(error("the macro \(quoted(name)) is already defined", at: token)) }
    let parameters = try parameters(of: "the macro \(quoted(name))")
    diagnostics.allowAnyLabel(ifMadeFrom: parameters)
    let body = try body(of: "the macro \(quoted(name))", at: token)
    if !isKnown { names.macros[name] = Names.Macro(parameters: parameters, body: body) }
  }

  /// Reads the names of a macro's arguments, which come before its body.
  private mutating func parameters(of what: String) throws(AssemblyError) -> [String] {
    var parameters: [String] = []
    while !nextIsCalculation {
      let token = try next("`{` and the body of \(what)")
      guard let name = token.word, !Keyword.isReserved(name) else {
        throw error(
          "expected `{` and the body of \(what), or the name of an argument, found "
            + token.description, at: token)
      }
      parameters.append(name)
    }
    return parameters
  }

  /// Reads the tokens between a curly brace and the one which closes it.
  ///
  /// - Parameter name: what is defined, which an error about its end points at.
  private mutating func body(
    of what: String, at name: Token
  ) throws(AssemblyError) -> [Token] {
    try expect("{", " before the body of \(what)")
    var body: [Token] = []
    var depth = 1
    while let token = stream.next() {
      if token.word == "{" { depth += 1 }
      if token.word == "}" { depth -= 1 }
      if depth == 0 { return body }
      body.append(token)
    }
    throw error("the body of \(what) has no closing `}`", at: name)
  }

  /// Puts the body of a macro in the place of its use.
  mutating func expand(
    _ macro: Names.Macro, named name: String, at call: Token
  ) throws(AssemblyError) {
    var bindings = ["CALLS": call.replaced(by: macro.calls)]
    names.macros[name]?.calls += 1
    for (index, parameter) in macro.parameters.enumerated() {
      guard let argument = stream.next() else {
        let count = macro.parameters.count
        throw error(
          "the macro \(quoted(name)) takes \(count) argument\(count == 1 ? "" : "s"), "
            + "but the source ends after \(index)", at: call)
      }
      bindings[parameter] = argument
    }
    let expansion = try openExpansion(of: name, at: call)
    try insert(macro.body, binding: bindings, in: expansion, at: call)
  }

  mutating func defineStringMode() throws(AssemblyError) {
    let (name, nameToken) = try newName("a string mode")
    let (alphabet, token) = try text("the characters of the string mode")
    let body = try body(of: "the string mode \(quoted(name))", at: nameToken)
    var mode = names.stringModes.removeValue(forKey: name) ?? Names.StringMode()
    for (index, character) in alphabet.utf16.enumerated() {
      let entry = Names.StringMode.Entry(value: index, body: body)
      guard mode.entries.updateValue(entry, forKey: character) == nil else {
        try note(
          error(
            "the string mode \(quoted(name)) already has the character \(quotedUnit(character))",
            at: token))
        continue
      }
    }
    names.stringModes[name] = mode
  }

  /// Puts, for every character of the string which follows, its body in the place of the use.
  mutating func expandString(mode name: String, at call: Token) throws(AssemblyError) {
    let (string, token) = try text("a string")
    guard let mode = names.stringModes[name] else { return }
    let characters = Array(string.utf16)
    names.stringModes[name]?.calls += characters.count
    let expansion = try openExpansion(of: name, at: call)
    // The first character's body must come to lie in front of the others'.
    for (index, character) in characters.enumerated().reversed() {
      guard let entry = mode.entries[character] else {
        try note(
          error(
            "the string mode \(quoted(name)) has no character \(quotedUnit(character))", at: token))
        continue
      }
      let bindings = [
        "CALLS": token.replaced(by: mode.calls + index),
        "CHAR": token.replaced(by: Int(character)),
        "INDEX": token.replaced(by: index),
        "VALUE": token.replaced(by: entry.value),
      ]
      try insert(entry.body, binding: bindings, in: expansion, at: call)
    }
  }

  private mutating func openExpansion(
    of name: String, at call: Token
  ) throws(AssemblyError) -> Int32 {
    if let expansion = stream.open(name, at: call) { return expansion }
    diagnostics.isFatal = true
    throw error("\(quoted(name)) expands too deep; does it use itself without end?", at: call)
  }

  private mutating func insert(
    _ body: [Token], binding bindings: [String: Token], in expansion: Int32, at call: Token
  ) throws(AssemblyError) {
    guard !stream.insert(body, binding: bindings, in: expansion) else { return }
    diagnostics.isFatal = true
    throw error("the macros of this source expand to too much", at: call)
  }

  /// A UTF-16 unit of a string as an error message names it.
  private func quotedUnit(_ unit: UInt16) -> String {
    quoted(String(decoding: [unit], as: UTF16.self))
  }
}
