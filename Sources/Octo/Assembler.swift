// Assembler.swift: assembles a source, statement by statement.

/// A source being assembled.
package struct Assembler {
  /// A `loop` which has not met its `again`.
  struct Loop {
    let start: Int
    let token: Token
    /// The jumps of its `while` statements, to after the loop.
    var exits: [Int] = []
  }

  /// A `begin` or an `else` which has not met its `end`.
  struct Branch {
    /// The jump around its statements.
    let jump: Int
    let token: Token
  }

  let sources: Sources
  var stream: TokenStream
  var names = Names()
  var image = Image()
  var loops: [Loop] = []
  var branches: [Branch] = []
  var breakpoints: [Int: String] = [:]
  var monitors: [Assembly.Monitor] = []
  /// The place in `monitors` of each name.
  var monitorIndices: [String: Int] = [:]
  /// Whether `main` is the first thing in the program, which then needs no jump to it.
  var startsWithMain = false
  var diagnostics: Diagnostics
  /// The first token of the statement being assembled.
  var statement: Token

  /// Assembles a program within `limits`.
  package static func assemble(
    _ program: TokenizedProgram, limits: Limits = Limits()
  ) throws(AssemblyError) -> Assembly {
    var assembler = Assembler(program, limits: limits, maxErrorCount: 1)
    try assembler.run()
    return assembler.assembly
  }

  /// The errors in a program which has some, in the order of its files.
  static func errors(in program: TokenizedProgram, maxErrorCount: Int) -> [AssemblyError] {
    var assembler = Assembler(program, limits: Limits(), maxErrorCount: maxErrorCount)
    // Where a brace is missing, anything can be a part of anything.
    guard assembler.stream.hasPairedBraces else { return [] }
    try? assembler.run()
    return assembler.diagnostics.report
  }

  private init(_ program: TokenizedProgram, limits: Limits, maxErrorCount: Int) {
    sources = program.sources
    stream = TokenStream(program.tokens, limits: limits)
    diagnostics = Diagnostics(maxErrorCount: maxErrorCount)
    diagnostics.findLabels(in: program.tokens)
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
      let end = sources.main.bytes.lastIndex { $0 != UInt8(ascii: "\n") } ?? 0
      return try noteAtEnd(
        sources.error(
          "this program has no label `main` to start at" + names.suggestion(for: "main"), at: end))
    }
    guard (0...0xFFF).contains(main) else {
      if diagnostics.hasDoubtfulAddresses { return }
      return try noteAtEnd(
        sources.error("`main` is at \(formatted(main)), which no jump can reach", at: 0))
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
      files: sources.all.map { Assembly.File(path: $0.path, bytes: $0.bytes) },
      lines: image.programLines.map { $0 > 0 ? sources.place(ofLine: $0) : nil },
      expansions: stream.expansions.map { expansion in
        Assembly.Expansion(
          name: expansion.name, place: sources.place(ofLine: Int(expansion.codeLine)),
          parent: expansion.parent < 0 ? nil : Int(expansion.parent))
      },
      expansionsByAddress: image.expansions
    )
  }
}
