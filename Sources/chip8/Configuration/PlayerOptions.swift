import ArgumentParser
import Chip8Player

/// What somebody who plays sets, but for what is saved with a machine: docs/CONFIGURATION.md.
struct PlayerOptions: ParsableArguments {
  @Flag(.fit) var fit: Bool?
  @Flag(.fullscreen) var fullscreen: Bool?
  @Flag(.kiosk) var kiosk: Bool?
  @Option(.aspect) var aspect: String?
  @Option(.look) var look: String?
  @Option(.flicker) var flicker: String?
  @Flag(.reduceFlashes) var reduceFlashes: Bool?
  @Flag(.keypad) var keypad: Bool?
  @Option(.touch) var touch: String?
  @Flag(.card) var card: Bool?
  @Option(.volume) var volume: String?
  @Flag(.mute) var mute: Bool?
  @Option(.pitch) var pitch: String?
  @Option(.runAhead) var runAhead: String?
  @Option(.autosave) var autosave: String?
  @Flag(.journal) var journal: Bool?
  @Flag(.debugSocket) var debugSocket: Bool?
  @Flag(.pauseInBackground) var pauseInBackground: Bool?
  @Flag(.terminal) var terminal: Bool?
  @Option(.terminalPicture) var terminalPicture: String?
  @Option(.padMap) var padMap: String?

  @Option(help: .value("FILE|off", "The configuration; by default that of chip8 config path."))
  var config: String?

  /// What they set.
  var given: Settings {
    var given = Settings()
    given.take(.fit, fit)
    given.take(.fullscreen, fullscreen)
    given.take(.kiosk, kiosk)
    given.take(.aspect, aspect)
    given.take(.look, look)
    given.take(.flicker, flicker)
    given.take(.reduceFlashes, reduceFlashes)
    given.take(.keypad, keypad)
    given.take(.touch, touch)
    given.take(.card, card)
    given.take(.volume, volume)
    given.take(.mute, mute)
    given.take(.pitch, pitch)
    given.take(.runAhead, runAhead)
    given.take(.autosave, autosave)
    given.take(.journal, journal)
    given.take(.debugSocket, debugSocket)
    given.take(.pauseInBackground, pauseInBackground)
    given.take(.terminal, terminal)
    given.take(.terminalPicture, terminalPicture)
    given.take(.padMap, padMap)
    return given
  }

  func validateCombination(isHeadless: Bool) throws {
    if config == "" { throw ValidationError("--config takes a file, or off.") }
    guard isHeadless else { return }
    let given = given
    let option =
      config != nil
      ? "config"
      : Setting.allCases.first {
        $0.isForPlayingAlone && given[$0] != nil
      }?.rawValue
    if let option {
      throw ValidationError("--\(option) and --headless cannot be combined.")
    }
  }
}
