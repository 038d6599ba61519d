import Chip8Core
import Octo
import SaveState

/// A machine made from a file: a program that is switched on, from its source or assembled, or an
/// image that is restored.
public struct LoadedMachine: Sendable {
  /// The machine, with what is known of its past. It has not run yet.
  package internal(set) var timeline: Timeline<Chip8>
  /// What the program's own file says beside it: its source of names, its cartridge of colours.
  let own: SessionMetadata
  /// What was requested beside the machine.
  var given = SessionMetadata()
  /// What its source was assembled to, if the program was loaded from that.
  private(set) var assembly: Assembly?
  /// The file, as it was named.
  private(set) var programPath: String?
  /// How its cartridge wants it to be played with fingers, if it does.
  private(set) var touchMode: TouchMode?
  /// What holds of all that is said beside the machine.
  public internal(set) var metadata: SessionMetadata
  /// Whether what images say of that is not wanted.
  var forgetsSaved = false
  /// The machine that the program wants; nil for what was loaded from an image, which does not say.
  private(set) var ownConfiguration: Configuration?
  /// Stops the machine where it is to stop.
  public internal(set) var debugger = Debugger()
  /// The image that the machine comes from, if it does, with all that its file leaves out.
  public internal(set) var image: Image?
  /// Whether that file holds the program's bytes, and no other that is known of does.
  package private(set) var isHoldingProgram = false
  /// Every file that was read for all of this.
  public var inputs: InputFiles
  /// What went well but for this.
  public internal(set) var warnings: [Warning] = []

  /// The machine.
  public var machine: Chip8 { timeline.machine }

  /// What is known of the program beside its bytes.
  public var source: ProgramSource { ProgramSource(assembly, metadata.labels) }

  /// Loads a program in any form, or an image.
  ///
  /// - Throws: ``PlayerError``, or `StorageError` for a file that cannot be read.
  public init(_ file: LoadedFile, _ request: MachineRequest = MachineRequest()) throws {
    switch file.kind {
    case .image:
      try self.init(restoring: file, request)
    case .cartridge:
      let cartridge = try Cartridge(file)
      try self.init(
        SourceFile(file, inCartridge: cartridge.program), cartridge.options, request)
    case .source:
      try self.init(SourceFile(file), CartridgeOptions(), request)
    case .program, .foreign:
      let (program, suggested) = try file.contents()
      try self.init(file.path, program, suggested: suggested, request, file.inputs)
    }
    programPath = file.path
  }

  /// A program in its source, which may come from a cartridge that says how to run it.
  package init(
    _ source: SourceFile, _ cartridge: CartridgeOptions, _ request: MachineRequest
  ) throws {
    let assembly = try source.assembled()
    let program = Program(name: programName(source.path), bytes: assembly.program)
    let symbols = Symbols(of: assembly, file: source.path, program)
    var own = cartridge.metadata(for: program)
    own.labels = try Labels(symbols, source.path)
    try self.init(
      source.path, program, suggested: cartridge.configuration(for: program), request,
      source.inputs, own)
    self.assembly = assembly
    touchMode = cartridge.touchInputMode.flatMap { TouchMode(rawValue: $0) }
    if !cartridge.ignored.isEmpty {
      warnings.append(.ignoredCartridgeOptions(path: source.path, cartridge.ignored))
    }
  }

  /// A program that is switched on.
  private init(
    _ path: String, _ program: Program, suggested: Configuration, _ request: MachineRequest,
    _ inputs: InputFiles, _ own: SessionMetadata = SessionMetadata()
  ) throws {
    let configuration = try request.configuration(for: program, suggested: suggested)
    timeline = try inFile(path) {
      Timeline(try Chip8(program, configuration, seed: request.seed ?? request.defaultSeed))
    }
    try request.prepare(&timeline)
    self.own = own
    self.inputs = inputs
    ownConfiguration = suggested
    metadata = own
    image = nil
  }

  /// Powers the machine on as the player has chosen in the menu, unless it was restored.
  ///
  /// - Parameters:
  ///   - kept: what is kept for the program.
  ///   - request: what takes precedence over that: with which the machine was loaded.
  ///   - path: the file that was loaded.
  public mutating func choose(
    _ kept: Settings, under request: MachineRequest, from path: String
  ) throws {
    guard image == nil, let ownConfiguration, !kept.machine.isEmpty else { return }
    let seed = request.seed ?? request.defaultSeed
    timeline = try inFile(path) {
      let configuration = try request.over(kept).configuration(
        for: machine.program, suggested: ownConfiguration)
      return Timeline(try Chip8(machine.program, configuration, seed: seed))
    }
    try request.prepare(&timeline)
  }

