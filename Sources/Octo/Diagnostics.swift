// Diagnostics.swift: the errors found in a source, and what is in doubt after them.

/// The errors of a source, as far as none of them only follows from another one.
struct Diagnostics {
  /// How many lines with errors are reported; with 1 the first error ends it all.
  let maxErrorCount: Int
  /// One error for each line on which a statement starts, the first one: what comes after it may
  /// follow from it.
  private var errors: [Int: AssemblyError] = [:]
  /// How many errors may still be looked into: naming one takes time, and a macro can repeat it.
  private var budget: Int
  /// The first `begin`, `end` and the like which has no partner. Any other error may be why.
  private var blockError: AssemblyError?

  /// The words which the source defines as labels, wherever that is; nil where that is not known.
  private var labelNames: Set<String>?
  /// Names whose definitions are wrong, or were not read, or which were complained about already.
  private var doubtfulNames: Set<String> = []
  private(set) var hasStatementError = false
  /// Whether definitions may be missing, so that any name may have a meaning.
  var hasUnknownDefinitions = false
  /// Whether a value of this statement stands in for one that is not known.
  var hasDoubtfulValue = false
  /// Whether bytes may be missing, so that no address is known for sure.
  var hasDoubtfulAddresses = false
  /// Whether nothing after this error can be understood.
  var isFatal = false
  var definedName: String?

  init(maxErrorCount: Int) {
    self.maxErrorCount = maxErrorCount
    budget = 5 * maxErrorCount
  }

  /// Looks for all labels of a source, unless the first error ends it all anyway.
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

  /// Whether a word is certainly not a label, even further on in the source.
  func isNoLabel(_ word: String) -> Bool {
    labelNames.map { !$0.contains(word) } ?? false
  }

  var isFirstErrorFinal: Bool { maxErrorCount <= 1 }

  /// Whether another error can be noted.
  var hasRoom: Bool { budget > 0 && errors.count < maxErrorCount }

  mutating func beginStatement() {
    hasStatementError = false
    hasDoubtfulValue = false
    definedName = nil
  }

  mutating func add(_ error: AssemblyError, startingOn line: Int) {
    budget -= 1
    hasStatementError = true
    let isKnown =
      errors[line].map { ($0.position, $0.column) <= (error.position, error.column) } ?? false
    if !isKnown { errors[line] = error }
  }

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

  /// The errors in the order of the source.
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
