// ControlTests.swift: conditions, blocks, loops and labels.

import Octo
import Testing

@Suite struct ControlTests {
  @Test(arguments: [
    ("==", [0x41, 0x05], [0x31, 0x05]), ("!=", [0x31, 0x05], [0x41, 0x05]),
    (
      ">", [0x6F, 0x05, 0x8F, 0x15, 0x4F, 0x00], [0x6F, 0x05, 0x8F, 0x15, 0x3F, 0x00]
    ),
    (
      "<", [0x6F, 0x05, 0x8F, 0x17, 0x4F, 0x00], [0x6F, 0x05, 0x8F, 0x17, 0x3F, 0x00]
    ),
    (
      ">=", [0x6F, 0x05, 0x8F, 0x17, 0x3F, 0x00], [0x6F, 0x05, 0x8F, 0x17, 0x4F, 0x00]
    ),
    (
      "<=", [0x6F, 0x05, 0x8F, 0x15, 0x3F, 0x00], [0x6F, 0x05, 0x8F, 0x15, 0x4F, 0x00]
    ),
  ])
  func comparisonsWithNumbers(comparison: String, then: [UInt8], begin: [UInt8]) throws {
    #expect(try bytes("if v1 \(comparison) 5 then") == then)
    let end = UInt8(then.count + 2)
    #expect(try bytes("if v1 \(comparison) 5 begin end") == begin + [0x12, end])
  }

  @Test(arguments: [
    ("==", [0x91, 0x20]), ("!=", [0x51, 0x20]),
    (">", [0x8F, 0x20, 0x8F, 0x15, 0x4F, 0x00]), ("<", [0x8F, 0x20, 0x8F, 0x17, 0x4F, 0x00]),
    (">=", [0x8F, 0x20, 0x8F, 0x17, 0x3F, 0x00]), ("<=", [0x8F, 0x20, 0x8F, 0x15, 0x3F, 0x00]),
  ])
  func comparisonsWithRegisters(comparison: String, expected: [UInt8]) throws {
    #expect(try bytes("if v1 \(comparison) v2 then") == expected)
  }

  @Test func keys() throws {
    #expect(try bytes("if v1 key then") == [0xE1, 0xA1])
    #expect(try bytes("if v1 -key then") == [0xE1, 0x9E])
    #expect(try bytes("if v1 key begin end") == [0xE1, 0x9E, 0x12, 0x04])
    #expect(try bytes("if v1 -key begin end") == [0xE1, 0xA1, 0x12, 0x04])
    #expect(try bytes("v0 := OCTO_KEY_W") == [0x60, 0x05])
  }

  @Test func elseJumpsOverItsBlock() throws {
    #expect(
      try bytes("if v0 == 1 begin 1 2 else 3 4 end 5")
        == [0x30, 0x01, 0x12, 0x08, 1, 2, 0x12, 0x0A, 3, 4, 5])
  }

  @Test func loopsNestAndWhileLeavesTheInnermost() throws {
    #expect(
      try bytes("loop while v0 == 1 loop while v1 key while v2 != 3 again again")
        == [
          0x30, 0x01, 0x12, 0x10,
          0xE1, 0x9E, 0x12, 0x0E, 0x42, 0x03, 0x12, 0x0E, 0x12, 0x04,
          0x12, 0x00,
        ])
  }

  @Test func thenMayPrecedeAgain() throws {
    #expect(
      try bytes("loop v0 += 1 if v0 != 5 then again")
        == [0x70, 0x01, 0x30, 0x05, 0x12, 0x00])
  }

  @Test func labelsAreKnownBeforeAndAfterTheirDefinition() throws {
    #expect(
      try bytes("sub i := sub jump0 sub : sub jump main sub")
        == [0x22, 0x06, 0xA2, 0x06, 0xB2, 0x06, 0x12, 0x00, 0x22, 0x06])
  }

  @Test func longReferencesAreFilledIn() throws {
    #expect(
      try bytes("i := long far :pointer far :unpack long far :unpack 0xA far : far 9")
        == [0xF0, 0, 0x02, 0x0E, 0x02, 0x0E, 0x60, 0x02, 0x61, 0x0E, 0x60, 0xA2, 0x61, 0x0E, 9])
  }

  @Test func aProgramJumpsToMainUnlessItIsFirst() throws {
    #expect(
      try assemble(": a clear : main a", named: "test.8o").program
        == [0x12, 0x04, 0x00, 0xE0, 0x22, 0x02])
    #expect(try assemble(":const main 0x345 1", named: "test.8o").program == [0x13, 0x45, 1])
    #expect(
      try assemble(": a : main : b a b", named: "test.8o").program
        == [0x22, 0x02, 0x22, 0x00])
  }

  @Test func anEmptyProgramHasRoomForItsJump() throws {
    #expect(try bytes("") == [0, 0])
    #expect(try bytes("1") == [1])
  }

  @Test func statementsNamedLikeLabelsAreStatements() throws {
    #expect(try bytes("exit : exit jump exit") == [0x00, 0xFD, 0x12, 0x02])
  }
}
