import JSON
import SaveState

/// The results of a farm's jobs: a file that grows, and beside it one that says of which jobs they are. Jobs
/// that have results are not run again.
package struct FarmResults {
  private let path: String
  private let jobs: FarmJobs
  private let options: FarmOptions
  /// nil for standard output.
  private let file: GrowingFile?
  private var done = FarmProgress()

  /// Which jobs the results are of. Whatever could change them is in it.
  private struct Origin: Equatable {
    var version = FarmResults.version
    let jobs: String
    let shard: String
    let fields: [String]?
    let maxInstructions: Int

    init(_ digest: Digest, shard: String, _ options: FarmOptions) {
      (jobs, self.shard) = ("\(digest)", shard)
      (fields, maxInstructions) = (options.members, options.maxInstructions)
    }

    /// - Returns: nil for a text that is something else.
    init?(_ text: [UInt8]) {
      guard let members = try? JSONMembers(document: text),
        let version = try? members.integer("version", Int.self),
        let jobs = try? members.text("jobs"), let shard = try? members.text("shard"),
        let maxInstructions = try? members.integer("maxInstructions", Int.self),
        let fields = try? members.texts("fields")
      else { return nil }
      (self.version, self.jobs, self.shard) = (version, jobs, shard)
      self.fields = members["fields"] == nil ? nil : fields
      self.maxInstructions = maxInstructions
    }

    var json: JSONObject {
      .withoutNulls([
        "version": version, "jobs": jobs, "shard": shard, "fields": fields,
        "maxInstructions": maxInstructions,
      ])
    }
  }

  private static let version = 1

  /// Opens the results, and finds out which are there.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is standard output.
  ///   - digest: that of the whole file of jobs.
  ///   - shard: which of them these are.
  /// - Throws: if they are those of other jobs; nothing has changed then.
  package init(
    _ path: String, of jobs: FarmJobs, digest: Digest, shard: String, _ options: FarmOptions,
    _ inputs: InputFiles
  ) throws {
    (self.path, self.jobs, self.options) = (path, jobs, options)
    guard path != "-" else {
      file = nil
      return
    }
    let origin = Origin(digest, shard: shard, options)
    let originPath = path + ".farm"
    let isContinued = try FarmResults.isContinued(path, origin, originPath)
    let file = try GrowingFile(path, apartFrom: inputs)
    self.file = file
    if !isContinued {
      let text = origin.json.encoded() + "\n"
      try Storage.writeAtomically(originPath, with: Array(text.utf8), as: .other, apartFrom: inputs)
    }
    try countRows(in: file)
  }

  /// Whether there are results of these jobs.
  private static func isContinued(
    _ path: String, _ origin: Origin, _ originPath: String
  ) throws -> Bool {
    let hasResults = try Storage.isFile(path) && !Storage.read(path, limit: 0).isEmpty
    let found: Origin?
    do throws(StorageError) {
      let text = try Storage.read(originPath, limit: 1 << 16)
      found = Origin(text)
    } catch {
      guard error.isMissingFile else { throw error }
      guard hasResults else { return false }
      throw PlayerError.contents(path: path, FarmResultsError.notResults)
    }
    if found == origin { return true }
    guard found == nil || hasResults else { return false }
    throw PlayerError.contents(
      path: path,
      found?.jobs == origin.jobs ? FarmResultsError.otherOptions : FarmResultsError.otherJobs)
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
      throw PlayerError.contents(path: path, FarmResultsError.misplaced(job: done.jobCount))
    }
    self.done = done
  }

  /// Runs all jobs that have no results yet.
  ///
  /// - Parameter show: called on any thread when there are more results.
  /// - Returns: how far it has come: not to the end if it was interrupted.
  package func complete(
    threads: Int, isInterrupted: @escaping @Sendable () -> Bool,
    show: @escaping @Sendable (FarmProgress) -> Void
  ) throws -> FarmProgress {
    let end = try Farm.run(
      jobs, options, threads: threads, after: done, isInterrupted: isInterrupted
    ) { [file, path] text, progress in
      if let file {
        try file.append(text)
      } else {
        try Storage.writeAtomically(path, with: text, as: .other)
      }
      show(progress)
    }
    try file?.synchronize()
    return end
  }
}

/// Why the results of a farm cannot be continued.
package enum FarmResultsError: Error, CustomStringConvertible {
  /// The file holds something else, results of other jobs, or of the same jobs with other options.
  case notResults, otherJobs, otherOptions
  /// The last result is not that of the job with this number, from 1 on.
  case misplaced(job: Int)

  package var description: String {
    switch self {
    case .notResults: "cannot be continued: it is not the results of a farm"
    case .otherJobs: "cannot be continued: its results are of other jobs"
    case .otherOptions: "cannot be continued: its results are of the same jobs with other options"
    case .misplaced(let job): "the last result is not that of job \(job)"
    }
  }
}
