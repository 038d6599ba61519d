import Chip8Core
import Chip8Player
import SaveState

/// How a front end shows and sounds all programs alike.
struct OutputSettings: Hashable {
  /// The volumes that there are, in percent.
  static let volumeRange = 0...100

  /// How high sounds can be, in percent of the machine's own.
  static let pitchRange = 25...400

  var isFullScreen = false
  var picture = PictureStyle()
  var flickerBlending = FlickerBlending.mild
  /// Whether nothing flashes more than three times a second.
  var reducesFlashes = false
  /// Whether the keypad is beside the picture.
  var showsKeypad = false
  var touchMode = TouchMode.auto
  var volume = 100
  var isMuted = false
  var pitch = 100
  /// Whether the machine is paused while another window has the keyboard.
  var pausesInBackground = false
}

extension OutputSettings {
  /// Does what somebody has chosen, if it is about any of this.
  mutating func apply(_ command: Command) {
    switch command {
    case .wholePixels(let isOn): picture.hasWholePixels = isOn
    case .aspect(let aspect): picture.aspect = aspect
    case .look(let look): picture.look = look
    case .flicker(let blending): flickerBlending = blending
    case .flashReduction(let isOn): reducesFlashes = isOn
    case .keypad(let isOn): showsKeypad = isOn
    case .touch(let mode): touchMode = mode
    case .volume(let percent): (volume, isMuted) = (percent, false)
    case .muted(let isMuted): self.isMuted = isMuted
    case .pitch(let percent): pitch = percent
    case .pauseInBackground(let isOn): pausesInBackground = isOn
    default: break
    }
  }
}

/// How the screen of any machine is drawn in a window.
struct PictureStyle: Hashable {
  /// Whether all pixels have one size, as far as there is room for that.
  var hasWholePixels = true
  var aspect = PictureAspect.square
  var look = ScreenLook.plain
}

extension Page {
  private static let back = "↑ ↓ choose · Return · Esc back"
  private static let change = "↑ ↓ choose · ← → change · Esc back"

  /// All that there is, with the keys that lead there at once.
  static func menu(_ title: String) -> Page {
    let entries: [(String, String, Command)] = [
      ("Continue", "Esc", .resume), ("Slots", "F7", .show(.slots)),
      ("Timeline", "F8", .show(.timeline)), ("Keys", "F1", .show(.keys)),
      ("Machine", "F2", .show(.machine)), ("Picture", "", .show(.picture)),
      ("Sound", "", .show(.sound)), ("Record", "", .show(.record)), ("Reset", "Ctrl+R", .reset),
      ("Home", "Ctrl+O", .show(.home)), ("About", "", .show(.about)), ("Quit", "Ctrl+Q", .quit),
    ]
    return Page(title: title, [.list(entries.map(Item.init))], hint: back)
  }

  // MARK: The machine

  /// What the machine is, and what it does where machines differ.
  static func machine(
    _ configuration: Configuration, speed: Int, pausesInBackground: Bool
  ) -> Page {
    var items = [
      Item("Platform", configuration.platform.title, .show(.platform)),
      Item("Speed", "\(speed) %", speeds, speed, Command.speed),
      Item(
        "Instructions per frame",
        configuration.timing == .cycles ? "by cycles" : "\(configuration.instructionsPerFrame)",
        configuration.timing == .cycles ? [] : instructionCounts,
        configuration.instructionsPerFrame, Command.instructionsPerFrame),
    ]
    items[1].detail = "F3 slower · F4 faster"
    items[2].detail = "Shift+F3 fewer · Shift+F4 more"
    for (name, quirk) in Quirks.named {
      let isOn = configuration.quirks.contains(quirk)
      var item = Item(name, isOn ? "on" : "off")
      item.next = .quirks(configuration.quirks.symmetricDifference(quirk))
      item.previous = item.next
      item.detail = quirk.text
      items.append(item)
    }
    items.append(
      Item("Pause in the background", pausesInBackground, "", Command.pauseInBackground))
    return Page(
      title: "Machine", [.list(items)],
      hint: "← → change at once · Ctrl+Z undo · Esc back")
  }

  /// The platforms to choose from.
  static func platforms(_ current: Platform) -> Page {
    let items = Platform.allCases.map { platform in
      Item(platform.title, platform == current ? "now" : "", .platform(platform))
    }
    return Page(
      title: "Platform", [.list(items)],
      hint: "Return restarts the program on it · Ctrl+Z undo · Esc back")
  }

  /// The speeds that keys and menu lead through, in percent.
  static let speeds = [25, 50, 75, 100, 125, 150, 200, 300, 400, 600, 800]

  /// The instructions per frame that they lead through.
  static let instructionCounts = [
    1, 2, 5, 7, 8, 10, 11, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500,
    2000, 3000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
  ]

  // MARK: Picture and sound

  static func picture(_ appearance: Appearance, _ settings: OutputSettings) -> Page {
    let palette = Palette.all.first { $0.colors == appearance.colors }
    return Page(
      title: "Picture",
      [
        .list([
          Item("Colours", palette?.name ?? "the program's", .show(.palette)),
          Item(
            "Rotation", "\(appearance.rotation)°", SessionMetadata.rotations, appearance.rotation,
            Command.rotation, wraps: true),
          Item("Whole pixels", settings.picture.hasWholePixels, "F10", Command.wholePixels),
          Item("Aspect", settings.picture.aspect, "Shift+F10", Command.aspect),
          Item("Look", settings.picture.look, "L", Command.look),
          Item("Flicker blending", settings.flickerBlending, "B", Command.flicker),
          Item("Flash reduction", settings.reducesFlashes, "Shift+B", Command.flashReduction),
          Item("Full screen", settings.isFullScreen, "F11", Command.fullScreen),
          Item("Keypad", settings.showsKeypad, "K", Command.keypad),
          Item("Fingers and mouse", settings.touchMode, "", Command.touch),
        ])
      ], hint: change)
  }

