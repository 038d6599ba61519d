import Chip8Core
import JSON
import SaveState

/// A run of many, as a line of a job file asks for it: docs/FARMING.md.
struct FarmJob {
  /// Where its machine comes from.
  enum Source: Hashable {
    /// A program that is switched on.
    case program(String)
    /// A saved state.
    case restore(String)

    var path: String {
      switch self {
      case .program(let path), .restore(let path): path
      }
    }
  }

  let source: Source
  let machine: MachineRequest
  let run: RunRequest
  /// The file that is written as it stops.
  let savePath: String?
}

/// The name of a job: a text or a whole number, which its row has as it is.
enum FarmJobID: Decodable, Hashable {
  case text(String)
  case number(Int64)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int64.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      throw FarmError("`id` is neither a text nor a whole number")
    }
  }

  /// As the row has it.
  var value: any Encodable {
    switch self {
    case .text(let text): text
    case .number(let number): number
    }
  }
}

/// Why a job cannot be run: one sentence.
struct FarmError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A line of a job file that is an object, whatever its members are worth.
struct FarmLine: Decodable {
  /// The job's name, if it has one.
  let id: FarmJobID?
  /// The job, or why it cannot be run.
  let job: Result<FarmJob, FarmError>

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: FarmMember.self)
    id = try? members.decode(FarmJobID.self, forKey: FarmMember("id"))
    let hasID = id != nil
    job = Result {
      guard hasID else {
        throw FarmError("`id` is missing, or neither a text nor a whole number")
      }
      return try FarmJob(members)
    }.mapError { FarmError("\($0)") }
  }
}

/// The name of a member, known or not.
struct FarmMember: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension FarmJob {
  private static let names: Set<String> = [
    "id", "program", "restore", "platform", "quirks", "ipf", "seed", "keys", "frames",
    "instructions", "until", "save",
  ]

  fileprivate init(_ members: KeyedDecodingContainer<FarmMember>) throws {
    if let unknown = members.allKeys.first(where: { !FarmJob.names.contains($0.stringValue) }) {
      throw FarmError("`\(unknown.stringValue.displayText)` is not a member of a job")
    }
    func member<Value: Decodable>(_ name: String, _ type: Value.Type = Value.self) throws -> Value?
    {
      do { return try members.decodeIfPresent(type, forKey: FarmMember(name)) } catch {
        throw FarmError("\(JSONError(error))")
      }
    }
    let sources = [
      try member("program").map(Source.program), try member("restore").map(Source.restore),
    ].compactMap(\.self)
    guard sources.count == 1 else { throw FarmError("a job has one of `program` and `restore`") }
    source = sources[0]
    guard source.path != "-", source.path != "" else {
      throw FarmError("a job's file cannot be standard input")
    }
    savePath = try member("save")
    guard savePath != "-" else { throw FarmError("`save` cannot be standard output") }

    var machine = MachineRequest()
    if let name = try member("platform", String.self), name != "auto" {
      guard let platform = Platform(rawValue: name) else {
        throw FarmError("`platform` is none of \(Platform.allCases.map(\.rawValue).list)")
      }
      machine.platform = platform
    }
    for (name, isOn) in (try member("quirks", [String: Bool].self) ?? [:]).sorted(by: {
      $0.key < $1.key
    }) {
      guard let quirk = Quirks(named: name) else {
        throw FarmError("`quirks` are \(Quirks.named.map(\.name).list)")
      }
      machine.quirks.append(QuirkChoice(quirk, isOn: isOn))
    }
    machine.instructionsPerFrame = try member("ipf")
    if let ipf = machine.instructionsPerFrame,
      !Configuration.instructionsPerFrameRange.contains(ipf)
    {
      throw FarmError("`ipf` is not in \(Configuration.instructionsPerFrameRange.text)")
    }
    machine.seed = try member("seed")
    if case .restore = source, let part = machine.fixedByImages {
      throw FarmError("`\(part == .speed ? "ipf" : part.rawValue)` is that of the saved state")
    }
    // What is saved has its past, as that of a run by itself.
    machine.wantsPast = savePath != nil
    self.machine = machine

    var run = RunRequest()
    run.frames = try FarmJob.count("frames", member("frames"))
    run.instructions = try FarmJob.count("instructions", member("instructions"))
    if let text = try member("keys", String.self) {
      guard let keys = KeyScript(text) else {
        throw FarmError("`keys` is not as in \"60-70:5,100-130:1A\"")
      }
      run.keys = keys
    }
    run.until = try (member("until", [String].self) ?? []).map { text in
      guard let condition = StopCondition(text) else {
        throw FarmError(
          "`until` has \"\(text.displayText)\", and takes halt, key-wait, pc=ADDR and screen=SHA1")
      }
      return condition
    }
    self.run = run
  }

  private static func count(_ name: String, _ count: Int?) throws(FarmError) -> Int? {
    guard count ?? 0 >= 0 else { throw FarmError("`\(name)` is negative") }
    return count
  }
}

extension [String] {
  fileprivate var list: String { joined(separator: ", ") }
}

extension ClosedRange<Int> {
  fileprivate var text: String { "\(lowerBound) to \(upperBound)" }
}
