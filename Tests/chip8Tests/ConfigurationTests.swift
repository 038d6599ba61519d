// ConfigurationTests.swift: the user's configuration, right and wrong, and who reads it.

import Chip8Core
import Chip8Player
import Foundation
import Glibc
import SaveState
import Testing

@Suite struct ConfigurationTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Writes the configuration that the program finds by itself.
  private func configure(_ text: String) throws { try configure(Array(text.utf8)) }

  private func configure(_ bytes: [UInt8]) throws {
    try FileManager.default.createDirectory(
      atPath: scratch.path(".config/chip8"), withIntermediateDirectories: true)
    try scratch.write(".config/chip8/config.toml", bytes)
  }

  /// The bad lines that are named, without the file's name.
  private func problems() throws -> [String] {
    let outcome = try scratch.chip8("config", "check")
    let start = "chip8: \(path):"
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.hasPrefix(start) }, "\(outcome.errors)")
    #expect(outcome.code == (lines.isEmpty ? 0 : 65) && outcome.output.isEmpty)
    return lines.map { String($0.dropFirst(start.count)) }
  }

  private var path: String { scratch.path(".config/chip8/config.toml") }

  private func shown(_ arguments: String...) throws -> [String] {
    let outcome = try scratch.run(["config", "show"] + arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return outcome.text.split(separator: "\n").map(String.init)
  }

  // MARK: Where it is

  @Test func thePathIsThatOfTheDesktopSpecification() throws {
    #expect(try scratch.chip8("config", "path").text == path + "\n")
    let named = try scratch.shell("XDG_CONFIG_HOME=/etc/xdg \"$CHIP8\" config path")
    #expect(named.text == "/etc/xdg/chip8/config.toml\n")
    // A relative one is ignored, as the specification wants it.
    let relative = try scratch.shell("XDG_CONFIG_HOME=etc \"$CHIP8\" config path")
    #expect(relative.text == path + "\n")
  }

  @Test func withoutAFileEverythingIsByDefault() throws {
    #expect(try problems() == [])
    let lines = try shown()
    #expect(lines.contains("volume = 100  # default") && lines.contains("card = true  # default"))
    #expect(lines.contains("# colors: set by the program"))
    try scratch.expectRefusal(
      ["config", "check", "missing.toml"], code: 66, naming: "missing.toml")
    try scratch.expectRefusal(
      ["config", "show", "--config", "missing.toml"], code: 66, naming: "missing.toml")
  }

  // MARK: Right ones

  @Test func everySettingCanBeSet() throws {
    try configure(
      """
      [picture]
      colors = "000000,ff8000"
      rotate = 90
      fit = true
      fullscreen = true
      aspect = "tv"
      look = "lcd"
      flicker = "full"
      reduce-flashes = true
      keypad = true
      touch = "vip"
      card = false
      [sound]
      volume = 0
      mute = true
      pitch = 50
      [play]
      speed = 150
      run-ahead = "auto"
      autosave = 5
      journal = false
      pause-in-background = true
      kiosk = true
      debug-socket = false
      [terminal]
      always = true
      picture = "sextants"
      [keys]
      Up = "a"
      i = 5
      [pad]
      a = "none"
      p2-l = "F"
      """)
    #expect(try problems() == [])
    let lines = try shown().filter { !$0.hasPrefix("[") }
    #expect(lines.allSatisfy { $0.hasSuffix("  # configuration") }, "\(lines)")
    #expect(
      lines.map { String($0.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) } == [
        "colors = \"000000,FF8000\"", "rotate = 90", "fit = true", "fullscreen = true",
        "aspect = \"tv\"", "look = \"lcd\"", "flicker = \"full\"", "reduce-flashes = true",
        "keypad = true", "touch = \"vip\"",
        "card = false", "volume = 0", "mute = true", "pitch = 50", "speed = 150",
        "run-ahead = \"auto\"", "autosave = 5", "journal = false", "debug-socket = false",
        "pause-in-background = true", "kiosk = true",
        "always = true", "picture = \"sextants\"", "i = \"5\"", "up = \"A\"",
        "a = \"none\"", "p2-l = \"F\"",
      ])
  }

  /// What is shown can be used as it is.
  @Test func whatIsShownIsAConfiguration() throws {
    try configure("[sound]\nvolume = 7\n[keys]\nup = \"2\"\n")
    let shown = try shown()
    try scratch.write("shown.toml", Array((shown.joined(separator: "\n") + "\n").utf8))
    #expect(try scratch.chip8("config", "check", "shown.toml").code == 0)
    let again = try self.shown("--config", "shown.toml")
    #expect(again.contains("volume = 7  # configuration"))
    #expect(again.contains("up = \"2\"  # configuration"))
  }

  @Test func theTableInThePageIsTheProgramsOwn() throws {
    let page = try String(contentsOfFile: "docs/CONFIGURATION.md", encoding: .utf8)
    for setting in Setting.configurable {
      let row = setting.row
      let value = row.kind.placeholder.replacing("|", with: "\\|")
      let line =
        "| `\(row.key)` | `--\(setting.rawValue)` | \(value) | \(row.standard) | "
        + "\(row.scope == .all ? "all" : "the program") | \(row.meaning) |"
      #expect(page.contains(line + "\n"), "\(line)")
    }
  }

  // MARK: Wrong ones

  @Test(arguments: [
    ("[sound]\nvolume = 101", "2: sound.volume: must be 0 to 100"),
    ("[sound]\nvolume = \"50\"", "2: sound.volume: must be 0 to 100, without quotation marks"),
    ("[sound]\nvolume = 1.5", "2: sound.volume: must be 0 to 100, without quotation marks"),
    ("[sound]\nvolumes = 50", "2: sound.volumes: no such setting; chip8 config show lists them"),
    ("[machine]\nplatform = \"vip\"", "2: machine.platform: no such setting"),
    ("volume = 50", "1: volume: no such setting; chip8 config show lists them"),
    ("[picture]\nfit = 1", "2: picture.fit: must be true or false"),
    ("[picture]\nrotate = 45", "2: picture.rotate: must be 0, 90, 180, 270"),
    ("[picture]\ncolors = \"red\"", "2: picture.colors: must be two to four colours as in"),
    ("[picture]\ncolors = [\"000000\"]", "2: picture.colors: must be a text in quotation marks"),
    ("[keys]\nf5 = \"1\"", "2: keys.f5: f5 is not a key; the keys are a to z"),
    ("[keys]\nup = \"G\"", "2: keys.up: a key is one of 0 to 9 and A to F, or none, as in up=5"),
    ("[keys]\nup = 10", "2: keys.up: a key is one of 0 to 9"),
    ("[keys]\nup = \"1,down=2\"", "2: keys.up: must be a key of the keypad"),
    ("[pad]\nstart = \"1\"", "2: pad.start: start is not a button; the buttons are up, down"),
    ("[keys.up]\na = 1", "2: keys.up.a: up.a is not a key"),
    ("a.b.c.d.e.f = 1", "1: a.b.c.d: no such setting"),
  ])
  func badValuesAreNamed(text: String, problem: String) throws {
    try configure(text + "\n[play]\nspeed = 50\n")
    let problems = try problems()
    #expect(problems.count == 1 && problems[0].hasPrefix(problem), "\(problems)")
    // Everything else holds.
    #expect(try shown().contains("speed = 50  # configuration"))
  }

  @Test func linesThatAreNotTOMLAreNamedAndSkipped() throws {
    try configure(
      """
      [sound]
      volume 50
      volume = 40
      volume = 30
      [picture
      fit = true
      colors = "amber"
      [play]
      speed =
      autosave = 08
      journal = false
      """)
    let problems = try problems()
    #expect(problems.map { $0.prefix { $0 != ":" } } == ["2", "4", "5", "9", "10"])
    #expect(problems.allSatisfy { $0.contains(": not TOML: ") }, "\(problems)")
    let lines = try shown()
    #expect(lines.contains("volume = 40  # configuration"))
    #expect(lines.contains("journal = false  # configuration"))
    // It is unknown which table these are in.
    #expect(lines.contains("fit = false  # default"))
    #expect(lines.contains("# colors: set by the program"))
  }

  /// Bytes that no editor writes.
  private static let hostile: [String: [UInt8]] = [
    "NUL": [0x00], "NUL in a string": Array("a = \"\u{0}\"".utf8), "UTF-16": [0xFF, 0xFE],
    "no UTF-8": Array("[sound]\nvolume = \"".utf8) + [0xC3, 0x28],
    "letters": Array("größe = 1\nа.б = \"в\"\n[ü]\n\u{3000}x = 1".utf8),
    "no end": Array("a = \"\"\"\nnever ended".utf8),
    "brackets": Array(repeating: UInt8(ascii: "["), count: 60_000),
    "tables": Array(("a" + String(repeating: ".a", count: 30_000) + " = 1").utf8),
    "a table's name": Array(("[a" + String(repeating: ".a", count: 30_000) + "]").utf8),
    "lists": Array(("a = " + String(repeating: "[", count: 60_000)).utf8),
    "lists of tables": Array(
      ("a = " + String(repeating: "[\n{b.b.b.b.b.b.b.b=", count: 3000)).utf8),
    "many lines": Array(String(repeating: "x\n", count: 30_000).utf8),
    "too large": Array(repeating: UInt8(ascii: " "), count: 65_537),
    "escapes": Array("\u{1B}[31m = 1\n\u{202E}x = 2".utf8),
  ]

  @Test(arguments: hostile.keys.sorted())
  func whateverIsInItIsNamedAndNothingElse(name: String) throws {
    try configure(ConfigurationTests.hostile[name] ?? [])
    let problems = try problems()
    #expect((1...21).contains(problems.count), "\(problems.count)")
    #expect(problems.allSatisfy { $0.utf8.count < 400 && !$0.utf8.contains(0x1B) })
  }

  /// A byte order mark, ends of lines as on other systems, comments, nothing.
  @Test(arguments: [
    "", "\n", "# nothing", "# größer … \u{1F600}\n", "\u{FEFF}[sound]\r\nvolume = 5 # five\r\n",
  ])
  func whatEditorsWriteIsRight(text: String) throws {
    try configure(text)
    #expect(try problems() == [])
  }

  @Test func whatIsNoFileIsNamed() throws {
    let directory = scratch.path(".config/chip8")
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
    #expect(try problems() == [" cannot be read: not a regular file"])
    try FileManager.default.removeItem(atPath: path)
    mkfifo(path, 0o600)
    #expect(try problems() == [" cannot be read: not a regular file"])
    try FileManager.default.removeItem(atPath: path)
    symlink("config.toml", path)
    #expect(try problems() == [" cannot be read: too many levels of symbolic links"])
    try FileManager.default.removeItem(atPath: path)
    // A link that leads to a file is one, as those have who keep their configuration elsewhere.
    try scratch.write("elsewhere.toml", Array("[sound]\nvolume = 3\n".utf8))
    symlink(scratch.path("elsewhere.toml"), path)
    #expect(try shown().contains("volume = 3  # configuration"))
    try FileManager.default.removeItem(atPath: directory)
    try scratch.write(".config/chip8", [])
    #expect(try problems() == [" cannot be read: not a directory"])
  }

  // MARK: Who reads it

  /// Commands whose result must be the same everywhere.
  @Test(arguments: [
    "game.ch8 --headless --frames 20 --save a.state --print hashes",
    "a.state --headless --frames 1 --json", "image info a.state --json",
    "farm jobs.jsonl -o results.jsonl", "debug game.ch8 -c step -c registers",
    "asm game.8o -o out.ch8",
  ])
  func onlyPlayersReadIt(command: String) throws {
    try scratch.write("game.8o", Array(": main loop v0 += 1 again".utf8))
    try scratch.write("game.ch8", rom(0x7001, 0x1200))
    _ = try scratch.chip8("game.ch8", "--headless", "--frames", "3", "--save", "a.state")
    try scratch.write(
      "jobs.jsonl", Array("{\"id\":\"a\",\"program\":\"game.ch8\",\"frames\":3}\n".utf8))
    let words = command.split(separator: " ").map(String.init)
    let before = try scratch.run(words)
    #expect(before.code == 0, "\(before.errors)")
    let files = ["a.state", "results.jsonl", "out.ch8"].map { try? scratch.read($0) }
    unlink(scratch.path("results.jsonl"))
    try configure(
      "nonsense\n[picture]\ncolors = \"amber\"\n[play]\nspeed = 10\n[keys]\nup = \"1\"\n")
    try scratch.makeDirectory("state")
    try scratch.makeDirectory("state/chip8")
    try scratch.write("state/chip8/settings", Array("speed 500\nnonsense\n".utf8))
    let after = try scratch.run(words)
    #expect(after.code == 0 && after.output == before.output && after.errors == before.errors)
    #expect(["a.state", "results.jsonl", "out.ch8"].map { try? scratch.read($0) } == files)
  }

  @Test func headlessRunsRefuseIt() throws {
    try scratch.write("game.ch8", rom(0x1200))
    for option in ["--config=off", "--config=a.toml", "--pad-map=a=5", "--no-card", "--mute"] {
      try scratch.expectRefusal(
        ["game.ch8", "--headless", option], code: 64, naming: "--headless cannot be combined")
    }
  }
}
