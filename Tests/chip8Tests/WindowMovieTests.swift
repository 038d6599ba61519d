import Chip8Core
import Foundation
import SaveState
import Testing

/// Movies in the window.
@Suite(
  "Movies in the window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowMovieTests {
  private let scratch: Scratch
  private let rom = "roms/backfire.ch8"

  init() throws { scratch = try Scratch() }

  private func movie(_ name: String) throws -> Movie<Chip8> {
    let image = try Image(contentsOf: scratch.path(name))
    let movie = try #require(try image.movie(of: image.machine() as Chip8))
    #expect(movie.divergence() == nil && movie.past.beginsAtPowerOn)
    return movie
  }

  private func waitForSlot(_ slot: Int) throws {
    let slots = try scratch.slots(of: rom)
    try waitFor("slot \(slot)") { try? slots.image(.key(slot)) }
  }

  @Test("A window records a movie, and plays it until the user plays on")
  func movies() throws {
    let (first, second) = (scratch.path("a.movie"), scratch.path("b.movie"))
    let slots = ["--slots", scratch.directory]
    let recording = try Desktop([rom, "--seed", "7", "--record", first] + slots)
    try recording.hold("e")
    try recording.press("F5")
    try waitForSlot(1)
    try recording.hold("s")
    #expect(try recording.quit() == (0, ""))
    let recorded = try movie("a.movie")
    #expect(recorded.past.tape.entries.count > 1 && recorded.facts.reRecordCount == 0)
    // Whatever ends it, what was recorded is there.
    let playing = try Desktop(["--input", first, "--record", second] + slots)
    try playing.press("F9")
    try playing.press("shift+2", "F5")
    try waitForSlot(2)
    #expect(try playing.end(by: SIGTERM) == (130, "chip8: interrupted\n"))
    #expect(try movie("b.movie").facts.reRecordCount <= 2)
  }
}
