import Foundation
import Testing

/// `--run-ahead` and `--paranoid`, as a script has them.
@Suite struct RunAheadTests {
  private let scratch: Scratch
  private let rom = FileManager.default.currentDirectoryPath + "/roms/backfire.ch8"

  init() throws { scratch = try Scratch() }

  @Test(arguments: [["--run-ahead", "2"], ["--run-ahead", "auto"], ["--paranoid"]])
  func theMachineIsTheSame(options: [String]) throws {
    let run = [rom, "--headless", "--json", "--frames", "90", "--keys", "10-30:5,31-60:4,80-:6"]
    let plain = try Report(scratch.run(run + ["--save", "plain.state"]))
    let other = try Report(scratch.run(run + options + ["--save", "other.state"]))
    #expect(other.state.sha256 == plain.state.sha256)
    #expect(other.screen.sha1 == plain.screen.sha1)
    #expect(try scratch.read("other.state") == scratch.read("plain.state"))
  }

  @Test func thePictureIsAhead() throws {
    for (name, options) in [
      ("ahead", ["--frames", "200", "--run-ahead", "3"]), ("later", ["--frames", "203"]),
      ("now", ["--frames", "200"]),
    ] {
      let outcome = try scratch.run(
        [rom, "--headless", "--keys", "0-6:6,30-:6", "--screenshot", "\(name).png"] + options)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try scratch.read("ahead.png") == scratch.read("later.png"))
    #expect(try scratch.read("ahead.png") != scratch.read("now.png"))
  }

  @Test(arguments: ["5", "-1", "two", ""]) func otherNumbersAreRefused(number: String) throws {
    let outcome = try scratch.chip8(rom, "--headless", "--frames", "1", "--run-ahead=\(number)")
    #expect(outcome.code == 64 && outcome.errors.contains("--run-ahead"))
  }
}
