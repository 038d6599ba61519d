import ArgumentParser
import Glibc

/// Parses the command line, runs the command, and turns whatever is thrown into a sentence and an
/// exit code.
@main
enum Main {
  static func main() {
    // A reader that goes away is an error like any other, not a death.
    signal(SIGPIPE, SIG_IGN)
    let (type, arguments) = command(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try type.parse(arguments)
      try command.run()
    } catch {
      if let failure = Failure(error) {
        printError(failure.message)
        exit(failure.code)
      }
      let code = type.exitCode(for: error).rawValue
      if code == EXIT_SUCCESS {
        print(type.fullMessage(for: error))
      } else if !(error is ExitCode) {
        printError(type.message(for: error))
      }
      exit(code)
    }
  }

  /// The command that the arguments are for. The first of them may name a subcommand; the parser
  /// cannot tell, for it would take the name for that of a program to play.
  private static func command(
    _ arguments: [String]
  ) -> (type: any ParsableCommand.Type, arguments: [String]) {
    let (first, second) = (arguments.first, arguments.dropFirst().first)
    if first == "help" { return (subcommand(second) ?? Chip8Command.self, ["--help"]) }
    if let type = subcommand(first) { return (type, Array(arguments.dropFirst())) }
    return (Chip8Command.self, arguments)
  }

  private static func subcommand(_ name: String?) -> (any ParsableCommand.Type)? {
    Chip8Command.configuration.subcommands.first { $0.configuration.commandName == name }
  }
}
