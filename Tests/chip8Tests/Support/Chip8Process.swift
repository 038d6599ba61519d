// Chip8Process.swift: runs the built program as a user does, from a directory of its own.

import Foundation
import SaveState
import Testing

/// How a run of the program ended.
struct Outcome {
  let code: Int32
  let output: [UInt8]
  let errors: String

  /// Standard output as text.
  var text: String { String(decoding: output, as: UTF8.self) }
}

/// A directory for the files of one test, removed afterwards. The program runs in it.
final class Scratch {
  let directory: String

  init() throws {
    let name = "chip8-tests-\(UUID().uuidString)"
    directory = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// The slots of a ROM's program, for chip8 with `--slots` and this directory.
  func slots(of rom: String) throws -> Slots {
    let program = Program(name: "", bytes: try Storage.read(rom, limit: 65536))
    return Slots(root: directory, program: program.sha1)
  }

  /// Writes a file and returns its name.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return name
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: false)
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

  /// The names of the files that are there.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
  }

  /// Runs chip8 to its end.
  ///
  /// - Parameter input: what it reads from standard input.
  func chip8(_ arguments: String..., input: [UInt8] = []) throws -> Outcome {
    try run(arguments, input: input)
  }

  func run(_ arguments: [String], input: [UInt8] = []) throws -> Outcome {
    try Running(arguments, in: self, input: input).outcome()
  }

  /// Runs a shell command in which `$CHIP8` is the program.
  func shell(_ command: String) throws -> Outcome {
    try Running("/bin/sh", ["-c", command], in: self).outcome()
  }

  /// A headless run that has to go well, with its JSON report.
  func report(_ arguments: String..., input: [UInt8] = []) throws -> Report {
    let outcome = try run(arguments + ["--headless", "--json"], input: input)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return try Report(outcome)
  }
}

/// A run of the program that may not have ended yet.
struct Running {
  /// The program, which is built beside the tests.
  static let executable = Bundle.main.bundleURL.appendingPathComponent("chip8").path
  let process: pid_t
  private let streams: String

  init(_ arguments: [String], in scratch: Scratch, input: [UInt8] = []) throws {
    try self.init(Running.executable, arguments, in: scratch, input: input)
  }

  /// - Parameters:
  ///   - descriptors: descriptors of the program's that are to be ones of the test's.
  ///   - more: variables beside those that each run has.
  init(
    _ program: String, _ arguments: [String], in scratch: Scratch, input: [UInt8] = [],
    descriptors: [Int32: Int32] = [:], environment more: [String: String] = [:]
  ) throws {
    // Beside the scratch directory, so that a test sees only what the program left there.
    streams = "\(scratch.directory).\(UUID().uuidString)"
    try Data(input).write(to: URL(fileURLWithPath: streams + ".in"))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, streams + ".in", O_RDONLY, 0)
    for (descriptor, suffix) in [(Int32(1), ".out"), (2, ".err")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, streams + suffix, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    for (descriptor, own) in descriptors {
      posix_spawn_file_actions_adddup2(&actions, own, descriptor)
    }
    // The threads that tests run on have signals blocked, and the tests may have been started with some
    // ignored or ignore them: a process inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    var allSignals = sigset_t()
    sigfillset(&allSignals)
    posix_spawnattr_setsigdefault(&attributes, &allSignals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let environment =
      [
        "CHIP8=\(Running.executable)", "HOME=\(scratch.directory)", "PATH=/usr/bin:/bin",
        "SWIFT_BACKTRACE=enable=no", "XDG_STATE_HOME=\(scratch.directory)/state",
      ] + more.map { "\($0.key)=\($0.value)" }
    var identifier = pid_t()
    let inDirectory = ["/usr/bin/env", "-C", scratch.directory, program]
    let code = withCStrings(inDirectory + arguments) { arguments in
      withCStrings(environment) {
        posix_spawn(&identifier, "/usr/bin/env", &actions, &attributes, arguments, $0)
      }
    }
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    process = identifier
  }

  /// Waits for the end. A run that hangs is ended, and its code is that of the signal.
  func outcome() throws -> Outcome {
    defer {
      for suffix in [".in", ".out", ".err"] { unlink(streams + suffix) }
    }
    let deadline = Date(timeIntervalSinceNow: hangTimeout)
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      if Date() > deadline {
        Issue.record("the program hangs")
        kill(process, SIGKILL)
        waitpid(process, &status, 0)
        break
      }
      usleep(500)
    }
    let signal = status & 0x7F
    return Outcome(
      code: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
      output: Array(try Data(contentsOf: URL(fileURLWithPath: streams + ".out"))),
      errors: String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: streams + ".err")), as: UTF8.self))
  }
}

/// For how many seconds something that is bound to happen is waited for: longer than it takes on any machine.
let hangTimeout = 300.0

/// What a process does, as /proc has it: S if it waits for something, Z once it has ended.
func state(of process: pid_t) -> Character? {
  // A number, the name in parentheses, and the letter.
  let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
  return line?.split(separator: ") ").last?.first
}

/// Waits for something that is bound to happen.
func waitUntil(_ condition: () throws -> Bool) throws {
  let deadline = Date(timeIntervalSinceNow: hangTimeout)
  while try !condition() {
    try #require(Date() < deadline, "the run never came so far")
    usleep(1000)
  }
}

/// Calls with a null-terminated array of C strings.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("it ends with a null") }
    return body(start)
  }
}