  /// The palettes, each shown by the machine's own screen.
  static func palettes(_ screen: Screen, _ appearance: Appearance) -> Page {
    let items = Palette.all.map { palette -> Item in
      var item = Item(palette.name, .colors(palette.colors))
      item.value = palette.colors == appearance.colors ? "now" : ""
      item.picture = Picture(screen, palette.colors)
      return item
    }
    return Page(
      title: "Colours", [.grid(items, columns: nil)],
      hint: "Return · Esc back · for good: --colors NAME")
  }

  static func sound(_ settings: OutputSettings) -> Page {
    var volume = Item(
      "Volume", "\(settings.volume) %", Array(stride(from: 0, through: 100, by: 10)),
      settings.volume, Command.volume)
    volume.detail = "Ctrl+↑ · Ctrl+↓"
    let pitch = Item(
      "Pitch", "\(settings.pitch) %", pitches, settings.pitch, Command.pitch)
    return Page(
      title: "Sound",
      [.list([volume, Item("Muted", settings.isMuted, "F6", Command.muted), pitch])],
      hint: change)
  }

  private static let pitches = [25, 50, 67, 75, 80, 90, 100, 110, 125, 133, 150, 200, 300, 400]

  // MARK: Recording

  /// - Parameter directory: where pictures and clips go.
  static func record(_ directory: String, isRecording: Bool) -> Page {
    let movie = isRecording ? "A movie is being recorded." : "Movies: chip8 --record FILE"
    return Page(
      title: "Record",
      [
        .text("Files go to \(directory)".displayText, .detail), .text(movie, .detail),
        .list([
          Item("Picture", "F12", .screenshot),
          Item("The last 30 seconds as GIF", "Shift+F12", .clip),
        ]),
      ], hint: back)
  }

  // MARK: About

  /// What runs here.
  static func about(_ version: String, _ player: Player) -> Page {
    let configuration = player.machine.state.configuration
    return Page(
      title: "chip8 \(version)",
      [
        .text(player.title.displayText, .body),
        .text(
          "\(configuration.platform.title), \(configuration.instructionsPerFrame) instructions per "
            + "frame, \(player.machine.program.bytes.count) bytes", .detail),
        .text("SHA-1 \(player.machine.program.sha1)", .detail),
        .text("Help: chip8 --help, and the files in docs/", .detail),
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

  /// One of several values that have names.
  fileprivate init<Value: CaseIterable & Equatable & RawRepresentable<String>>(
    _ text: String, _ value: Value, _ key: String, _ command: (Value) -> Command
  ) {
    self.init(text, value.rawValue)
    (previous, next, detail) = (command(value.previous), command(value.next), key)
  }

  /// Something that is on or off.
  fileprivate init(_ text: String, _ isOn: Bool, _ key: String, _ command: (Bool) -> Command) {
    self.init(text, isOn ? "on" : "off")
    (previous, next, detail) = (command(!isOn), command(!isOn), key)
  }
}

extension CaseIterable where Self: Equatable {
  /// The value after this one, or the first after the last.
  var next: Self { stepped(by: 1) }
  fileprivate var previous: Self { stepped(by: -1) }

  private func stepped(by count: Int) -> Self {
    let all = Array(Self.allCases)
    let index = all.firstIndex(of: self) ?? 0
    return all[(index + count + all.count) % all.count]
  }
}

extension Quirks {
  /// What one of them does, for somebody who wonders whether to switch it.
  fileprivate var text: String {
    switch self {
    case .logic: "8xy1, 8xy2 and 8xy3 set VF to 0"
    case .shift: "8xy6 and 8xyE shift Vx, not Vy"
    case .memoryIncrementByX: "Fx55 and Fx65 add x to I, not x + 1"
    case .memoryLeaveIUnchanged: "Fx55 and Fx65 leave I alone"
    case .jump: "Bnnn adds Vx, not V0"
    case .vblank: "Dxyn waits for the display, which ends the frame"
    case .vblankInHires: "with vblank: in hires too"
    case .wrap: "sprites wrap around the edges instead of being clipped"
    case .loresBigSprites: "Dxy0 in lores draws 16×16 pixels, not 8×16"
    case .rowCollisions: "in hires, VF counts the rows that collide or are clipped"
    case .resolutionClears: "00FE and 00FF clear the screen"
    case .doubledLores: "lores is drawn as doubled pixels; scrolls move half pixels"
    case .scrollZeroExits: "00C0 ends the program"
    case .indexOverflowFaults: "Fx1E past the end of memory faults"
    case .indexWraps: "Fx1E wraps at the end of memory"
    case .indexOverflowFlag: "Fx1E sets VF to whether I passes FFF"
    case .keyWaitBeeps: "the buzzer sounds while a key is held in Fx0A"
    case .skipMachineCode: "unknown 0nnn do nothing instead of faulting"
    case .vfOrder: "8xy4 to 8xyE write VF before Vx"
    default: ""
    }
  }
}
