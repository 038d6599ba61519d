// Diagnostics.swift: the mistakes found in a source, and what is in doubt after them.

/// The mistakes of a source, as far as none of them only follows from another one.
struct Diagnostics {
  /// How many lines with mistakes are reported; with 1 the first mistake ends it all.
  let errorCountMax: Int
  /// One mistake for each line on which a statement starts, the first one: what comes behind it may
  /// follow from it.
  private var errors: [Int: AssemblyError] = [:]
  /// How many mistakes may still be looked into: naming one takes time, and a macro can repeat it.
  private var budget: Int
  /// The first `begin`, `end` and the like which has no partner. Any other mistake may be why.
  private var blockError: AssemblyError?

  /// The words which the source defines as labels, wherever that is; nil where that is not known.
  private var labelNames: Set<String>?
  /// Names whose definitions are wrong, or were not read, or which were complained about already.
  private var doubtfulNames: Set<String> = []
  /// Whether this statement has a mistake already.
  private(set) var hasStatementError = false
  /// Whether definitions may be missing, so that any name may have a meaning.
  var hasUnknownDefinitions = false
  /// Whether a value of this statement stands in for one that is not known.
  var hasDoubtfulValue = false
  /// Whether bytes may be missing, so that no address is known for sure.
  var hasDoubtfulAddresses = false
  /// Whether nothing behind this mistake can be understood.
  var isFatal = false
  /// The name which this statement defines.
  var definedName: String?

  init(errorCountMax: Int) {
    self.errorCountMax = errorCountMax
    budget = 5 * errorCountMax
  }

  /// Looks for all labels of a source, unless the first mistake ends it all anyway.
  mutating func findLabels(in tokens: [Token]) {
    guard !isFirstErrorFinal else { return }
    var labels: Set<String> = []
    for (definer, name) in zip(tokens, tokens.dropFirst()) {
      guard let name = name.word, [":", ":next"].contains(definer.word) else { continue }
      labels.insert(name)
    }
    labelNames = labels
  }

  /// Notes that a macro makes labels of its arguments, so that any word can be one.
  mutating func allowAnyLabel(ifMadeFrom parameters: [String]) {
    guard let labels = labelNames, !labels.isDisjoint(with: parameters) else { return }
    labelNames = nil
  }

  /// Whether a word is certain to be no label, also of what is still to come.
  func isNoLabel(_ word: String) -> Bool {
    labelNames.map { !$0.contains(word) } ?? false
  }

  var isFirstErrorFinal: Bool { errorCountMax <= 1 }

  /// Whether another mistake can be noted.
  var hasRoom: Bool { budget > 0 && errors.count < errorCountMax }

  mutating func beginStatement() {
    hasStatementError = false
    hasDoubtfulValue = false
    definedName = nil
  }

  /// Adds a mistake in a statement that starts on a line.
  mutating func add(_ error: AssemblyError, startingOn line: Int) {
    budget -= 1
    hasStatementError = true
    let isKnown =
      errors[line].map { ($0.position, $0.column) <= (error.position, error.column) } ?? false
    if !isKnown { errors[line] = error }
  }

  /// Whether a statement that starts on a line has a mistake.
  func hasError(startingOn line: Int) -> Bool { errors[line] != nil }

  mutating func addBlock(_ error: AssemblyError) {
    blockError = blockError ?? error
  }

  /// Notes that nothing is known of a name any more, unless the language gives it its meaning.
  mutating func doubt(_ name: String) {
    guard !Keyword.isReserved(name) else { return }
    doubtfulNames.insert(name)
  }

  func isDoubtful(_ name: String) -> Bool {
    !doubtfulNames.isEmpty && doubtfulNames.contains(name)
  }

  /// The mistakes in the order of the source.
  var report: [AssemblyError] {
    if errors.isEmpty { return blockError.map { [$0] } ?? [] }
    var report: [AssemblyError] = []
    for error in errors.values.sorted(by: { ($0.position, $0.column) < ($1.position, $1.column) })
    where report.last?.position != error.position {
      report.append(error)
    }
    return report
  }
}
