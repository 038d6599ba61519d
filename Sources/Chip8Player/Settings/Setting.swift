import Chip8Core

/// What somebody who plays can set. Each is a row of one table, from which its option, its key in the
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
    /// What holds where nobody says anything, as text; empty if that depends on the program.
    public let standard: String
    /// Whether a menu keeps it for the program that is played, or for all.
    public let scope: Scope
    /// What it means, as a sentence.
    public let meaning: String
    fileprivate let title: String?

    fileprivate init(
      _ key: String, _ kind: Kind, _ standard: String, _ scope: Scope, title: String? = nil,
      _ meaning: String
    ) {
      (self.key, self.kind, self.standard) = (key, kind, standard)
      (self.scope, self.title, self.meaning) = (scope, title, meaning)
    }
  }

  /// For which programs a menu keeps what is changed there.
  public enum Scope: Sendable { case program, all }

  /// The table.
  public var row: Row {
    switch self {
    case .colors:
      Row(
        "picture.colors", .colors, "", .program, title: "Colours",
        "Colours of off and on pixels, on xochip also of the second plane and of both; or a palette."
      )
    case .rotate:
      Row(
        "picture.rotate", .choice(SessionMetadata.rotations.map(String.init)), "0", .program,
        title: "Rotation",
        "Rotate the picture clockwise.")
    case .fit:
      Row(
        "picture.fit", .flag, "false", .all, title: "As large as fits",
        "Scale to fit instead of by whole numbers.")
    case .fullscreen:
      Row(
        "picture.fullscreen", .flag, "false", .all, title: "Full screen", "Fill the whole screen.")
    case .aspect:
      Row(
        "picture.aspect", .choice(PictureAspect.allCases.map(\.rawValue)), "square", .all,
        title: "Aspect",
        "Shape of the picture: square pixels, or 4:3 as on a television.")
    case .look:
      Row(
        "picture.look", .choice(ScreenLook.allCases.map(\.rawValue)), "plain", .all, title: "Look",
        "Display effect: the grid of an LCD, or scanlines.")
    case .flicker:
      Row(
        "picture.flicker", .choice(FlickerBlending.allCases.map(\.rawValue)), "mild", .all,
        title: "Flicker blending",
        "Blending of pixels that are erased and drawn again within three frames.")
    case .reduceFlashes:
      Row(
        "picture.reduce-flashes", .flag, "false", .all, title: "Flash reduction",
        "Let nothing flash more than three times a second.")
    case .keypad:
      Row(
        "picture.keypad", .flag, "false", .all, title: "Keypad",
        "Show the keypad beside the picture, for mouse and fingers.")
    case .touch:
      Row(
        "picture.touch", .choice(TouchMode.allCases.map(\.rawValue)), "auto", .program,
        title: "Fingers and mouse",
        "Touch mode; auto follows the program.")
    case .card:
      Row("picture.card", .flag, "true", .all, "Show the keys of a program before it begins.")
    case .volume:
      Row("sound.volume", .number(0...100), "100", .all, title: "Volume", "Volume in percent.")
    case .mute: Row("sound.mute", .flag, "false", .all, title: "Muted", "No sound.")
    case .pitch:
      Row(
        "sound.pitch", .number(25...400), "100", .all, title: "Pitch",
        "Pitch of sounds in percent; 100 is the machine's own.")
    case .speed:
      Row(
        "play.speed", .number(SessionMetadata.speedRange), "100", .program, title: "Speed",
        "Speed in percent; 100 is the machine's own.")
    case .runAhead:
      Row(
        "play.run-ahead", .choice((0...RunAhead.maxFrames).map(String.init) + ["auto"]), "0",
        .program,
        "Show picture and sound this many frames before they happen; auto: as many as the program takes "
          + "to react.")
    case .autosave:
      Row(
        "play.autosave", .number(0...86_400), "60", .all,
        "Seconds between autosaves; 0 turns autosaving off.")
    case .journal: Row("play.journal", .flag, "true", .all, "Record sessions in the journal.")
    case .debugSocket:
      Row(
        "play.debug-socket", .flag, "true", .all,
        "Let the user's own debuggers attach.")
    case .pauseInBackground:
      Row(
        "play.pause-in-background", .flag, "false", .all, title: "Pause in the background",
        "Pause while another window has the keyboard.")
    case .kiosk:
      Row(
        "play.kiosk", .flag, "false", .all,
        "Kiosk mode: full screen, game keys only.")
    case .terminal: Row("terminal.always", .flag, "false", .all, "Play in this terminal.")
    case .terminalPicture:
      Row(
        "terminal.picture", .choice(["auto", "half-blocks", "sextants", "pixels"]), "auto", .all,
        "What the picture is drawn with in a terminal; auto is the best that it supports.")
    case .keyMap:
      Row("keys", .keys, "", .program, "Map keys of the keyboard to keys of the keypad.")
    case .padMap:
      Row("pad", .buttons, "", .program, "Map buttons of a pad to keys of the keypad.")
    case .platform:
      Row(
        "machine.platform", .choice(Platform.allCases.map(\.rawValue)), "", .program,
        "Platform, instead of the program's own.")
    case .quirk:
      Row("machine.quirk", .quirks, "", .program, "Quirks that differ from the program's own.")
    case .ipf:
      Row(
        "machine.ipf", .number(Configuration.instructionsPerFrameRange), "", .program,
        "Instructions per frame.")
    }
  }

  /// What it is called on pages and in messages.
  package var title: String { row.title ?? rawValue }

  /// Those of the machine itself. Each program has its own, and options for them are the machine's.
  package static let machine: [Setting] = [.platform, .quirk, .ipf]

  /// Those that a configuration can have.
  package static let configurable = allCases.filter { !machine.contains($0) }

  /// Whether it stands beside a machine, and is saved with it.
  public var isMetadata: Bool { [.colors, .rotate, .speed, .keyMap].contains(self) }

  /// Whether it means nothing but where somebody plays.
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
        guard text == "true" || text == "false" else { throw SettingError("must be true or false") }
      case .number(let range):
        guard let number = Int(decimal: text), range.contains(number) else {
          throw SettingError("must be \(range.lowerBound) to \(range.upperBound)")
        }
        return "\(number)"
      case .choice(let values):
        guard values.contains(text) else {
          throw SettingError("must be \(values.joined(separator: ", "))")
        }
      case .colors:
        guard let colors = ColorList(text) else {
          throw SettingError(
            "must be two to four colours as in 000000,FFFFFF, or one of "
              + Palette.all.map(\.name).joined(separator: ", "))
        }
        return colors.text
      case .keys:
        return try SettingMap(text).checked { key throws(SettingError) in
          guard KeyName.usage(of: key) != nil else {
            throw SettingError("\(key) is not a key; the keys are \(KeyName.list)")
          }
        }.text
      case .buttons:
        return try SettingMap(text).checked { button throws(SettingError) in
          guard PlayerButton(button) != nil else {
            throw SettingError(
              "\(button) is not a button; the buttons are \(PlayerButton.list)")
          }
        }.text
      case .quirks:
        guard let choices = [QuirkChoice](settingText: text) else {
          throw SettingError("must be quirks with on or off, as in shift=on,wrap=off")
        }
        return choices.settingText
      }
      return text
    }
  }
}

/// Why a text is not a value of a setting.
public struct SettingError: Error, Hashable, CustomStringConvertible {
  /// A clause whose subject is the setting, or a sentence.
  public let description: String

  /// A reason.
  public init(_ description: String) { self.description = description }
}
