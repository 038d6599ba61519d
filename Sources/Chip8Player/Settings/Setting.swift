import Chip8Core

/// What a user can set while playing. Each is a row of one table, from which its option, its key in the
/// configuration, its help and its line in docs/CONFIGURATION.md come. What it is called here is its option.
public enum Setting: String, CaseIterable, Sendable {
  case colors, rotate, fit, fullscreen, aspect, look, flicker
  case reduceFlashes = "reduce-flashes"
  case keypad, touch, card
  case volume, mute, pitch
  case speed
  case runAhead = "run-ahead"
  case autosave, journal
  case debugSocket = "debug-socket"
  case pauseInBackground = "pause-in-background"
  case kiosk
  case terminal
  case terminalPicture = "terminal-picture"
  case keyMap = "key-map"
  case padMap = "pad-map"
  // Of the machine itself, which no configuration has.
  case platform, quirk, ipf

  /// A row of the table.
  public struct Row: Sendable {
    /// The key in the configuration: the table's name, a dot, and the name there. A table of its own where
    /// the setting has several entries.
    public let key: String
    /// What it can be.
    public let kind: Kind
    /// The default, as text; empty if that depends on the program.
    public let standard: String
    /// Whether a menu keeps it for the program that is played, or for all.
    public let scope: Scope
    /// What it means, as a sentence.
    public let meaning: String
    fileprivate let title: String?

    fileprivate init(
      _ key: String, _ kind: Kind, default standard: String = "false", for scope: Scope = .all,
      _ title: String? = nil, help meaning: String
    ) {
      (self.key, self.kind, self.standard) = (key, kind, standard)
      (self.scope, self.title, self.meaning) = (scope, title, meaning)
    }
  }

  /// For which programs a menu keeps what is changed there.
  public enum Scope: Sendable { case program, all }

  /// Its row of the table.
  public var row: Row {
    guard let row = Setting.rows[self] else { preconditionFailure("\(self) has no row") }
    return row
  }

  private static let rows: [Setting: Row] = [
    .colors: Row(
      "picture.colors", .colors, default: "", for: .program, "Colours",
      help:
        "Colours of off and on pixels, on xochip also of the second plane and of both; or a palette."
    ),
    .rotate: Row(
      "picture.rotate", .choice(SessionMetadata.rotations.map(String.init)), default: "0",
      for: .program, "Rotation", help: "Rotate the picture clockwise."),
    .fit: Row(
      "picture.fit", .flag, "As large as fits", help: "Scale to fit instead of by whole numbers."),
    .fullscreen: Row("picture.fullscreen", .flag, "Full screen", help: "Fill the whole screen."),
    .aspect: Row(
      "picture.aspect", .choice(PictureAspect.self), default: "square", "Aspect",
      help: "Shape of the picture: square pixels, or 4:3 as on a television."),
    .look: Row(
      "picture.look", .choice(ScreenLook.self), default: "plain", "Look",
      help: "Display effect: the grid of an LCD, or scanlines."),
    .flicker: Row(
      "picture.flicker", .choice(FlickerBlending.self), default: "mild", "Flicker blending",
      help: "Blending of pixels that are erased and drawn again within three frames."),
    .reduceFlashes: Row(
      "picture.reduce-flashes", .flag, "Flash reduction",
      help: "Let nothing flash more than three times a second."),
    .keypad: Row(
      "picture.keypad", .flag, "Keypad",
      help: "Show the keypad beside the picture, for mouse and fingers."),
    .touch: Row(
      "picture.touch", .choice(TouchMode.self), default: "auto", for: .program, "Fingers and mouse",
      help: "Touch mode; auto follows the program."),
    .card: Row(
      "picture.card", .flag, default: "true", help: "Show the keys of a program before it begins."),
    .volume: Row(
      "sound.volume", .number(0...100), default: "100", "Volume", help: "Volume in percent."),
    .mute: Row("sound.mute", .flag, "Muted", help: "No sound."),
    .pitch: Row(
      "sound.pitch", .number(25...400), default: "100", "Pitch",
      help: "Pitch of sounds in percent; 100 is the machine's own."),
    .speed: Row(
      "play.speed", .number(SessionMetadata.speedRange), default: "100", for: .program, "Speed",
      help: "Speed in percent; 100 is the machine's own."),
    .runAhead: Row(
      "play.run-ahead", .choice((0...RunAhead.maxFrames).map(String.init) + ["auto"]), default: "0",
      for: .program,
      help:
        "Show picture and sound this many frames before they happen; auto: as many as the program takes "
        + "to react."),
    .autosave: Row(
      "play.autosave", .number(0...86_400), default: "60",
      help: "Seconds between autosaves; 0 turns autosaving off."),
    .journal: Row("play.journal", .flag, default: "true", help: "Record sessions in the journal."),
    .debugSocket: Row(
      "play.debug-socket", .flag, default: "true", help: "Let the user's own debuggers attach."),
    .pauseInBackground: Row(
      "play.pause-in-background", .flag, "Pause in the background",
      help: "Pause while another window has the keyboard."),
    .kiosk: Row("play.kiosk", .flag, help: "Kiosk mode: full screen, game keys only."),
    .terminal: Row("terminal.always", .flag, help: "Play in this terminal."),
    .terminalPicture: Row(
      "terminal.picture", .choice(["auto", "half-blocks", "sextants", "pixels"]), default: "auto",
      help: "What the picture is drawn with in a terminal; auto is the best that it supports."),
    .keyMap: Row(
      "keys", .keys, default: "", for: .program,
      help: "Map keys of the keyboard to keys of the keypad."),
    .padMap: Row(
      "pad", .buttons, default: "", for: .program,
      help: "Map buttons of a pad to keys of the keypad."),
    .platform: Row(
      "machine.platform", .choice(Platform.self), default: "", for: .program,
      help: "Platform, instead of the program's own."),
    .quirk: Row(
      "machine.quirk", .quirks, default: "", for: .program,
      help: "Quirks that differ from the program's own."),
    .ipf: Row(
      "machine.ipf", .number(Configuration.instructionsPerFrameRange), default: "", for: .program,
      help: "Instructions per frame."),
  ]

