import ArgumentParser

/// How a window opens.
struct WindowOptions: ParsableArguments {
  @Flag(name: .customLong("fullscreen"), help: "Open the window in full screen.")
  var isFullScreen = false

  @Flag(help: "Show the picture as large as fits, not with square pixels of one size.")
  var fit = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Volume, 0 to 100; 0 mutes.", valueName: "%"))
  var volume: Int?

  @Flag(name: .customLong("no-card"), help: "Do not show the keys first.")
  var leavesOutCard = false

  func validateCombination(isHeadless: Bool) throws {
    if let volume, !OutputSettings.volumeRange.contains(volume) {
      throw ValidationError("--volume takes 0 to 100 percent, not \(volume).")
    }
    let given: [(String, Bool)] = [
      ("--fullscreen", isFullScreen), ("--fit", fit), ("--volume", volume != nil),
      ("--no-card", leavesOutCard),
    ]
    if isHeadless, let option = given.first(where: \.1)?.0 {
      throw ValidationError("\(option) and --headless cannot be combined.")
    }
  }

  /// What they ask for.
  var settings: OutputSettings {
    var settings = OutputSettings()
    settings.isFullScreen = isFullScreen
    settings.hasWholePixels = !fit
    settings.volume = volume ?? 100
    return settings
  }
}
