import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// The terminal is restored however chip8 ends.
@Suite("The terminal's end") struct TerminalEndTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.ch8", Programs.count)
  }

  private func play(_ options: String...) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(
      ["game.ch8", "--terminal"] + options, in: scratch, kind: .foot)
    try terminal.waitFor("the protocol") { $0.keyboardFlags == [15] }
    try terminal.waitForPicture()
    return terminal
  }

  private func expectRestored(
    _ end: PseudoTerminal.End, code: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(end.code == code, sourceLocation: sourceLocation)
    #expect(end.hasModeBefore, sourceLocation: sourceLocation)
    #expect(end.screen.modes == [7, 25], sourceLocation: sourceLocation)
    #expect(end.screen.keyboardFlags.isEmpty, sourceLocation: sourceLocation)
  }

  private var autosave: Chip8? {
    let slots = Slots(
      root: scratch.path("state/chip8"), program: Program(name: "", bytes: Programs.count).sha1)
    return try? slots.image(Autosave.exit.slot).machine()
  }

  /// What is typed by the keyboard protocol, and the code.
  @Test("A key ends it", arguments: [(113, 0), (99, 130)])
  func keys(key: Int, code: Int32) throws {
    let terminal = try play()
    terminal.type("\u{1B}[\(key);5u")
    let end = try terminal.end()
    expectRestored(end, code: code)
    #expect(autosave != nil)
    if code == 130 { try terminal.waitForText("chip8: interrupted") }
  }

  @Test("Ctrl+\\ ends it at once")
  func quitKey() throws {
    let terminal = try play()
    terminal.type("\u{1B}[92;5u")
    expectRestored(try terminal.end(), code: 128 + SIGQUIT)
    #expect(autosave == nil)
  }

  @Test("A signal that asks it to end saves the machine", arguments: [SIGINT, SIGTERM, SIGHUP])
  func interrupts(number: Int32) throws {
    let terminal = try play()
    terminal.signal(number)
    expectRestored(try terminal.end(), code: 130)
    #expect(autosave != nil)
  }

  @Test(
    "A deadly signal restores the terminal, too",
    arguments: [
      SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGALRM, SIGUSR1, SIGUSR2,
      SIGVTALRM, SIGPROF, SIGIO, SIGXCPU, SIGPWR,
    ])
  func deadlySignals(number: Int32) throws {
    let terminal = try play()
    terminal.signal(number)
    expectRestored(try terminal.end(), code: 128 + number)
  }

  @Test("A faulting program does not end the session")
  func fault() throws {
    try scratch.write("fault.ch8", Programs.fault)
    let terminal = try PseudoTerminal(["fault.ch8", "--terminal"], in: scratch)
    try terminal.waitForText("Program stopped: ")
    terminal.type("\u{11}")
    let end = try terminal.end()
    expectRestored(end, code: 0)
    // What was written to standard error is where the terminal was before.
    try terminal.waitForText("chip8: Program stopped: ")
  }

  @Test("The machine survives the closing of its terminal")
  func closedTerminal() throws {
    let terminal = try play()
    terminal.close()
    #expect(try terminal.end().code == 130)
    #expect(autosave != nil)
  }

  @Test("The terminal is restored when the parent is killed")
  func killedParent() throws {
    let terminal = try PseudoTerminal(
      ["-c", "sh -c '$CHIP8 game.ch8 --terminal; :'; cat"], in: scratch, kind: .foot,
      program: "/bin/sh")
    try terminal.waitForPicture()
    let parent = try #require(child(of: terminal.process))
    let player = try #require(child(of: parent))
    kill(parent, SIGKILL)
    try waitFor("its end") { kill(player, 0) == -1 ? true : nil }
    let screen = try terminal.waitFor("the screen before") { !$0.modes.contains(1049) }
    #expect(screen.modes == [7, 25] && screen.keyboardFlags.isEmpty)
    #expect(autosave != nil)
  }

  /// The first child of a process.
  private func child(of process: pid_t) -> pid_t? {
    let path = "/proc/\(process)/task/\(process)/children"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: " ").first.flatMap { pid_t($0) }
  }

  @Test("Ctrl+Z restores the terminal until the job is resumed")
  func suspension() throws {
    let terminal = try PseudoTerminal(
      [
        "-c",
        "set -m; $CHIP8 game.ch8 --terminal; echo stopped $?; read line; fg; echo ended $?; cat",
      ],
      in: scratch, kind: .foot, program: "/bin/sh")
    try terminal.waitFor("the protocol") { $0.keyboardFlags == [15] }
    try terminal.waitForPicture()
    terminal.type("\u{1B}[122;5u")
    let stopped = try terminal.waitFor("the shell") { $0.whole.contains("stopped 148") }
    #expect(stopped.modes == [7, 25] && stopped.keyboardFlags.isEmpty)
    terminal.type("\r")
    try terminal.waitFor("the game") { $0.modes.contains(1049) && $0.keyboardFlags == [15] }
    try terminal.waitForText("Ctrl+Q quit")
    terminal.type("\u{1B}[113;5u")
    let ended = try terminal.waitFor("the end") { $0.whole.contains("ended 0") }
    #expect(ended.modes == [7, 25] && ended.keyboardFlags.isEmpty)
  }

  @Test("Without a shell to resume it, Ctrl+Z does not stop it")
  func suspensionWithoutShell() throws {
    let terminal = try play()
    let count = terminal.screen.updateCount
    terminal.type("\u{1B}[122;5u")
    try terminal.waitFor("the game again") {
      $0.updateCount > count && $0.modes.contains(1049) && $0.keyboardFlags == [15]
    }
    terminal.type("\u{1B}[113;5u")
    expectRestored(try terminal.end(), code: 0)
  }

  @Test("Loading into a new process continues in the terminal")
  func newProcess() throws {
    let terminal = try play()
    terminal.type("\u{1B}[15~")
    try terminal.waitForText("Saved slot 1")
    terminal.type("\u{1B}[20;5~")
    try terminal.waitForText("Resumed on")
    try terminal.waitFor("the protocol") { $0.keyboardFlags == [15] }
    terminal.type("\u{1B}[113;5u")
    expectRestored(try terminal.end(), code: 0)
  }
}