  /// What it is called on pages and in messages.
  package var title: String { row.title ?? rawValue }

  /// Those of the machine itself. Each program has its own, and options for them are the machine's.
  package static let machine: [Setting] = [.platform, .quirk, .ipf]

  /// Those that a configuration can have.
  package static let configurable = allCases.filter { !machine.contains($0) }

  /// Whether it is part of a machine's metadata, and is saved with it.
  public var isMetadata: Bool { [.colors, .rotate, .speed, .keyMap].contains(self) }

  /// Whether it has a meaning only while playing.
  public var isForPlayingAlone: Bool {
    !isMetadata && ![.runAhead, .journal].contains(self)
  }
}

extension Setting {
  /// What a setting can be.
  public enum Kind: Hashable, Sendable {
    case flag
    case number(ClosedRange<Int>)
    case choice([String])
    case colors
    /// What keys of a keyboard are on the keypad: any number of entries, as `up=5,a=none`.
    case keys
    /// The same for buttons of pads: `a=5,p2-a=C`.
    case buttons
    /// Quirks that are switched, as `shift=on,wrap=off`.
    case quirks

    fileprivate static func choice<Value: CaseIterable & RawRepresentable<String>>(
      _: Value.Type
    ) -> Kind {
      .choice(Value.allCases.map(\.rawValue))
    }

    /// Whether it consists of entries.
    public var isMap: Bool { self == .keys || self == .buttons }

    /// The values, where there are only a few.
    public var values: [String] {
      switch self {
      case .flag: ["false", "true"]
      case .choice(let values): values
      default: []
      }
    }

    /// How a value is described.
    public var placeholder: String {
      switch self {
      case .flag: "true|false"
      case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
      // Every start asks for this, and `joined` would look its types up by their names.
      case .choice(let values): values.dropFirst().reduce(values.first ?? "") { $0 + "|" + $1 }
      case .colors: "RRGGBB,RRGGBB[,...]|NAME"
      case .keys: "KEY=0-F|none[,...]"
      case .buttons: "BUTTON=0-F|none[,...]"
      case .quirks: "NAME=on|off[,...]"
      }
    }

    /// A value in the one form in which it is kept.
    ///
    /// - Throws: why it is not a value.
    public func checked(_ text: String) throws(SettingError) -> String {
      switch self {
      case .flag:
        guard text == "true" || text == "false" else { throw .notOne(of: self) }
      case .number(let range):
        guard let number = Int(decimal: text), range.contains(number) else {
          throw .notOne(of: self)
        }
        return "\(number)"
      case .choice(let values):
        guard values.contains(text) else { throw .notOne(of: self) }
      case .colors:
        guard let colors = ColorList(text) else { throw .notOne(of: self) }
        return colors.text
      case .keys:
        return try SettingMap(text).checked { key throws(SettingError) in
          guard KeyName.usage(of: key) != nil else { throw .unknownKey(key) }
        }.text
      case .buttons:
        return try SettingMap(text).checked { button throws(SettingError) in
          guard PlayerButton(button) != nil else { throw .unknownButton(button) }
        }.text
      case .quirks:
        guard let choices = [QuirkChoice](settingText: text) else { throw .notOne(of: self) }
        return choices.settingText
      }
      return text
    }
  }
}

/// Why a text is not a value of a setting.
public enum SettingError: Error, Hashable, CustomStringConvertible {
  /// It is none of a kind's values, or not of their type in a file.
  case notOne(of: Setting.Kind), otherType(than: Setting.Kind)
  /// It has an entry for what is neither a key of a keyboard nor a button of a pad.
  case unknownKey(String), unknownButton(String)
  /// Its entry of that name has something else than a key of the keypad.
  case notOnKeypad(name: String)

  /// A clause whose subject is the setting, or a sentence.
  public var description: String {
    switch self {
    case .notOne(.number(let range)): "must be \(range.lowerBound) to \(range.upperBound)"
    case .notOne(.colors):
      "must be two to four colours as in 000000,FFFFFF, or one of "
        + Palette.all.map(\.name).joined(separator: ", ")
    case .notOne(.quirks): "must be quirks with on or off, as in shift=on,wrap=off"
    case .notOne(let kind), .otherType(let kind): "must be \(kind.expectation)"
    case .unknownKey(let name): "\(name) is not a key; the keys are \(KeyName.list)"
    case .unknownButton(let name):
      "\(name) is not a button; the buttons are \(PlayerButton.list)"
    case .notOnKeypad(let name): "a key is one of 0 to 9 and A to F, or none, as in \(name)=5"
    }
  }
}
