// PlayerSettingsTests.swift: what a user sets, by where it comes from, and what is kept of it.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct PlayerSettingsTests {
  private let scratch: Scratch
  private let kept: KeptSettings
  private let rom: String

  init() throws {
    scratch = try Scratch()
    kept = KeptSettings(root: scratch.path("slots"))
    rom = try scratch.write("game.ch8", [0x12, 0x00])
  }

  private func settings(_ pairs: (Setting, String)...) throws -> Settings {
    var settings = Settings()
    for (setting, text) in pairs { try settings.set(setting, to: text) }
    return settings
  }

  private var program: Digest {
    get throws { try LoadedMachine(LoadedFile(rom)).machine.program.sha1 }
  }

  /// A session as a front end begins it.
  private func session(
    _ levels: SettingLevels = SettingLevels(), _ path: String? = nil
  ) throws -> PlaySession {
    var levels = levels
    var loaded = try LoadedMachine(LoadedFile(path ?? rom))
    levels[.all] = try kept.read(nil)
    #expect(levels.readProgram(loaded.machine.program.sha1, kept) == nil)
    try loaded.apply(MetadataRequest().asking(for: levels), from: path ?? rom)
    var options = PlaySession.Options()
    (options.settings, options.keptSettings) = (levels, kept)
    options.slotsRoot = scratch.path("slots")
    options.autosaveSeconds = nil
    return PlaySession(loaded, .none, options)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: scratch.path("slots/\(name)"), encoding: .utf8)
  }

  // MARK: Values

  @Test func kiosksKeepNothing() throws {
    let played = PlaySession.Options(SettingLevels(options: try settings((.autosave, "20"))))
    #expect(played.autosaveSeconds == 20 && played.isAttachable)
    #expect(played.journalByteLimit == Journal.defaultByteLimit)
    let quiet = PlaySession.Options(
      SettingLevels(
        options: try settings((.autosave, "0"), (.journal, "false"), (.debugSocket, "false"))))
    let exhibit = PlaySession.Options(SettingLevels(options: try settings((.kiosk, "true"))))
    for options in [quiet, exhibit] {
      #expect(options.autosaveSeconds == nil && !options.isAttachable)
      #expect(options.journalByteLimit == nil)
    }
  }

  @Test func everySettingHasARowOfItsOwn() throws {
    let rows = Setting.allCases.map(\.row)
    #expect(Set(rows.map(\.key)).count == rows.count)
    for row in rows {
      #expect(row.meaning.hasSuffix("."))
      #expect(row.standard.isEmpty || (try? row.kind.checked(row.standard)) == row.standard)
    }
  }

  @Test(arguments: [
    (Setting.volume, "007", "7"), (.colors, "#00ff00,ABCDEF", "00FF00,ABCDEF"),
    (.colors, "Amber", "amber"), (.keyMap, "up=a,LEFT=none,up=b", "left=none,up=B"),
    (.padMap, "p2-a=c,a=1", "a=1,p2-a=C"), (.fit, "true", "true"),
  ])
  func valuesHaveOneForm(setting: Setting, text: String, form: String) throws {
    #expect(try setting.row.kind.checked(text) == form)
  }

  @Test(arguments: [
    (Setting.volume, "-1"), (.volume, "101"), (.volume, ""), (.fit, "on"), (.rotate, "45"),
    (.colors, "000000"), (.colors, "0,1,2,3,4"), (.keyMap, ""), (.keyMap, "up"), (.keyMap, "up=16"),
    (.keyMap, "f5=1"), (.padMap, "start=1"), (.padMap, "p3-a=1"), (.runAhead, "5"),
  ])
  func otherTextsAreRefused(setting: Setting, text: String) {
    #expect(throws: SettingError.self) { try setting.row.kind.checked(text) }
  }

  // MARK: Precedence

  @Test func theFirstLevelWithAValueTakesPrecedence() throws {
    var levels = SettingLevels(options: try settings((.volume, "1")))
    levels[.program] = try settings((.volume, "2"), (.speed, "20"))
    levels[.all] = try settings((.volume, "3"), (.speed, "30"), (.fit, "true"))
    levels[.configuration] = try settings(
      (.volume, "4"), (.speed, "40"), (.fit, "false"), (.mute, "true"))
    let effective = levels.effective
    #expect(effective.number(.volume) == 1 && effective.number(.speed) == 20)
    #expect(effective.isOn(.fit) && effective.isOn(.mute) && effective.isOn(.card))
    #expect(levels.level(of: .speed) == .program && levels.level(of: .card) == nil)
  }

  /// Each entry is a setting of its own.
  @Test func entriesAreMerged() throws {
    var levels = SettingLevels(options: try settings((.keyMap, "up=1")))
    levels[.program] = try settings((.keyMap, "up=2,i=3"))
    levels[.configuration] = try settings((.keyMap, "i=4,o=5"))
    #expect(levels.effective[.keyMap] == "i=3,o=5,up=1")
  }

  /// What a file carries is more particular than what is wanted of all programs, and that is wanted more than
  /// what is only known.
  @Test func savedStatesRankBetweenTheProgramsSettingsAndThoseOfAll() throws {
    let image = scratch.path("a.state")
    let first = try session()
    first.set(.speed, to: "150")
    first.set(.rotate, to: "90")
    first.finishWork()
    try first.player.savedImage().save(to: image, apartFrom: InputFiles())
    first.useDefault(.speed)
    first.useDefault(.rotate)
    first.finishWork()

    var levels = SettingLevels()
    levels[.configuration] = try settings((.speed, "50"), (.rotate, "180"), (.colors, "amber"))
    let restored = try session(levels, image)
    #expect(restored.player.speed == 150 && restored.player.appearance.rotation == 90)
    #expect(restored.player.appearance.colors == Palette.named("amber")?.colors)
    restored.set(.speed, to: "300")
    #expect(restored.player.speed == 300)
    // What is only wanted of all programs is not saved.
    let metadata = SessionMetadata(
      readable: try restored.player.savedImage(), of: restored.player.machine)
    #expect(metadata.colors.isEmpty && metadata.speed == 300 && metadata.rotation == 90)
  }

  @Test func requestsTakePrecedenceOverKnownPrograms() throws {
    let known = "roms/backfire.ch8"
    let usual = try session(SettingLevels(), known).player.appearance.colors
    var levels = SettingLevels()
    levels[.configuration] = try settings((.colors, "010203,040506"), (.keyMap, "i=5"))
    let player = try session(levels, known).player
    #expect(player.appearance.colors == [0x01_02_03, 0x04_05_06] + usual.dropFirst(2))
    #expect(player.keyAssignments.map(\.text) == ["i=5"])
  }

  // MARK: Kept

  @Test func chosenSettingsAreKept() throws {
    let first = try session(SettingLevels(options: try settings((.volume, "10"), (.speed, "70"))))
    for (setting, text) in [
      (Setting.volume, "40"), (.speed, "200"), (.colors, "green"), (.fit, "true"),
      (.keyMap, "i=5"), (.keyMap, "o=6"), (.padMap, "y=A"),
    ] { first.set(setting, to: text) }
    #expect(first.settings.effective.number(.volume) == 40 && first.player.speed == 200)
    first.finishWork()
    #expect(try text("settings") == "fit true\nvolume 40\n")
    #expect(
      try text("\(program)/settings")
        == "colors green\nspeed 200\nkey-map i=5,o=6\npad-map y=A\n")

    let second = try session()
    #expect(second.player.speed == 200 && second.settings.effective.isOn(.fit))
    #expect(second.player.appearance.colors == Palette.named("green")?.colors)
    #expect(second.player.keyAssignments.map(\.text) == ["i=5", "o=6"])
    #expect(second.settings.effective.buttons == [PlayerButton(.y, of: 1): 0xA])
    // Another program has what is for all, and nothing else.
    let other = try session(
      SettingLevels(), try scratch.write("other.ch8", [0x60, 0x01, 0x12, 0x00]))
    #expect(other.player.speed == 100 && other.settings.effective.number(.volume) == 40)
    #expect(other.player.keyAssignments.isEmpty)
  }

  @Test func settingsOfAProgramCanBeKeptForAllAndReset() throws {
    let first = try session()
    first.set(.colors, to: "night")
    first.keepForAll(.colors)
    first.finishWork()
    #expect(try text("settings") == "colors night\n" && text("\(program)/settings") == "")
    let other = try scratch.write("other.ch8", [0x60, 0x01, 0x12, 0x00])
    let second = try session(SettingLevels(), other)
    #expect(second.player.appearance.colors == Palette.named("night")?.colors)
    second.useDefault(.colors)
    second.finishWork()
    #expect(try text("settings") == "")
    #expect(second.player.appearance == .standard)
    #expect(try session().player.appearance == .standard)
  }

  @Test func programsThatAreOpenedHaveTheirOwn() throws {
    let other = try scratch.write("other.ch8", [0x60, 0x01, 0x12, 0x00])
    let first = try session()
    first.set(.speed, to: "300")
    first.open(other)
    first.finishWork()
    #expect(first.player.speed == 100)
    first.set(.speed, to: "25")
    first.open(rom)
    first.finishWork()
    #expect(first.player.speed == 300)
    #expect(try session(SettingLevels(), other).player.speed == 25)
  }

  @Test func linesOfOtherVersionsStay() throws {
    _ = try scratch.makeDirectory("slots")
    try scratch.write("slots/settings", "glow 7\nvolume 900\nvolume 30\n")
    let first = try session()
    #expect(first.settings.effective.number(.volume) == 30)
    first.set(.volume, to: "50")
    first.finishWork()
    #expect(try text("settings") == "volume 50\nglow 7\nvolume 900\n")
  }

  /// What cannot be read is not written to either.
  @Test func unusableSettingsAreLeftAlone() throws {
    _ = try scratch.makeDirectory("slots")
    _ = try scratch.makeDirectory("slots/settings")
    #expect(throws: StorageError.self) { try kept.read(nil) }
    var options = PlaySession.Options()
    options.keptSettings = kept
    options.autosaveSeconds = nil
    options.slotsRoot = scratch.path("slots")
    let session = PlaySession(try LoadedMachine(LoadedFile(rom)), .none, options)
    _ = session.takeNotices()
    session.set(.volume, to: "50")
    session.finishWork()
    guard case .settingsFailed(isReading: false, _)? = session.takeNotices().last else {
      Issue.record("not set")
      return
    }
    #expect(session.settings.effective.number(.volume) == 50)
    #expect(Storage.isDirectory(scratch.path("slots/settings")))
    let large = String(repeating: "volume 3\n", count: 9000)
    try FileManager.default.removeItem(atPath: scratch.path("slots/settings"))
    try scratch.write("slots/settings", large)
    session.set(.volume, to: "60")
    session.finishWork()
    #expect(try text("settings") == large)
  }

  // MARK: The configuration

  @Test func keptSettingsTakePrecedenceOverTheConfiguration() throws {
    let text = "volume = 1\n[sound]\nvolume = 40\npitch = 900\n[sound\n"
    let path = try scratch.write("config.toml", text)
    _ = try scratch.makeDirectory("slots")
    try scratch.write("slots/settings", "mute true\n")
    let read = try PlayerSettings(
      settings((.fit, "true")), config: path, slotsRoot: scratch.path("slots"))
    let effective = read.levels.effective
    #expect(effective.number(.volume) == 40 && effective.isOn(.mute) && effective.isOn(.fit))
    #expect(read.levels.level(of: .volume) == .configuration)
    let problems = read.notices.compactMap { notice -> ConfigurationFile.Problem? in
      if case .configuration(let problem) = notice { problem } else { nil }
    }
    #expect(problems.map(\.line) == [1, 4, 5] && problems.allSatisfy { $0.path == path })
    guard case .unknown(key: "volume") = problems[0].reason,
      case .invalid(key: "sound.pitch", _) = problems[1].reason,
      case .notTOML = problems[2].reason
    else {
      Issue.record("\(problems)")
      return
    }
    #expect(try PlayerSettings(Settings(), config: "off", slotsRoot: "").notices.isEmpty)
    #expect {
      try PlayerSettings(Settings(), config: path + "2", slotsRoot: "")
    } throws: {
      if case PlayerError.noFile(path: path + "2") = $0 { true } else { false }
    }
  }

  // MARK: Keys

  @Test func keysAndButtonsAreAssignedAndReset() throws {
    let session = try session()
    #expect(session.assign(12, to: 0x5) && session.assign(82, to: 0x1))
    #expect(session.assign(PlayerButton(.l, of: 1), to: 0x5))
    // Tab, Escape and F5 are commands; so are Start and Back.
    for usage: UInt8 in [43, 41, 62] { #expect(!session.assign(usage, to: 0x5)) }
    #expect(!session.assign(PlayerButton(.start, of: 1), to: 0x5))
    let map = KeyMap(for: session.programKeys, session.player.keyAssignments)
    #expect(map.usages(of: 0x5) == [12, 26] && map.usages(of: 0x1) == [82, 30])
    let pads = PadMap(for: session.programKeys, session.settings.effective.buttons)
    let card = KeyCard(session.programKeys, map, pads)
    #expect(card[5].keyboardName == "i" && card[5].buttons.contains(.l))

    // The arrow is 5 again, as it was before it was assigned to 1.
    session.resetKey(0x5)
    #expect(session.player.keyAssignments.isEmpty)
    #expect(session.settings.effective.buttons.isEmpty)
    session.finishWork()
    #expect(try text("\(program)/settings") == "")
  }

  @Test func padsOfTwoPlayersAreApart() throws {
    let two = ProgramKeys(
      for: Program(name: "", bytes: [0x12, 0x00]),
      asked: [KeySet(key: 1), KeySet(key: 4), KeySet(key: 0xC), KeySet(key: 0xD)])
    #expect(two.hasSecondPlayer)
    let changes: [PlayerButton: UInt8?] = [
      PlayerButton(.a, of: 1): 5, PlayerButton(.b, of: 2): 6, PlayerButton(.up, of: 2): nil,
    ]
    let pads = PadMap(for: two, changes)
    #expect(pads[.a, 1] == 5 && pads[.b, 2] == 6 && pads[.up, 2] == nil && pads[.up, 1] == 1)
    #expect(pads[.a, 2] != 5 && pads[.b, 1] != 6)
    let one = PadMap(for: .unknown, changes)
    #expect(one[.a, 1] == 5 && one[.a, 2] == 5 && one[.b, 2] == 6)
  }
}
