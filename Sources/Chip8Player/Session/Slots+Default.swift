import Glibc
import SaveState

extension Slots {
  /// Where slots are kept unless the user says otherwise: `$XDG_STATE_HOME/chip8`, or what that
  /// stands for by the XDG base directory specification.
  public static func defaultRoot() -> String {
    if let home = environment("XDG_STATE_HOME"), home.hasPrefix("/") { return home + "/chip8" }
    return (environment("HOME") ?? ".") + "/.local/state/chip8"
  }
}

/// A variable of the environment, if it is not empty.
func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}
