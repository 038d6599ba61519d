import Chip8Core
import JSON
import SaveState

/// What holds for all jobs of a farm.
public struct FarmOptions: Sendable {
  /// What the paths in jobs are relative to; nil for the current directory.
  public var directory: String?
  /// The members of a row by their names, those of ``memberNames``; nil for all.
  public var members: [String]?
  /// The most instructions that a job may execute.
  public var maxInstructions = 10_000_000_000
  /// The farm's own files, which no job replaces.
  public var reserved = InputFiles()

  /// All members, and the current directory.
  public init() {}

  /// What rows can have beside `id`.
  public static let memberNames = RunReport.Member.allCases.map(\.rawValue)
}

/// A line of a results file.
public struct FarmRow: Sendable, Equatable {
  /// The line, without its end.
  public let text: String
  /// Whether the job could not be run.
  public let isError: Bool
}

/// Runs jobs, one after another. It is for one thread; jobs have nothing to do with each other, so
/// any number of workers give the same rows.
public struct FarmWorker {
  private let options: FarmOptions
  private let members: Set<RunReport.Member>
  /// Programs that were read, by their paths, for jobs that have one in common.
  private var programs: [String: LoadedFile] = [:]

  private static let maxProgramCount = 64

  /// - Parameter options: what holds for all jobs.
  public init(_ options: FarmOptions) {
    self.options = options
    let chosen = options.members.map { $0.compactMap(RunReport.Member.init) }
    members = Set(chosen ?? RunReport.Member.allCases)
  }

  /// Runs jobs.
  ///
  /// - Returns: their rows, each with a line feed, and how many of the jobs could not be run.
  package mutating func rows(
    of jobs: FarmJobs, _ range: Range<Int>
  ) -> (text: [UInt8], errorCount: Int) {
    var (text, errorCount) = ([UInt8](), 0)
    for index in range {
      let row = row(jobs[index])
      text += row.text.utf8
      text.append(UInt8(ascii: "\n"))
      if row.isError { errorCount += 1 }
    }
    return (text, errorCount)
  }

  /// Runs the job of a line, and says how it has ended. Whatever is wrong with the job is in the row.
  public mutating func row(_ line: [UInt8]) -> FarmRow {
    var id: FarmJobID?
    do {
      let members = try JSONMembers(document: line)
      id = members.id
      let report = try run(FarmJob(members))
      var object = report.json(self.members)
      object.set("id", id?.value)
      return FarmRow(text: jsonText(object), isError: false)
    } catch {
      // Labels are named by that member.
      let member = if case PlayerError.request = error { "`until`: " } else { "" }
      let object: JSONObject = ["id": id?.value, "error": "\(member)\(error)"]
      return FarmRow(text: jsonText(object), isError: true)
    }
  }

  private mutating func run(_ job: FarmJob) throws -> RunReport {
    var play = job.play
    play.inputPath = try play.inputPath.map(file(at:))
    let input = try play.input()
    let file = try file(play, input)
    let maxInstructions = UInt64(options.maxInstructions)
    guard input?.movie?.movie.instructionCount ?? 0 <= maxInstructions else { throw tooLong }
    let start = try play.start(file, input)
    var request = job.run
    request.keys = start.keys
    var run = try Run(start.player(), request)
    run.maxInstructions = maxInstructions
    let stop = try toStop(&run, input)
    guard run.instructionsDone <= maxInstructions, stop != .interrupt else { throw tooLong }
    if let savePath = job.savePath {
      var inputs = options.reserved
      inputs.add(run.player.inputs)
      try run.savedImage().save(to: self.file(at: savePath), apartFrom: inputs)
    }
    return RunReport(of: run, at: stop)
  }

  private func toStop(_ run: inout Run, _ input: InputFile?) throws -> RunStop {
    while true {
      do {
        switch try run.toStop() {
        case .stop(let stop): return stop
        // A recording has the image.
        case .restores(let restoration): run.adopt(restoration)
        }
      } catch let error as ReplayError {
        throw PlayerError.contents(path: input?.path ?? "", error)
      }
    }
  }

  private var tooLong: FarmError { .tooLong(maxInstructions: options.maxInstructions) }

  private func resolved(_ path: String) -> String {
    guard let directory = options.directory, !path.hasPrefix("/") else { return path }
    return Storage.path(directory, path)
  }

  /// A file that never blocks, unlike one end of a pipe.
  private func file(at path: String) throws -> String {
    let path = resolved(path)
    guard
      Storage.isFile(path) || Storage.isDirectory(path) || Storage.stamp(of: path) == nil
    else { throw PlayerError.contents(path: path, FarmError.notAFile) }
    return path
  }

  private mutating func file(_ play: PlayRequest, _ input: InputFile?) throws -> LoadedFile {
    let program = play.isImageExpected ? nil : play.path
    if let file = program.flatMap({ programs[$0] }) { return file }
    if let input, play.path == nil, input.movie == nil {
      throw PlayerError.contents(path: input.path, FarmError.notAMovie)
    }
    var play = play
    play.path = try play.path.map(file(at:))
    let file = try play.file(input)
    guard let program else { return file }
    guard file.kind != .image else {
      throw PlayerError.contents(path: file.path, FarmError.savedState)
    }
    if programs.count >= FarmWorker.maxProgramCount { programs = [:] }
    programs[program] = file
    return file
  }
}
