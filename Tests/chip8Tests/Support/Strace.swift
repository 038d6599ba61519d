// Strace.swift: the system calls of a run of the program, and faults in them.

import Foundation

/// A system call that a run has made.
struct SystemCall {
  let name: String
  /// Its arguments, descriptors with their paths, and its result.
  let details: String
  /// How often this thread had called it when it had, which is how strace counts.
  let number: Int

  func isAbout(_ path: String) -> Bool { name != "execve" && details.contains(path) }

  /// Whether it was strace that made it fail.
  var isInjected: Bool { details.hasSuffix("(INJECTED)") }
}

/// What is done to a system call.
enum SystemFault: Hashable, CustomStringConvertible {
  /// The process is killed before the call has done anything.
  case kill
  /// The call does nothing and fails.
  case error(String)
  /// So do all calls of this name from then on.
  case lastingError(String)

  /// What strace calls this fault in a call.
  func injection(in call: SystemCall) -> String {
    switch self {
    case .kill: "\(call.name):signal=KILL:when=\(call.number)"
    case .error(let code): "\(call.name):error=\(code):when=\(call.number)"
    case .lastingError(let code): "\(call.name):error=\(code):when=\(call.number)+"
    }
  }

  var description: String {
    switch self {
    case .kill: "killed"
    case .error(let code): code
    case .lastingError(let code): "\(code) for good"
    }
  }
}

enum Strace {
  /// Whether there is an strace that may trace.
  static let isAvailable: Bool = {
    guard let scratch = try? Scratch() else { return false }
    let outcome = try? Running("strace", ["-qq", "/bin/true"], in: scratch).outcome()
    return outcome?.code == 0
  }()

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - names: the system calls to be reported, in strace's words.
  ///   - injections: faults, in strace's words.
  ///   - path: the file that calls are to be about, if not any.
  static func run(
    _ arguments: [String], in scratch: Scratch, names: String = "%file,%desc",
    injections: [String] = [], about path: String? = nil
  ) throws -> (outcome: Outcome, calls: [SystemCall]) {
    let running = try start(
      arguments, in: scratch, names: names, injections: injections, about: path)
    let outcome = try running.outcome()
    return (outcome, calls(in: try scratch.text("trace")))
  }

  /// Starts the program, whose calls are in the file `trace` when it has ended.
  ///
  /// - Parameters:
  ///   - path: the file that calls are to be about, if not any.
  ///   - descriptors: descriptors of the program's that are to be ones of the test's.
  static func start(
    _ arguments: [String], in scratch: Scratch, names: String, injections: [String],
    about path: String? = nil, descriptors: [Int32: Int32] = [:]
  ) throws -> Running {
    // It is faster when it is not reported the other calls at all, but then it forgets signals.
    let filter = injections.contains { $0.contains("signal=") } ? [] : ["--seccomp-bpf"]
    let options =
      ["-f", "-y", "-qq", "-o", "trace", "-e", "trace=\(names)"] + filter
      + injections.flatMap { ["-e", "inject=\($0)"] } + (path.map { ["-P", $0] } ?? [])
    return try Running(
      "strace", options + [Running.executable] + arguments, in: scratch, descriptors: descriptors)
  }

  /// Each line has a thread, a name, and the rest.
  static func calls(in text: String) -> [SystemCall] {
    var numbers: [Substring: Int] = [:]
    return text.split(separator: "\n").compactMap { line in
      guard let match = line.wholeMatch(of: /(([0-9]+) +([a-z0-9_]+))\((.*)/) else { return nil }
      numbers[match.1, default: 0] += 1
      return SystemCall(
        name: String(match.3), details: String(match.4), number: numbers[match.1] ?? 0)
    }
  }
}
