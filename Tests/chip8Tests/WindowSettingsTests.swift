import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// What is set in a window, with real keys: it holds at once, and the next time.
@Suite(
  "What is set in the window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowSettingsTests {
  private let scratch: Scratch
  private let game: String
  private let program: Digest

  /// Counts in V1 the frames in which 5 is down: on vip, drawing ends a frame.
  private static let watch = rom(0x6005, 0xE0A1, 0x7101, 0xD001, 0x1202)

  init() throws {
    scratch = try Scratch()
    try scratch.write("watch.ch8", WindowSettingsTests.watch)
    game = scratch.path("watch.ch8")
    program = Digest.sha1(WindowSettingsTests.watch)
  }

  private func open(_ arguments: String..., config: String? = nil) throws -> Desktop {
    try Desktop(
      [game, "--slots", scratch.path("slots"), "--platform", "vip"] + arguments,
      environment: config.map { ["XDG_CONFIG_HOME": $0] } ?? [:])
  }

  private func kept(_ name: String) -> String? {
    try? String(contentsOfFile: scratch.path("slots/\(name)"), encoding: .utf8)
  }

  private func saved(_ desktop: Desktop, _ slot: Int) throws -> Chip8 {
    let slots = Slots(root: scratch.path("slots"), program: program)
    try desktop.press("shift+\(slot)", "F5")
    return try waitFor("slot \(slot)") { try? slots.image(.key(slot)).machine() }
  }

  /// A point in the corner, which shows the colour of pixels that are off.
  private func corner(_ desktop: Desktop) throws -> [UInt8] {
    Array(try desktop.picture("1x1+2+2"))
  }

  @Test("Changes in the menu are kept without saving")
  func menu() throws {
    let first = try open("--no-card", "--autosave", "0")
    // Menu, picture, colours: the second palette. Then as large as fits, and volume.
    try first.press(
      "Escape", "Down", "Down", "Down", "Down", "Down", "Return", "Return", "Home", "Right",
      "Return", "Escape", "Down", "Down", "Right", "Escape", "Escape", "ctrl+Down", "F4")
    try waitFor("what is kept") {
      kept("settings") == "fit true\nvolume 90\n"
        && kept("\(program)/settings") == "colors ink\nspeed 125\n" ? true : nil
    }
    #expect(try first.quit() == (0, ""))
    let second = try open("--no-card", "--autosave", "0")
    try waitFor("the colour") { try corner(second) == [0xF4, 0xF1, 0xE8] ? true : nil }
    // F5 keeps them for all programs, Delete forgets them.
    try second.press("Escape", "Down", "Down", "Down", "Down", "Down", "Return", "F5")
    try waitFor("what is kept for all") {
      kept("settings") == "colors ink\nfit true\nvolume 90\n" ? true : nil
    }
    try second.press("Delete")
    try waitFor("what is forgotten") {
      kept("settings") == "fit true\nvolume 90\n"
        && kept("\(program)/settings") == "speed 125\n" ? true : nil
    }
    try second.press("Escape", "Escape")
    try waitFor("the usual colour") { try corner(second) != [0xF4, 0xF1, 0xE8] ? true : nil }
    #expect(try second.quit() == (0, ""))
  }

  @Test(
    "A changed machine is kept for the next window, but not for headless runs, and can be reset")
  func machine() throws {
    let arguments = [game, "--slots", scratch.path("slots"), "--no-card", "--autosave", "0"]
    func headless() throws -> Report {
      try scratch.report("watch.ch8", "--slots", "slots", "--frames", "9")
    }
    let before = try headless()
    let first = try Desktop(arguments)
    // The platform after CHIP-8, and the first quirk.
    try first.press("F2", "Return", "Down", "Return")
    try waitFor("the platform") { try first.title().contains("CHIP-48") ? true : nil }
    try first.press("F2", "Down", "Down", "Down", "Right", "Escape", "shift+F4")
    try waitFor("what is kept") {
      kept("\(program)/settings") == "platform chip48\nquirk logic=on\nipf 20\n" ? true : nil
    }
    #expect(try first.quit() == (0, ""))
    #expect(try headless().state == before.state)

    let second = try Desktop(arguments)
    #expect(try second.title().contains("CHIP-48"))
    #expect(try saved(second, 1).state.configuration.instructionsPerFrame == 20)
    // The last but one entry is what the program wants.
    try second.press("F2", "End", "Up", "Return")
    try waitFor("the platform") { try second.title().contains("CHIP-8 ") ? true : nil }
    try waitFor("what is forgotten") { kept("\(program)/settings") == "" ? true : nil }
    #expect(try second.quit() == (0, ""))
  }

  @Test("A bad line of the configuration is reported, and the rest applies")
  func configuration() throws {
    let directory = scratch.path("config/chip8")
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try scratch.write(
      "config/chip8/config.toml",
      Array("[picture]\ncolors = \"ink\"\ncard = false\n[sound]\nvolume = 300\n".utf8))
    let desktop = try open(config: scratch.path("config"))
    try desktop.waitForError("config.toml:5: sound.volume: must be 0 to 100")
    try waitFor("the colour") { try corner(desktop) == [0xF4, 0xF1, 0xE8] ? true : nil }
    try waitFor("the machine") {
      try saved(desktop, 1).state.frames > 0 ? true : nil
    }
    let end = try desktop.quit()
    #expect(
      end == (0, "chip8: \(directory)/config.toml:5: sound.volume: must be 0 to 100\n"))
    // The user's own file is never written to, and its colours are nobody else's.
    #expect(try scratch.text("config/chip8/config.toml").hasSuffix("volume = 300\n"))
    let image = try Slots(root: scratch.path("slots"), program: program).image(.key(1))
    #expect(try image.settings(for: image.machine()) == nil)
    // The command line takes precedence, and can do without.
    let other = try open("--config", "off", "--no-card", config: scratch.path("config"))
    try waitFor("the usual colour") { try corner(other) == [0x10, 0x16, 0x1E] ? true : nil }
    #expect(try other.quit() == (0, ""))
  }

  @Test("A key of the keypad is reassigned in the menu, and reset there")
  func remapping() throws {
    let first = try open("--no-card", "--autosave", "0")
    try first.hold("i")
    try first.press("p")
    #expect(try saved(first, 1).state.v[1] == 0)
    // The second key of the second row is 5. Function keys are commands', and nothing is assigned then.
    try first.press("F1", "Down", "Right", "Return")
    let top = "600x110+0+0"
    let page = try first.picture(top)
    // It is said for a while.
    try waitFor("why F3 was not taken") {
      try first.press("F3")
      return try first.picture(top) != page ? true : nil
    }
    try first.press("i", "Escape", "p")
    try first.hold("i")
    try first.press("p")
    #expect(try saved(first, 2).state.v[1] > 0)
    #expect(try first.quit() == (0, ""))
    #expect(kept("\(program)/settings") == "key-map i=5\n")
    let keys = try scratch.chip8("keys", "watch.ch8", "--slots", "slots")
    #expect(keys.text == "5\ti\tasked for\n")

    let second = try open("--no-card", "--autosave", "0")
    try second.hold("i")
    try second.press("p")
    #expect(try saved(second, 3).state.v[1] > 0)
    try second.press("F1", "Down", "Right", "Delete", "Escape")
    try waitFor("what is forgotten") { kept("\(program)/settings") == "" ? true : nil }
    #expect(try second.quit() == (0, ""))
    #expect(try scratch.chip8("keys", "watch.ch8", "--slots", "slots").text != keys.text)
  }
}
