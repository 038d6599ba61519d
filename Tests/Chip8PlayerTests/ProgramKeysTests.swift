// What the keys of a program do: the table, what is polled, and what follows for keyboards and pads.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct KeyTableTests {
  private let rows = KeyTable.table.text.split(separator: "\n").map {
    $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func rowsAreSorted() throws {
    #expect(rows.first == ["sha1", "title", "keys", "touch"])
    let digests = rows.dropFirst().map { $0[0] }
    #expect(digests.allSatisfy { Digest(sha1: $0) != nil })
    for (digest, next) in zip(digests, digests.dropFirst()) { #expect(digest < next) }
    #expect(digests.count > 200)
  }

  @Test func rowsAreFoundAndUnderstood() throws {
    for row in rows.dropFirst() {
      let sha1 = try #require(Digest(sha1: row[0]))
      let found = try #require(KeyTable.table.row(of: sha1))
      let uses = KeyTable.uses(inRow: String(decoding: found, as: UTF8.self))
      #expect(uses.count == row[2].split(separator: ";").count, "\(row[1])")
      #expect(Set(uses.map(\.key)).count == uses.count, "\(row[1])")
      #expect(row.count == 3 || KeyTable.touchMode(inRow: row.joined(separator: "\t")) != nil)
      #expect(uses.allSatisfy { (1...24).contains($0.action.count) }, "\(row[1])")
      for player in [1, 2] {
        let buttons = uses.filter { ($0.player ?? player) == player }.flatMap(\.buttons)
        #expect(Set(buttons).count == buttons.count, "\(row[1])")
      }
    }
  }

  @Test func titlesAreThoseOfTheProgram() {
    for row in rows.dropFirst() {
      let known = KnownProgram.find(testing: row[0])
      #expect(known == nil || known?.title == row[1])
    }
  }

  /// A dump with zeros appended has the keys of the program.
  @Test func paddedProgramsAreFound() throws {
    let bytes = try Storage.read("roms/schuss.ch8", limit: 1 << 16)
    let padded = ProgramKeys(for: Program(name: "dump", bytes: bytes + [0, 0, 0]))
    #expect(padded == ProgramKeys(for: Program(name: "schuss", bytes: bytes)))
    #expect(padded.meaning(of: 6).text == "start, jump")
    #expect(padded.meaning(of: 1) == .none)
  }
}

@Suite struct KeyLayoutTests {
  private func keys(_ digits: String) -> KeySet {
    digits.reduce(into: KeySet()) { set, digit in
      set.insert(KeySet(key: UInt8(digit.hexDigitValue ?? 0)))
    }
  }

  /// The arrows as up, down, left, right, then space: `-` for none.
  private func layout(_ program: ProgramKeys, player: Int = 1) -> String {
    let pad = program.pad(of: player)
    return (PadButton.directions + [.a]).map { button in
      pad[button].map { String($0, radix: 16, uppercase: true) } ?? "-"
    }.joined()
  }

  private func unknown(asking digits: String) -> ProgramKeys {
    let nothing = Program(name: "nothing", bytes: [0x12, 0x00])
    return ProgramKeys(for: nothing, asked: keys(digits))
  }

  @Test(
    arguments: [
      // Octo's, the COSMAC VIP's and the HP 48's, whole and in part.
      ("5789", "58796"), ("56789", "58796"), ("2468", "28465"), ("24568", "28465"),
      ("3678", "36785"), ("79", "--795"), ("58", "58--6"), ("46", "--465"), ("456", "--465"),
      ("245", "--"), ("28", "28--5"), ("36", "36--5"), ("78", "--785"), ("568", "58--6"),
      // Pairs.
      ("56", "--560"), ("4567", "--465"), ("14", "14--5"), ("147", "14--7"), ("13", "--135"),
      ("3AC", "--3CA"),
      // Two players.
      ("14CD", "14--5"),
      // Actions alone, and nothing.
      ("5", "----5"), ("6", "----6"), ("E", "----E"), ("", "58796"),
    ] as [(String, String)])
  func arrowsFollowUsedKeys(asked: String, expected: String) {
    #expect(layout(unknown(asking: asked)).hasPrefix(expected), "\(asked)")
  }

  @Test func unusedKeysGetNoArrow() {
    for bits in stride(from: 1, to: UInt16.max, by: 37) {
      let asked = KeySet(rawValue: bits)
      let program = ProgramKeys(for: Program(name: "", bytes: [0x12, 0x00]), asked: asked)
      let pad = program.pad()
      let directions = PadButton.directions.compactMap { pad[$0] }
      guard directions.allSatisfy({ asked.contains(KeySet(key: $0)) }),
        Set(directions).count == directions.count, pad[.a] != nil
      else {
        Issue.record("\(asked.numbers): \(pad)")
        return
      }
    }
  }

  @Test func theSecondPlayerHasAPad() {
    let pong = unknown(asking: "14CD")
    #expect(layout(pong, player: 2) == "CD---")
    let alone = unknown(asking: "46")
    #expect(alone.pad(of: 2) == alone.pad(of: 1) && !alone.hasSecondPlayer)
  }

  @Test func assignmentsTakePrecedence() throws {
    let up: UInt32 = 82
    let usual = KeyMap(for: unknown(asking: "28"))
    #expect(usual[up] == KeySet(key: 2))
    #expect(usual.usages(of: 2) == [82, 31])
    let other = KeyMap(
      for: unknown(asking: "28"),
      [KeyAssignment(usage: 82, key: 0xA), KeyAssignment(usage: 31, key: nil)])
    #expect(other[up] == KeySet(key: 0xA))
    #expect(other.usages(of: 0xA) == [82, 29])
    #expect(other.usages(of: 2) == [])
  }

  @Test func cardsShowKeysAndMeanings() throws {
    let bytes = try Storage.read("roms/schuss.ch8", limit: 1 << 16)
    let schuss = ProgramKeys(for: Program(name: "schuss", bytes: bytes))
    let card = KeyCard(schuss, KeyMap(for: schuss))
    #expect(card.used.map(\.key) == [5, 6, 7, 8, 9])
    #expect(card[7].keyboardName == "left" && card[7].buttons == [.left])
    #expect(card[6].keyboardName == "space" && card[6].buttons == [.a])
    #expect(card[0xC].keyboardName == "4" && card[0xC].meaning == .none)
    let pong = unknown(asking: "14CD")
    let asked = KeyCard(pong, KeyMap(for: pong))
    #expect(asked.used.map(\.keyboardName) == ["up", "4", "down", "r"])
    #expect(asked[0xD].buttons == [.down] && asked[0xD].meaning == .asked)
  }
}

@Suite struct KeyObserverTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func observed(_ source: String, frames: Int = 300) throws -> ProgramKeys {
    let machine = try scratch.load(source).machine
    var observer = KeyObserver(machine.program)
    observer.explore(machine, frames: frames, instructions: 100_000)
    return observer.keys
  }

  @Test func polledKeysAreFound() throws {
    let keys = try observed(
      ": main loop v0 := 4 if v0 key then v1 += 1 v0 := 6 if v0 -key then v2 += 1 again")
    #expect(keys.asked.numbers == [4, 6])
    #expect(keys.meaning(of: 4) == .asked && keys.meaning(of: 5) == .none)
  }

  @Test func aTitleThatWaitsForAnyKeyAsksForNone() throws {
    #expect(try observed(": main v0 := key loop v1 += 1 again").asked == [])
    let game = try observed(
      ": main v0 := key loop v0 := 5 if v0 key then v1 += 1 v2 += 1 again")
    #expect(game.asked.numbers == [5])
  }

  @Test func keysThatMakeADifferenceAreFound() throws {
    let waiting = try observed(
      ": main loop v0 := key if v0 == 2 then v1 += 1 if v0 == 8 then v1 -= 1 again")
    #expect(waiting.asked.numbers == [2, 8])
    let scanning = try observed(
      """
      : main loop
        v0 := 0
        loop if v0 key then found v0 += 1 if v0 != 16 then again
      again
      : found if v0 == 7 then v1 += 1 if v0 == 9 then v1 -= 1 ;
      """)
    #expect(scanning.asked.numbers == [7, 9])
  }

  /// A title goes through the keypad, and the game looks at nine keys.
  @Test func keysPolledByNameAreFound() throws {
    let names: [UInt8] = [0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8, 0xB, 0xF]
    let keys = try observed(
      """
      : main
        v0 := 0 v1 := 15
        loop while v0 -key v0 += 1 v0 &= v1 again
        loop \(names.map { "v0 := \($0) if v0 key then v2 += 1" }.joined(separator: "\n")) again
      """)
    #expect(keys.asked.numbers == names)
  }

  /// A dot that 8 moves up and 2 down, as in a program for a keypad that is the other way round, a step in so many
  /// frames.
  @Test(arguments: [2, 7])
  func arrowsFollowWhatKeysMove(frames: Int) throws {
    let source = """
      : main
        v1 := 30 v2 := 15 i := dot sprite v1 v2 1
        loop
          vf := delay
          if vf == 0 begin
            vf := \(frames) delay := vf
            sprite v1 v2 1
            v0 := 8 if v0 key then v2 -= 1
            v0 := 2 if v0 key then v2 += 1
            v0 := 4 if v0 key then v1 -= 1
            v0 := 6 if v0 key then v1 += 1
            sprite v1 v2 1
          end
        again
      : dot 0xC0
      """
    let pad = try observed(source).pad()
    #expect(pad[.up] == 8 && pad[.down] == 2 && pad[.left] == 4 && pad[.right] == 6)
  }

  @Test func theMachineIsLeftAlone() throws {
    let loaded = try scratch.load(
      ": main loop v0 := 4 if v0 key then v1 += 1 v3 := random 255 again")
    var (machine, other) = (loaded.machine, loaded.machine)
    var observer = KeyObserver(machine.program)
    for _ in 0..<100 {
      observer.observe(machine, keys: [])
      _ = machine.run(frames: 1, keys: [])
      _ = other.run(frames: 1, keys: [])
    }
    #expect(observer.keys.asked.numbers == [4])
    #expect(machine.stateDigest == other.stateDigest)
  }

  @Test func sessionsObserveWhatIsPlayed() throws {
    // The second part begins after what is looked at before the start.
    let source = """
      : main
        vf := 255 delay := vf loop vf := delay if vf != 0 then again
        vf := 255 delay := vf loop vf := delay if vf != 0 then again
        loop v0 := 3 if v0 key then v1 += 1 again
      """
    let session = PlaySession(try scratch.load(source))
    #expect(session.programKeys.asked == [])
    for _ in 0..<600 { session.runFrame(keys: []) }
    #expect(session.programKeys.asked.numbers == [3])
  }
}

@Suite struct CommandLetterTests {
  private let latin: (Character) -> Bool = { _ in true }
  private let none: (Character) -> Bool = { _ in false }

  private func letter(
    _ symbol: Unicode.Scalar, place: UInt32, _ isOnLayout: (Character) -> Bool
  ) -> Character? {
    commandLetter(symbol: symbol.value, usage: place, isOnLayout: isOnLayout)
  }

  /// US, French and Dvorak layouts: what is printed counts.
  @Test func lettersAreThoseOnTheKeys() {
    #expect(letter("q", place: 20, latin) == "q")
    #expect(letter("q", place: 4, latin) == "q")
    #expect(letter("a", place: 20, latin) == "a")
    #expect(letter("'", place: 20, latin) == nil)
    #expect(letter(";", place: 29, latin) == nil)
  }

  /// Cyrillic й, and the semicolon that a Greek layout has in the place of Q.
  @Test func missingLettersAreInTheirUSPositions() {
    #expect(letter("й", place: 20, none) == "q")
    #expect(letter(";", place: 20, none) == "q")
    #expect(letter("з", place: 19, none) == "p")
    #expect(letter("1", place: 30, none) == nil)
  }
}
