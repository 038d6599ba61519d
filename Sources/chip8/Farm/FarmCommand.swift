import ArgumentParser
import Chip8Player
import Glibc
import SaveState

/// `chip8 farm`: headless runs by the million.
struct FarmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "farm",
    abstract: "Run the jobs of a file on all processors, and write one result per job.",
    usage: "chip8 farm JOBS.jsonl -o RESULTS.jsonl [options]",
    discussion: """
      A job is a line: {"id": 1, "program": "game.ch8", "frames": 300, "keys": "60-70:5"}. Killed at \
      any moment, the same command continues. docs/FARMING.md has all members.
      """)

  /// More than any farm has in one file.
  private static let maxJobsByteCount = 1 << 32

  @Argument(help: .value("JOBS.jsonl", "The jobs, a line each; - is standard input.")) var jobs:
    String

  @Option(
    name: .shortAndLong,
    help: .value("RESULTS.jsonl", "The results, a line each; - is standard output."))
  var output = "-"

  @Option(help: .value("A,B", "Only these members of a result."), transform: { try fields($0) })
  var fields: [String] = []

  @Option(help: .value("I/N", "Run the Ith of N parts of the jobs.")) var shard: Shard?

  @Option(parsing: .unconditional, help: .value("N", "Threads (one for each processor)."))
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: .value("N", "The most instructions that a job may execute (10000000000)."))
  var maxInstructions: Int?

  func validate() throws {
    try checkNumber("--threads", threads, in: 1...1024)
    if let maxInstructions, maxInstructions < 1 {
      throw ValidationError("--max-instructions takes at least 1.")
    }
  }

  func run() throws {
    var inputs = InputFiles()
    let text = try inputs.read(jobs, limit: FarmCommand.maxJobsByteCount, for: .subject)
    guard text.count <= FarmCommand.maxJobsByteCount else {
      throw Failure.data(jobs, "has more than \(FarmCommand.maxJobsByteCount) bytes: split it")
    }
    var options = FarmOptions()
    options.directory = jobs == "-" ? nil : Storage.directory(of: jobs)
    options.members = fields.isEmpty ? nil : fields
    if let maxInstructions { options.maxInstructions = maxInstructions }
    options.reserved = inputs
    for path in [output, output + ".farm"] where output != "-" { options.reserved.reserve(path) }
    let all = FarmJobs(text)
    let shard = shard ?? Shard(number: 1, count: 1)
    let part = all.shard(shard.number, of: shard.count)
    try complete(
      FarmResults(
        output, of: part, digest: all.digest, shard: "\(shard)", options, inputs), part.count)
  }

  private func complete(_ results: FarmResults, _ jobCount: Int) throws {
    Interrupt.catchSignals(second: .kills)
    let line = ProgressLine()
    defer { line.end() }
    let end = try results.complete(
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
      isInterrupted: { Interrupt.wasCaught }
    ) { line.show("\($0.jobCount) of \(jobCount) jobs") }
    if end.jobCount < jobCount {
      throw Failure(message: "interrupted after \(end.jobCount) of \(jobCount) jobs", code: 130)
    }
    guard end.errorCount == 0 else {
      throw Failure(
        message:
          "\(output == "-" ? "standard output" : output): \(end.errorCount) of \(jobCount) jobs "
          + "could not be run; \(end.errorCount == 1 ? "its line says" : "their lines say") why",
        code: EX_DATAERR)
    }
  }

  private static func fields(_ text: String) throws -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if let unknown = names.first(where: { !FarmOptions.memberNames.contains($0) }) {
      throw ValidationError(
        "a result has no member \(unknown); it has \(FarmOptions.memberNames.joined(separator: ", "))."
      )
    }
    return Set(names).sorted()
  }
}

/// `--shard I/N`.
struct Shard: ExpressibleByArgument, CustomStringConvertible {
  let number: Int
  let count: Int

  init(number: Int, count: Int) { (self.number, self.count) = (number, count) }

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map {
      Int(decimal: $0)
    }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...1_000_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  var description: String { "\(number)/\(count)" }
}
