import Chip8Core
import JSON
import SaveState

/// The machine requested for a program, over what the program itself declares.
public struct MachineRequest: Sendable {
  /// The platform; nil for the one that the program is for.
  public var platform: Platform?
  /// Quirks that are switched against the platform's default, in this order.
  public var quirks: [QuirkChoice] = []
  /// How many instructions a frame has, of ``Configuration/instructionsPerFrameRange``.
  public var instructionsPerFrame: Int?
  /// What a frame is measured by.
  public var timing: Configuration.Timing?
  /// What the random numbers follow from; nil for ``defaultSeed``.
  public var seed: UInt64?
  /// The seed where none is given. A random one makes each machine different.
  public var defaultSeed: UInt64 = 0
  /// What is written to the RAM before the first instruction.
  public var pokes: [Poke] = []
  /// What executes instructions.
  public var engine = EngineKind.fast
  /// The moment of an image's past with which to begin.
  public var moment: Moment?
  /// Whether the past of an image's machine is wanted, and a warning if it will not continue as where it
  /// was saved. A run that is only reported needs neither.
  package var wantsPast = true
  /// Where to look for what an image leaves out, if it is not beside it.
  public var dependencies = DependencyPaths()

  /// Wants nothing in particular.
  public init() {}

  /// Something that an image has decided already.
  public enum Part: String, Hashable, Sendable {
    /// Its platform.
    case platform
    /// One of its quirks.
    case quirk
    /// Its instructions per frame.
    case speed
    /// What its frames are measured by.
    case timing
    /// What its random numbers follow from.
    case seed
  }

  /// The first part that an image would contradict.
  var fixedByImages: Part? {
    if platform != nil { return .platform }
    if !quirks.isEmpty { return .quirk }
    if instructionsPerFrame != nil { return .speed }
    if timing != nil { return .timing }
    return seed == nil ? nil : .seed
  }

  /// What holds for any program: the pokes were for one.
  public var forAnotherProgram: MachineRequest {
    var request = self
    request.pokes = []
    request.moment = nil
    return request
  }

  /// A name that a machine is described with, and that nothing has.
  package enum UnknownName: Error, CustomStringConvertible {
    case platform
    case quirk(String)

    package var description: String {
      switch self {
      case .platform: "unknown `platform`; expected \(Platform.nameList)"
      case .quirk: "unknown quirk in `quirks`; expected \(Quirks.nameList)"
      }
    }
  }

  /// What the members `platform`, `quirks` and `seed` ask for.
  ///
  /// - Throws: ``UnknownName``, or `JSONError` for a member of another type.
  package init(_ members: JSONMembers) throws {
    if let name = try members.text("platform"), name != "auto" {
      guard let platform = Platform(rawValue: name) else { throw UnknownName.platform }
      self.platform = platform
    }
    let quirks = try members.object("quirks")
    for name in quirks?.names ?? [] {
      guard let quirk = Quirks(named: name) else { throw UnknownName.quirk(name) }
      if let isOn = try quirks?.bool(name) { self.quirks.append(QuirkChoice(quirk, isOn: isOn)) }
    }
    seed = try members.integer(orText: "seed")
  }

  /// Does to a machine what is wanted of any: writes to its RAM, and chooses its engine.
  func prepare(_ timeline: inout Timeline<Chip8>) throws {
    for poke in pokes { try timeline.apply(.poke(poke.address, poke.bytes)) }
    timeline.run { $0.engine = engine }
  }

  /// The machine that a program gets.
  ///
  /// - Parameter suggested: the machine that it is for if none is named.
  package func configuration(
    for program: Program, suggested: @autoclosure () -> Configuration
  ) throws(PlayerError) -> Configuration {
    var configuration = platform.map { Configuration($0) } ?? suggested()
    for choice in quirks { choice.apply(to: &configuration.quirks) }
    if let instructionsPerFrame { configuration.instructionsPerFrame = instructionsPerFrame }
    if let timing { configuration.timing = timing }
    guard configuration.timing == .ipf || configuration.platform.hasCycles else {
      throw .request(.noCycles(program: program.name, configuration.platform))
    }
    return configuration
  }
}

/// A quirk that is switched on or off.
public struct QuirkChoice: Hashable, Sendable {
  /// The quirk.
  public let quirk: Quirks
  /// Whether it is on.
  public let isOn: Bool

  /// Switches a quirk.
  public init(_ quirk: Quirks, isOn: Bool) { (self.quirk, self.isOn) = (quirk, isOn) }

  package func apply(to quirks: inout Quirks) {
    if isOn { quirks.insert(quirk) } else { quirks.remove(quirk) }
  }
}

extension QuirkChoice {
  /// Why a text is not a choice.
  package enum Problem: Error, CustomStringConvertible {
    case unknownName(String)
    case neitherOnNorOff(name: String, text: String)

    package var description: String {
      switch self {
      case .unknownName(let name): "unknown quirk \"\(name)\"; known are \(Quirks.nameList)"
      case .neitherOnNorOff(_, let text): "\"\(text)\" is not NAME=on or NAME=off"
      }
    }
  }

  /// What is written as `NAME=on` or `NAME=off`.
  package init(_ text: some StringProtocol) throws(Problem) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let quirk = Quirks(named: name) else { throw .unknownName(name) }
    guard parts.count == 2, ["on", "off"].contains(parts[1]) else {
      throw .neitherOnNorOff(name: name, text: String(text))
    }
    self.init(quirk, isOn: parts[1] == "on")
  }

  /// A quirk as a machine has it.
  package init(_ quirk: Quirks, of configuration: Configuration) {
    self.init(quirk, isOn: configuration.quirks.contains(quirk))
  }

  /// As it is written.
  package var text: String {
    let name = Quirks.named.first { $0.quirk == quirk }?.name ?? ""
    return "\(name)=\(isOn ? "on" : "off")"
  }
}

/// Bytes for the RAM.
public struct Poke: Hashable, Sendable {
  /// Where the first one goes.
  public let address: Int
  /// The bytes.
  public let bytes: [UInt8]

  /// Bytes from an address on.
  public init(_ address: Int, _ bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }
}

/// Where to look for what images leave out, besides the image's own directory.
public struct DependencyPaths: Sendable {
  /// Files, or directories, that may have the program.
  public var programs: [String]
  /// Files, or directories, that may have the image that another one is based on.
  public var parents: [String]

  /// Looks there.
  public init(programs: [String] = [], parents: [String] = []) {
    (self.programs, self.parents) = (programs, parents)
  }

  /// Looks beside an image's file, and where this says.
  public func files(beside path: String) -> FileDependencies {
    FileDependencies(
      beside: path, programPaths: programs, parentPaths: parents, programSuffix: ".ch8")
  }

  /// An image with all that it leaves out.
  ///
  /// - Parameter inputs: to what is added where that was found.
  package func completed(
    _ image: Image, at path: String, _ inputs: inout InputFiles
  ) throws(ImageError) -> Image {
    var files = files(beside: path)
    defer { inputs.add(files.inputs) }
    return try image.completed(Chip8.self, by: &files)
  }
}
