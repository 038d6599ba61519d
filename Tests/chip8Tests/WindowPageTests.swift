import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing
import chip8

/// The pages over the picture, with real keys: what is chosen shows in what is saved then.
@Suite(
  "The window's pages", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowPageTests {
  private let scratch: Scratch
  private let rom = "roms/backfire.ch8"
  private let program: Program
  private let slots: Slots

  init() throws {
    scratch = try Scratch()
    program = Program(name: "", bytes: try Storage.read(rom, limit: 65536))
    slots = Slots(root: scratch.directory, program: program.sha1)
  }

  private func open(_ arguments: String...) throws -> Desktop {
    try Desktop(arguments + ["--slots", scratch.directory])
  }

  private func save(_ desktop: Desktop, _ slot: Int) throws -> Image {
    try desktop.press("shift+\(slot)", "F5")
    return try waitFor("slot \(slot)") { try? slots.image(.key(slot)) }
  }

  private func machine(_ image: Image) throws -> Chip8 { try image.machine() }

  @Test("The keys are shown first, while the machine is stopped, and any key closes them")
  func start() throws {
    let desktop = try open(rom)
    try waitFor("the card") { try desktop.whiteCount("896x448+0+0") > 0 ? true : nil }
    try desktop.waitForTurns(20)
    try desktop.press("F5")
    let first: Chip8 = try waitFor("slot 1") { try? slots.image(.key(1)).machine() }
    #expect(first.state.frames == 0)
    // It runs now, and is stopped while the card is shown again.
    try waitFor("some frames") {
      try machine(save(desktop, 2)).state.frames > 0 ? true : nil
    }
    try desktop.press("F1", "Escape")
    #expect(try desktop.quit(by: "ctrl+q") == (0, ""))
  }

  @Test("One key continues the program that was left")
  func resumeLastSession() throws {
    let first = try open(rom, "--no-card", "--autosave", "1")
    try waitFor("an autosave") { try slots.file(Autosave.minute.slot) }
    #expect(try first.quit() == (0, ""))
    let left: Chip8 = try slots.image(Autosave.exit.slot).machine()
    let second = try open(rom)
    try waitFor("the state that was left") {
      try second.press("ctrl+Return", "F5")
      let saved: Chip8? = try? slots.image(.key(1)).machine()
      return saved.flatMap { $0.state.frames >= left.state.frames ? true : nil }
    }
    #expect(try second.quit() == (0, ""))
  }

  @Test("The menu changes the machine at once, and each change can be undone")
  func machine() throws {
    let desktop = try open(rom, "--no-card", "--seed", "7")
    try desktop.press("p")
    let before = try machine(save(desktop, 1))
    // The fourth line is the first quirk.
    try desktop.press("F2", "Down", "Down", "Down", "Right", "Escape")
    let changed = try machine(save(desktop, 2))
    #expect(
      changed.state.configuration.quirks
        == before.state.configuration.quirks.symmetricDifference(.logic))
    #expect(changed.state.frames == before.state.frames)
    try desktop.press("ctrl+z")
    #expect(try machine(save(desktop, 3)).stateDigest == before.stateDigest)
    // Menu, machine, platform: the first one.
    try desktop.press(
      "Escape", "Down", "Down", "Down", "Down", "Return", "Return", "Home", "Return")
    let restarted = try machine(save(desktop, 4))
    #expect(restarted.state.configuration.platform == .vip)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Colours, rotation and speed are saved with the machine")
  func appearance() throws {
    let desktop = try open(rom, "--no-card")
    try desktop.press("p", "F4")
    // Menu, picture, colours: the second palette.
    try desktop.press(
      "Escape", "Down", "Down", "Down", "Down", "Down", "Return", "Return", "Home", "Right",
      "Return", "Escape", "Down", "Right", "Escape", "Escape")
    let image = try save(desktop, 1)
    let settings = try #require(try image.settings(for: machine(image)))
    #expect(settings.speed == 125 && settings.rotation == 90)
    #expect(settings.colors == Palette.all[1].colors)
    let corner = try desktop.picture("1x1+2+2")
    #expect(Array(corner) == [0xF4, 0xF1, 0xE8])
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("The timeline leads to every end of what was played")
  func timeline() throws {
    let desktop = try open(rom, "--no-card", "--seed", "7")
    try waitFor("some frames") {
      try machine(save(desktop, 4)).state.frames > 5 ? true : nil
    }
    try desktop.press("p")
    let end = try machine(save(desktop, 1))
    try desktop.press("comma", "comma", "p")
    try waitFor("another branch") {
      try machine(save(desktop, 2)).state.frames > end.state.frames ? true : nil
    }
    try desktop.press("p", "F8", "Home", "Return")
    #expect(try machine(save(desktop, 3)).stateDigest == end.stateDigest)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("F12 captures the screen, and Shift+F12 the last seconds")
  func captures() throws {
    let desktop = try open(rom, "--no-card", "--seed", "7")
    try desktop.press("e", "p")
    let saved = try machine(save(desktop, 1))
    try desktop.press("F12", "shift+F12")
    let directory = scratch.path("captures")
    let files = try waitFor("a picture and a clip") {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      let finished = files.filter { $0.hasSuffix(".png") || $0.hasSuffix(".gif") }
      return finished.count == 2 ? finished : nil
    }
    #expect(try desktop.quit() == (0, ""))
    let gif = try #require(files.first { $0.hasSuffix(".gif") })
    #expect(try Storage.read("\(directory)/\(gif)", limit: 1 << 24).starts(with: "GIF89a".utf8))
    let png = try #require(files.first { $0.hasSuffix(".png") })
    let bytes = try Storage.read("\(directory)/\(png)", limit: 1 << 20)
    let picture = try #require(ScreenRenderer(png: bytes))
    let screen = saved.state.screen
    #expect(picture.width == 4 * screen.width && picture.height == 4 * screen.height)
    let colors = Appearance(for: program).colors.map(Int.init)
    let lit = screen.pixels.indices.map { index in
      picture.points[4 * (index / screen.width * picture.width + index % screen.width)]
    }
    #expect(lit == screen.pixels.map { colors[Int($0)] })
  }

  @Test("Ctrl+F12 begins a GIF, and the menu ends it")
  func clip() throws {
    let desktop = try open(rom, "--no-card", "--seed", "7")
    try desktop.press("ctrl+F12")
    let start = try machine(save(desktop, 1))
    try waitFor("another frame") {
      try machine(save(desktop, 2)).state.frames > start.state.frames ? true : nil
    }
    try desktop.press(
      "Escape", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Return", "Down", "Down",
      "Return")
    let directory = scratch.path("captures")
    try waitFor("a clip") {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      return files.contains { $0.hasSuffix(".gif") } ? true : nil
    }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("A kiosk has only the program's keys, and restarts the program when it is over")
  func kiosk() throws {
    // A bar, which key 5 ends with the program.
    try scratch.write(
      "bar.8o",
      Array(
        ": main i := bar sprite v0 v0 1 v0 := 5 loop while v0 -key again clear : stop jump stop : bar 0xFF"
          .utf8
      )
    )
    let desktop = try open(scratch.path("bar.8o"), "--kiosk", "--colors", "000000,FFFFFF")
    let bar = "1280x800+0+0"
    try waitFor("the card") { try desktop.whiteCount(bar) > 0 ? true : nil }
    let card = try desktop.whiteCount(bar)
    try desktop.press("Escape")
    let picture: Int = try waitFor("the picture") {
      let count = try desktop.whiteCount(bar)
      return count != card && count > 0 ? count : nil
    }
    try desktop.press("F5", "F7", "F8", "F12", "ctrl+o", "ctrl+d", "ctrl+r", "Escape", "ctrl+q")
    #expect(try desktop.whiteCount(bar) == picture)
    // The window fills the screen even without a window manager.
    #expect(try desktop.picture("10x10+1270+790").count == 10 * 10 * 3)
    try desktop.press("w")
    try waitFor("the card again") { try desktop.whiteCount(bar) == card ? true : nil }
    #expect(try desktop.end(by: SIGTERM).code == 130)
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.directory)
    #expect(left.allSatisfy { $0 == "bar.8o" }, "\(left)")
  }

  @Test("Home resumes programs where they were left, and removes them on request")
  func home() throws {
    let first = try open(rom, "--no-card", "--autosave", "1")
    try waitFor("an autosave") { try slots.file(Autosave.minute.slot) }
    #expect(try first.quit() == (0, ""))
    let left: Chip8 = try slots.image(Autosave.exit.slot).machine()
    let desktop = try open()
    try waitFor("the program") {
      try desktop.press("Return")
      return try desktop.title().lowercased().hasPrefix("backfire") ? true : nil
    }
    #expect(try machine(save(desktop, 1)).state.frames >= left.state.frames)
    try waitFor("the removal") {
      try desktop.press("ctrl+o", "Home", "Delete")
      let removed = try? Storage.read(scratch.path("removed-from-home"), limit: 10000)
      return String(decoding: removed ?? [], as: UTF8.self).contains("\(program.sha1)") ? true : nil
    }
    // What is saved stays.
    #expect(throws: Never.self) { try slots.image(.key(1)) }
    #expect(try desktop.quit() == (0, ""))
  }
}
