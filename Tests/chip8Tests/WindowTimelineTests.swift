import Chip8Core
import Foundation
import SaveState
import Testing

/// Back in time and forth, with real keys. How fast the machine is here shows nowhere: what is saved is
/// compared with what it must be at its own frame.
@Suite(
  "The timeline in the window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowTimelineTests {
  private let scratch: Scratch
  private let rom = "roms/backfire.ch8"
  private let slots: Slots

  init() throws {
    scratch = try Scratch()
    slots = try scratch.slots(of: rom)
  }

  private func open(_ arguments: String...) throws -> Desktop {
    try Desktop(arguments + ["--slots", scratch.directory, "--seed", "7", "--autosave", "0"])
  }

  /// What a key saves in a slot that was empty.
  private func save(_ desktop: Desktop, _ slot: Int) throws -> Chip8 {
    try desktop.press("shift+\(slot)", "F5")
    return try waitFor("slot \(slot)") { try? slots.image(.key(slot)).machine() }
  }

  /// Saves in a slot until the machine there is such a one.
  private func save(
    _ desktop: Desktop, _ slot: Int, until isSuch: (Chip8) -> Bool
  ) throws -> Chip8 {
    try desktop.press("shift+\(slot)")
    return try waitFor("such a machine in slot \(slot)") {
      try desktop.press("F5")
      let machine: Chip8? = try? slots.image(.key(slot)).machine()
      return machine.flatMap { isSuch($0) ? $0 : nil }
    }
  }

  /// The machine at a frame of what a slot says of its past.
  private func past(of slot: Int, at frame: UInt64) throws -> Digest {
    let image = try slots.image(.key(slot))
    let machine: Chip8 = try image.machine()
    var timeline = Timeline(machine, past: try image.past(of: machine))
    try timeline.seek(to: Position(frame: frame))
    return timeline.machine.stateDigest
  }

  @Test("Holding Backspace rewinds; undo and redo go back and forth")
  func rewind() throws {
    let desktop = try open(rom)
    try desktop.hold("e")
    _ = try save(desktop, 1) { $0.state.frames > 100 }
    try desktop.press("p")
    let end = try save(desktop, 2)
    try Desktop.output("xdotool", "keydown", "BackSpace")
    _ = try save(desktop, 3) { $0.state.frames < end.state.frames - 30 }
    try Desktop.output("xdotool", "keyup", "BackSpace")
    // It is not at the start, however long that took.
    try desktop.press("period")
    // There is a bar along the lower edge, which is not full.
    let bar = try desktop.picture("896x1+0+447")
    #expect(bar.suffix(3) == Data([0x50, 0x50, 0x50]) && bar.prefix(3) != bar.suffix(3))
    let rewound = try save(desktop, 4)
    #expect(try rewound.stateDigest == past(of: 2, at: rewound.state.frames))
    try desktop.press("ctrl+z")
    #expect(try save(desktop, 5).stateDigest == end.stateDigest)
    try desktop.press("ctrl+shift+z")
    #expect(try save(desktop, 6).stateDigest == rewound.stateDigest)
    // It plays on from there, and the bar goes away.
    try desktop.press("p")
    let later = try save(desktop, 7) { $0.state.frames > rewound.state.frames + 10 }
    #expect(try past(of: 7, at: rewound.state.frames) == rewound.stateDigest)
    #expect(try desktop.picture("1x1+895+447") != Data([0x50, 0x50, 0x50]))
    #expect(later.state.frames > rewound.state.frames)
    try desktop.press("p", "ctrl+z")
    #expect(try save(desktop, 8).stateDigest == end.stateDigest)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Comma and period step a frame back and forth, and pause")
  func steps() throws {
    let desktop = try open(rom)
    _ = try save(desktop, 1) { $0.state.frames > 20 }
    try desktop.press("comma")
    let first = try save(desktop, 2)
    try desktop.press("comma", "comma")
    let back = try save(desktop, 3)
    #expect(back.state.frames == first.state.frames - 2)
    #expect(try back.stateDigest == past(of: 2, at: back.state.frames))
    try desktop.press("period", "period")
    #expect(try save(desktop, 4).stateDigest == first.stateDigest)
    // One more leads to where it was, and another one is a new frame.
    try desktop.press("period", "period")
    #expect(try save(desktop, 5).state.frames == first.state.frames + 2)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Rewinding goes past the position of a loaded state, and loads and resets can be undone")
  func pastTheLoad() throws {
    let game = FileManager.default.currentDirectoryPath + "/" + rom
    let saved = try scratch.report(
      game, "--seed", "7", "--frames", "200", "--keys", "20-60:6", "--save", "game.state")
    #expect(saved.frames == 200)
    let desktop = try Desktop([
      "--restore", scratch.path("game.state"), "--slots", scratch.directory, "--autosave", "0",
    ])
    try Desktop.output("xdotool", "keydown", "BackSpace")
    _ = try save(desktop, 1) { $0.state.frames < 150 }
    try desktop.press("p")
    try Desktop.output("xdotool", "keyup", "BackSpace")
    // A reset changes something, however long that took.
    try desktop.press("period")
    let rewound = try save(desktop, 2)
    let straight = try scratch.report(
      game, "--seed", "7", "--frames", "\(rewound.state.frames)", "--keys", "20-60:6")
    #expect(straight.state.sha256 == "\(rewound.stateDigest)")
    try desktop.press("ctrl+r")
    #expect(try save(desktop, 3).state.frames == 0)
    try desktop.press("shift+2", "F9")
    try desktop.press("ctrl+z", "ctrl+z")
    #expect(try save(desktop, 4).stateDigest == rewound.stateDigest)
    try desktop.press("ctrl+y", "ctrl+y", "ctrl+y")
    #expect(try save(desktop, 5).stateDigest == rewound.stateDigest)
    try desktop.press("ctrl+z")
    #expect(try save(desktop, 6).state.frames == 0)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("With run-ahead the picture is that of a later frame, and the machine is the same")
  func runAhead() throws {
    let desktop = try Desktop([
      rom, "--slots", scratch.directory, "--seed", "7", "--run-ahead", "3", "--paranoid",
    ])
    try desktop.hold("e")
    try desktop.hold("s")
    _ = try save(desktop, 1) { $0.state.frames > 60 }
    try desktop.press("p")
    let machine = try save(desktop, 2)
    #expect(try past(of: 2, at: machine.state.frames) == machine.stateDigest)
    let later = try scratch.chip8(
      "--restore", slots.path(.key(2)), "--headless", "--frames", "3", "--screenshot",
      "later.png", "--scale", "14")
    #expect(later.code == 0, "\(later.errors)")
    let area = "896x392+0+28"
    let expected = try Desktop.data(
      "convert", scratch.path("later.png"), "-crop", area, "-depth", "8", "rgb:-")
    try waitFor("the picture of three frames later") {
      try desktop.picture(area) == expected ? true : nil
    }
    #expect(try desktop.quit() == (0, ""))
  }
}
