import ArgumentParser
import Chip8Core
import Chip8Player

/// How the machine is shown, played and watched: what is said here is saved in every image of it, and
/// takes precedence over what an image says.
struct SettingsOptions: ParsableArguments {
  struct Values: SettingOptions {
    static let settings = Setting.configurable.filter(\.isMetadata)
    var given = Settings()
  }

  @OptionGroup var values: Values

  @Option(
    help: .value("FILE", "Symbol file: labels for every option and report that has addresses."))
  var symbols: String?

  @Option(
    name: .customLong("break"),
    help: .value("ADDR|LABEL", "Stop before the instruction at an address."))
  var breakpoints: [Place] = []

  @Option(
    name: .customLong("watchpoint"),
    help: .value("ADDR|LABEL[:BYTES]", "Stop after an instruction that changes bytes of RAM."))
  var watchpoints: [WatchedPlace] = []

  @Flag(name: .customLong("no-settings"), help: "Ignore the saved state's settings and labels.")
  var forgetsSaved = false

  func validateCombination() throws {
    for (option, count) in [("break", breakpoints.count), ("watchpoint", watchpoints.count)]
    where count > SessionMetadata.maxPointCount {
      throw ValidationError(
        "--\(option) can be given \(SessionMetadata.maxPointCount) times at most.")
    }
  }

  /// Whether any of them is given.
  var isEmpty: Bool {
    given.isEmpty && symbols == nil && breakpoints.isEmpty && watchpoints.isEmpty
      && !forgetsSaved
  }

  /// The settings among them.
  var given: Settings { values.given }

  /// What they ask for.
  var request: MetadataRequest {
    var request = MetadataRequest()
    request.symbolsPath = symbols
    request.breakpoints = breakpoints
    request.watchpoints = watchpoints
    request.forgetsSaved = forgetsSaved
    return request.asking(for: SettingLevels(options: given))
  }
}
