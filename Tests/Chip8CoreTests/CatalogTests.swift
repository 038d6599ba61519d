// Known programs, and unknown ones.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct CatalogTests {
  /// The SHA-1 of each row of a table.
  private func digests(_ table: String) -> [String] {
    table.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "\t" }) }
  }

  /// A row is found by halving the table, and its columns by their place.
  @Test func tablesAreInTheOrderThatTheyAreSearchedIn() throws {
    for table in KnownProgram.tables {
      #expect(
        table.split(separator: "\n").first
          == "sha1\ttitle\tplatforms\tipf\tquirk_overrides\tcolors\trotation\tfont"
      )
      let digests = digests(table)
      #expect(digests.allSatisfy { Digest(sha1: $0) != nil })
      for (digest, next) in zip(digests, digests.dropFirst()) { #expect(digest < next) }
    }
  }

  @Test func everyRowIsFoundAndNoNeighbour() throws {
    let all = Set(KnownProgram.tables.flatMap(digests))
    for sha1 in all {
      #expect(KnownProgram.find(testing: sha1) != nil)
      for end in ["0", "f"] where !sha1.hasSuffix(end) {
        #expect(KnownProgram.find(testing: sha1.dropLast() + end) == nil)
      }
    }
  }

  @Test func everyRowIsUnderstood() throws {
    let tables = KnownProgram.tables.map(digests)
    #expect(tables.map(\.count) == [543, 135, 16])
    let digests = Set(tables.joined())
    let programs = digests.compactMap { KnownProgram.find(testing: $0) }
    #expect((digests.count, programs.count) == (593, 593))
    for program in programs {
      #expect(!program.title.isEmpty)
      let speed = program.configuration.instructionsPerFrame
      #expect((1...1_000_000).contains(speed), "\(program.title)")
      #expect(program.colors.allSatisfy { $0 <= 0xFFFFFF }, "\(program.title)")
      #expect(SessionMetadata.rotations.contains(program.rotation), "\(program.title)")
    }
    // What the columns are for.
    #expect(Set(programs.map(\.configuration.platform)).count == 6)
    #expect(programs.count { !$0.colors.isEmpty } == 138)
    #expect(programs.count { $0.configuration.quirks != $0.configuration.platform.quirks } == 106)
  }

  /// What the authors in chip8Archive say is what Octo can be set to: its machine has XO-CHIP's
  /// quirks, but for those that its options switch.
  @Test func authorsProgramsRunAsInOcto() throws {
    let options: Quirks = [
      .shift, .memoryLeaveIUnchanged, .jump, .wrap, .logic, .vblank, .vblankInHires, .vfOrder,
    ]
    for sha1 in digests(KnownProgram.tables[1]) {
      let program = try #require(KnownProgram.find(testing: sha1))
      let quirks = program.configuration.quirks
      let hires = program.configuration.platform.hasHires
      // What only hires or a larger machine has makes no difference to smaller ones.
      let idle: Quirks = hires ? [] : [.loresBigSprites, .resolutionClears]
      let others = quirks.symmetricDifference(Configuration.octo.quirks).subtracting(options)
      #expect(others.isSubset(of: idle), "\(program.title)")
      #expect(!hires || quirks.contains(.vblank) == quirks.contains(.vblankInHires))
      #expect(program.colors.count == 4, "\(program.title)")
      #expect([.chip8, .schip, .xochip].contains(program.configuration.platform))
      #expect([.octo, .fish].contains(program.configuration.font))
    }
  }

  /// Octopeg, Outlaw, Dino Run, Applejak, Sub-8.
  @Test(
    arguments: [
      ("7a4a89870f2ab23c28024dd1c3dd52cf1af1ad00", .schip, 200, [.wrap], 0),
      ("a9d3c975a5e733646a04f6e61deebcd0ad50f700", .chip8, 15, [.wrap], 0),
      ("1a7a2138161b06e083722f978f8cbaaa1ad5344d", .chip8, 15, [.logic, .vblank], 0),
      (
        "bcbf36a68cf389e87dd54a9707cf35c4436dcb92", .schip, 100,
        [.shift, .memoryLeaveIUnchanged, .jump], 0
      ),
      ("64536d549c986e9edf25de9fa89db60d2ade85c0", .schip, 60, [.wrap], 270),
    ] as [(String, Platform, Int, Quirks, Int)])
  func authorsTakePrecedenceOverTheDatabase(
    sha1: String, platform: Platform, ipf: Int, quirks: Quirks, rotation: Int
  ) throws {
    let program = try #require(KnownProgram.find(testing: sha1))
    let ofMachine: Quirks = [.loresBigSprites, .resolutionClears]
    #expect(program.configuration.platform == platform)
    #expect(program.configuration.instructionsPerFrame == ipf)
    #expect(program.configuration.quirks.subtracting(ofMachine) == quirks)
    #expect(program.rotation == rotation)
  }

  @Test func unknownProgramsAreNotFound() {
    #expect(KnownProgram.find(program([0x1200])) == nil)
    #expect(KnownProgram.find(program([0x1200, 0, 0, 0])) == nil)
    #expect(KnownProgram.find(program([])) == nil)
  }

  /// Schuss ends with zeros of its own, Backfire does not.
  @Test(arguments: [("schuss", "Schuss", 8), ("backfire", "Backfire", 0)])
  func trailingZerosAreIgnored(name: String, title: String, zeros: Int) throws {
    let bytes = try Storage.read("roms/\(name).ch8", limit: 1 << 16)
    for count in [0, 1, 2, 700] {
      let padded = Program(name: "dump", bytes: bytes + Array(repeating: 0, count: count))
      #expect(KnownProgram.find(padded)?.title == title, "\(count) zeros")
      #expect(Configuration(for: padded) == KnownProgram.find(padded)?.configuration)
    }
    // Its own zeros have to be there, and nothing else may be.
    for other in [Array(bytes.dropLast()), bytes + [0, 1], bytes + [1, 0]] {
      #expect(KnownProgram.find(Program(name: "dump", bytes: other)) == nil)
    }
    #expect(bytes.suffix(zeros).allSatisfy { $0 == 0 })
  }

  @Test func sourcesRunAsInOctoUnlessTheyAreKnown() throws {
    let octo = Configuration(forSourceOf: program([0x1200]))
    #expect((octo.platform, octo.instructionsPerFrame) == (.xochip, 20))
    #expect(octo.quirks == [.wrap, .loresBigSprites, .resolutionClears])
    let backfire = Program(
      name: "backfire", bytes: try Storage.read("roms/backfire.ch8", limit: 1 << 16))
    #expect(Configuration(forSourceOf: backfire) == Configuration(.chip8))
  }

  /// Each of our own programs is in the table, so that its source runs on the same machine.
  @Test func ourProgramsAreKnown() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: "roms")
    where name.hasSuffix(".ch8") {
      let bytes = try Storage.read("roms/\(name)", limit: 1 << 16)
      #expect(
        KnownProgram.find(Program(name: name, bytes: bytes)) != nil,
        "\(name) has changed: more-programs.tsv needs its SHA-1")
    }
  }

  /// Some are known to be for a machine that has no room for them.
  @Test func programsAreGivenAMachineWithRoomThatBehavesTheSame() {
    let known = Configuration(.vip)
    #expect(known.roomy(3232) == known)
    var roomy = known.roomy(3233)
    #expect(roomy.platform == .chip8)
    #expect((roomy.quirks, roomy.font) == (Platform.vip.quirks, .vip))
    #expect(roomy.instructionsPerFrame == 15)
    roomy = known.roomy(3585)
    #expect((roomy.platform, roomy.quirks) == (.xochip, Platform.vip.quirks))
    #expect(Configuration(.schip).roomy(3584).platform == .xochip)
    #expect(Configuration(.vip).roomy(65025) == known)
  }

  @Test(
    arguments: [
      ([0x00E0, 0x1202], .chip8),
      // Only what is reached counts.
      ([0x1200, 0x00FF], .chip8 as Platform),
      ([0x1204, 0x00FF, 0x1204], .chip8),
      ([0x00FF, 0x1202], .schip),
      ([0x00FD], .schip),
      ([0x00C4, 0x1202], .schip),
      ([0xD010, 0x1202], .chip8),
      ([0xF330, 0x1202], .schip),
      ([0xF775, 0x1202], .schip),
      ([0xF875, 0x1202], .xochip),
      ([0x00D4, 0x1202], .xochip),
      ([0xF000, 0x00FF, 0x1204], .xochip),
      ([0x5122, 0x1202], .xochip),
      // Behind calls, skips and jumps.
      ([0x2206, 0x1202, 0x0000, 0x00FF, 0x00EE], .schip),
      ([0x2204, 0x00FF, 0x00EE], .schip),
      ([0x3000, 0x1204, 0x00FF, 0x1206], .schip),
      ([0xB204, 0x0000, 0xF201, 0x1206], .xochip),
      // Words that are instructions nowhere give no hint.
      ([0xFFFF, 0x00FF], .chip8),
    ] as [([UInt16], Platform)])
  func unknownProgramsAreJudgedByWhatIsReached(words: [UInt16], platform: Platform) {
    #expect(Platform(guessedFrom: program(words).bytes) == platform)
    #expect(Configuration(for: program(words)) == Configuration(platform))
  }

  /// Their start and their length tell two-page programs, and nothing else.
  @Test func twoPageProgramsAreDetectedByTheirStart() {
    let start = [0x12, 0x60] + Array(repeating: UInt8(0), count: 0xBE)
    let code = program([0x0230, 0x12C2]).bytes
    #expect(Platform(guessedFrom: start + code) == .hires)
    #expect(Platform(guessedFrom: start + [0, 0]) == .hires)
    let long = start + Array(repeating: 0, count: 3232 - start.count)
    #expect(Platform(guessedFrom: long) == .hires)
    // No longer, no shorter, no other start, and no source that names later instructions.
    #expect(Platform(guessedFrom: long + [0]) == .chip8)
    #expect(Platform(guessedFrom: start + [0]) == .chip8)
    #expect(Platform(guessedFrom: [0x12, 0xC0] + (start + code).dropFirst(2)) == .chip8)
    #expect(Platform(guessedFrom: start + code, atLeast: .scrolls) == .schip)
    #expect(Platform(guessedFrom: program([0x0230, 0x1202]).bytes) == .chip8)
  }

  @Test func unknownProgramsGetAMachineWithRoom() {
    for (count, platform) in [(3583, .chip8), (3584, .chip8), (3585, .xochip), (70000, .xochip)]
      as [(Int, Platform)]
    {
      let bytes = [0x12, 0x00] + Array(repeating: UInt8(0), count: count - 2)
      #expect(Platform(guessedFrom: bytes) == platform)
    }
  }
}
