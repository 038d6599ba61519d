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
    help: ArgumentHelp(
      "A program, its source (.8o), a cartridge or a saved state, also in a zip file; - is "
        + "standard input. With --restore, arguments for the program.",
      valueName: "ROM"))
  var files: [String] = []

  @Option(help: ArgumentHelp("Resume a saved state.", valueName: "IMAGE"))
  var restore: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A file descriptor that holds that state.", visibility: .hidden))
  var restoreDescriptor: Int32?

  @Option(help: ArgumentHelp("Directory of the slots.", valueName: "DIR"))
  var slots: String?

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
    let read = [restore ?? files.first, headless.movie.input, settings.symbols]
    guard read.filter({ $0 == "-" }).count < 2 else {
      throw ValidationError("Only one thing can be read from standard input.")
    }
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
    try check(file, playing: input)
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
    if headless.movie.record != nil { player.record(facts(start)) }
    var run = try HeadlessRun(
      headless, mobility, machine, player, start.keys, parent: base, slotsRoot: slotsRoot, kept)
    try run.prepare()
    if mobility.acknowledge, let image = start.loaded.image { try run.takeOver(image) }
    try run.toEnd()?.execute()
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
        throw Failure.usage("no program given: try chip8 game.ch8, or chip8 --help")
      }
      // The machine does not run unless somebody chooses it.
      return try LoadedFile("\(first.name).ch8", contents: first.bytes)
    case (nil, 2...): throw Failure.usage("expected one program, got \(files.count)")
    default: break
    }
    return try request.file(input)
  }
}

struct MachineOptions: ParsableArguments {
  @Option(help: "Platform; auto detects it from the program.")
  var platform: PlatformChoice = .auto

  @Option(
    help: ArgumentHelp(
      "Override one of the platform's quirks.", valueName: "NAME=on|off"),
    transform: { try QuirkChoice(argument: $0) })
  var quirk: [QuirkChoice] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Instructions per frame.", valueName: "N"))
  var ipf: Int?

  @Option(help: "Frame timing: instructions or COSMAC VIP cycles (vip and hires only).")
  var timing: Configuration.Timing?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of the random number generator.", valueName: "N"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write to RAM before the first instruction.", valueName: "ADDR=BYTE[,BYTE...]"))
  var poke: [Poke] = []

  @Option(
    help: ArgumentHelp(
      "Execution engine; auto, the default, is the fastest that runs here. Results are the same."))
  var engine: EngineChoice?

  @OptionGroup var dependencies: DependencyOptions

  func validateCombination() throws {
    if let ipf, !Configuration.instructionsPerFrameRange.contains(ipf) {
      throw ValidationError(
        "--ipf takes \(Configuration.instructionsPerFrameText) instructions per frame, not \(ipf).")
    }
    if timing == .cycles, ipf != nil {
      throw ValidationError("--timing cycles and --ipf cannot be combined.")
    }
  }

  /// What is wanted of the machine.
  var request: MachineRequest {
    var request = MachineRequest()
    if case .platform(let platform) = platform { request.platform = platform }
    request.quirks = quirk
    request.instructionsPerFrame = ipf
    request.timing = timing
    request.seed = seed
    request.pokes = poke
    request.engine = (engine ?? .auto).kind
    request.dependencies = dependencies.paths
    return request
  }
}

struct HeadlessOptions: ParsableArguments {
  @Flag(name: .customLong("headless"), help: "No window, no sound, as fast as possible.")
  var isHeadless = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop after N frames of this run.", valueName: "N"))
  var frames: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop after exactly N instructions of this run.", valueName: "N"))
  var instructions: Int?

  @Option(
    help: ArgumentHelp(
      "Stop at a halt, a key wait, an address or a screen.",
      valueName: "halt|key-wait|pc=ADDR|pc=LABEL|screen=SHA1"))
  var until: [StopCondition] = []

  @Option(
    help: ArgumentHelp(
      "Hold keys from frame FROM until before frame TO.", valueName: "FROM-TO:KEYS[,...]"))
  var keys: KeyScript?

  @OptionGroup(title: "Movies")
  var movie: MovieOptions

