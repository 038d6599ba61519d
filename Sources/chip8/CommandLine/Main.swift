import ArgumentParser
import Glibc

/// Parses the command line, runs the command, and turns whatever is thrown into a sentence and an
/// exit code.
@main
enum Main {
  static func main() {
    // A reader that goes away is an error like any other, not a death.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Chip8Command.parseAsRoot()
      try command.run()
    } catch {
      if let failure = Failure(error) {
        printError(failure.message)
        exit(failure.code)
      }
      let code = Chip8Command.exitCode(for: error).rawValue
      if code == EXIT_SUCCESS {
        print(Chip8Command.fullMessage(for: error))
      } else if !(error is ExitCode) {
        printError(Chip8Command.message(for: error))
      }
      exit(code)
    }
  }
}
