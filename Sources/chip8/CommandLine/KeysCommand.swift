import ArgumentParser
import Chip8Core
import Chip8Player
import JSON
import SaveState

/// `chip8 keys`: what the keys do in a program.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Print what each key does in a program.",
    usage: "chip8 keys ROM [--json]",
    discussion: """
      A line for each key that the program uses: the key of the keypad, the keyboard key, and what it \
      does. Unknown programs are run briefly to detect their keys.
      """)

  @Argument(help: .value("ROM", "The program, its source or a saved state; - is standard input."))
  var rom: String

  @Flag(help: "Print one JSON object instead.") var json = false

  @Option(help: .value("DIR", "Directory of the slots, where changed keys are stored."))
  var slots: String?

  @Option(help: .value("FILE|off", "The configuration; by default that of chip8 config path."))
  var config: String?

  @OptionGroup var dependencies: DependencyOptions

  /// Ten seconds are enough to leave most titles.
  private static let frameLimit = 600
  private static let instructionLimit: UInt64 = 400_000

  func run() throws {
    var request = MachineRequest()
    request.dependencies = dependencies.paths
    var loaded = try LoadedMachine(LoadedFile(rom), request)
    var settings = try PlayerSettings(
      Settings(), config: config, slotsRoot: slots ?? Slots.defaultRoot())
    settings.readProgram(loaded.machine.program.sha1)
    settings.printProblems()
    try loaded.choose(settings.levels[.program], under: request, from: rom)
    try loaded.apply(MetadataRequest().asking(for: settings.levels), from: rom)
    var observer = KeyObserver(loaded.machine.program)
    observer.explore(
      loaded.machine, frames: KeysCommand.frameLimit,
      instructions: KeysCommand.instructionLimit)
    let map = KeyMap(
      for: observer.keys, settings.levels.preferences.keys + loaded.metadata.keys)
    let pads = PadMap(for: observer.keys, settings.levels.effective.buttons)
    let card = KeyCard(observer.keys, map, pads)
    guard json else { return try printSource(card.used.compactMap(\.line)) }
    let program = loaded.machine.program
    try printJSON(
      [
        "program": program.name, "sha1": "\(program.sha1)", "known": card.isKnown,
        "keys": card.used.map(\.json),
      ] as JSONObject)
  }
}

extension KeyCard.Cell {
  fileprivate var line: String? {
    meaning.text.map { "\(hexadecimal(key, 1))\t\(keyboardName ?? "none")\t\($0)" }
  }

  fileprivate var json: JSONObject {
    var (action, player): (String?, Int?) = (nil, nil)
    if case .action(let use) = meaning { (action, player) = (use.action, use.player) }
    return [
      "key": hexadecimal(key, 1), "keyboard": usages.map(KeyName.name(of:)),
      "pad": buttons.map(\.rawValue), "action": action, "player": player,
    ]
  }
}
