import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// `chip8 debug`: a prompt for a machine that is debugged, forwards and backwards.
struct DebugCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug",
    abstract: "Debug a program, forwards and backwards.",
    usage: """
      chip8 debug ROM [options]
      chip8 debug --restore IMAGE [options] [ARG…]
      """,
    discussion: """
      Reads commands from standard input, or takes them from --command. help lists them; \
      docs/DEBUGGING.md explains them.
      """)

  @Argument(
    help: .value(
      "ROM",
      "A program, its source (.8o), a cartridge or a saved state. With --restore, arguments for the "
        + "program."))
  var files: [String] = []

  @Option(help: .value("IMAGE", "Resume a saved state.")) var restore: String?

  @Option(help: .value("FROM-TO:KEYS[,...]", "Hold keys from frame FROM until before frame TO."))
  var keys: KeyScript?

  @Option(help: .value("FILE", "Debug a recorded movie."))
  var input: String?

  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: .value("TEXT", "A command; after the last one, the prompt ends."))
  var command: [String] = []

  @Option(help: .value("DIR", "Let the program save and restore images in a directory."))
  var hostCalls: String?

  @OptionGroup(title: "Machine")
  var machine: MachineOptions

  @OptionGroup(title: "Display, input, debugging")
  var settings: SettingsOptions

  func validate() throws {
    try machine.validateCombination()
    try settings.validateCombination()
    if keys != nil, input != nil {
      throw ValidationError("--keys and --input cannot be combined.")
    }
    if command.isEmpty, files.first == "-" || restore == "-" {
      throw ValidationError("Commands are read from standard input, so the program cannot be.")
    }
  }

  /// What is to be debugged.
  private func request() throws(Failure) -> PlayRequest {
    var request = PlayRequest()
    request.path = restore ?? files.first
    guard restore != nil || files.count == 1 || files.isEmpty && input != nil else {
      throw .programs(files.count, example: "chip8 debug game.8o")
    }
    (request.isImageExpected, request.inputPath) = (restore != nil, input)
    (request.machine, request.metadata) = (machine.request, settings.request)
    request.arguments = restore == nil ? [] : files
    request.keys = keys ?? .empty
    request.hostCallsPath = hostCalls
    return request
  }

  func run() throws {
    Interrupt.catchSignals(second: .kills)
    let isInteractive = command.isEmpty && isatty(STDIN_FILENO) == 1
    let request = try request()
    var prompt = try DebugPrompt(
      request.debugSession(), request, isInteractive: isInteractive,
      // Lines of sources are among them, with their tabs.
      output: { try printSource($0) }, isInterrupted: { Interrupt.wasCaught })
    for warning in prompt.session.takeWarnings() { printError(warning.text) }
    if command.isEmpty {
      try prompt.readCommands()
    } else {
      try prompt.take(command)
    }
    try prompt.end()
  }
}