  @Option(help: ArgumentHelp("Save an image of the machine when the run stops.", valueName: "FILE"))
  var save: String?

  @Option(help: ArgumentHelp("Save the machine to a slot when the run stops.", valueName: "NAME"))
  var saveSlot: String?

  @Flag(help: "Make the saved file executable: running it resumes the machine.")
  var executable = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --executable: options to run it with.", valueName: "OPTIONS"))
  var with: String?

  @Flag(name: .customLong("no-rom"), help: "Leave the program out of the image.")
  var leavesOutProgram = false

  @Option(
    help: ArgumentHelp(
      "Save only the delta from another image, which is needed to load this one.",
      valueName: "IMAGE"))
  var base: String?

  @Option(help: ArgumentHelp("Write the screen as a PNG.", valueName: "FILE.png"))
  var screenshot: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Scale factor.", valueName: "N"))
  var scale: Int?

  @Option(help: "Print the final state as text.")
  var print: [Printed] = []

  @Flag(help: "Print one JSON object and nothing else.")
  var json = false

  @Option(help: ArgumentHelp("Write one line per instruction.", valueName: "FILE"))
  var trace: String?

  func validateCombination() throws {
    if !isHeadless, let option = headlessOption {
      throw ValidationError("\(option) requires --headless.")
    }
    if let frames, frames < 0 { throw ValidationError("--frames must not be negative.") }
    if let instructions, instructions < 0 {
      throw ValidationError("--instructions must not be negative.")
    }
    do throws(Failure) { _ = try slot() } catch { throw ValidationError(error.message + ".") }
    if keys != nil, movie.input != nil {
      throw ValidationError("--keys and --input cannot be combined.")
    }
    if executable, save == nil {
      throw ValidationError("--executable requires --save FILE.")
    }
    if with != nil, !executable { throw ValidationError("--with requires --executable.") }
    try validatePicture(screenshot, scale)
    if save == nil, leavesOutProgram || base != nil {
      let option = leavesOutProgram ? "--no-rom" : "--base"
      throw ValidationError("\(option) requires --save FILE.")
    }
    if base == "-" { throw ValidationError("--base must be a file, not standard input.") }
    if json, !print.isEmpty {
      throw ValidationError("--json and --print cannot be combined.")
    }
    let onStandardOutput = [save, screenshot, trace, movie.record].filter { $0 == "-" }.count
    if onStandardOutput + (json || !print.isEmpty ? 1 : 0) > 1 {
      throw ValidationError("Only one thing can be written to standard output.")
    }
  }

  /// The files that are written, but for the slot.
  func outputs(apartFrom inputs: InputFiles) -> [Output] {
    let files: [(String?, Content)] = [
      (save, .savedState), (screenshot, .other), (trace, .other),
      (movie.record, movie.recordedContent),
    ]
    return files.compactMap { path, content in
      path.map { Output($0, content, apartFrom: inputs) }
    }
  }

  /// Whether the machine is saved as it stops.
  var saves: Bool { save != nil || saveSlot != nil }

  /// The slot that the machine is saved in, if it is.
  func slot() throws(Failure) -> SlotName? {
    guard let slot = try saveSlot.map(slotName) else { return nil }
    guard !slot.isAutosave else { throw .usage(StorageError.slot(slot, .autosave).description) }
    return slot
  }

  /// Whether anything but an image is written to standard output.
  var writesText: Bool {
    json || !print.isEmpty || [screenshot, trace, movie.record].contains("-")
  }

  /// The first option given that only a headless run has.
  private var headlessOption: String? {
    let given: [(String, Bool)] = [
      ("--frames", frames != nil), ("--instructions", instructions != nil),
      ("--until", !until.isEmpty), ("--keys", keys != nil), ("--save", save != nil),
      ("--save-slot", saveSlot != nil),
      ("--executable", executable), ("--no-rom", leavesOutProgram), ("--base", base != nil),
      ("--screenshot", screenshot != nil), ("--scale", scale != nil),
      ("--print", !print.isEmpty), ("--json", json), ("--trace", trace != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
