// Assembler.swift: assembles a source, statement by statement.

/// A source being assembled.
package struct Assembler {
  /// A `loop` which has not met its `again`.
  struct Loop {
    let start: Int
    let token: Token
    /// The jumps of its `while` statements, which lead behind the loop.
    var exits: [Int] = []
  }

  /// A `begin` or an `else` which has not met its `end`.
  struct Branch {
    /// The jump around its statements.
    let jump: Int
    let token: Token
  }

  let source: Source
  var stream: TokenStream
  var names = Names()
  var image = Image()
  var loops: [Loop] = []
  var branches: [Branch] = []
  var breakpoints: [Int: String] = [:]
  var monitors: [Assembly.Monitor] = []
  /// The place in `monitors` of each name.
  var monitorIndices: [String: Int] = [:]
  /// The smallest instruction set which has every instruction so far.
  var dialect = Assembly.Dialect.chip8
  /// Whether `main` is the first thing in the program, which then needs no jump to it.
  var startsWithMain = false
  var diagnostics: Diagnostics
  /// The first token of the statement being assembled.
  var statement: Token

  /// Assembles the source called `name` within `limits`.
  package static func assemble(
    _ text: String, named name: String, limits: Limits
  ) throws(AssemblyError) -> Assembly {
    var assembler = try Assembler(text, named: name, limits: limits, errorCountMax: 1)
    try assembler.run()
    return assembler.assembly
  }

  /// The mistakes in a source which has some, in its order.
  package static func mistakes(
    in text: String, named name: String, limits: Limits, errorCountMax: Int
  ) -> [AssemblyError] {
    do throws(AssemblyError) {
      var assembler = try Assembler(text, named: name, limits: limits, errorCountMax: errorCountMax)
      // Where a brace is missing, anything can be a part of anything.
      guard assembler.stream.hasPairedBraces else { return [] }
      try? assembler.run()
      return assembler.diagnostics.report
    } catch { return [error] }
  }

  private init(
    _ text: String, named name: String, limits: Limits, errorCountMax: Int
  ) throws(AssemblyError) {
    let source = Source(text, named: name)
    guard source.bytes.count <= limits.sourceBytes else {
      throw source.error(
        "this source is longer than the \(limits.sourceBytes) bytes it may have", at: 0)
    }
    self.source = source
    let tokens = try Tokenizer.tokens(of: source)
    stream = TokenStream(tokens, limits: limits)
    diagnostics = Diagnostics(errorCountMax: errorCountMax)
    diagnostics.findLabels(in: tokens)
    statement = Token(value: .word(""), offset: 0, line: 0)
  }

  private mutating func run() throws(AssemblyError) {
    try emit(0x0000)
    while let token = stream.next() {
      statement = token
      stream.braceDepth = 0
      diagnostics.beginStatement()
      do {
        try assembleStatement(token)
      } catch { try recover(from: error) }
    }
    try jumpToMain()
    try checkReferences()
    try checkBlocks()
  }

  /// Fills the room at the start with a jump to `main`, unless `main` is there itself.
  private mutating func jumpToMain() throws(AssemblyError) {
    guard !startsWithMain else { return }
    let label = names.labels["main"].map { Double($0.address) }
    guard let main = names.constants["main"]?.value ?? label else {
      let isMissedElsewhere = !diagnostics.isFirstErrorFinal && names.forwards["main"] != nil
      if isMissedElsewhere || diagnostics.isDoubtful("main") { return }
      let end = source.bytes.lastIndex { $0 != UInt8(ascii: "\n") } ?? 0
      return try noteAtEnd(
        source.error(
          "this program has no label `main` to start at" + names.suggestion(for: "main"), at: end))
    }
    guard (0...0xFFF).contains(main) else {
      if diagnostics.hasDoubtfulAddresses { return }
      return try noteAtEnd(
        source.error("`main` is at \(formatted(main)), which no jump can reach", at: 0))
    }
    image.setJump(at: Image.origin, to: Int(main))
  }

  /// Every label in use must have been defined.
  private mutating func checkReferences() throws(AssemblyError) {
    if diagnostics.hasUnknownDefinitions { return }
    let unresolved = names.forwards.sorted { $0.value.firstUse.offset < $1.value.firstUse.offset }
    for (name, forward) in unresolved where !diagnostics.isDoubtful(name) {
      if let kind = names.kind(of: name) {
        try noteAtEnd(
          error(
            "\(quoted(name)) is \(kind) and must be defined before it is used",
            at: forward.firstUse))
      } else {
        try noteAtEnd(
          error(
            "unknown name \(quoted(name))" + names.suggestion(for: name), at: forward.firstUse))
      }
    }
  }

  /// Every block must have been closed.
  private mutating func checkBlocks() throws(AssemblyError) {
    if let loop = loops.last {
      try noteBlock(error("this `loop` has no matching `again`", at: loop.token))
    }
    if let branch = branches.last {
      try noteBlock(
        error("this \(branch.token.description) has no matching `end`", at: branch.token))
    }
  }

  private var assembly: Assembly {
    Assembly(
      program: image.program,
      labels: names.labels.mapValues(\.address),
      constants: names.constants.filter { !$0.key.hasPrefix("OCTO_") }.mapValues(\.value),
      aliases: names.aliases.filter { Names.unpackTargets[$0.key] == nil },
      breakpoints: breakpoints,
      monitors: monitors,
      lines: image.programLines,
      dialect: image.end > 0x1000 ? .xoChip : dialect
    )
  }
}
