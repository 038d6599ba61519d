// LimitTests.swift: sources made to take all time or memory, or to crash.

import Octo
import Testing

@Suite struct LimitTests {
  @Test(arguments: [
    (":macro a { a } a", "`a` expands too deep; does it use itself without end?"),
    (":macro a { a a } a", "`a` expands too deep; does it use itself without end?"),
    (":macro a X { X X } a a a", "`a` expands too deep; does it use itself without end?"),
    (":stringmode s A { s A } s A", "`s` expands too deep; does it use itself without end?"),
    (
      ":macro a { b b b } :macro b { c c c } :macro c { 1 1 1 } a a a a a a",
      "the macros of this source expand to too much"
    ),
    (
      ":stringmode s A { } :macro a { s AAAAAAAAAAAAAAAAAAAA } a a a a a a",
      "the macros of this source expand to too much"
    ),
  ])
  func expansionsAreBounded(source: String, message: String) throws {
    let limits = Limits(expansionDepth: 20, expandedTokens: 100)
    #expect(try #require(error(in: source, limits: limits)).contains(message))
  }

  @Test func longTokensCountSeveralTimes() throws {
    let name = String(repeating: "x", count: 3200)
    let source = ":macro a { :proto \(name) } a a"
    let message = try #require(error(in: source, limits: Limits(expandedTokens: 150)))
    #expect(message.contains("expand to too much"))
  }

  @Test func sourcesAreBounded() {
    #expect(
      error(in: ": main 1", limits: Limits(sourceBytes: 7))
        == "1:1: this source is longer than the 7 bytes it may have")
  }

  @Test func allOfMemoryCanBeUsed() throws {
    let source = ": main " + String(repeating: "1 ", count: 0xFE00)
    #expect(try assemble(source, named: "test.8o").program.count == 0xFE00)
    #expect(error(in: source + "1")?.contains("runs past the end of memory") == true)
  }

  /// What leaves room for an address, and what fills that in later, where there is no room.
  @Test(arguments: [
    "if v0 == 0 begin", "if v0 == 0 begin end", "if v0 == 0 begin else end",
    "if v0 > 9 begin loop while v0 == 0 again end", "loop if v0 == 0 begin again end",
    "loop while v0 == 0 while v1 == 1 again", "jump later : later", "later : later",
    "i := later : later", "i := long later : later", ":pointer later : later",
    ":unpack 1 later : later", ":unpack long later : later", ":call later : later",
    ":next later 1 : later", "1 2 3 4 5 6 7 8 9 : later jump later",
  ])
  func nothingIsWrittenPastTheEndOfMemory(statements: String) {
    for origin in 0xFFF4...0xFFFF {
      let source = ": main :org \(origin)\n\(statements)"
      do throws(AssemblyErrors) {
        let assembly = try assemble(source, named: "a", maxErrorCount: 20)
        #expect(assembly.program.count <= 0xFE00)
      } catch {
        #expect(error.errors.allSatisfy { $0.line == 2 }, "\(source): \(error.errors)")
      }
    }
    #expect(
      error(in: ": main :org 0xFFFF 1\n :next a")
        == "2:8: `a` is past the end of memory at 0xFFFF")
    #expect(
      error(in: ": main :org 0xFFFF\n if v0 == 0 begin")
        == "2:2: the program runs past the end of memory at 0xFFFF")
  }

  @Test func deepNestingNeedsNoStack() {
    let open = String(repeating: "( ", count: 20_000)
    #expect(error(in: ": main :byte { " + open)?.contains("but the source ends here") == true)
    for block in ["loop ", "if v0 == 0 begin ", "if v0 == 0 begin else loop "] {
      let source = ": main " + String(repeating: block, count: 20_000)
      #expect(error(in: source) != nil)
    }
  }

  /// Random words of the language: each source must assemble or fail in one of its own lines.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func randomSourcesNeverCrash(seed: UInt64) {
    print("random sources from seed \(seed)")
    var random = SplitMix64(state: seed)
    let words =
      Keyword.allCases.map(\.rawValue) + [
        "v0", "vF", "a", "b", "c", "main", "{", "}", "(", ")", "+", "-", "*", "long", "strlen",
        "0", "1", "-1", "15", "255", "0x200", "0xFFFF", "99999999999999999999", "PI", "HERE", "@",
        "\"ab\"", "\"", "\"%2i\"", "#", "\n", "CALLS", "sin", "pow", "é", ": a", ": main",
        ":macro a {", ":calc b {", ":stringmode c \"ab\" {", ":org {", ":org 0xFFFE", "if v0 == 1",
        "if v0 == 1 begin",
      ]
    for _ in 0..<150 {
      var source = ""
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        source += words.randomElement(using: &random) ?? ""
        source += Int.random(in: 0..<30, using: &random) == 0 ? "" : " "
      }
      expectProgramOrErrors(source)
    }
  }

  /// A source assembles, or fails in lines of its own.
  private func expectProgramOrErrors(_ source: String) {
    do throws(AssemblyErrors) {
      let assembly = try assemble(source, named: "random", maxErrorCount: 20)
      #expect(assembly.program.count == assembly.lines.count)
    } catch {
      let lineCount = source.utf8.count { $0 == 0x0A } + 1
      #expect(!error.errors.isEmpty)
      for error in error.errors {
        #expect((1...lineCount).contains(error.line), "\(source)")
        #expect(error.column >= 1 && !error.message.isEmpty, "\(source)")
      }
    }
  }

  @Test(arguments: [4, 5] as [UInt64])
  func damagedSourcesNeverCrash(seed: UInt64) {
    for source in damagedSources(150, seed: seed) { expectProgramOrErrors(source) }
  }
}

/// A program with some bytes changed, in many ways.
func damagedSources(_ count: Int, seed: UInt64) -> [String] {
  print("damaged sources from seed \(seed)")
  var random = SplitMix64(state: seed)
  let program = """
    :const size 4 :alias x v1 :calc half { size / 2 } # a comment
    :macro step R N { R += N if R > 60 then R := 0 }
    :stringmode text "ABC" { :byte { VALUE * 8 } }
    : shape 0x3C 0b01000010 0x42 0x3C :pointer main :breakpoint here
    : main hires loop i := shape sprite x v2 size step x 1 step v2 half
      if v2 == 9 begin i := long message else save v0 - v2 end while v3 -key again ;
    : message text "CAB"
    """
  return (0..<count).map { _ in
    var bytes = Array(program.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let index = Int.random(in: bytes.indices, using: &random)
      bytes[index] = UInt8.random(in: 9...126, using: &random)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
