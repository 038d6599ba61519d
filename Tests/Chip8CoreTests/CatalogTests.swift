// Known programs, and unknown ones.

import Chip8Core
import SaveState
import Testing

@Suite struct CatalogTests {
  static let platforms: [String: (Platform, Int)] = [
    "originalChip8": (.vip, 15), "hybridVIP": (.vip, 15), "modernChip8": (.chip8, 12),
    "chip48": (.chip48, 30), "superchip1": (.schip10, 30), "superchip": (.schip, 30),
    "xochip": (.xochip, 100),
  ]

  /// A table, a dictionary for each of its rows.
  private func rows(_ table: String) throws -> [[Substring: Substring]] {
    let lines = table.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let columns = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
  }

  @Test func everyRowIsUnderstood() throws {
    let tables = try KnownProgram.tables.map(rows)
    #expect(tables.map(\.count) == [543, 1])
    let ours = Set(tables[1].compactMap { $0["sha1"] })
    for row in tables[0].filter({ !ours.contains($0["sha1"] ?? "") }) + tables[1] {
      let sha1 = String(try #require(row["sha1"]))
      let overrides = try #require(row["quirk_overrides"]).split(separator: ";")
        .map { $0.split(separator: ":") }
      let overridden = overrides.first { Self.platforms[String($0[0])] != nil }
      let listed = try #require(row["platforms"]).split(separator: ",").map(String.init)
      let name = overridden.map { String($0[0]) } ?? listed.first { Self.platforms[$0] != nil }
      guard let name, let (platform, speed) = Self.platforms[name] else {
        #expect(KnownProgram.find(known(sha1)) == nil)
        continue
      }
      let program = try #require(KnownProgram.find(known(sha1)))
      #expect(program.title == String(try #require(row["title"])))
      #expect(program.configuration.platform == platform)
      #expect(
        program.configuration.instructionsPerFrame == Int(try #require(row["ipf"])) ?? speed)
      var quirks = platform.quirks
      for pair in overridden?[1].split(separator: ",").map({ $0.split(separator: "=") }) ?? [] {
        let quirk = try #require(Quirks(named: String(pair[0])))
        if pair[1] == "on" { quirks.insert(quirk) } else { quirks.remove(quirk) }
      }
      #expect(program.configuration.quirks == quirks)
      #expect(program.keys.count == row["keys"]?.split(separator: ",").count)
      #expect(program.keys.values.allSatisfy { $0 < 16 })
      #expect(program.colors.count == row["colors"]?.split(separator: ",").count)
      #expect(program.colors.allSatisfy { $0 <= 0xFFFFFF })
      let font: Font = row["font"] == "fish" ? .fish : row["font"] == "octo" ? .octo : platform.font
      #expect(program.configuration.font == font)
    }
  }

  /// A digest from its text.
  private func known(_ sha1: String) -> Digest {
    Digest(testing: sha1)
  }

  @Test func unknownProgramsAreNotFound() {
    #expect(KnownProgram.find(program([0x1200]).sha1) == nil)
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
      // What is no instruction anywhere says nothing.
      ([0xFFFF, 0x00FF], .chip8),
    ] as [([UInt16], Platform)])
  func unknownProgramsAreJudgedByWhatIsReached(words: [UInt16], platform: Platform) {
    #expect(Platform(guessedFrom: program(words).bytes) == platform)
    #expect(Configuration(for: program(words)) == Configuration(platform))
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
