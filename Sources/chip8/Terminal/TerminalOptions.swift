import ArgumentParser

/// Playing in a terminal: docs/TERMINAL.md.
struct TerminalOptions: ParsableArguments {
  @Flag(
    name: .customLong("terminal"),
    help: "Play in this terminal; the default in one where there is no display.")
  var isWanted = false

  @Option(
    name: .customLong("terminal-picture"),
    help: .value(
      "auto|half-blocks|sextants|pixels",
      "What the picture is made of in a terminal; auto is the best "
        + "that it shows."))
  var picture: TerminalPicture?

  func validateCombination(isHeadless: Bool) throws {
    guard isHeadless, isWanted || picture != nil else { return }
    let option = isWanted ? "--terminal" : "--terminal-picture"
    throw ValidationError("\(option) and --headless cannot be combined.")
  }

  /// These options, for another process.
  var arguments: [String] {
    (isWanted ? ["--terminal"] : []) + (picture.map { ["--terminal-picture=\($0.rawValue)"] } ?? [])
  }
}

extension TerminalPicture: ExpressibleByArgument {}
