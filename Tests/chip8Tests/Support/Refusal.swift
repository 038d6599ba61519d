// Refusal.swift: what a refusal looks like, whatever is refused.

import Testing

/// Standard error holds one line, by `chip8`, which names what it is about.
func expectOneSentence(
  _ outcome: Outcome, naming name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(
    lines.count == 2 && lines.last?.isEmpty == true, "\(outcome.errors)",
    sourceLocation: sourceLocation)
  #expect(outcome.errors.hasPrefix("chip8: "), sourceLocation: sourceLocation)
  #expect(outcome.errors.contains(name), "\(outcome.errors)", sourceLocation: sourceLocation)
}

extension Scratch {
  /// Runs chip8, which has to refuse in one sentence, print nothing and leave every file as it was.
  func expectRefusal(
    _ arguments: [String], input: [UInt8] = [], code: Int32, naming name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try files
    let outcome = try run(arguments, input: input)
    #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "\(outcome.text)", sourceLocation: sourceLocation)
    expectOneSentence(outcome, naming: name, sourceLocation: sourceLocation)
    #expect(try files == before, sourceLocation: sourceLocation)
  }

  /// Every file with its contents; a directory counts as empty.
  private var files: [String: [UInt8]] {
    get throws {
      var files: [String: [UInt8]] = [:]
      for name in try names { files[name] = (try? read(name)) ?? [] }
      return files
    }
  }
}
