// KeysCommandTests.swift: what each key does in a program, from the table or as it is polled.

import Foundation
import Testing

@Suite struct KeysCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    // Looks at 4 and 6, in turn.
    try scratch.write("game.ch8", rom(0x6004, 0xE09E, 0x7101, 0x6006, 0xE0A1, 0x7201, 0x1200))
    try scratch.write("schuss.ch8", Array(Data(contentsOf: URL(filePath: "roms/schuss.ch8"))))
  }

  private func keys(_ arguments: String...) throws -> String {
    let outcome = try scratch.run(["keys"] + arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return String(decoding: outcome.output, as: UTF8.self)
  }

  private struct Report: Decodable {
    struct Key: Decodable {
      let key: String
      let keyboard: [String]
      let pad: [String]
      let action: String?
      let player: Int?
    }
    let program: String
    let known: Bool
    let keys: [Key]
  }

  private func report(_ arguments: String...) throws -> Report {
    let outcome = try scratch.run(["keys", "--json"] + arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Report.self, from: Data(outcome.output))
  }

  @Test func knownProgramsHaveALineForEachKey() throws {
    #expect(
      try keys("schuss.ch8") == """
        5\tup\tslower
        6\tspace\tstart, jump
        7\tleft\tleft
        8\tdown\tfaster
        9\tright\tright

        """)
    let report = try report("schuss.ch8")
    #expect(report.known && report.program == "schuss")
    let left = try #require(report.keys.first { $0.key == "7" })
    #expect((left.keyboard, left.pad) == (["left", "a"], ["left"]))
    #expect(left.action == "left" && left.player == nil)
  }

  @Test func otherProgramsHaveALineForEachPolledKey() throws {
    #expect(try keys("game.ch8") == "4\tleft\tasked for\n6\tright\tasked for\n")
    let report = try report("game.ch8")
    #expect(!report.known && report.keys.map(\.key) == ["4", "6"])
    #expect(report.keys.allSatisfy { $0.action == nil })
  }

  @Test func programsWithoutKeysHaveNoLines() throws {
    try scratch.write("still.ch8", rom(0x1200))
    #expect(try keys("still.ch8").trimmingCharacters(in: .newlines).isEmpty)
    #expect(try report("still.ch8").keys.isEmpty)
  }

  @Test func keysAssignedInASavedStateApply() throws {
    _ = try scratch.report(
      "game.ch8", "--frames", "1", "--key-map", "up=4,left=none,q=none", "--save", "a.state")
    #expect(try keys("a.state") == "4\tup\tasked for\n6\tright\tasked for\n")
  }

  /// The authors of a cartridge for touch screens mean Octo's keys.
  @Test(arguments: [("gamepad", "5\tup"), ("swipe", "5\tup"), ("none", "5\tspace")])
  func cartridgesWithAPadHaveOctosKeys(mode: String, line: String) throws {
    try scratch.write("a.8o", Array(": main loop v0 := 5 if v0 key then v1 += 1 again".utf8))
    try scratch.write("o.json", Array(#"{"touchInputMode":"\#(mode)"}"#.utf8))
    let packed = try scratch.chip8("cart", "pack", "a.8o", "--options", "o.json", "-o", "c.gif")
    #expect(packed.code == 0)
    #expect(try keys("c.gif") == line + "\tasked for\n")
  }

  @Test func filesThatCannotBeUsedAreRefused() throws {
    try scratch.expectRefusal(["keys", "missing.ch8"], code: 66, naming: "missing.ch8")
    try scratch.write("empty.ch8", [])
    try scratch.expectRefusal(["keys", "empty.ch8"], code: 65, naming: "empty.ch8")
  }
}
