import Chip8Core
import Foundation
import SaveState
import Testing

/// What a window records, and `chip8 timeline`.
@Suite(
  "The journal", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct TimelineCommandTests {
  private struct List: Decodable {
    struct Position: Decodable {
      let frame: UInt64
      let instruction: UInt64
    }
    struct State: Decodable { let sha256: String }
    struct Leaf: Decodable {
      let leaf: String
      let edge: String
      let ended: String
      let start: Position
      let end: Position
      let platform: String
      let state: State
    }
    let program: String
    let sha1: String
    let bytes: Int
    let leaves: [Leaf]
  }

  private let scratch: Scratch
  private let rom = FileManager.default.currentDirectoryPath + "/roms/backfire.ch8"
  private let slots: Slots

  init() throws {
    scratch = try Scratch()
    slots = try scratch.slots(of: rom)
  }

  private func open(_ arguments: String...) throws -> Desktop {
    try Desktop([rom, "--slots", scratch.directory, "--autosave", "0", "--no-card"] + arguments)
  }

  private func timeline(_ arguments: String...) throws -> Outcome {
    try scratch.run(["timeline"] + arguments + ["--slots", scratch.directory])
  }

  private func list() throws -> List {
    let outcome = try timeline("list", rom, "--json")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(List.self, from: Data(outcome.text.utf8))
  }

  /// Saves in a slot until the machine there is such a one.
  private func save(
    _ desktop: Desktop, _ slot: Int, until isSuch: (Chip8) throws -> Bool
  ) throws -> Chip8 {
    try desktop.press("shift+\(slot)")
    return try waitFor("such a machine in slot \(slot)") {
      try desktop.press("F5")
      let machine: Chip8? = try? slots.image(.key(slot)).machine()
      return try machine.flatMap { try isSuch($0) ? $0 : nil }
    }
  }

  @Test("What was played is there after a kill, in lists, as an image, and in the next window")
  func survival() throws {
    let first = try open("--seed", "7")
    try first.hold("e")
    let saved = try save(first, 1) { $0.state.frames > 60 }
    // It is written all the time.
    try waitFor("the journal") {
      try list().leaves.first.map { $0.end.frame >= saved.state.frames } ?? false ? true : nil
    }
    first.kill()
    let kept = try #require(try list().leaves.first)
    #expect(kept.edge == "power-on" && kept.start.frame == 0 && kept.platform == "chip8")

    // The slots are as if it were not there.
    let listed = try scratch.chip8("slots", "list", rom, "--slots", scratch.directory)
    #expect(listed.text.split(separator: "\n").count == 2)

    // It is what was played: the saved machine lies on its way, and it leads from power-on to its end.
    #expect(try timeline("export", rom, "1", "kept.state").code == 0)
    let verified = try scratch.chip8("image", "verify", "kept.state")
    #expect(verified.code == 0 && verified.text.contains("past proved from power-on"))
    let there = try scratch.report(
      "--restore", "kept.state", "--seek", "\(saved.state.frames)", "--frames", "0")
    #expect(there.state.sha256 == "\(saved.stateDigest)")
    let end = try scratch.report("--restore", "kept.state", "--frames", "0")
    #expect(end.state.sha256 == kept.state.sha256)
    #expect(try timeline("show", rom, kept.leaf).text.contains("█"))

    // The next window can go back into it, and plays on from there.
    let second = try open("--seed", "8")
    try second.press("p")
    let undone = try save(second, 2) { machine in
      if "\(machine.stateDigest)" == kept.state.sha256 { return true }
      try second.press("ctrl+z")
      return false
    }
    try second.press("p")
    _ = try save(second, 3) { $0.state.frames > undone.state.frames + 5 }
    #expect(try second.quit() == (0, ""))
    let leaves = try list().leaves
    #expect(leaves[0].edge == "rewind" && leaves[0].start.frame == kept.end.frame)

    // Of all that only the newest stays, if no more is wanted.
    let pruned = try timeline("prune", rom, "--keep", "\(list().bytes - 1)")
    #expect(pruned.code == 0 && pruned.text.contains("removed the oldest 1 files"))
    let rest = try list().leaves
    #expect(
      rest.contains { $0.leaf == leaves[0].leaf && $0.state.sha256 == leaves[0].state.sha256 })
    #expect(try timeline("prune", rom, "--keep", "0").code == 0)
    #expect(try list().leaves.isEmpty)
  }

  @Test("No journal, where none is wanted, and none of a window that was only opened")
  func none() throws {
    let desktop = try open("--no-journal")
    _ = try save(desktop, 1) { $0.state.frames > 40 }
    #expect(try desktop.quit() == (0, ""))
    #expect(try list().leaves.isEmpty)
    #expect(try timeline("show", rom, "1").code == 66)
    let outcome = try scratch.chip8(
      rom, "--headless", "--frames", "60", "--slots", scratch.directory)
    #expect(outcome.code == 0)
    #expect(try list().leaves.isEmpty)
  }

  @Test("Two windows on one program each have their own")
  func twoWindows() throws {
    let (one, other) = (try open("--seed", "1"), try open("--seed", "2"))
    try waitFor("both") {
      try list().leaves.filter { $0.end.frame > 30 }.count == 2 ? true : nil
    }
    one.kill()
    other.kill()
    #expect(try list().leaves.count == 2)
  }
}
