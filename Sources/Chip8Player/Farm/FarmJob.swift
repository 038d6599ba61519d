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
    guard members.id != nil else {
      throw MessageError("`id` is missing, or neither a text nor a whole number")
    }
    if let unknown = members.names.first(where: { !FarmJob.names.contains($0) }) {
      throw MessageError("`\(unknown.displayText)` is not a member of a job")
    }
    let (program, image) = (try members.text("program"), try members.text("restore"))
    (play.path, play.isImageExpected) = (program ?? image, image != nil)
    play.inputPath = try members.text("input")
    guard (program == nil) != (image == nil) || play.inputPath != nil && play.path == nil else {
      throw MessageError("a job has one of `program` and `restore`, or a movie as `input`")
    }
    for path in [play.path, play.inputPath] where path == "-" || path == "" {
      throw MessageError("a job's file cannot be standard input")
    }
    savePath = try members.text("save")
    guard savePath != "-" else { throw MessageError("`save` cannot be standard output") }
    for path in [play.path, play.inputPath, savePath] where path?.utf8.contains(0) == true {
      throw MessageError("the name of a file cannot have a zero byte")
    }
    play.machine = try FarmJob.machine(members, saves: savePath != nil)
    if let part = play.machine.fixedByImages, program == nil {
      let name = part == .speed ? "ipf" : part.rawValue
      throw MessageError("`\(name)` cannot be set for a \(image == nil ? "movie" : "saved state")")
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
      throw MessageError("`ipf` is not in \(Configuration.instructionsPerFrameText)")
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
      guard try members.text("input") == nil else {
        throw MessageError("`keys` and `input` cannot be combined")
      }
      guard let keys = KeyScript(text) else {
        throw MessageError("`keys` is not as in \"60-70:5,100-130:1A\"")
      }
      run.keys = keys
    }
    for text in try members.texts("until") {
      guard let condition = StopCondition(text) else {
        throw MessageError(
          "`until` has \"\(text.displayText)\", and takes halt, key-wait, pc=ADDR and screen=SHA1")
      }
      run.until.append(condition)
    }
    return run
  }

  private static func count(_ name: String, _ members: JSONMembers) throws -> Int? {
    let count = try members.integer(name, Int.self)
    guard count ?? 0 >= 0 else { throw MessageError("`\(name)` is negative") }
    return count
  }
}
