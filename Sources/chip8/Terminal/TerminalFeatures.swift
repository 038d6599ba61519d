/// The size of a terminal or of a cell of it.
package struct TerminalSize: Hashable, Sendable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
}

/// What a terminal can show, as far as it has said so: docs/TERMINAL.md.
package struct TerminalFeatures: Hashable, Sendable {
  /// Terminals that draw sextants themselves, so that no font has to have them.
  private static let drawingSextants = ["kitty", "foot", "WezTerm", "ghostty", "contour", "VTE"]

  /// Whether every question is answered that the terminal answers.
  package var isKnown = false
  package var reportsKeys = false
  package var hasSextants = false
  package var hasPixels = false
  package var hasSixels = false
  package var hasAllColors: Bool
  /// The size of a cell in points, if the terminal has said it.
  package var cell: TerminalSize?
  /// Whether another program draws what this one writes.
  private var isWithinMultiplexer: Bool

  /// Those of a terminal that has not answered yet.
  package init(_ environment: (String) -> String?) {
    let name = environment("TERM") ?? ""
    hasAllColors =
      ["truecolor", "24bit"].contains(environment("COLORTERM")) || name == "linux"
      || name.contains("direct")
    isWithinMultiplexer =
      environment("TMUX") != nil || name.hasPrefix("tmux") || name.hasPrefix("screen")
  }

  /// What asks a terminal for all of this. Every terminal answers the last question.
  static let questions =
    "\u{1B}[?u\u{1B}[>q\u{1B}[16t\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c"

  /// Takes an answer.
  package mutating func take(_ event: TerminalEvent) {
    switch event {
    case .reportsKeys: reportsKeys = true
    case .showsPixels: hasPixels = !isWithinMultiplexer
    case .cell(let size): cell = size
    case .name(let name):
      // Terminals that say who they are are younger than the colours.
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
