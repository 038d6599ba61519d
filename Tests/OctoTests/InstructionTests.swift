// InstructionTests.swift: the bytes of every statement which is an instruction.

import Octo
import Testing

@Suite struct InstructionTests {
  @Test(arguments: [
    ("return", 0x00EE), (";", 0x00EE), ("clear", 0x00E0), ("native 0x123", 0x0123),
    ("jump 0x234", 0x1234), ("jump0 0x345", 0xB345), ("main", 0x2200), (":call 0x456", 0x2456),
    ("bcd v3", 0xF333), ("save v4", 0xF455), ("load v5", 0xF565), ("sprite v1 v2 6", 0xD126),
    ("delay := v7", 0xF715), ("buzzer := v8", 0xF818),
  ])
  func statements(source: String, opcode: Int) throws {
    #expect(try bytes(source) == [UInt8(opcode >> 8), UInt8(opcode & 0xFF)])
  }

  @Test(arguments: [
    ("v1 := v2", 0x8120), ("v1 |= v2", 0x8121), ("v1 &= v2", 0x8122), ("v1 ^= v2", 0x8123),
    ("v1 += v2", 0x8124), ("v1 -= v2", 0x8125), ("v1 >>= v2", 0x8126), ("v1 =- v2", 0x8127),
    ("v1 <<= v2", 0x812E), ("vA := 0x34", 0x6A34), ("vb += 5", 0x7B05), ("VC -= 5", 0x7CFB),
    ("vD -= -1", 0x7D01), ("vE -= 0", 0x7E00), ("Vf := -2", 0x6FFE),
    ("v0 := random 0x7F", 0xC07F), ("v1 := key", 0xF10A), ("v2 := delay", 0xF207),
    ("i := 0x345", 0xA345), ("i += v6", 0xF61E), ("i := hex v7", 0xF729),
  ])
  func assignments(source: String, opcode: Int) throws {
    #expect(try bytes(source) == [UInt8(opcode >> 8), UInt8(opcode & 0xFF)])
  }

  @Test(arguments: [
    ("scroll-down 5", 0x00C5), ("scroll-right", 0x00FB), ("scroll-left", 0x00FC),
    ("exit", 0x00FD), ("lores", 0x00FE), ("hires", 0x00FF), ("i := bighex v3", 0xF330),
    ("saveflags v7", 0xF775), ("loadflags v7", 0xF785), ("sprite v1 v2 0", 0xD120),
  ])
  func superChip(source: String, opcode: Int) throws {
    let assembly = try assemble(": main " + source, named: "test.8o")
    #expect(assembly.program == [UInt8(opcode >> 8), UInt8(opcode & 0xFF)])
  }

  @Test(arguments: [
    ("scroll-up 6", [0x00, 0xD6]), ("save v1 - v4", [0x51, 0x42]), ("load v4 - v1", [0x54, 0x13]),
    ("plane 3", [0xF3, 0x01]), ("audio", [0xF0, 0x02]), ("pitch := v9", [0xF9, 0x3A]),
    ("i := long 0x1234", [0xF0, 0x00, 0x12, 0x34]),
    ("saveflags v8", [0xF8, 0x75]), ("loadflags vF", [0xFF, 0x85]),
  ])
  func xoChip(source: String, expected: [UInt8]) throws {
    let assembly = try assemble(": main " + source, named: "test.8o")
    #expect(assembly.program == expected)
  }

  @Test(arguments: [
    ("0", 0), ("255", 255), ("-128", 128), ("+7", 7), ("0xfF", 255), ("0XA", 10), ("-0x10", 0xF0),
    ("0b1010", 10), ("-0b1", 255), ("+0b11", 3),
  ])
  func literals(source: String, value: UInt8) throws {
    #expect(try bytes("1 " + source) == [1, value])
    #expect(try bytes("v0 := " + source) == [0x60, value])
  }

  @Test func commentsAndSpace() throws {
    #expect(try bytes("# a comment\n\tclear# another\r\n\u{B} 1#2") == [0x00, 0xE0, 0x01])
    #expect(try assemble("\u{FEFF}: main clear", named: "test.8o").program == [0x00, 0xE0])
  }
}
