import Chip8Player

extension Warning {
  /// A line for the user.
  var text: String {
    switch self {
    case .drift(let path):
      "\(fileName(path)): warning: the state is intact, but behaves differently in this version of "
        + "chip8 than in the one that saved it"
    case .unreadable(let path, let what): "\(fileName(path)): warning: \(what)"
    case .ignoredCartridgeOptions(let path, let names):
      "\(fileName(path)): warning: the cartridge's options have unknown values, which are ignored: "
        + names.joined(separator: ", ")
    case .skippedAutosave(let why): "skipped: \(why)"
    case .nothingToResume(let program): "\(program): nothing to resume; starting from power-on"
    }
  }
}

/// Reports what went well but for that.
func reportWarnings(of player: inout Player) {
  for warning in player.takeWarnings() { printError(warning.text) }
}
