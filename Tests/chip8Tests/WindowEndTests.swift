import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// How a window ends, and that the machine in it never ends with it.
@Suite(
  "The window's end", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowEndTests {
  private let scratch: Scratch
  private let rom = "roms/backfire.ch8"
  private let slots: Slots

  init() throws {
    scratch = try Scratch()
    slots = try scratch.slots(of: rom)
  }

  private func machine(in slot: SlotName) throws -> Chip8 { try slots.image(slot).machine() }

  private func play(_ options: String...) throws -> Desktop {
    try Desktop([rom, "--slots", scratch.directory] + options)
  }

  @Test("A signal saves the machine", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(number: Int32) throws {
    let desktop = try play()
    try desktop.press("F5")
    let saved = try waitFor("slot 1") { try? machine(in: .key(1)) }
    #expect(try desktop.end(by: number) == (130, "chip8: interrupted\n"))
    let left = try machine(in: Autosave.exit.slot)
    #expect(left.state.instructions >= saved.state.instructions)
  }

  @Test("The machine survives the loss of the display")
  func lostDisplay() throws {
    let server = Process()
    let number = Pipe()
    server.executableURL = URL(filePath: "/usr/bin/env")
    server.arguments = ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-noreset"]
    server.standardOutput = number
    server.standardError = FileHandle.nullDevice
    try server.run()
    defer { kill(server.processIdentifier, SIGKILL) }
    let digits = number.fileHandleForReading.availableData.prefix { $0 != UInt8(ascii: "\n") }
    let player = Process()
    let errors = Pipe()
    player.executableURL = URL(filePath: Running.executable)
    player.arguments = [rom, "--slots", scratch.directory, "--autosave", "1", "--no-card"]
    player.environment = ProcessInfo.processInfo.environment.merging([
      "DISPLAY": ":" + String(decoding: digits, as: UTF8.self), "SDL_AUDIODRIVER": "dummy",
    ]) { $1 }
    player.standardOutput = FileHandle.nullDevice
    player.standardError = errors
    try player.run()
    defer { kill(player.processIdentifier, SIGKILL) }
    try waitFor("an autosave") { try? machine(in: Autosave.minute.slot) }
    kill(server.processIdentifier, SIGKILL)
    let text = String(
      decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    player.waitUntilExit()
    #expect(player.terminationStatus == EX_UNAVAILABLE)
    #expect(text.hasSuffix("chip8: lost the display; chip8 --resume continues from the autosave\n"))
    #expect(try machine(in: Autosave.exit.slot).state.instructions > 0)
  }

  @Test("If saving fails, a second request closes the window")
  func failingAutosave() throws {
    let desktop = try play("--no-card")
    try desktop.limitFileSize("100")
    try desktop.press("ctrl+q")
    try desktop.waitForError("Autosave failed")
    try desktop.limitFileSize("unlimited")
    try desktop.press("F5")
    try waitFor("slot 1") { try? machine(in: .key(1)) }
    let end = try desktop.quit()
    #expect(end.code == 0)
    #expect(end.errors.contains("chip8: Autosave failed: \(slots.directory)/"))
    #expect(try machine(in: Autosave.exit.slot).state.instructions > 0)
  }
}
