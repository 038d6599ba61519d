import Chip8Player
import Glibc
import JSON
import SaveState

/// The results of a farm's jobs: a file that grows, and beside it one that says of which jobs they are.
struct FarmResults {
  private let path: String
  private let jobs: FarmJobs
  private let options: FarmOptions
  /// nil for standard output.
  private let file: GrowingFile?
  private var done = FarmProgress()

  /// Which jobs the results are of. Whatever could change them is in it.
  private struct Origin: Codable, Equatable {
    let version: Int
    let jobs: String
    let shard: String
    let fields: [String]?
    let maxInstructions: Int
  }

  private static let version = 1

  /// Opens the results, and finds out which are there.
  ///
  /// - Throws: if they are those of other jobs; nothing has changed then.
  init(
    _ path: String, of jobs: FarmJobs, digest: Digest, _ shard: Shard, _ options: FarmOptions,
    _ inputs: InputFiles
  ) throws {
    (self.path, self.jobs, self.options) = (path, jobs, options)
    guard path != "-" else {
      file = nil
      return
    }
    let origin = Origin(
      version: FarmResults.version, jobs: "\(digest)", shard: "\(shard)", fields: options.members,
      maxInstructions: options.maxInstructions)
    let originPath = path + ".farm"
    let isContinued = try FarmResults.isContinued(path, origin, originPath)
    let file = try GrowingFile(path, apartFrom: inputs)
    self.file = file
    if !isContinued {
      let text = try JSON.encode(origin) + "\n"
      try Storage.writeAtomically(originPath, with: Array(text.utf8), as: .other, apartFrom: inputs)
    }
    try countRows(in: file)
  }

  /// Whether there are results of these jobs.
  private static func isContinued(
    _ path: String, _ origin: Origin, _ originPath: String
  ) throws -> Bool {
    let hasResults = try Storage.stamp(of: path) != nil && !Storage.read(path, limit: 0).isEmpty
    let found: Origin?
    do throws(StorageError) {
      let text = try Storage.read(originPath, limit: 1 << 16)
      found = try? JSON.decode(Origin.self, from: text)
    } catch {
      guard error.isMissingFile else { throw error }
      guard hasResults else { return false }
      throw Failure(
        message:
          "\(fileName(path)): cannot be continued: it is not the results of a farm; choose another file",
        code: EX_CANTCREAT)
    }
    if found == origin { return true }
    guard found == nil || hasResults else { return false }
    throw Failure(
      message: "\(fileName(path)): cannot be continued: "
        + (found?.jobs == origin.jobs
          ? "its results are of the same jobs with other options"
          : "its results are of other jobs") + "; choose another file",
      code: EX_CANTCREAT)
  }

  private mutating func countRows(in file: GrowingFile) throws {
    var (done, last) = (FarmProgress(), [UInt8]())
    try file.keepLines { line in
      guard done.jobCount < jobs.count, line.first == UInt8(ascii: "{"),
        line.last == UInt8(ascii: "}")
      else { return false }
      done.jobCount += 1
      if line.starts(with: #"{"error":"#.utf8) { done.errorCount += 1 }
      last = line
      return true
    }
    guard done.jobCount == 0 || jobs.isRow(last, of: done.jobCount - 1) else {
      throw Failure.data(path, "the last result is not that of job \(done.jobCount)")
    }
    self.done = done
  }

  /// Runs all jobs that have no results yet.
  func complete(_ threads: Int) throws {
    Interrupt.catchSignals(second: .kills)
    let line = ProgressLine()
    let end = try Farm.run(
      jobs, options, threads: threads, after: done, isInterrupted: { Interrupt.wasCaught }
    ) { [file, path, jobs] text, progress in
      if let file {
        try file.append(text)
      } else {
        try Storage.write(text, to: STDOUT_FILENO, path)
      }
      line.show("\(progress.jobCount) of \(jobs.count) jobs")
    }
    line.end()
    try file?.synchronize()
    if end.jobCount < jobs.count {
      throw Failure(
        message: "interrupted after \(end.jobCount) of \(jobs.count) jobs", code: 130)
    }
    guard end.errorCount == 0 else {
      throw Failure(
        message:
          "\(path == "-" ? "standard output" : path): \(end.errorCount) of \(jobs.count) jobs "
          + "could not be run; \(end.errorCount == 1 ? "its line says" : "their lines say") why",
        code: EX_DATAERR)
    }
  }
}
