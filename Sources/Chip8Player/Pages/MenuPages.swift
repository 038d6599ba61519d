import Chip8Core
import SaveState

extension Page {
  private static let back = "↑ ↓ choose · Return · Esc back"
  private static let keep = "Return choose · F5 for all programs · Delete default · Esc back"

  /// The menu, with the keys that lead to each entry directly.
  static func menu(_ title: String) -> Page {
    let entries: [(String, String, Command)] = [
      ("Continue", "Esc", .resume), ("Slots", "F7", .show(.slots)),
      ("Timeline", "F8", .show(.timeline)), ("Keys", "F1", .show(.keys)),
      ("Machine", "F2", .show(.machine)), ("Picture", "", .show(.picture)),
      ("Sound", "", .show(.sound)), ("Record", "", .show(.record)),
      ("Debugger", "Ctrl+D", .debugger),
      ("Reset", "Ctrl+R", .reset), ("Home", "Ctrl+O", .show(.home)), ("About", "", .show(.about)),
      ("Quit", "Ctrl+Q", .quit),
    ]
    return Page(title: title, [.list(entries.map(Item.init))], hint: back)
  }

  // MARK: The machine

  /// The machine's platform, speed and quirks.
  static func machine(_ session: PlaySession, _ settings: Settings) -> Page {
    let configuration = session.player.machine.state.configuration
    let own = session.ownConfiguration
    let usual = own.standard(on: configuration.platform)
    let speed = session.player.speed
    var items = [
      Item("Platform", configuration.platform.title, .show(.platform)),
      Item("Speed", .speed, "\(speed) %", speeds, speed),
      Item(
        "Instructions per frame",
        configuration.timing == .cycles ? "by cycles" : "\(configuration.instructionsPerFrame)",
        configuration.timing == .cycles ? [] : instructionCounts,
        configuration.instructionsPerFrame, Command.instructionsPerFrame),
    ]
    items[0].delete = .ownMachine
    items[1].detail = "F3 slower · F4 faster"
    items[2].detail = "Shift+F3 fewer · Shift+F4 more"
    items[2].delete = .instructionsPerFrame(usual.instructionsPerFrame)
    items += Quirks.named.map { name, quirk in
      let isOn = configuration.quirks.contains(quirk)
      let isChanged = isOn != usual.quirks.contains(quirk)
      var item = Item(name, (isOn ? "on" : "off") + (isChanged ? " · changed" : ""))
      item.next = .quirks(configuration.quirks.symmetricDifference(quirk))
      item.previous = item.next
      if isChanged { item.delete = item.next }
      item.detail = quirk.effect
      return item
    }
    let wanted = configuration == own ? "now" : own.platform.title
    items.append(Item("What the program wants", wanted, .ownMachine))
    items.append(Item(.pauseInBackground, settings))
    return Page(
      title: "Machine", [.list(items)],
      hint: "Return choose · Delete default · Ctrl+Z undo · Esc back")
  }

  /// The platforms to choose from.
  ///
  /// - Parameter own: the program's own.
  static func platforms(_ current: Platform, own: Platform) -> Page {
    let items = Platform.allCases.map { platform in
      let notes = (platform == current ? ["now"] : []) + (platform == own ? ["default"] : [])
      return Item(platform.title, notes.joined(separator: " · "), .platform(platform))
    }
    return Page(
      title: "Platform", [.list(items)],
      hint: "Return restarts the program on it · Ctrl+Z undo · Esc back")
  }

  /// The steps of the speed in keys and menu, in percent.
  static let speeds = [25, 50, 75, 100, 125, 150, 200, 300, 400, 600, 800]

  /// The steps of the instructions per frame.
  static let instructionCounts = [
    1, 2, 5, 7, 8, 10, 11, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500,
    2000, 3000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
  ]

  // MARK: Picture and sound

  static func picture(_ appearance: Appearance, _ settings: Settings) -> Page {
    let palette = Palette.all.first { $0.colors == appearance.colors }
    var colors = Item("Colours", palette?.name ?? "the program's", .show(.palette))
    (colors.save, colors.delete) = (.keepForAll(.colors), .useDefault(.colors))
    return Page(
      title: "Picture",
      [
        .list([
          colors,
          Item(
            "Rotation", .rotate, "\(appearance.rotation)°", SessionMetadata.rotations,
            appearance.rotation, wraps: true),
          Item(.fit, settings, "F10"),
          Item(.aspect, settings, "Shift+F10"),
          Item(.look, settings, "L"),
          Item(.flicker, settings, "B"),
          Item(.reduceFlashes, settings, "Shift+B"),
          Item(.fullscreen, settings, "F11"),
          Item(.keypad, settings, "K"),
          Item(.touch, settings),
        ])
      ], hint: keep)
  }

