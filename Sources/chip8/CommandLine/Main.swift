import ArgumentParser
import Glibc
import SaveState

/// Parses the command line, runs the command, and turns whatever is thrown into a sentence and an
/// exit code.
@main
enum Main {
  static func main() {
    // A reader that goes away is an error like any other, not a death; so is a file that grows
    // beyond what the user has allowed (`ulimit -f`).
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    occupyStandardDescriptors()
    var arguments = Standalone.arguments
    do {
      try checkEncoding()
      if let options = Standalone.options {
        arguments = try Standalone.commandLine(options, arguments)
      }
    } catch { end(Chip8Command.self, with: error) }
    if let command = Chip8Command(plain: arguments) {
      do { try command.run() } catch { end(Chip8Command.self, with: error) }
      return
    }
    if arguments == ["help"] { arguments = ["--help"] }
    let root = rootCommand(for: arguments)
    do {
      var command = try root.parseAsRoot(arguments)
      try command.run()
    } catch {
      end(root, with: error, showsAllHelp: arguments.contains("--help-all"))
    }
  }

  /// The parser hands out a command's arguments before it looks for a subcommand, and a run takes
  /// any number of them. So a subcommand that is named first belongs to a command without any.
  private static func rootCommand(for arguments: [String]) -> any ParsableCommand.Type {
    let names = Subcommands.configuration.subcommands.map { $0.configuration.commandName }
    return arguments.first == "help" || names.contains(arguments.first)
      ? Subcommands.self : Chip8Command.self
  }

  /// Refuses arguments that are not text, which could not be passed on unchanged.
  private static func checkEncoding() throws(Failure) {
    if let number = Standalone.damagedArgument {
      throw .usage("argument \(number) is not UTF-8")
    }
  }

  private static func end(
    _ root: any ParsableCommand.Type, with error: any Error, showsAllHelp: Bool = false
  ) -> Never {
    if let failure = Failure(error) { end(failure) }
    // What the parser has to say itself. Only requested help ends successfully.
    let code = root.exitCode(for: error).rawValue
    guard code == EXIT_SUCCESS else {
      if !(error is ExitCode) { printError(sentence(root.message(for: error))) }
      exit(code)
    }
    do throws(StorageError) {
      let message = root.fullMessage(for: error)
      // Help of chip8 itself, and not all of it.
      let isShort = root == Chip8Command.self && !showsAllHelp && message == root.helpMessage()
      let text = isShort ? Help.text : message + "\n"
      try Storage.writeAtomically("-", with: Array(text.utf8), as: .other)
    } catch { end(.storage(error)) }
    exit(EXIT_SUCCESS)
  }

  private static func end(_ failure: Failure) -> Never {
    failure.printMessage()
    exit(failure.code)
  }

  /// The parser lists many choices one per line; here they are joined by commas.
  private static func sentence(_ message: String) -> String {
    let parts = message.split(separator: "\n").map { $0.trimmingPrefix("  - ") }
    return parts.prefix(1).joined() + (parts.count > 1 ? " " : "")
      + parts.dropFirst().joined(separator: ", ")
  }

  /// A standard descriptor that is closed would be given to the next file that is opened, and what
  /// is meant for the descriptor would go there. These are open, and refuse to be used.
  private static func occupyStandardDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}

/// Everything but runs.
private struct Subcommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Chip8Command.configuration.commandName,
    abstract: Chip8Command.configuration.abstract,
    subcommands: Chip8Command.configuration.subcommands)
}
