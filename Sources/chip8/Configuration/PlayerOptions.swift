import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

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

/// What somebody who plays has set, and what of it could not be read.
struct PlayerSettings {
  var levels: SettingLevels
  private(set) var notices: [Notice] = []
  let kept: KeptSettings

  /// Reads the configuration and what is kept for all programs.
  ///
  /// - Parameters:
  ///   - given: what the command line sets.
  ///   - config: the configuration that it names, or `off`.
  ///   - slotsRoot: where it is kept what is chosen while playing.
  init(_ given: Settings, config: String?, slotsRoot: String) throws(Failure) {
    levels = SettingLevels(options: given)
    kept = KeptSettings(root: slotsRoot)
    if config != "off" {
      let configuration = ConfigurationFile(config ?? ConfigurationFile.defaultPath)
      guard configuration.isThere || config == nil else { throw configuration.missingFile }
      levels[.configuration] = configuration.settings
      notices = configuration.problems.map { .configuration($0.text) }
    }
    do throws(StorageError) { levels[.all] = try kept.read(nil) } catch {
      notices.append(.settingsFailed(isReading: true, error))
    }
  }

  /// Takes what is kept for a program.
  mutating func readProgram(_ program: Digest) {
    if let error = levels.readProgram(program, kept) {
      notices.append(.settingsFailed(isReading: true, error))
    }
  }

  /// Reports what could not be read, where there is no session that does.
  func printProblems() {
    for line in notices.flatMap({ $0.lines(AddressNames(Labels())) }) { printError(line) }
  }
}
