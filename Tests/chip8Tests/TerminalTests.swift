import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// Playing in a terminal: a real one, but for its window.
@Suite("The terminal") struct TerminalTests {
  private let scratch: Scratch

  /// Waits for a key, shows it as a digit in the middle, and waits forever.
  private static let showKey = rom(0xF00A, 0xF029, 0x611E, 0x620D, 0xD125, 0x120A)
  /// Shows 7 once key 5 is down for 30 frames, which is longer than a key is down that goes up by itself.
  private static let showHeld = rom(
    0x6005, 0x611E, 0x620D, 0x6307, 0xF329, 0x6600, 0x6401, 0xF415, 0xF507, 0x3500, 0x1210, 0x00E0,
    0xE0A1, 0x121E, 0x120A, 0x361E, 0x7601, 0x361E, 0x120C, 0xD125, 0x120C)

  init() throws { scratch = try Scratch() }

  private func play(
    _ bytes: [UInt8], _ options: String..., columns: Int = 80, rows: Int = 24,
    kind: PseudoTerminal.Kind = .plain
  ) throws -> PseudoTerminal {
    try scratch.write("game.ch8", bytes)
    return try PseudoTerminal(
      ["game.ch8", "--terminal", "--platform", "schip"] + options, in: scratch, columns: columns,
      rows: rows, kind: kind)
  }

