import ArgumentParser
import Chip8Player

/// What a player sets, except what is saved with a machine: docs/CONFIGURATION.md.
struct PlayerOptions: ParsableArguments {
  struct Values: SettingOptions {
    static let settings = Setting.configurable.filter { !$0.isMetadata }
    var given = Settings()
  }

  @OptionGroup var values: Values

  @Option(help: .value("FILE|off", "The configuration; by default that of chip8 config path."))
  var config: String?

  /// What they set.
  var given: Settings { values.given }

  func validateCombination(isHeadless: Bool) throws {
    if config == "" { throw ValidationError("--config takes a file, or off.") }
    guard isHeadless else { return }
    let first = Setting.allCases.first { $0.isForPlayingAlone && given[$0] != nil }
    if let option = config != nil ? "config" : first?.rawValue {
      throw ValidationError("--\(option) and --headless cannot be combined.")
    }
  }
}
