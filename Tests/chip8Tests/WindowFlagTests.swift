import Chip8Core
import Foundation
import SaveState
import Testing

/// User flags in the window: a real X server, real key events, a real kill.
@Suite(
  "User flags in the window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowFlagTests {
  private let scratch: Scratch
  private let rom: String
  private let options: [String]
  private let memory: NonVolatileMemory

  init() throws {
    scratch = try Scratch()
    rom = scratch.path(try scratch.write("count.ch8", FlagTests.counter))
    options = ["--platform", "schip", "--slots", scratch.path("slots")]
    memory = .userFlags(root: scratch.path("slots"), program: Digest.sha1(FlagTests.counter))
  }

  private func open(_ arguments: String...) throws -> Desktop {
    try Desktop([rom, "--no-card"] + options + arguments)
  }

  /// Waits until the first flag is on the disk.
  private func waitForFlag(_ value: UInt8) throws {
    try waitFor("flag \(value)") { try memory.read()?.first == value ? true : nil }
  }

  /// The count of the machine that is saved with a key.
  private func count(_ desktop: Desktop, slot: Int) throws -> UInt8 {
    try desktop.press("shift+\(slot)", "F5")
    let path = Slots(root: scratch.path("slots"), program: Digest.sha1(FlagTests.counter))
      .path(.key(slot))
    let machine: Chip8 = try waitFor("slot \(slot)") { try? Image(contentsOf: path).machine() }
    return machine.state.v[0]
  }

  @Test("Flags survive the window, even a killed one, and a reset")
  func survival() throws {
    let first = try open()
    try waitForFlag(1)
    // As a second one is stored within a second of the first, it waits for that to be over.
    try first.press("x")
    try waitForFlag(2)
    first.kill()
    let second = try open()
    try waitForFlag(3)
    #expect(try count(second, slot: 1) == 3)
    try second.press("ctrl+r")
    try waitForFlag(4)
    #expect(try count(second, slot: 2) == 4)
    // One that is stored at the very end is not lost.
    try second.press("x")
    #expect(try second.quit() == (0, ""))
    #expect(try memory.read()?.first == 5)
    let none = try open("--keep-flags", "off")
    #expect(try count(none, slot: 3) == 1)
    #expect(try none.quit() == (0, ""))
    #expect(try memory.read()?.first == 5)
  }

  @Test("A slot has its own flags, and later changes are written")
  func slots() throws {
    let desktop = try open()
    try waitForFlag(1)
    #expect(try count(desktop, slot: 1) == 1)
    try desktop.press("x", "x")
    try waitForFlag(3)
    try desktop.press("shift+1", "F9")
    #expect(try count(desktop, slot: 2) == 1)
    // The load alone writes nothing, not even at the end.
    #expect(try desktop.quit() == (0, ""))
    #expect(try memory.read()?.first == 3)
    let second = try open()
    try waitForFlag(4)
    try second.press("shift+1", "F9", "x")
    try waitForFlag(2)
    #expect(try second.quit() == (0, ""))
  }

  @Test("A file that cannot be used is reported and left alone, and the program plays")
  func damaged() throws {
    try memory.write([7])
    let bad = Array(try Storage.read(memory.path, limit: 1000).dropLast())
    try Data(bad).write(to: URL(filePath: memory.path))
    let desktop = try open()
    #expect(try count(desktop, slot: 1) == 1)
    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    #expect(
      errors == "chip8: User flags not loaded: \(memory.path): the file is "
        + "damaged; chip8 flags clear removes it\n")
    #expect(try Storage.read(memory.path, limit: 1000) == bad)
  }

  @Test("A failure to write flags is reported once, and they are written once that works again")
  func fullDisk() throws {
    let desktop = try open()
    try waitForFlag(1)
    // Text is in pure white, which no pixel of this program is.
    let hasText = { try desktop.whiteCount("896x448+0+0") > 0 }
    try waitFor("the greeting to be over") { try hasText() ? nil : true }
    try desktop.limitFileSize("10")
    try desktop.press("x")
    try waitFor("the report") { try hasText() ? true : nil }
    try desktop.press("x")
    try desktop.limitFileSize("unlimited")
    try desktop.press("x")
    try waitForFlag(4)
    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    #expect(errors.components(separatedBy: "User flags not saved").count == 2, "\(errors)")
  }

  @Test(
    "A program that is being written passes them on, and nothing is written",
    arguments: [
      false, true,
    ])
  func watch(isNamed: Bool) throws {
    let source = scratch.path("count.8o")
    let text = ": main loadflags v0 v0 += %d saveflags v0 : stay jump stay"
    try scratch.write("count.8o", Array(text.replacing("%d", with: "1").utf8))
    let kept = scratch.path("kept")
    let desktop = try Desktop(
      [source, "--watch"] + options + (isNamed ? ["--keep-flags", kept] : []))
    try scratch.write("count.8o", Array(text.replacing("%d", with: "32").utf8))
    let program: [UInt8] = [0xF0, 0x85, 0x70, 32, 0xF0, 0x75, 0x12, 0x06]
    let slots = Slots(root: scratch.path("slots"), program: Digest.sha1(program))
    try waitFor("the changed program to have counted on") {
      try desktop.press("F5")
      return try? (slots.image(.key(1)).machine() as Chip8).userFlags.first == 33 ? true : nil
    }
    #expect(try desktop.quit() == (0, ""))
    let flags = try NonVolatileMemory.userFlags(
      root: isNamed ? kept : scratch.path("slots"), program: Digest.sha1(program)
    ).read()
    #expect(flags?.first == (isNamed ? 33 : nil))
  }
}
