/// Ends the process, which libFuzzer takes for a finding, unless something holds that always must.
public func expect(_ condition: Bool, _ claim: @autoclosure () -> String) {
  if !condition { fatalError("this does not hold: \(claim())") }
}

/// What never fails; if it does, that is a finding.
public func must<Result>(_ claim: String, _ body: () throws -> Result) -> Result {
  do {
    return try body()
  } catch { fatalError("this does not hold: \(claim): \(error)") }
}

extension [UInt8] {
  /// An input as libFuzzer hands it over.
  public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    self.init(UnsafeBufferPointer(start: start, count: count))
  }
}
