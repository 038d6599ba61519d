// SymbolsTests.swift: symbol files, from an assembly and from untrusted files.

import Octo
import Testing

@Suite struct SymbolsTests {
  private static let source = """
    :const SIZE 4 :calc half { SIZE / 8 } :calc endless { 1 / 0 } :alias x v3
    : shape 0x3C 0x42
    : main i := shape
      :breakpoint here sprite x x SIZE :monitor main 8 :monitor v3 "%2i of %c"
    """

  private func symbols() throws -> Symbols {
    let assembly = try assemble(Self.source, named: "a.8o")
    return Symbols(of: assembly, source: "a.8o", sha1: String(repeating: "0f", count: 20))
  }

  @Test func allThatASourceSays() throws {
    let symbols = try symbols()
    #expect(symbols.source == "a.8o")
    #expect(symbols.program?.byteCount == 8)
    #expect(symbols.labels == ["shape": 0x202, "main": 0x204])
    #expect(symbols.constants == ["SIZE": 4, "half": 0.5, "endless": .infinity])
    #expect(symbols.aliases == ["x": 3])
    #expect(symbols.breakpoints == [0x206: "here"])
    #expect(symbols.monitors.map(\.name) == ["main", "v3"])
    #expect(symbols.lines.map(\.address) == [0x202, 0x204, 0x206])
    #expect(symbols.lines.map(\.byteCount) == [2, 2, 2])
    #expect(symbols.lines.map(\.line) == [2, 3, 4])
  }

  @Test func aFileHoldsAllOfIt() throws {
    var symbols = try symbols()
    symbols.comments = [0x204: "starts here"]
    let file = symbols.file()
    #expect(try Symbols(file: file) == symbols)
    #expect(symbols.file() == file)
  }

  @Test func onlyTheFirstTwoMembersAreNeeded() throws {
    let least = #"{"format":"chip8-symbols","version":1,"whatever":[]}"#
    let symbols = try Symbols(file: Array(least.utf8))
    #expect(symbols.labels.isEmpty && symbols.lines.isEmpty && symbols.program == nil)
  }

  @Test(arguments: [
    ("", "not a symbol file"),
    ("[]", "not a symbol file"),
    (#"{"format":"other","version":1}"#, "not a symbol file"),
    (#"{"format":"chip8-symbols"}"#, "not a symbol file: `version` is missing"),
    (#"{"format":"chip8-symbols","version":2}"#, "version 2"),
    (with(#""labels":{"a":-1}"#), "the label `a` is at -1, which is not an address"),
    (with(#""labels":{"a":65537}"#), "which is not an address"),
    (with(#""labels":{"a":1.5}"#), "not a symbol file"),
    (with(#""labels":{"a":99999999999999999999}"#), "not a symbol file"),
    (with(#""aliases":{"a":16}"#), "the alias `a` is 16, which is not a register"),
    (with(#""program":{"bytes":1,"sha1":"abc"}"#), "its member program is invalid"),
    (with(#""breakpoints":[{"address":70000,"name":"a"}]"#), "which is not an address"),
    (
      with(#""breakpoints":[{"address":1,"name":"a"},{"address":1,"name":"b"}]"#),
      "there are two breakpoints at 1"
    ),
    (with(#""comments":[{"address":-5,"text":"a"}]"#), "which is not an address"),
    (with(#""monitors":[{"name":"a","bytes":1}]"#), "needs either a register or an address"),
    (
      with(#""monitors":[{"name":"a","register":1,"address":1,"bytes":1}]"#),
      "needs either a register or an address"
    ),
    (with(#""monitors":[{"name":"a","register":1}]"#), "needs either bytes or a format"),
    (
      with(#""monitors":[{"name":"a","register":1,"format":"%y"}]"#),
      "needs either bytes or a format"
    ),
    (with(#""lines":[{"address":512,"bytes":0,"line":1}]"#), "its lines at 512 are invalid"),
    (with(#""lines":[{"address":65535,"bytes":2,"line":1}]"#), "its lines at 65535 are invalid"),
    (with(#""lines":[{"address":512,"bytes":1,"line":0}]"#), "its lines at 512 are invalid"),
    (
      with(
        #""lines":[{"address":514,"bytes":1,"line":1},{"address":512,"bytes":3,"line":1}]"#),
      "its lines at 512 are invalid"
    ),
  ])
  func filesThatAreRefused(text: String, reason: String) {
    #expect {
      try Symbols(file: Array(text.utf8))
    } throws: {
      ($0 as? SymbolFileError)?.description.contains(reason) == true
    }
  }

  private static func with(_ member: String) -> String {
    #"{"format":"chip8-symbols","version":1,"# + member + "}"
  }

  /// A good file with bytes changed, cut off, or nested without end.
  @Test(arguments: [6, 7] as [UInt64])
  func damagedFilesNeverCrash(seed: UInt64) throws {
    print("damaged symbol files from seed \(seed)")
    var random = SplitMix64(state: seed)
    let file = try symbols().file()
    for _ in 0..<500 {
      var bytes = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: bytes.indices, using: &random)
        bytes[index] = UInt8.random(in: .min ... .max, using: &random)
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      }
      if let symbols = try? Symbols(file: bytes) {
        #expect(symbols.labels.values.allSatisfy { (0...0x10000).contains($0) })
      }
    }
    let nested = Array(String(repeating: "[", count: 1_000_000).utf8)
    #expect(throws: SymbolFileError.self) { try Symbols(file: nested) }
  }

  @Test func aWrongMemberIsNamed() {
    let text = Self.with(#""labels":{"a":"b"}"#)
    #expect {
      try Symbols(file: Array(text.utf8))
    } throws: {
      "\($0)" == "not a symbol file: `labels.a` is not a whole number in range"
    }
  }

  @Test func namesThatStandForThemselves() throws {
    let plain = ["a", "exit", "é", "2x", "v", "v10", "+", "then-", "0x", "PI", "HERE"]
    for name in plain {
      #expect(isPlainName(name))
      let source = ": main :call \(name) jump \(name) i := \(name) save v0 : \(name) 1"
      #expect(
        try assemble(source, named: "a").program
          == [0x22, 0x08, 0x12, 0x08, 0xA2, 0x08, 0xF0, 0x55, 1])
    }
    let others = [
      "", " ", "a b", "a\nb", "a#", "\"a", "v0", "VF", "5", "-1", "0x10", "0b1", "then", ":", "if",
      "long", "-", "{", "}", "(", "unpack-hi", "OCTO_A", "a\u{7}", "hex", "key", "\u{2028}",
      String(repeating: "a", count: 65),
    ]
    for name in others { #expect(!isPlainName(name), "\(name)") }
  }

  @Test func aProgramMayHaveOneByte() throws {
    #expect(try assemble(": main 0x12", named: "a").program == [0x12])
    #expect(try assemble(":org 0x203 5 :org 0x202 : main 1", named: "a").program == [1, 0, 0, 5])
  }
}
