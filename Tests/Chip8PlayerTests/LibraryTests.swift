// LibraryTests.swift: the programs that home shows.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct LibraryTests {
  private let scratch: Scratch
  private let library: Library

  init() throws {
    scratch = try Scratch()
    library = Library(root: scratch.directory)
  }

  /// Saves a program with its own picture.
  private func save(_ name: String, _ slot: SlotName, frames: Int, time: UInt64) throws -> Program {
    let program = Program(name: name, bytes: [0x70, UInt8(name.utf8.count), 0x12, 0x00])
    var machine = try Chip8(program, Configuration(.chip8))
    _ = machine.run(frames: frames)
    var image = Image(of: machine)
    image.setTime(time)
    try Slots(root: scratch.directory, program: program.sha1).save(image, to: slot)
    return program
  }

  @Test func thereAreOurProgramsFirst() throws {
    let entries = try library.entries()
    #expect(entries.count == 6 && entries.allSatisfy { $0.source == .bundled })
    #expect(entries.allSatisfy { $0.screen.pixels.contains { $0 != 0 } })
  }

  @Test func theLastPlayedProgramComesFirst() throws {
    let one = try save("one", .key(1), frames: 60, time: 100)
    let three = try save("three", .key(1), frames: 120, time: 300)
    let entries = try library.entries()
    #expect(entries.prefix(2).map(\.program) == [three, one])
    #expect(entries.prefix(2).map(\.machineTime) == ["0:00:02", "0:00:01"])
    #expect(entries.count == 8)
  }

  @Test func aProgramIsRemovedUntilItIsPlayedAgain() throws {
    let one = try save("one", .key(1), frames: 60, time: 100)
    try library.remove(one.sha1, time: 200)
    try library.remove(try #require(Library.bundled.first).program.sha1, time: 200)
    #expect(try library.entries().count == 5)
    _ = try save("one", .key(2), frames: 90, time: 201)
    #expect(try library.entries().first?.program == one)
  }

  @Test func damagedStatesAreLeftOut() throws {
    let one = try save("one", .key(1), frames: 60, time: 100)
    let path = Slots(root: scratch.directory, program: one.sha1).path(.key(1))
    try Storage.writeAtomically(path, with: [1, 2, 3])
    #expect(try library.entries().count == 6)
  }
}
