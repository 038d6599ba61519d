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
      to be a saved state is restored as one, a source in Octo's language is assembled first, and \
      so is the one in an Octo cartridge.
      """,
    version: "0.1.0",
    subcommands: [
      ImageCommand.self, SlotsCommand.self, FlagsCommand.self, AsmCommand.self, DisasmCommand.self,
      CartCommand.self,
    ])

  @Argument(
    help: ArgumentHelp(
      "The program, its source (.8o), a cartridge or a saved state, also in a zip file; - is "
        + "standard input. With --restore, what is handed to the program.",
      valueName: "ROM"))
  var files: [String] = []

  @Option(help: ArgumentHelp("Resume a saved state.", valueName: "IMAGE"))
  var restore: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The descriptor of that state in memory, which was read already.", visibility: .hidden))
  var restoreDescriptor: Int32?

  @Option(help: ArgumentHelp("Where the slots are kept.", valueName: "DIR"))
  var slots: String?

  @Flag(help: "Go on from the newest autosave of the program.")
  var resume = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often a window saves the machine by itself, in seconds; 0: not even on leaving.",
      valueName: "SECONDS"))
  var autosave: Int?

  @Flag(help: "Play the file again whenever it changes: for writing a program.")
  var watch = false

  @Flag(help: "With --watch: change only the program, and let the machine go on.")
  var keepState = false

  @OptionGroup(title: "The machine")
  var machine: MachineOptions

  @OptionGroup(title: "The program and its host")
  var host: HostOptions

  @OptionGroup
  var flags: FlagOptions

  @OptionGroup(title: "Looks, keys and stops, which images keep")
  var settings: SettingsOptions

  @OptionGroup(title: "A headless run")
  var headless: HeadlessOptions

  @OptionGroup(title: "Moving a running machine")
  var mobility: MobilityOptions

  func validate() throws {
    try machine.validateCombination()
    try settings.validateCombination()
    try headless.validateCombination()
    try mobility.validateCombination(headless, restore: restore)
    if watch, headless.isHeadless || restore != nil || files.first == "-" {
      throw ValidationError("--watch is for a program's file that is played in a window.")
    }
    if resume, restore != nil {
      throw ValidationError("--resume and --restore contradict each other: give one of them.")
    }
    if let autosave, !(0...86_400).contains(autosave) {
      throw ValidationError("--autosave takes 0 to 86400 seconds, not \(autosave).")
    }
    if autosave != nil, headless.isHeadless {
      throw ValidationError("--autosave is for a window: a headless run saves when you say so.")
    }
    if restoreDescriptor != nil, restore == nil {
      throw ValidationError("--restore-descriptor is for --restore: add it too.")
    }
    let read = [restore ?? files.first, headless.input, settings.symbols]
    guard read.filter({ $0 == "-" }).count < 2 else {
      throw ValidationError("Only one thing can be read from standard input.")
    }
    if keepState, !watch { throw ValidationError("--keep-state is for --watch: add it too.") }
  }

  func run() throws {
    let request = machineRequest
    let file = try loadedFile()
    var loaded = try machine(in: file, request)
    if resume { loaded = try loaded.resumed(file.path, request, slotsRoot: slotsRoot) }
    try loaded.apply(settings.request, from: file.path)
    let recording = try headless.input.map { path in
      let recording = try Recording(contentsOf: path, &loaded.inputs)
      try recording.check(loaded.machine.program, path: path)
      return recording
    }
    let base = try headless.base.map { try BaseImage($0, machine.dependencies, &loaded.inputs) }
    try loaded.keepProgram(base, headless, mobility)
    let kept = try flags.kept(
      besideSlotsIn: slotsRoot, isHeadless: headless.isHeadless, replaying: recording,
      from: headless.input)
    let goals = try host.goals(loaded.metadata.names)
    let isImage = loaded.image != nil
    if isImage {
      try loaded.prepare(goals: goals, arguments: arguments, path: file.path)
    } else if !goals.isEmpty, !headless.saves {
      throw Failure.usage("--goal is for a saved state: add --restore or --save")
    }
    let host = try host.host(replaying: recording, from: headless.input)
    if headless.isHeadless {
      let flags = try loaded.powerOnFlags(kept, recording, from: headless.input)
      var player = Player(loaded, host)
      reportWarnings(of: &player)
      try player.saveWithEntryCalls(isImage ? [] : goals)
      var run = try HeadlessRun(
        headless, mobility, machine.dependencies, player, recording?.keys, basedOn: base,
        slotsRoot: slotsRoot, kept, flagsAtStart: flags)
      try run.prepare()
      if mobility.acknowledge, let image = loaded.image { try run.takeOver(image) }
      try run.toEnd()?.execute()
    } else {
      try play(loaded, host, kept, watching: watch ? file : nil)
    }
  }

  /// Plays in a window.
  private func play(
    _ loaded: LoadedMachine, _ host: Host, _ kept: KeptFlags?, watching file: LoadedFile?
  ) throws {
    #if SDL
      var options = PlaySession.Options()
      (options.machine, options.metadata) = (machineRequest, settings.request)
      options.slotsRoot = slotsRoot
      options.autosaveSeconds = autosave.map { $0 > 0 ? $0 : nil } ?? 60
      options.keptFlags = kept
      let session = PlaySession(loaded, host, options)
      if let file { session.watch(files[0], file, keepsState: keepState) }
      try Window.play(session) {
        guard mobility.acknowledge, let image = loaded.image else { return }
        try mobility.takeOver(image, savedAs: session.saveProvisionally())
      }
      if let restoration = session.restart {
        try NextProcess(playing: restoration, after: session, options).execute()
      }
    #else
      throw Failure.usage("this chip8 was built without windows: add --headless")
    #endif
  }

  private func machine(
    in file: LoadedFile, _ request: MachineRequest
  ) throws -> LoadedMachine {
    do throws(PlayerError) { return try LoadedMachine(file, request) } catch {
      if case .contents(let path, ImageError.notAnImage as any Error) = error, restore != nil {
        throw Failure.data(
          path, "\(ImageError.notAnImage); to run it as a program, leave out --restore")
      }
      throw error
    }
  }

  private var slotsRoot: String { slots ?? Slots.defaultRoot() }

  /// What is wanted of the machine: in a window, other random numbers each time.
  private var machineRequest: MachineRequest {
    var request = machine.request
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
  private func loadedFile() throws -> LoadedFile {
    switch (restore, files.count) {
    case (let image?, _):
      try checkArguments()
      if let restoreDescriptor { return try LoadedFile(handed: restoreDescriptor, image) }
      return mobility.acknowledge
        ? try LoadedFile(mobility.channel) : try LoadedFile(image, isImageExpected: true)
    case (nil, 1):
      return try LoadedFile(files[0])
    case (nil, 0):
      throw Failure.usage("name a program to run: chip8 game.ch8 (chip8 --help tells more)")
    case (nil, _):
      throw Failure.usage("only one program can run at a time, and \(files.count) were named")
    }
  }
}

struct MachineOptions: ParsableArguments {
  @Option(help: "The machine to run the program on; auto finds out by the program.")
  var platform: PlatformChoice = .auto

  @Option(
    help: ArgumentHelp(
      "Switch one quirk against the platform's default.", valueName: "NAME=on|off"),
    transform: { try QuirkChoice(argument: $0) })
  var quirk: [QuirkChoice] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Instructions per frame.", valueName: "N"))
  var ipf: Int?

  @Option(help: "What a frame is measured by; cycles is for vip and hires.")
  var timing: Configuration.Timing?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of the random numbers.", valueName: "N"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write to the RAM before the first instruction.", valueName: "ADDR=BYTE[,BYTE...]"))
  var poke: [Poke] = []

  @OptionGroup var dependencies: DependencyOptions

  func validateCombination() throws {
    if let ipf, !Configuration.instructionsPerFrameRange.contains(ipf) {
      throw ValidationError("--ipf takes 1 to 10000000 instructions per frame, not \(ipf).")
    }
    if timing == .cycles, ipf != nil {
      throw ValidationError("--timing cycles and --ipf contradict each other: give one of them.")
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
      "Stop when the program halts, waits for a key, is at an address, or shows a screen.",
      valueName: "halt|key-wait|pc=ADDR|pc=LABEL|screen=SHA1"))
  var until: [StopCondition] = []

  @Option(
    help: ArgumentHelp(
      "Keys held from frame FROM until before TO.", valueName: "FROM-TO:KEYS[,...]"))
  var keys: KeyScript?

  @Option(help: ArgumentHelp("Play an input recording.", valueName: "FILE"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Record the keys and what the host answers, for --input.", valueName: "FILE"))
  var record: String?

  @Option(help: ArgumentHelp("Write an image of the machine as it stops.", valueName: "FILE"))
  var save: String?

  @Option(help: ArgumentHelp("Save the machine as it stops in a slot.", valueName: "NAME"))
  var saveSlot: String?

  @Flag(help: "Make the file that is saved a program that goes on with the machine.")
  var executable = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --executable: options of that program.", valueName: "OPTIONS"))
  var with: String?

  @Flag(name: .customLong("no-rom"), help: "Leave the program out of that image.")
  var leavesOutProgram = false

  @Option(
    help: ArgumentHelp(
      "Write only the difference from another image, which is needed to load this one.",
      valueName: "IMAGE"))
  var base: String?

  @Option(help: ArgumentHelp("Write the screen as a picture.", valueName: "FILE.png"))
  var screenshot: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Scale factor.", valueName: "N"))
  var scale: Int?

  @Option(help: "Print as text how the machine stops.")
  var print: [Printed] = []

  @Flag(help: "Print one JSON object, and nothing else.")
  var json = false

  @Option(help: ArgumentHelp("Write a line for each instruction.", valueName: "FILE"))
  var trace: String?

  func validateCombination() throws {
    if !isHeadless, let option = headlessOption {
      throw ValidationError("\(option) is for headless runs: add --headless.")
    }
    if let frames, frames < 0 { throw ValidationError("--frames takes no negative number.") }
    if let instructions, instructions < 0 {
      throw ValidationError("--instructions takes no negative number.")
    }
    do throws(Failure) { _ = try slot() } catch { throw ValidationError(error.message + ".") }
    if keys != nil, input != nil {
      throw ValidationError("--keys and --input contradict each other: give one of them.")
    }
    if executable, save == nil {
      throw ValidationError("--executable is for --save: name a file too.")
    }
    if with != nil, !executable { throw ValidationError("--with is for --executable: add it too.") }
    if scale != nil, screenshot == nil {
      throw ValidationError("--scale is for --screenshot: name a picture too.")
    }
    if let scale, !(1...64).contains(scale) {
      throw ValidationError("--scale takes 1 to 64, not \(scale).")
    }
    if save == nil, leavesOutProgram || base != nil {
      let option = leavesOutProgram ? "--no-rom" : "--base"
      throw ValidationError("\(option) is for --save: name a file too.")
    }
    if base == "-" { throw ValidationError("--base takes a file, which is needed again later.") }
    if json, !print.isEmpty {
      throw ValidationError("--json and --print contradict each other: give one of them.")
    }
    let onStandardOutput = [save, screenshot, trace, record].filter { $0 == "-" }.count
    if onStandardOutput + (json || !print.isEmpty ? 1 : 0) > 1 {
      throw ValidationError("Only one thing can be written to standard output.")
    }
  }

  /// The files that are written, but for the slot.
  func outputs(apartFrom inputs: InputFiles) -> [Output] {
    let files: [(String?, Content)] = [
      (save, .savedState), (screenshot, .other), (trace, .other), (record, .other),
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
  var writesText: Bool { json || !print.isEmpty || [screenshot, trace, record].contains("-") }

  /// The first option given that only a headless run has.
  private var headlessOption: String? {
    let given: [(String, Bool)] = [
      ("--frames", frames != nil), ("--instructions", instructions != nil),
      ("--until", !until.isEmpty), ("--keys", keys != nil), ("--input", input != nil),
      ("--record", record != nil), ("--save", save != nil), ("--save-slot", saveSlot != nil),
      ("--executable", executable), ("--no-rom", leavesOutProgram), ("--base", base != nil),
      ("--screenshot", screenshot != nil), ("--scale", scale != nil),
      ("--print", !print.isEmpty), ("--json", json), ("--trace", trace != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
