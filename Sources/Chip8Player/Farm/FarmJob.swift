import Chip8Core
import JSON
import SaveState

/// A run of many, as a line of a job file asks for it: docs/FARMING.md.
struct FarmJob {
  /// What is run.
  private(set) var play = PlayRequest()
  /// How far.
  let run: RunRequest
  /// The file that is written as it stops.
  let savePath: String?
}

extension FarmJob {
  private static let names: Set<String> = [
    "id", "program", "restore", "input", "platform", "quirks", "ipf", "seed", "keys", "frames",
    "instructions", "until", "save",
  ]

  init(_ members: JSONMembers) throws {
    guard members.id != nil else { throw FarmError.id }
    if let unknown = members.names.first(where: { !FarmJob.names.contains($0) }) {
      throw FarmError.unknownMember(unknown)
    }
    let (program, image) = (try members.text("program"), try members.text("restore"))
    (play.path, play.isImageExpected) = (program ?? image, image != nil)
    play.inputPath = try members.text("input")
    guard (program == nil) != (image == nil) || play.inputPath != nil && play.path == nil else {
      throw FarmError.program
    }
    for path in [play.path, play.inputPath] where path == "-" || path == "" {
      throw FarmError.standardInput
    }
    savePath = try members.text("save")
    guard savePath != "-" else { throw FarmError.standardOutput }
    for path in [play.path, play.inputPath, savePath] where path?.utf8.contains(0) == true {
      throw FarmError.zeroByte
    }
    play.machine = try FarmJob.machine(members, saves: savePath != nil)
    if let part = play.machine.fixedByImages, program == nil {
      throw FarmError.fixed(part, byMovie: image == nil)
    }
    run = try FarmJob.run(members)
    play.keys = run.keys
  }

  private static func machine(_ members: JSONMembers, saves: Bool) throws -> MachineRequest {
    var machine = try MachineRequest(members)
    machine.instructionsPerFrame = try members.integer("ipf")
    if let ipf = machine.instructionsPerFrame,
      !Configuration.instructionsPerFrameRange.contains(ipf)
    {
      throw FarmError.ipf
    }
    // What is saved has its past, as that of a run by itself.
    machine.wantsPast = saves
    return machine
  }

  private static func run(_ members: JSONMembers) throws -> RunRequest {
    var run = RunRequest()
    run.frames = try count("frames", members)
    run.instructions = try count("instructions", members)
    if let text = try members.text("keys") {
      guard try members.text("input") == nil else { throw FarmError.keysAndInput }
      guard let keys = KeyScript(text) else { throw FarmError.keys }
      run.keys = keys
    }
    for text in try members.texts("until") {
      guard let condition = StopCondition(text) else {
        throw FarmError.until(text)
      }
      run.until.append(condition)
    }
    return run
  }

  private static func count(_ name: String, _ members: JSONMembers) throws -> Int? {
    let count = try members.integer(name, Int.self)
    guard count ?? 0 >= 0 else { throw FarmError.negative(name) }
    return count
  }
}

/// Why a job is not run, where nothing that runs it says so. It is for the job's row.
enum FarmError: Error, CustomStringConvertible {
  /// Members that have something else than they take.
  case id, program, standardInput, standardOutput, zeroByte, ipf, keys, keysAndInput
  case until(String), negative(String), unknownMember(String)
  /// A saved state or a movie has its own.
  case fixed(MachineRequest.Part, byMovie: Bool)
  /// What is wrong with a file, without its name.
  case notAFile, notAMovie, savedState
  case tooLong(maxInstructions: Int)

  var description: String {
    switch self {
    case .id: "`id` is missing, or neither a text nor a whole number"
    case .program: "a job has one of `program` and `restore`, or a movie as `input`"
    case .standardInput: "a job's file cannot be standard input"
    case .standardOutput: "`save` cannot be standard output"
    case .zeroByte: "the name of a file cannot have a zero byte"
    case .ipf: "`ipf` is not in \(Configuration.instructionsPerFrameText)"
    case .keys: "`keys` is not as in \"60-70:5,100-130:1A\""
    case .keysAndInput: "`keys` and `input` cannot be combined"
    case .unknownMember(let name): "`\(name.displayText)` is not a member of a job"
    case .until(let text):
      "`until` has \"\(text.displayText)\", and takes halt, key-wait, pc=ADDR and screen=SHA1"
    case .negative(let name): "`\(name)` is negative"
    case .fixed(let part, let byMovie):
      "`\(part == .speed ? "ipf" : part.rawValue)` cannot be set for a "
        + (byMovie ? "movie" : "saved state")
    case .notAFile: "is not a regular file"
    case .notAMovie: "is not a movie: name what it is for as `program`"
    case .savedState: "is a saved state: name it as `restore`"
    case .tooLong(let maxInstructions): "the job takes more than \(maxInstructions) instructions"
    }
  }
}
