// What each platform is, against the table of facts.

import Chip8Core
import SaveState
import Testing

@Suite struct PlatformTests {
  /// A row of the table: a column for each platform, in the order of `Platform.allCases`.
  private func expect<Value: Equatable>(
    _ row: [Value], sourceLocation: SourceLocation = #_sourceLocation,
    _ value: (Platform) -> Value
  ) {
    #expect(Platform.allCases.map(value) == row, sourceLocation: sourceLocation)
  }

  @Test func platformTable() {
    expect(["vip", "chip8", "chip48", "schip10", "schip11", "schip", "xochip", "hires"]) {
      $0.rawValue
    }
  }

  @Test func quirksAreThoseOfTheMatrix() {
    let (y, n) = (true, false)
    for (quirk, row) in [
      (.logic, [y, n, n, n, n, n, n, y]),
      (.shift, [n, n, y, y, y, y, n, n]),
      (.memoryIncrementByX, [n, n, y, y, n, n, n, n]),
      (.memoryLeaveIUnchanged, [n, n, n, n, y, y, n, n]),
      (.jump, [n, n, y, y, y, y, n, n]),
      (.vblank, [y, n, y, y, y, n, n, y]),
      (.vblankInHires, [n, n, n, n, n, n, n, n]),
      (.wrap, [n, n, n, n, n, n, y, n]),
      (.loresBigSprites, [n, n, n, n, n, y, y, n]),
      (.rowCollisions, [n, n, n, n, y, n, n, n]),
      (.resolutionClears, [n, n, n, n, n, y, y, n]),
      (.doubledLores, [n, n, n, y, y, n, n, n]),
      (.scrollZeroExits, [n, n, n, n, y, n, n, n]),
      (.indexOverflowFaults, [n, n, y, y, y, n, n, n]),
      (.indexWraps, [n, n, n, n, n, y, n, n]),
      (.indexOverflowFlag, [n, n, n, n, n, n, n, n]),
      (.keyWaitBeeps, [y, n, y, y, y, n, n, y]),
      (.skipMachineCode, [n, n, n, n, n, n, n, n]),
    ] as [(Quirks, [Bool])] {
      expect(row) { $0.quirks.contains(quirk) }
    }
  }

  @Test func numbersAreThoseOfTheMatrix() {
    expect([15, 12, 15, 15, 30, 30, 1000, 15]) { $0.instructionsPerFrame }
    expect([60, 60, 64, 64, 64, 60, 60, 60]) { $0.framesPerSecond }
    expect([12, 16, 16, 16, 16, 16, 16, 12]) { $0.maxStackCount }
    expect([4096, 4096, 4096, 4096, 4096, 4096, 65536, 4096]) { $0.ramByteCount }
    expect([3232, 3584, 3583, 3583, 3583, 3583, 65024, 3232]) { $0.maxProgramByteCount }
    expect([0, 0, 0, 8, 8, 8, 16, 0]) { $0.flagCount }
    expect([1, 1, 1, 1, 1, 1, 2, 1]) { $0.planeCount }
    expect([false, false, false, true, true, true, true, false]) { $0.hasHires }
    expect([0x200, 0x200, 0x200, 0x200, 0x200, 0x200, 0x200, 0x2C0]) { $0.entryPoint }
    expect([true, false, false, false, false, false, false, true]) { $0.hasCycles }
    expect([.vip, .octo, .octo, .schip10, .schip11, .octo, .octo, .vip] as [Font]) { $0.font }
  }

  @Test(arguments: Platform.allCases) func configurationsAreThePlatforms(platform: Platform) {
    let configuration = Configuration(platform)
    #expect(configuration.quirks == platform.quirks)
    #expect(configuration.instructionsPerFrame == platform.instructionsPerFrame)
    #expect(configuration.font == platform.font)
    #expect(configuration.timing == .ipf)
  }

