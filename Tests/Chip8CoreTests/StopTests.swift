// StopTests.swift: what an instruction has accessed, and what a text means.

import SaveState
import Testing

import Chip8Core

@Suite struct StopTests {
  /// The program's first instructions that are a hit, by their numbers.
  private func hits(
    _ event: StopPoint.Event, _ words: [UInt16], on platform: Platform = .chip8,
    count: UInt64 = 8, from change: (inout State) -> Void = { _ in }
  ) throws -> [UInt64] {
    var machine = try Chip8(loaded: program(words), Configuration(platform)).changed(change)
    var (probe, found) = (Probe([StopPoint(id: 1, event)]), [UInt64]())
    var none: ArraySlice<Tape<InputEvent>.Entry> = []
    let end = Position(frame: .max, instruction: count)
    _ = probe.run(&machine, &none, to: .live(end), isInclusive: true) {
      found.append($0.before.instruction)
      return false
    }
    return found
  }

  @Test(arguments: [
    // save v2 at 0x300, load v1 there, bcd v0 at 0x301, a sprite of 2 rows at 0x301.
    (StopPoint.AccessKind.write, 0x302..<0x303, [1, 4] as [UInt64]), (.read, 0x300..<0x301, [2]),
    (.write, 0x303..<0x304, [4]), (.read, 0x302..<0x303, [5]),
    (.access, 0x301..<0x302, [1, 2, 4, 5]),
    (.change, 0x300..<0x301, [1]), (.change, 0x304..<0x310, []), (.write, 0x304..<0x305, []),
  ])
  func memoryIsAccessed(
    kind: StopPoint.AccessKind, range: Range<Int>, expected: [UInt64]
  ) throws {
    let words: [UInt16] = [0xA300, 0xF255, 0xF165, 0xA301, 0xF033, 0xD002, 0x120C]
    #expect(
      try hits(.access(.bytes(range), kind), words, adding: .memoryLeaveIUnchanged) == expected)
  }

  private func hits(
    _ event: StopPoint.Event, _ words: [UInt16], adding quirk: Quirks
  ) throws -> [UInt64] {
    try hits(event, words) { state in
      state.configuration.quirks.insert(quirk)
      state.v[0] = 7
    }
  }

  @Test(arguments: [
    (StopPoint.AccessKind.write, Register.v(1), [0, 1, 3] as [UInt64]), (.change, .v(1), [0, 3]),
    (.read, .v(1), [2, 3, 4, 6]), (.write, .v(2), [2]), (.write, .v(0xF), [3]), (.write, .i, [5]),
    (.read, .i, []), (.write, .dt, [4]), (.change, .dt, [4]), (.write, .st, [6]),
    (.change, .pc, []),
  ])
  func registersAreAccessed(
    kind: StopPoint.AccessKind, register: Register, expected: [UInt64]
  ) throws {
    let words: [UInt16] = [0x6103, 0x6103, 0x8210, 0x8114, 0xF115, 0xA123, 0xF118, 0x120E]
    #expect(try hits(.access(.register(register), kind), words) == expected)
  }

  @Test func pixelsAreAccessed() throws {
    // A glyph at (0, 0), twice, and a clear.
    let words: [UInt16] = [0xF029, 0xD005, 0xD005, 0xD005, 0x00E0, 0x120A]
    let (lit, dark) = (
      StopPoint.Watched.pixels(x: 0..<1, y: 0..<1), StopPoint.Watched.pixels(x: 1..<2, y: 1..<2)
    )
    #expect(try hits(.access(lit, .change), words) == [1, 2, 3, 4])
    #expect(try hits(.access(dark, .change), words) == [])
    #expect(try hits(.access(dark, .write), words) == [1, 2, 3, 4])
    #expect(try hits(.access(dark, .read), words) == [1, 2, 3])
    #expect(try hits(.access(.pixels(x: 8..<9, y: 0..<1), .write), words) == [4])
    #expect(try hits(.collision, words) == [2])
  }

  /// VF counts rows that are clipped, too, which are not collisions.
  @Test func clippedRowsAreNotCollisions() throws {
    let words: [UInt16] = [0x00FF, 0x613E, 0xF029, 0xD015, 0xD015, 0x120A]
    #expect(try hits(.collision, words, on: .schip11, count: 6) == [4])
  }

  /// Where a sprite wraps, it is beyond the edge, too.
  @Test func spritesWrap() throws {
    let beyond = StopPoint.Watched.pixels(x: 0..<1, y: 30..<31)
    for (platform, expected) in [(Platform.xochip, [1 as UInt64]), (.chip8, [])] {
      let found = try hits(
        .access(beyond, .write), [0x603E, 0xD001, 0x1204], on: platform, count: 3)
      #expect(found == expected)
    }
  }

  @Test func waitsForKeysStop() throws {
    #expect(try hits(.keyWait, [0x6001, 0xF10A, 0x1204], count: 2) == [1])
  }

  /// An instruction that was executed, and is another one then, is stopped before as what it is.
  @Test func modifiedInstructionsAreStoppedBefore() throws {
    // At 0x208 is 6301, which becomes 7101.
    let words: [UInt16] = [0x1208, 0x6071, 0x6101, 0xF155, 0x6301, 0xA208, 0x1202]
    let found = try hits(.access(.register(.v(1)), .write), words, count: 14)
    #expect(found == [5, 7, 11, 13])
    #expect(try hits(.access(.register(.v(3)), .write), words, count: 14) == [1])
    #expect(try hits(.execution(0x208), words, count: 14) == [1, 7, 13])
  }

  @Test(
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 * 3 + 1 << 2", 10), ("0x10 | 0x01 & 0x01", 0x11),
      ("7 & 2 == 2", 1), ("1 < 2 && 2 < 1 || 3 == 3", 1), ("-5 / 2", -2), ("!0 + !7", 1),
      ("~0", -1),
      ("- - 3", 3), ("1 - 2 - 3", -4), ("0 && 1 / 0", 0), ("1 || 1 / 0", 1), ("VA", 0x81),
      ("va+1", 0x82), ("[0x200] * 256 + [0x201]", 0x1234), ("key(5)", 1), ("key(6)", 0), ("key", 5),
      ("keys", 0x20), ("two-names", 9), ("two-1", 1), ("TWO", 2), ("pixel(0, 0)", 0), ("pc", 0x200),
      ("9223372036854775807 + 1", Int.min),
    ] as [(String, Int)])
  func expressionsHaveValues(text: String, value: Int) throws {
    let machine = try machine(.chip8, 0x1234).changed { state in
      state.v[0xA] = 0x81
      state.keys = KeySet(key: 5)
    }
    let names = DebugNames(values: ["two": 2, "two-names": 9])
    #expect(try Expression(text, names).value(of: machine) == value)
  }

  @Test(arguments: [
    "", "1 +", "(1", "[1", "1)", "nothing", "0x", "12ab", "1 2", "pixel(1)", "v10",
    "99999999999999999999",
    String(repeating: "(", count: 200) + "1", String(repeating: "1+", count: 4000) + "1",
  ])
  func otherTextIsRefused(text: String) {
    #expect(throws: ExpressionError.self) { try Expression(text) }
  }

  @Test func rulesOfHitsAreRead() {
    let rules: [(String, StopPoint.HitRule?)] = [
      ("3", .equal(3)), ("== 3", .equal(3)), (">=2", .atLeast(2)), ("% 4", .multiple(4)),
      ("0", nil),
      ("", nil), ("< 3", nil),
    ]
    for (text, rule) in rules { #expect(StopPoint.HitRule(text) == rule, "\(text)") }
    #expect((1...9).filter { StopPoint.HitRule.multiple(4).counts($0) } == [4, 8])
  }
}