  /// The palettes, each with the machine's current screen.
  static func palettes(_ screen: Screen, _ appearance: Appearance) -> Page {
    let items = Palette.all.map { palette -> Item in
      var item = Item(palette.name, .set(.colors, palette.name))
      item.value = palette.colors == appearance.colors ? "now" : ""
      item.picture = Picture(screen, palette.colors)
      return item
    }
    return Page(
      title: "Colours", [.grid(items, columns: nil)],
      hint: "Return keeps it for this program · Esc back")
  }

  static func sound(_ settings: Settings) -> Page {
    let percent = settings.number(.volume)
    var volume = Item(
      "Volume", .volume, "\(percent) %", Array(stride(from: 0, through: 100, by: 10)), percent)
    volume.detail = "Ctrl+↑ · Ctrl+↓"
    let pitch = Item(
      "Pitch", .pitch, "\(settings.number(.pitch)) %", pitches, settings.number(.pitch))
    return Page(
      title: "Sound", [.list([volume, Item(.mute, settings, "F6"), pitch])], hint: keep)
  }

  private static let pitches = [25, 50, 67, 75, 80, 90, 100, 110, 125, 133, 150, 200, 300, 400]

  // MARK: Recording

  /// Pictures, clips and movies, and where they go.
  static func record(_ session: PlaySession, movieHint: String) -> Page {
    let movie = session.isRecording ? "A movie is being recorded." : movieHint
    let clip = session.isRecordingClip ? "Stop recording the GIF" : "Record a GIF"
    return Page(
      title: "Record",
      [
        .text("Files go to \(session.captureDirectory)".displayText, .detail),
        .text(movie, .detail),
        .list([
          Item("Picture", "F12", .screenshot),
          Item("The last 30 seconds as a GIF", "Shift+F12", .clip),
          Item(clip, "Ctrl+F12", .recordClip),
        ]),
      ], hint: back)
  }

  // MARK: About

  /// The version, and the current program.
  static func about(_ player: Player, help: String) -> Page {
    let configuration = player.machine.state.configuration
    return Page(
      title: "chip8 \(productVersion)",
      [
        .text(player.title.displayText, .body),
        .text(
          "\(configuration.platform.title), \(configuration.instructionsPerFrame) instructions per "
            + "frame, \(player.machine.program.bytes.count) bytes", .detail),
        .text("SHA-1 \(player.machine.program.sha1)", .detail),
        .text(help, .detail),
      ], hint: "Esc back")
  }
}

extension Page.Item {
  fileprivate init(_ text: String, _ value: String, _ action: Command? = nil) {
    self.init(text, action)
    self.value = value
  }

  /// One of several values.
  fileprivate init(
    _ text: String, _ shown: String, _ values: [Int], _ value: Int, _ command: (Int) -> Command,
    wraps: Bool = false
  ) {
    self.init(text, shown)
    previous = (values.last { $0 < value } ?? (wraps ? values.last : nil)).map(command)
    next = (values.first { $0 > value } ?? (wraps ? values.first : nil)).map(command)
  }

  /// A setting with several numbers to choose from.
  fileprivate init(
    _ text: String, _ setting: Setting, _ shown: String, _ values: [Int], _ value: Int,
    wraps: Bool = false
  ) {
    self.init(text, shown, values, value, { .set(setting, "\($0)") }, wraps: wraps)
    (save, delete) = (.keepForAll(setting), .useDefault(setting))
  }

  /// A setting with a few values.
  ///
  /// - Parameter key: the key that changes it outside of the menu.
  fileprivate init(_ setting: Setting, _ settings: Settings, _ key: String = "") {
    self.init(setting.title, settings.shownText(setting))
    previous = .set(setting, settings.stepped(setting, by: -1))
    next = .set(setting, settings.stepped(setting, by: 1))
    (save, delete, detail) = (.keepForAll(setting), .useDefault(setting), key)
  }
}

extension Settings {
  /// The value of such a setting, as pages and messages show it.
  package func shownText(_ setting: Setting) -> String {
    setting.row.kind == .flag ? (isOn(setting) ? "on" : "off") : text(setting)
  }
}
