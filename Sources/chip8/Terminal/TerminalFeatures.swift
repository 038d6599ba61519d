import Chip8Player

/// What a terminal supports, as far as it says so: docs/TERMINAL.md.
package struct TerminalFeatures: Hashable, Sendable {
  /// Terminals that draw sextants themselves, whatever the font has.
  private static let drawingSextants = ["kitty", "foot", "WezTerm", "ghostty", "contour", "VTE"]

  /// Whether the terminal has answered all that it is going to answer.
  package var isKnown = false
  package var reportsKeys = false
  package var hasSextants = false
  package var hasPixels = false
  package var hasSixels = false
  package var hasAllColors: Bool
  /// The size of a cell in pixels, if the terminal said it.
  package var cell: Size?
  /// Whether a multiplexer draws what is written.
  private var isWithinMultiplexer: Bool

  /// What the environment says of a terminal that has not answered yet.
  package init(_ environment: (String) -> String?) {
    let name = environment("TERM") ?? ""
    hasAllColors =
      ["truecolor", "24bit"].contains(environment("COLORTERM")) || name == "linux"
      || name.contains("direct")
    isWithinMultiplexer =
      environment("TMUX") != nil || name.hasPrefix("tmux") || name.hasPrefix("screen")
  }

  /// Asks for all of this. Every terminal answers the last question.
  static let questions =
    "\u{1B}[?u\u{1B}[>q\u{1B}[16t\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c"

  /// Takes an answer.
  package mutating func take(_ event: TerminalEvent) {
    switch event {
    case .reportsKeys: reportsKeys = true
    case .showsPixels: hasPixels = !isWithinMultiplexer
    case .cell(let size): cell = size
    case .name(let name):
      // Every terminal that says its name has true colour.
      hasAllColors = true
      if name.hasPrefix("tmux") {
        (isWithinMultiplexer, hasPixels, hasSixels) = (true, false, false)
      }
      hasSextants =
        !isWithinMultiplexer
        && TerminalFeatures.drawingSextants.contains { name.hasPrefix($0) }
    case .attributes(let sixels): (isKnown, hasSixels) = (true, sixels && !isWithinMultiplexer)
    case .key, .unknownKey, .mouse, .focus: break
    }
  }
}
