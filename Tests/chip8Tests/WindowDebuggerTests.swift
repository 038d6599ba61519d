import Chip8Core
import Foundation
import SaveState
import Testing

/// The debugger in the window, with real keys: its position shows in what is saved there.
@Suite(
  "The window's debugger", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowDebuggerTests {
  private let scratch: Scratch
  private let rom = FileManager.default.currentDirectoryPath + "/roms/backfire.ch8"
  private let slots: Slots

  init() throws {
    scratch = try Scratch()
    slots = try scratch.slots(of: rom)
  }

  private func save(_ desktop: Desktop, _ slot: Int) throws -> (image: Image, machine: Chip8) {
    try desktop.press("shift+\(slot)", "F5")
    let image = try waitFor("slot \(slot)") { try? slots.image(.key(slot)) }
    return (image, try image.machine())
  }

  /// The state of a run without a window that has executed so many instructions.
  private func headless(_ instructions: UInt64) throws -> Digest {
    let outcome = try scratch.chip8(
      rom, "--seed", "7", "--headless", "--instructions", "\(instructions)", "--save", "run.state")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let machine: Chip8 = try Image(try scratch.read("run.state")).machine()
    return machine.stateDigest
  }

  @Test("Steps, forwards and backwards, reach the states of a run")
  func steps() throws {
    // The machine has not run before its keys were shown.
    let desktop = try Desktop([rom, "--seed", "7", "--slots", scratch.directory])
    try waitFor("the card") { try desktop.whiteCount("896x448+0+0") > 0 ? true : nil }
    try desktop.press("ctrl+d", "s", "s", "n", "f", "f", "s", "shift+s", "shift+n", "s", "s")
    let stepped = try save(desktop, 1).machine
    #expect(stepped.state.frames == 2 && stepped.state.instructionsLeftInFrame != nil)
    #expect(stepped.stateDigest == (try headless(stepped.state.instructions)))
    try desktop.press("shift+f", "shift+f", "shift+c")
    let first = try save(desktop, 2).machine
    #expect(try first.position == Position() && first.stateDigest == headless(0))
    // A change of the byte at the cursor, and back.
    try desktop.press("e", "0", "f", "Return")
    let changed = try save(desktop, 3).machine
    #expect(changed.state.ram[0x200] == 0x0F && changed.state.ram[0x200] != first.state.ram[0x200])
    try desktop.press("ctrl+z")
    #expect(try save(desktop, 4).machine.stateDigest == first.stateDigest)
    // To a breakpoint, through what was played.
    try desktop.press("s", "s", "b", "shift+c", "c")
    let stopped = try save(desktop, 5)
    #expect(stopped.machine.position.instruction == 2)
    #expect(
      try stopped.image.settings(for: stopped.machine)?.breakpoints == [stopped.machine.state.pc])
    try desktop.press("Escape")
    #expect(try save(desktop, 6).machine.stateDigest == stopped.machine.stateDigest)
    #expect(try desktop.quit() == (0, ""))
  }
}