  @Test(arguments: Platform.allCases) func programsFillTheirRoomAndNoMore(platform: Platform) throws
  {
    let count = platform.maxProgramByteCount
    let full = Program(name: "full", bytes: Array(repeating: 0xA5, count: count))
    let ram = try Chip8(full, Configuration(platform)).state.ram
    if platform == .hires {
      // The driver changes the start, and the registers and the display are where the program ends.
      #expect(ram[0x200..<0x202] == [0x12, 0xBE])
      #expect(ram[0x202..<0xDF0].allSatisfy { $0 == 0xA5 })
      #expect(ram[0xDF0...].allSatisfy { $0 == 0 })
    } else {
      #expect(ram[0x200..<0x200 + count].allSatisfy { $0 == 0xA5 })
      #expect(ram[(0x200 + count)...].allSatisfy { $0 == 0 })
    }
    #expect(throws: ProgramError.tooLarge(byteCount: count + 1, platform)) {
      try Chip8(Program(name: "", bytes: full.bytes + [0]), Configuration(platform))
    }
    #expect(throws: ProgramError.empty) {
      try Chip8(Program(name: "", bytes: []), Configuration(platform))
    }
  }

  @Test func refusalsNameAFittingPlatform() {
    #expect(ProgramError.empty.description == "the program is empty")
    #expect(
      ProgramError.tooLarge(byteCount: 3584, .vip).description
        == "the program has 3584 bytes, and COSMAC VIP has room for 3232")
    #expect(ProgramError.tooLarge(byteCount: 3584, .vip).fitting == .chip8)
    #expect(
      ProgramError.tooLarge(byteCount: 65025, .xochip).description
        == "the program has 65025 bytes, and XO-CHIP has room for 65024; "
        + "no platform has room for it")
    #expect(
      ProgramError.outsideRAM(address: 0x1000, .chip8).description
        == "0x1000 is outside the 4096 bytes of RAM of CHIP-8")
  }

  @Test(arguments: Platform.allCases) func atPowerOnOnlyFontsAreInRAM(platform: Platform) throws {
    let state = try Chip8(program([0x1200]), Configuration(platform)).state
    let glyphs = platform.font.glyphs
    let fonts = glyphs.small + (platform.hasHires ? glyphs.big : [])
    #expect(Array(state.ram[..<fonts.count]) == fonts)
    #expect(state.ram[fonts.count..<0x200].allSatisfy { $0 == 0 })
    #expect(Int(state.pc) == platform.entryPoint)
    #expect((state.i, state.stackCount, state.delay, state.sound) == (0, 0, 0, 0))
    #expect(state.registers == Array(repeating: 0, count: 16))
    #expect(state.screen.lit == [])
    #expect((state.screen.width, state.screen.height) == (64, platform == .hires ? 64 : 32))
    #expect((state.selectedPlanes, state.pitch, state.pattern) == (1, 64, nil))
  }

  /// The digests are of the tables in the documents of the machines.
  @Test func fontsMatchTheOriginals() {
    for (font, small, big) in [
      (.vip, "3779638592b01e2bd090bd1ddf7886902cd48a1f", ""),
      (
        .octo, "4ba5d88d94f2de640be8eb12445d7b3afdd3b02b",
        "0780398a972f9dd3e7acb481515bddbfca7474c6"
      ),
      (
        .schip10, "4ba5d88d94f2de640be8eb12445d7b3afdd3b02b",
        "2b978d726bbf75c50955401f73d897abddef1cdb"
      ),
      (
        .schip11, "4ba5d88d94f2de640be8eb12445d7b3afdd3b02b",
        "4a6388091a3800d80c1fdfa816bfc258a2443cc7"
      ),
      (
        .fish, "aa7a52d60a9905c7dbbe87d2c93c49b2e4e73c3c",
        "2fe9c708ab06bbc367f456f9b9f71223e70b086f"
      ),
    ] as [(Font, String, String)] {
      #expect(Digest.sha1(font.glyphs.small).description == small)
      #expect(font.glyphs.big.isEmpty == big.isEmpty)
      if !big.isEmpty { #expect(Digest.sha1(font.glyphs.big).description == big) }
    }
  }
}