  /// The screen of the program as `--print screen` shows it, after a run without a window.
  private func expected(_ bytes: [UInt8], frames: Int, keys: String = "0-1:0") throws -> [String] {
    try scratch.write("game.ch8", bytes)
    let outcome = try scratch.chip8(
      "game.ch8", "--headless", "--platform", "schip", "--frames", "\(frames)", "--keys", keys,
      "--print", "screen")
    #expect(outcome.code == 0)
    return outcome.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// What is lit in a terminal of half blocks, as `--print screen` shows it.
  private func lit(_ screen: TerminalScreen) -> [String] {
    let (width, height) = (64, 16)
    let (row, column) = ((screen.cells.count - 1 - height) / 2, (screen.cells[0].count - width) / 2)
    let pixels = screen.halfBlocks(row: row, column: column, width: width, height: height)
    let off = Int(Screen.standardColors[0])
    return stride(from: 0, to: 2 * height, by: 2).map { y in
      String(
        (0..<width).map { x -> Character in
          switch (pixels[y][x] != off, pixels[y + 1][x] != off) {
          case (false, false): " "
          case (true, false): "▀"
          case (false, true): "▄"
          case (true, true): "█"
          }
        })
    }
  }

  private func trimmed(_ lines: [String]) -> String {
    lines.map { $0.replacing(/[ ]+$/, with: "") }.joined(separator: "\n")
      .trimmingCharacters(in: .newlines)
  }

  private func digit(_ key: UInt8) throws -> String {
    try trimmed(
      expected(rom(0x6000 | UInt16(key), 0xF029, 0x611E, 0x620D, 0xD125, 0x120A), frames: 9))
  }

  private func waitFor(_ picture: String, in terminal: PseudoTerminal) throws {
    try terminal.waitFor("the picture") { trimmed(lit($0)) == picture }
  }

  private func slots() throws -> Slots {
    let program = Program(name: "", bytes: try scratch.read("game.ch8"))
    return Slots(root: scratch.path("state/chip8"), program: program.sha1)
  }

  // MARK: The picture

  @Test("The picture is the machine's, in the program's colours")
  func picture() throws {
    let digit = try digit(7)
    let terminal = try play(Programs.digit)
    try waitFor(digit, in: terminal)
    let screen = terminal.screen
    let colors = Set(screen.cells.dropLast().joined().flatMap { [$0.foreground, $0.background] })
    let known: Set<Int?> = [nil, Int(Screen.standardColors[0]), Int(Screen.standardColors[1])]
    #expect(colors.isSubset(of: known))
    #expect(screen.lastLine.hasPrefix(" SUPER-CHIP"))
  }

  @Test("Unchanged frames are not written")
  func standingPicture() throws {
    let digit = try digit(7)
    let terminal = try play(Programs.digit, "--autosave", "1")
    try waitFor(digit, in: terminal)
    try terminal.waitForText("slot 1")
    let count = terminal.byteCount
    try waitForAutosaves(frames: 60)
    #expect(terminal.byteCount == count)
  }

  @Test("Without room for the picture, a text says how much it needs")
  func smallTerminal() throws {
    let digit = try digit(7)
    let terminal = try play(Programs.digit, columns: 30, rows: 8)
    try terminal.waitForText("needs 32×8")
    terminal.resize(columns: 80, rows: 24)
    try waitFor(digit, in: terminal)
  }

  @Test("Pixels are a PNG by the kitty graphics protocol")
  func points() throws {
    let terminal = try play(Programs.digit, kind: .kitty)
    let screen = try terminal.waitFor("a picture") { !$0.pictures.isEmpty }
    let text = try #require(screen.pictures.last)
    let bytes = try #require(Data(base64Encoded: text))
    let picture = try #require(ScreenRenderer(png: Array(bytes)))
    let (scale, expected) = (picture.width / 64, try expected(Programs.digit, frames: 60))
    #expect(scale > 1 && picture.height == 32 * scale)
    for (row, line) in expected.prefix(16).enumerated() {
      for (column, character) in line.enumerated() {
        let point = picture.points[(2 * row * scale) * picture.width + column * scale]
        let isLit = point == Int(Screen.standardColors[1])
        #expect(isLit == "▀█".contains(character), "\(column), \(2 * row)")
      }
    }
  }

  @Test("Without a display, programs are played in the terminal")
  func onlyChoice() throws {
    try scratch.write("game.ch8", Programs.digit)
    let terminal = try PseudoTerminal(["game.ch8"], in: scratch)
    try terminal.waitForPicture()
    terminal.type("\u{11}")
    #expect(try terminal.end().code == 0)
  }

  @Test("Without a terminal there is nothing to play in")
  func noTerminal() throws {
    try scratch.write("game.ch8", Programs.digit)
    let outcome = try Running(
      "setsid", ["-w", Running.executable, "game.ch8", "--terminal"], in: scratch
    ).outcome()
    #expect(outcome.code == 69)
    expectOneSentence(outcome, naming: "no terminal to play in")
  }

  // MARK: Keys

  @Test("A typed key is released by itself")
  func typedKey() throws {
    let digit = try digit(5)
    let terminal = try play(TerminalTests.showKey)
    try terminal.waitForPicture()
    terminal.type("w")
    try waitFor(digit, in: terminal)
  }

  @Test(
    "The kitty keyboard protocol is requested, and keys are down until they go up, by their place")
  func reportedKey() throws {
    let digit = try digit(7)
    let terminal = try play(TerminalTests.showHeld, kind: .foot)
    try terminal.waitFor("the protocol") { $0.keyboardFlags == [15] }
    terminal.type("\u{1B}[1094::119;1:1u")
    try waitFor(digit, in: terminal)
    terminal.type("\u{1B}[1094::119;1:3u")
    try waitFor("", in: terminal)
    terminal.type("\u{1B}[113;5:1u")
    let end = try terminal.end()
    #expect(end.code == 0 && end.screen.keyboardFlags.isEmpty)
  }

  @Test("Keys are released when the terminal loses the focus")
  func lostFocus() throws {
    let digit = try digit(7)
    let terminal = try play(TerminalTests.showHeld, kind: .foot)
    try terminal.waitFor("the protocol") { $0.keyboardFlags == [15] }
    terminal.type("\u{1B}[119;1:1u")
    try waitFor(digit, in: terminal)
    terminal.type("\u{1B}[O")
    try waitFor("", in: terminal)
  }

  @Test("Commands are the window's")
  func commands() throws {
    let terminal = try play(Programs.count)
    try terminal.waitForPicture()
    terminal.type("\u{1B}3")
    try terminal.waitForText("Slot 3")
    terminal.type("\u{1B}[15~")
    try terminal.waitForText("Saved slot 3")
    _ = try slots().image(.key(3))
    terminal.type("p")
    try terminal.waitForText("Paused")
    terminal.type(",")
    try terminal.waitForText("Frame ")
    terminal.type("\u{1B}[18~")
    try terminal.waitForText("Return load")
    terminal.type("\r")
    try terminal.waitForText("Loaded slot 3")
    terminal.type("\u{12}")
    try terminal.waitForText("Reset")
  }

  @Test("Pages are the window's, by keys and by mouse")
  func pages() throws {
    let terminal = try play(Programs.count)
    try terminal.waitForPicture()
    terminal.type("\u{1B}OP")
    try terminal.waitForText("P pause")
    terminal.type("\u{1B}")
    try terminal.waitFor("no page") { !$0.whole.contains("P pause") && !$0.modes.contains(1000) }
    terminal.type("\u{1B}")
    let menu = try terminal.waitFor("the menu") {
      $0.whole.contains("Timeline") && $0.modes.isSuperset(of: [1000, 1006])
    }
    #expect(!menu.whole.contains("Sound"))
    terminal.type(String(repeating: "\u{1B}[B", count: 4) + "\r")
    try terminal.waitForText("Instructions per frame")
    terminal.type("\u{1B}[B\u{1B}[C")
    try terminal.waitForText("125 %")
    terminal.type("\u{1B}[B\u{1B}[B\u{1B}[C")
    try terminal.waitForText("logic on · Ctrl+U undoes this")
    terminal.type("\u{1B}")
    try terminal.waitForText("Timeline")
    let row = try #require(menu.cells.indices.first { menu.text($0).contains("Slots") })
    terminal.type("\u{1B}[<0;4;\(row + 1)M\u{1B}[<0;4;\(row + 1)m")
    try terminal.waitForText("Return load")
    terminal.type("\u{1B}[15~")
    try terminal.waitForText("Saved slot 1")
    try terminal.waitForPicture()
    terminal.type("\u{11}")
    let end = try terminal.end()
    #expect(end.code == 0 && !end.screen.modes.contains(1000))
  }

  @Test("The last session is resumed")
  func continuing() throws {
    let first = try play(Programs.count)
    try first.waitForPicture()
    // It has run for two frames at least.
    first.type("p")
    try first.waitForText("Paused")
    first.type("..\u{11}")
    #expect(try first.end().code == 0)
    let second = try play(Programs.count)
    try second.waitForText("Ctrl+L continues where you left off")
    second.type("\u{C}")
    try second.waitForText("Resumed on SUPER-CHIP")
  }

  @Test("Keys are assigned on the card, which says what the terminal does not report")
  func remapping() throws {
    let digit = try digit(5)
    let terminal = try play(TerminalTests.showKey)
    try terminal.waitForPicture()
    // The second key of the second row is 5.
    terminal.type("\u{1B}OP\u{1B}[B\u{1B}[C\r")
    try terminal.waitForText("reports only what is typed")
    terminal.type("ä")
    try terminal.waitForText("does not say which key")
    terminal.type("\u{1B}OR")
    try terminal.waitForText("Reserved for commands")
    terminal.type("i")
    try terminal.waitForText("Delete default")
    terminal.type("\u{1B}")
    try terminal.waitFor("no page") { !$0.whole.contains("Delete default") }
    // The key is up again by itself some time, or when the focus is lost.
    terminal.type("\u{1B}[Oi")
    try waitFor(digit, in: terminal)
    terminal.type("\u{11}")
    #expect(try terminal.end().code == 0)
    let program = Digest.sha1(TerminalTests.showKey)
    #expect(try scratch.text("state/chip8/\(program)/settings") == "key-map i=5\n")
  }

  @Test("Without a program, home lists some to choose from")
  func home() throws {
    let terminal = try PseudoTerminal(["--terminal"], in: scratch)
    try terminal.waitForText("comes with chip8")
    terminal.type("\r")
    try terminal.waitFor("the program") { !$0.whole.contains("Return continues") }
    terminal.type("\u{F}")
    try terminal.waitForText("Return continues")
    terminal.type("\u{11}")
    #expect(try terminal.end().code == 0)
  }

  // MARK: A slow line

  @Test("A terminal that does not read delays neither the machine nor the end")
  func slowReader() throws {
    let terminal = try play(Programs.scroller, "--autosave", "1", columns: 140, rows: 40)
    try terminal.waitForPicture()
    terminal.setReading(false)
    // The machine's time goes on for more frames than the line could hold.
    try waitForAutosaves(frames: 240)
    terminal.signal(SIGTERM)
    try waitUntil { state(of: terminal.process) == "Z" }
    _ = try machine(in: Autosave.exit.slot)
    terminal.setReading(true)
    let end = try terminal.end()
    #expect(end.code == 130 && end.hasModeBefore)
  }

  private func machine(in slot: SlotName) throws -> Chip8 { try slots().image(slot).machine() }

  /// Waits for two autosaves that are so far from each other.
  private func waitForAutosaves(frames count: UInt64) throws {
    let first = try chip8Tests.waitFor("an autosave") { try? machine(in: Autosave.minute.slot) }
    try waitUntil {
      try machine(in: Autosave.minute.slot).state.frames >= first.state.frames + count
    }
  }

  // MARK: The debugger

  @Test("Opening the debugger shows why no editor can attach; nothing else does")
  func noSocket() throws {
    let terminal = try play(rom(0x1200))
    try terminal.waitForPicture()
    terminal.type("\u{4}")
    try terminal.waitForText("No editor can attach: XDG_RUNTIME_DIR does not name a directory")
    terminal.type("\u{11}")
    let end = try terminal.end()
    #expect(end.code == 0 && !end.screen.whole.contains("XDG_RUNTIME_DIR"))
  }

  @Test("The debugger shows its position, and saves the state that a run has there")
  func debugger() throws {
    let terminal = try play(rom(0x7001, 0x7102, 0x1200), "--seed", "7")
    try terminal.waitForPicture()
    terminal.type("\u{4}ssS")
    try terminal.waitForText("Registers")
    terminal.type("\u{1B}[15~")
    let saved: Chip8 = try chip8Tests.waitFor("slot 1") { try? slots().image(.key(1)).machine() }
    let state = saved.state
    try terminal.waitForText("V0 \(hexadecimal(state.v[0], 2))  V1 \(hexadecimal(state.v[1], 2))")
    try terminal.waitForText(" >\(hexadecimal(state.pc, 4))")
    let outcome = try scratch.chip8(
      "game.ch8", "--headless", "--platform", "schip", "--seed", "7", "--instructions",
      "\(state.instructions)", "--save", "run.state")
    #expect(outcome.code == 0)
    let run: Chip8 = try Image(try scratch.read("run.state")).machine()
    #expect(saved.stateDigest == run.stateDigest)
    terminal.type("\u{1B}")
    try terminal.waitFor("the picture") { !$0.whole.contains("Registers") }
    terminal.type("\u{11}")
    #expect(try terminal.end().code == 0)
  }
}
