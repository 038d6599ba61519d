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
  /// Programs that were read, for jobs that have one in common.
  private var programs: [FarmJob.Source: LoadedFile] = [:]

  private static let maxProgramCount = 64

  /// - Parameter options: what holds for all jobs.
  public init(_ options: FarmOptions) {
    self.options = options
    let chosen = options.members.map { $0.compactMap(RunReport.Member.init) }
    members = Set(chosen ?? RunReport.Member.allCases)
  }

  /// Runs the job of a line, and says how it has ended. Whatever is wrong with the job is in the row.
  public mutating func row(_ line: [UInt8]) -> FarmRow {
    var id: FarmJobID?
    do {
      let line = try JSON.decode(FarmLine.self, from: line)
      id = line.id
      let report = try run(line.job.get())
      var object = report.json(members)
      object.set("id", id?.value)
      return FarmRow(text: try jsonText(object), isError: false)
    } catch {
      let object: JSONObject = ["id": id?.value, "error": sentence(error)]
      return FarmRow(text: (try? jsonText(object)) ?? "{}", isError: true)
    }
  }

  private mutating func run(_ job: FarmJob) throws -> RunReport {
    let path = resolved(job.source.path)
    let file = try file(job.source, path)
    var loaded = try LoadedMachine(file, job.machine)
    try loaded.apply(MetadataRequest(), from: path)
    var inputs = loaded.inputs
    inputs.add(options.reserved)
    var run = try Run(Player(loaded), job.run)
    run.maxInstructions = UInt64(options.maxInstructions)
    guard case .stop(let stop) = try run.toStop() else {
      throw FarmError("\(inputName(path)): restores another program, which a job cannot")
    }
    guard run.instructionsDone <= UInt64(options.maxInstructions), stop != .interrupt else {
      throw FarmError("the job takes more than \(options.maxInstructions) instructions")
    }
    if let savePath = job.savePath {
      let image = try run.player.moment(withLastInstructions: run.fault != nil).image()
      try image.save(to: resolved(savePath), apartFrom: inputs)
    }
    return RunReport(of: run, at: stop)
  }

  private func resolved(_ path: String) -> String {
    guard let directory = options.directory, !path.hasPrefix("/") else { return path }
    return Storage.path(directory, path)
  }

  private mutating func file(_ source: FarmJob.Source, _ path: String) throws -> LoadedFile {
    guard case .program = source else { return try LoadedFile(path, isImageExpected: true) }
    if let file = programs[source] { return file }
    let file = try LoadedFile(path)
    guard file.kind != .image else {
      throw FarmError("\(inputName(path)): is a saved state: name it as `restore`")
    }
    if programs.count >= FarmWorker.maxProgramCount { programs = [:] }
    programs[source] = file
    return file
  }

  private func sentence(_ error: any Error) -> String {
    switch error {
    case PlayerError.contents(let path, let error): "\(inputName(path)): \(error)"
    case PlayerError.source(_, let errors): errors.errors.first.map { "\($0)" } ?? "\(error)"
    case PlayerError.request(.noLabels(let name, _)):
      "`until`: the program has no labels, so no \(name)"
    case PlayerError.request(.unknownLabel(let name, _)): "`until`: there is no label \(name)"
    default: "\(error)"
    }
  }
}
