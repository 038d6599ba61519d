// SaveTests.swift: a machine is saved and restored, by files and through pipes.

import Foundation
import Testing

@Suite struct SaveTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
  }

  @Test func aSavedMachineIsRestored() throws {
    let saved = try scratch.report("sketch.ch8", "--instructions", "100", "--save", "a.state")
    let restored = try scratch.report("--restore", "a.state", "--frames", "0")
    #expect(restored.state == saved.state)
    #expect((restored.frames, restored.instructions) == (saved.frames, saved.instructions))
    #expect(restored.program == "sketch")
  }

  @Test func anImageNeedsNoOption() throws {
    let saved = try scratch.report("sketch.ch8", "--frames", "10", "--save", "renamed.ch8")
    #expect(try scratch.report("renamed.ch8", "--frames", "0").state == saved.state)
  }

  @Test func anImageNeedsNoProgram() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "10", "--save", "a.state")
    let straight = try scratch.report("sketch.ch8", "--frames", "20")
    try FileManager.default.removeItem(atPath: scratch.path("sketch.ch8"))
    #expect(try scratch.report("a.state", "--frames", "10").state == straight.state)
  }

  @Test func linksStayAndTheirTargetsAreReplaced() throws {
    try scratch.write("old.state", damagedState)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link.state"), withDestinationPath: "old.state")
    let saved = try scratch.report("sketch.ch8", "--frames", "10", "--save", "link.state")
    #expect(try scratch.report("old.state", "--frames", "0").state == saved.state)
    let target = try FileManager.default.destinationOfSymbolicLink(
      atPath: scratch.path("link.state"))
    #expect(target == "old.state")
  }

  @Test func theSameMachineGivesTheSameBytes() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "10", "--save", "a.state")
    _ = try scratch.report("sketch.ch8", "--frames", "10", "--save", "b.state")
    _ = try scratch.report("a.state", "--frames", "0", "--save", "c.state")
    let bytes = try scratch.read("a.state")
    #expect(try scratch.read("b.state") == bytes)
    #expect(try scratch.read("c.state") == bytes)
  }

  @Test func programsAndImagesFromStandardInput() throws {
    let saved = try scratch.report(
      "-", "--frames", "10", "--save", "a.state", input: Programs.sketch)
    let image = try scratch.read("a.state")
    #expect(try scratch.report("-", "--frames", "0", input: image).state == saved.state)
    let restored = try scratch.report("--restore", "-", "--frames", "0", input: image)
    #expect(restored.state == saved.state)
  }

  @Test func aMachineMovesThroughAPipe() throws {
    let straight = try scratch.report("sketch.ch8", "--frames", "30")
    let piped = try scratch.shell(
      """
      "$CHIP8" - --headless --frames 10 --save - <sketch.ch8 |
        "$CHIP8" - --headless --frames 10 --save - |
        "$CHIP8" --restore - --headless --frames 10 --json
      """)
    #expect(piped.errors.isEmpty)
    // A program that came through a pipe has no name, and the machine does not know it.
    #expect(try Report(piped).state == straight.state)
  }

  @Test func imagesAfterOtherDataAreFound() throws {
    let saved = try scratch.report("sketch.ch8", "--frames", "10", "--save", "a.state")
    try scratch.write("b.state", Array("anything\n".utf8) + scratch.read("a.state"))
    #expect(try scratch.report("b.state", "--frames", "0").state == saved.state)
  }

  @Test func savingReplacesTheFileAndKeepsItsMode() throws {
    try scratch.write("a.state", damagedState)
    chmod(scratch.path("a.state"), 0o640)
    let saved = try scratch.report("sketch.ch8", "--frames", "10", "--save", "a.state")
    #expect(try scratch.report("a.state", "--frames", "0").state == saved.state)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("a.state"))
    #expect(mode[.posixPermissions] as? Int == 0o640)
    #expect(try scratch.names == ["a.state", "sketch.ch8"])
  }

  @Test func anImageIsSavedOverItself() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "1", "--save", "a.state")
    for _ in 0..<4 { _ = try scratch.report("a.state", "--frames", "1", "--save", "a.state") }
    let straight = try scratch.report("sketch.ch8", "--frames", "5")
    #expect(try scratch.report("a.state", "--frames", "0").state == straight.state)
  }

  @Test(arguments: ["with space.ch8", "größe – 大きさ.ch8", "-dash.ch8", ".hidden"])
  func anyFileName(name: String) throws {
    try scratch.write(name, Programs.sketch)
    let saved = try scratch.report("./\(name)", "--frames", "3", "--save", "./\(name).state")
    let restored = try scratch.report("--restore", "./\(name).state", "--frames", "0")
    #expect(restored.state == saved.state)
    #expect(restored.program == (name.hasSuffix(".ch8") ? String(name.dropLast(4)) : name))
  }
}
