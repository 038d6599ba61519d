// What a short run costs as a process of its own, from exec to exit, beside a Swift program that does
// nothing. chip8 is the one that `make install` would install: `make benchmark` makes it.

import Chip8Core
import Foundation
import SaveState

func startRequirements(_ subject: Subject, in directory: String) throws -> [Requirement] {
  let path = "\(directory)/start.state"
  try Storage.writeAtomically(path, with: Image(of: subject.machine).bytes, as: .savedState)
  let trivial = try trivialProgram(in: directory)
  let restoring = [installedChip8, "--restore", path, "--headless", "--frames"]
  var (times, memories): ([Double], [Double]) = ([], [])
  for _ in 0..<100 {
    let least = try launch([trivial])
    let run = try launch(restoring + ["1"])
    times.append(run.microseconds / least.microseconds)
    let longRun = try launch(restoring + ["60"])
    memories.append(Double(longRun.kibibytes - least.kibibytes) / 1024)
  }
  return [
    requirement(
      "start of a run, by a trivial program: \(subject.name)", times, atMost: 1.5, .times),
    requirement(
      "memory of a run beyond a trivial program: \(subject.name)", memories, atMost: 2, .mebibytes),
  ]
}

private func requirement(
  _ what: String, _ rounds: [Double], atMost limit: Double, _ unit: Requirement.Unit
) -> Requirement {
  var requirement = Requirement(what, rounds.median, atMost: limit, unit)
  requirement.spread = rounds.quantile(0.1)...rounds.quantile(0.9)
  return requirement
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
private func launch(_ command: [String]) throws -> (microseconds: Double, kibibytes: Int) {
  let launcher =
    CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
    .dropLast().joined(separator: "/") + "/Launcher"
  let numbers = try output(of: [launcher] + command).split { $0.isWhitespace }
  guard numbers.count == 2, let time = Double(numbers[0]), let memory = Int(numbers[1]) else {
    fatalError("\(command) was not measured")
  }
  return (time, memory)
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
