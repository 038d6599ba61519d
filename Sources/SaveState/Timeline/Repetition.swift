// Whether a machine is as deterministic as everything here takes it to be: what has run is rolled back and
// run again.

/// In what two runs of the same machine differ that must not.
public struct RepetitionError: Error, Hashable, Sendable {
  /// Where both began.
  public let position: Position
  /// The first field that differs afterwards; nil if they differ only in how they came back.
  public let field: String?

  /// One that says this.
  public init(position: Position, field: String?) {
    (self.position, self.field) = (position, field)
  }
}

extension Machine {
  /// Runs the machine, rolls it back and runs it again.
  ///
  /// - Parameter body: runs it, and gives it no input. It is called twice.
  /// - Throws: ``RepetitionError`` if that is not the same; the machine is as after the second run.
  public mutating func runTwice<Result: Equatable>(
    _ body: (inout Self) -> Result
  ) throws(RepetitionError) -> Result {
    let (before, start) = (snapshot, position)
    let result = body(&self)
    let (first, held) = (stateSections, heldInputs)
    restore(from: before)
    let again = body(&self)
    if let place = firstDifference(from: first) {
      throw RepetitionError(position: start, field: fieldName(in: place.tag, at: place.offset))
    }
    guard result == again, held == heldInputs else {
      throw RepetitionError(position: start, field: nil)
    }
    return result
  }
}