  private init(restoring file: LoadedFile, _ request: MachineRequest) throws {
    if let part = request.fixedByImages {
      throw PlayerError.request(.fixedByImage(part, path: file.path))
    }
    var inputs = file.inputs
    let (read, image, machine) = try inFile(file.path) {
      let read = try Image(file.bytes)
      let image = try request.dependencies.completed(read, at: file.diskPath, &inputs)
      return (read, image, try image.machine() as Chip8)
    }
    isHoldingProgram = read.embedsProgram
    (self.inputs, self.image) = (inputs, image)
    own = SessionMetadata()
    metadata = own
    if request.wantsPast {
      var warnings = image.driftWarnings(machine, in: file.path)
      timeline = Timeline(machine, from: image, in: file.path, &warnings)
      self.warnings = warnings
    } else {
      timeline = Timeline(machine)
    }
    try begin(with: request, from: file.path)
  }

  /// Goes to the moment of an image's past that is wanted, and writes to the RAM there.
  private mutating func begin(with request: MachineRequest, from path: String) throws {
    timeline.run { $0.engine = request.engine }
    if let moment = request.moment {
      let hasPast = timeline.start != timeline.end
      do throws(SeekError) { try timeline.seek(to: moment) } catch {
        throw PlayerError.contents(path: path, MomentError(error: error, hasPast: hasPast))
      }
    }
    try request.prepare(&timeline)
  }

  /// Takes what is requested, over what the image says, over what the program's own file does.
  ///
  /// - Parameter path: the file that was loaded.
  public mutating func apply(_ request: MetadataRequest, from path: String) throws {
    if request.forgetsSaved { image = image?.withoutMetadata }
    let saved =
      image.map { SessionMetadata($0, of: machine, in: path, &warnings) } ?? SessionMetadata()
    let beneath = saved.over(own)
    given = try request.given(for: machine, over: beneath, &inputs)
    metadata = given.over(beneath)
    forgetsSaved = request.forgetsSaved
    // A saved machine has already stopped at its breakpoint, but an entry call has not.
    debugger = Debugger(metadata)
    if image != nil { debugger.resumePast(machine) }
  }

  /// Gives the program in an image its entry calls and arguments.
  ///
  /// - Parameters:
  ///   - entryCalls: the addresses of the subroutines.
  ///   - path: the image's file.
  public mutating func prepare(
    entryCalls: [Int], arguments: [String], path: String
  ) throws {
    try timeline.addEntryCalls(entryCalls)
    // No arguments are not an input either: a machine that is saved again has the past that it had.
    guard !arguments.isEmpty else { return }
    do throws(InputError) { try timeline.apply(.arguments(arguments)) } catch {
      guard error == .arguments(.notSuspended) else { throw error }
      throw PlayerError.contents(path: path, error)
    }
  }

  /// The program's newest autosave. Without a usable one, the program starts; ``warnings`` say so.
  ///
  /// - Parameters:
  ///   - path: where the program comes from.
  ///   - slotsRoot: where the slots of all programs are.
  public func resumed(
    _ path: String, _ request: MachineRequest, slotsRoot: String
  ) throws -> LoadedMachine {
    guard image == nil else { throw PlayerError.request(.resumesImage(path: path)) }
    let slots = Slots(root: slotsRoot, program: machine.program.sha1)
    let (found, skipped) = slots.newestResumable(Chip8.self, in: Autosave.resumable)
    var resumed = self
    resumed.warnings += skipped.map(Warning.skippedAutosave)
    guard let found else {
      resumed.warnings.append(.nothingToResume(program: machine.program.name))
      return resumed
    }
    if let part = request.fixedByImages { throw PlayerError.request(.fixedByAutosave(part)) }
    resumed.warnings += found.image.driftWarnings(found.machine, in: found.path)
    resumed.timeline = Timeline(
      found.machine, from: found.image, in: found.path, &resumed.warnings)
    resumed.image = found.image
    try resumed.begin(with: request, from: found.path)
    _ = try resumed.inputs.readEnd(found.path, limit: 0, for: .subject)
    return resumed
  }
}

extension Image {
  /// Whether the machine will not continue as it would have where it was saved, or the image's word on
  /// that cannot be read: the state itself is whole either way.
  func driftWarnings(_ machine: Chip8, in path: String) -> [Warning] {
    do throws(ImageError) {
      guard let witness = try witness(), !witness.holds(for: machine) else { return [] }
      return [.drift(path: path)]
    } catch { return [.unreadable(path: path, error)] }
  }
}

extension Cartridge {
  package init(_ file: LoadedFile) throws {
    self = try inFile(file.path) { try Cartridge(file.bytes) }
  }
}

extension Timeline<Chip8> {
  package mutating func addEntryCalls(_ addresses: [Int]) throws {
    for address in addresses { try apply(.entryCall(address)) }
  }
}
