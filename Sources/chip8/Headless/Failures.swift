/// What has gone wrong in a run that does everything else all the same.
struct Failures {
  private var all: [Failure] = []

  var isEmpty: Bool { all.isEmpty }

  mutating func append(_ failure: Failure) { all.append(failure) }

  /// Does something, and notes it if that fails.
  ///
  /// - Returns: whether it went well.
  @discardableResult
  mutating func attempt(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      append(Failure(any: error))
      return false
    }
  }

  /// Reports all of them, each in its sentence, if there are any.
  ///
  /// - Parameter code: the exit code, that of the first one unless another one tells more.
  func end(code: Int32? = nil) throws(Failure) {
    guard let first = all.first, let last = all.last else { return }
    for failure in all.dropLast() { failure.printMessage() }
    throw Failure(message: last.message, excerpt: last.excerpt, code: code ?? first.code)
  }
}
