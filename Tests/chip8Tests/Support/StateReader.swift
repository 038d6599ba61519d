// StateReader.swift: runs the reader of saved states that was written from docs/STATE-FORMAT.md.

import Foundation

extension Scratch {
  /// Runs Tests/StateFormat/state_reader.py in the directory.
  func stateReader(_ arguments: [String]) throws -> Outcome {
    let reader = FileManager.default.currentDirectoryPath + "/Tests/StateFormat/state_reader.py"
    return try Running("/usr/bin/python3", [reader] + arguments, in: self).outcome()
  }

  /// A section's contents, decoded by the reader.
  func contents(of tag: String, in name: String) throws -> [UInt8] {
    let outcome = try stateReader(["--contents", tag, name])
    guard outcome.code == 0 else { throw Failure(description: outcome.errors) }
    return outcome.output
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
