import Chip8Player

/// Front ends of this program, and what they say in its words.
extension PlayingFrontEnd {
  /// Plays until the user leaves.
  ///
  /// - Parameter firstPages: the pages to begin with.
  func play(_ firstPages: [PageName]) throws(Failure) {
    playing.firstPages = firstPages
    collectChanges()
    runUntilQuit()
    if let difference = session.difference {
      throw .difference(difference, in: session.player.machine.program)
    }
    if playing.isInterrupted { throw .interrupted }
  }

  static var movieHint: String { "Movies: chip8 --record FILE" }
  static var help: String { "Help: chip8 --help, and the files in docs/" }

  func lines(of notice: Notice) -> [String] { notice.lines(session.player.metadata.names) }

  func reportProblem(_ line: String) { printError(line) }

  func captureScreen() {
    let (screen, appearance) = (session.screen, session.player.appearance)
    session.capture(as: "png") { try Screenshot.png(Bitmap(screen), appearance, scale: 4) }
  }
}
