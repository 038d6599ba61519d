import Glibc
import SaveState

extension Slots {
  /// Where slots are kept unless the user says otherwise: `$XDG_STATE_HOME/chip8`, or its default by the XDG
  /// base directory specification.
  public static func defaultRoot() -> String {
    if let home = environment("XDG_STATE_HOME"), home.hasPrefix("/") { return home + "/chip8" }
    return (environment("HOME") ?? ".") + "/.local/state/chip8"
  }
}

/// An environment variable; nil if it is empty.
package func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}
