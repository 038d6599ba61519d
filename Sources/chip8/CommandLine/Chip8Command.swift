import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// `chip8`: plays a program or resumes an image. Everything else is a subcommand.
struct Chip8Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chip8",
    abstract: "A CHIP-8 machine whose whole state is a file.",
    usage: """
      chip8 ROM [options]
      chip8 --restore IMAGE [options] [ARG…]
      chip8 --resume ROM [options]
      chip8 … --headless [options]
      chip8 SUBCOMMAND …
      """,
    discussion: """
      Plays a program for the COSMAC VIP, CHIP-48, SUPER-CHIP or XO-CHIP in a window, or runs it \
      headless, for tests. F5 saves the whole machine to a file, F9 loads it. A ROM that turns out \
      to be a saved state is restored; Octo sources and cartridges are assembled first.
      """,
    version: productVersion,
    subcommands: [
      ImageCommand.self, SlotsCommand.self, FlagsCommand.self, TimelineCommand.self,
      MovieCommand.self, KeysCommand.self, ConfigCommand.self, AsmCommand.self, DisasmCommand.self,
      CartCommand.self, FarmCommand.self, DebugCommand.self, DapCommand.self,
    ])

  @Argument(
    help: .value(
      "ROM",
      "A program, its source (.8o), a cartridge or a saved state, also in a zip file; - is "
        + "standard input. With --restore, arguments for the program."))
  var files: [String] = []

  @Option(help: .value("IMAGE", "Resume a saved state.")) var restore: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A file descriptor that holds that state.", visibility: .hidden))
  var restoreDescriptor: Int32?

  @Option(help: .value("DIR", "Directory of the slots.")) var slots: String?

  @Flag(help: "Resume the program's newest autosave.")
  var resume = false

  @Flag(help: "Reload the file whenever it changes, for development.")
  var watch = false

  @Flag(help: "With --watch: replace only the program, and keep the machine's state.")
  var keepState = false

  @OptionGroup(title: "Machine")
  var machine: MachineOptions

  @OptionGroup(title: "Host calls")
  var host: HostOptions

  @OptionGroup
  var flags: FlagOptions

  @OptionGroup(title: "The past")
  var past: PastOptions

  @OptionGroup(title: "The timeline")
  var timeline: TimelineOptions

  @OptionGroup(title: "Display, input, debugging")
  var settings: SettingsOptions

  @OptionGroup(title: "Playing")
  var player: PlayerOptions

  @OptionGroup(title: "Headless runs")
  var headless: HeadlessOptions

  @OptionGroup(title: "Moving a machine")
  var mobility: MobilityOptions

  @Flag(name: .customLong("help-all"), help: "Show all options.")
  var showsAllHelp = false

  func validate() throws {
    if showsAllHelp { throw CleanExit.helpRequest(self) }
    try machine.validateCombination()
    try flags.validateCombination()
    try past.validateCombination()
    try settings.validateCombination()
    try player.validateCombination(isHeadless: headless.isHeadless)
    try headless.validateCombination()
    try headless.movie.validateCombination()
    try mobility.validateCombination(headless, restore: restore)
    if watch, headless.isHeadless || restore != nil || files.first == "-" {
      throw ValidationError("--watch requires a program's file and a window.")
    }
    if resume, restore != nil {
      throw ValidationError("--resume and --restore cannot be combined.")
    }
    if restoreDescriptor != nil, restore == nil {
      throw ValidationError("--restore-descriptor requires --restore IMAGE.")
    }
    try checkStandardInput([restore ?? files.first, headless.movie.input, settings.symbols])
    if keepState, !watch { throw ValidationError("--keep-state requires --watch.") }
  }

  func run() throws {
    // A run that is not played reads nothing that its command line does not name.
    var settings =
      headless.isHeadless
      ? nil : try PlayerSettings(given, config: player.config, slotsRoot: slotsRoot)
    var request = request
    let input = try request.input()
    try check(input)
    let file = try loadedFile(request, input, settings?.levels.effective)
    let kept = try flags.kept(
      besideSlotsIn: slotsRoot, isHeadless: headless.isHeadless, replaying: input)
    if headless.isHeadless { request.keptFlags = kept }
    var start = try start(request, file, input, &settings)
    let base = try headless.base.map {
      try ParentImage($0, machine.dependencies, &start.loaded.inputs)
    }
    try start.loaded.keepProgram(base, headless, mobility)
    if let settings { return try play(start, settings, kept, watching: watch ? file : nil) }
    try runHeadless(start, kept, base)
  }

  /// What is wanted of the player.
  private var request: PlayRequest {
    var request = PlayRequest()
    (request.path, request.isImageExpected) = (restore ?? files.first, restore != nil)
    request.inputPath = headless.movie.input
    (request.machine, request.metadata) = (machineRequest, settings.request)
    request.resumedSlotsRoot = resume ? slotsRoot : nil
    (request.entryCalls, request.arguments) = (host.entryCalls, arguments)
    (request.keys, request.hostCallsPath) = (headless.keys ?? .empty, host.hostCalls)
    return request
  }

  /// Makes the machine, with what the player has set for its program.
  private func start(
    _ request: PlayRequest, _ file: LoadedFile, _ input: InputFile?,
    _ settings: inout PlayerSettings?
  ) throws -> PlayStart {
    let start: PlayStart
    do {
      start = try request.start(file, input) { program in
        settings?.readProgram(program)
        return settings?.levels
      }
    } catch PlayerError.contents(let path, ImageError.notAnImage) where restore != nil {
      throw Failure.data(
        path, "\(ImageError.notAnImage); to run it as a program, leave out --restore")
    }
    if !start.entryCalls.isEmpty, !headless.saves {
      throw Failure.usage("--call requires --restore IMAGE or --save FILE")
    }
    return start
  }

  /// Runs a machine without a player.
  private func runHeadless(
    _ start: PlayStart, _ kept: KeptFlags?, _ base: ParentImage?
  ) throws {
    var player = start.player(isReadOnly: headless.movie.isReadOnly)
    player.pastByteLimit = past.byteLimit
    player.runAhead = given.runAhead.map { RunAhead($0) }
    player.isParanoid = timeline.isParanoid
    reportWarnings(of: &player)
    try player.saveWithEntryCalls(start.entryCalls)
    if headless.movie.record != nil { player.record(start.recordedFacts) }
    var run = try HeadlessRun(
      headless, mobility, machine, player, start.keys, parent: base, slotsRoot: slotsRoot, kept)
    try run.prepare()
    if mobility.acknowledge, let image = start.loaded.image { try run.takeOver(image) }
    try run.runToEnd()?.execute()
  }

  /// What the command line sets.
  var given: Settings { settings.given.over(player.given) }

  var slotsRoot: String { slots ?? Slots.defaultRoot() }

  /// What is wanted of the machine: in a window, other random numbers each time.
  var machineRequest: MachineRequest {
    var request = machine.request
    request.moment = past.moment
    if !headless.isHeadless { request.defaultSeed = UInt64.random(in: 0...UInt64.max) }
    return request
  }

  /// What is handed to the program in an image.
  var arguments: [String] { restore == nil ? [] : files }

  /// Refuses arguments that no program can be handed, before anything is read.
  private func checkArguments() throws(Failure) {
    do throws(Arguments.Refusal) {
      try Arguments.check(arguments)
    } catch { throw .usage(error.description) }
  }

  /// The file that is named, however it is named.
  private func loadedFile(
    _ request: PlayRequest, _ input: InputFile?, _ settings: Settings?
  ) throws -> LoadedFile {
    switch (restore, files.count) {
    case (let image?, _):
      try checkArguments()
      if let restoreDescriptor { return try LoadedFile(handed: restoreDescriptor, image) }
      if mobility.acknowledge { return try LoadedFile(mobility.channel) }
    case (nil, 0) where input?.movie == nil:
      guard settings.map(isHome) ?? false, let first = Library.bundled.first?.program else {
        throw Failure.programs(0, example: "chip8 game.ch8, or chip8 --help")
      }
      // The machine does not run unless it is chosen.
      return try LoadedFile("\(first.name).ch8", contents: first.bytes)
    case (nil, 2...): throw Failure.programs(files.count)
    default: break
    }
    return try request.file(input)
  }
}
