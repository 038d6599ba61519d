import JSON

/// What was found out about a file.
protocol FileVerdict {
  /// Why the command fails, if it does.
  var failure: Failure? { get }
  var json: JSONObject { get }
  /// For a file that is as it should be.
  var text: String { get }
}

extension Sequence where Element: FileVerdict {
  /// Prints them, and fails if one of the files is not as it should be.
  func report(asJSON isJSON: Bool) throws {
    var failures: [Failure] = []
    for verdict in self {
      let failure = verdict.failure
      if let failure { failures.append(failure) }
      if isJSON {
        try printJSON(verdict.json)
      } else if failure == nil {
        try printLines([verdict.text])
      }
    }
    for failure in failures.dropLast() { failure.printMessage() }
    if let last = failures.last { throw last }
  }
}
