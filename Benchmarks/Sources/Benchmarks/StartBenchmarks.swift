// What a short run costs as a process of its own, from exec to exit, beside a Swift program that does
// nothing. chip8 is the one that `make install` would install: `make benchmark` makes it.

import Chip8Core
import Foundation
import SaveState

extension Measurement {
  static func start(_ subject: Subject, in directory: String) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "start of a run, by a trivial program: \(subject.name)", .atMost(1.5), .times,
        of: .milliseconds),
      Requirement(
        "memory of a run beyond a trivial program: \(subject.name)", .atMost(2), .mebibytes),
    ]) {
      let path = "\(directory)/start.state"
      try Storage.writeAtomically(path, with: Image(of: subject.machine).bytes, as: .savedState)
      let trivial = try trivialProgram(in: directory)
      let restoring = [installedChip8, "--restore", path, "--headless", "--frames"]
      var (times, leastTimes): ([Double], [Double]) = ([], [])
      var (memories, leastMemories): ([Double], [Double]) = ([], [])
      for _ in 0..<100 {
        let least = try launch([trivial])
        leastTimes.append(least.milliseconds)
        leastMemories.append(least.mebibytes)
        times.append(try launch(restoring + ["1"]).milliseconds)
        memories.append(try launch(restoring + ["60"]).mebibytes)
      }
      return [
        Measured(times: times, by: leastTimes),
        Measured(differences: memories, to: leastMemories),
      ]
    }
  }
}

private let installedChip8 =
  "/\(#filePath.split(separator: "/").dropLast(4).joined(separator: "/"))/.build/benchmark/bin/chip8"

/// The least that a Swift program is which needs no Swift where it runs.
private func trivialProgram(in directory: String) throws -> String {
  let (source, program) = ("\(directory)/trivial.swift", "\(directory)/trivial")
  try Storage.writeAtomically(source, with: Array("print(1)\n".utf8), as: .other)
  _ = try output(
    of: ["/usr/bin/env", "swiftc", "-O", "-static-stdlib", "-Xlinker", "-s", source, "-o", program])
  return program
}

/// Runs a program to its end.
private func launch(_ command: [String]) throws -> (milliseconds: Double, mebibytes: Double) {
  let launcher =
    CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
    .dropLast().joined(separator: "/") + "/Launcher"
  let numbers = try output(of: [launcher] + command).split { $0.isWhitespace }
  guard numbers.count == 2, let time = Double(numbers[0]), let memory = Double(numbers[1]) else {
    fatalError("\(command) was not measured")
  }
  return (time / 1000, memory / 1024)
}

private func output(of command: [String]) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: command[0])
  process.arguments = Array(command.dropFirst())
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    fatalError("\(command.joined(separator: " ")) ended with \(process.terminationStatus)")
  }
  return String(decoding: data, as: UTF8.self)
}
