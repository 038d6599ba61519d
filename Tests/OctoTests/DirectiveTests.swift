// DirectiveTests.swift: names, data, places, and what is noted for a debugger.

import Octo
import Testing

@Suite struct DirectiveTests {
  @Test(arguments: [
    (":const a 5 :const b a v0 := b", [0x60, 0x05]),
    (": here :const a here i := a", [0xA2, 0x00]),
    (":alias x v3 :alias y x y := 1", [0x63, 0x01]),
    (":alias x { 2 + 3 } x += x", [0x85, 0x54]),
    (":alias unpack-hi v5 :alias unpack-lo v6 :unpack 1 0x234", [0x65, 0x12, 0x66, 0x34]),
    (":unpack long 0x1234", [0x60, 0x12, 0x61, 0x34]),
    (":byte 1 :byte -1 :byte { 300 }", [0x01, 0xFF, 0x2C]),
    (":pointer 0xABCD :pointer { 0x12345 }", [0xAB, 0xCD, 0x23, 0x45]),
    (":call { 0x1234 }", [0x22, 0x34]),
    (":org 0x204 1 :org { 0x200 + 2 } 2", [0x00, 0x00, 0x02, 0x00, 0x01]),
    (":org 0x100 1 2 : low :org 0x200 :pointer low", [0x01, 0x02]),
    ("i := inside :next inside v1 := 2", [0xA2, 0x03, 0x61, 0x02]),
    (":proto later 1 2", [0x01, 0x02]),
    (":assert { 1 } :assert \"fine\" { 2 == 2 } 1 2", [0x01, 0x02]),
    (":breakpoint here :monitor v0 4 1 2", [0x01, 0x02]),
  ])
  func bytesOfDirectives(source: String, expected: [UInt8]) throws {
    #expect(try bytes(source) == expected)
  }

  @Test func namesAreReported() throws {
    let assembly = try assemble(": a 1 : main :alias x v7 : b", named: "test.8o")
    #expect(assembly.labels == ["a": 0x202, "main": 0x203, "b": 0x203])
    #expect(assembly.aliases == ["x": 7])
  }

  @Test func everyByteHasItsLine() throws {
    let assembly = try assemble(
      ": main\nclear :org 0x203\n:macro two {\n1\n2 }\ntwo", named: "test.8o")
    #expect(assembly.program == [0x00, 0xE0, 0x00, 1, 2])
    #expect(assembly.lines.map { $0?.line } == [2, 2, nil, 4, 5])
  }

  @Test func breakpointsStopBeforeTheirInstruction() throws {
    let assembly = try assemble(": main clear :breakpoint stop clear", named: "test.8o")
    #expect(assembly.breakpoints == [0x202: "stop"])
  }

  @Test func monitorsShowRegistersAndMemory() throws {
    let source = #": main :monitor main 8 :monitor v3 4 :monitor main "x:%2i %c%b""#
    let monitors = try assemble(source, named: "test.8o").monitors
    #expect(
      monitors == [
        Assembly.Monitor(
          name: "main", base: .memory(0x200),
          display: .format([
            .text("x:"), .field(.integer, count: 2), .text(" "), .field(.characters, count: 1),
            .field(.binary, count: 1),
          ])),
        Assembly.Monitor(name: "v3", base: .register(3), display: .bytes(4)),
      ])
  }
}
