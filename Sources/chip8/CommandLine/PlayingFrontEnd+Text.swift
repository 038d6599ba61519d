import Chip8Player

/// What front ends say in the words of this program.
extension PlayingFrontEnd {
  static var movieHint: String { "Movies: chip8 --record FILE" }
  static var help: String { "Help: chip8 --help, and the files in docs/" }

  func lines(of notice: Notice) -> [String] { notice.lines(session.player.metadata.names) }

  func reportProblem(_ line: String) { printError(line) }

  func captureScreen() {
    let (screen, appearance) = (session.screen, session.player.appearance)
    session.capture(as: "png") { try Screenshot.png(screen, appearance, scale: 4) }
  }
}
