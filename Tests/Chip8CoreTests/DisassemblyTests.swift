// DisassemblyTests.swift: programs taken apart, and that nothing of them is lost.

import Chip8Core
import Foundation
import Octo
import Testing

@Suite struct DisassemblyTests {
  /// The source of a program of these instructions, without its first line.
  private func source(
    _ words: [UInt16], _ platform: Platform = .xochip,
    _ annotations: Disassembly.Annotations = Disassembly.Annotations()
  ) throws -> String {
    let bytes = program(words).bytes
    let source = Disassembly(bytes, for: Configuration(platform), annotations).octo(title: "test")
    #expect(try assemble(source, named: "test").program == bytes)
    return source.split(separator: "\n", maxSplits: 1).dropFirst().joined()
  }

  // MARK: What is shown

  /// What the language has no words for are bytes on a line of their own; 0000 ends the program.
  @Test func instructionsWithoutWordsAreBytes() throws {
    #expect(
      try source([0xF701, 0xFC01, 0x0000, 0x0000])
        == ": main\n  0xF7 0x01\n  0xFC 0x01\n  0x00 0x00\n  0x00 0x00\n")
  }

  /// Calls of machine code end what can be reached, unless they are skipped.
  @Test func codeAfterSkippedMachineCodeIsReached() throws {
    let bytes = program([0x02D8, 0x1200]).bytes
    var configuration = Configuration(.vip)
    let kinds = { Disassembly(bytes, for: configuration).items.map(\.kind) }
    #expect(kinds() == [.code, .data])
    configuration.quirks.insert(.skipMachineCode)
    #expect(kinds() == [.code, .code])
  }

  @Test(
    arguments: [
      // Code, data, and names by what they are used for.
      (
        [0x2208, 0xA20C, 0xD015, 0x1202, 0x00E0, 0x00EE, 0x3C42],
        """
        : main
          sub-208
        : code-202
          i := data-20C
          sprite v0 v1 5
          jump code-202
        : sub-208
          clear
          return
        : data-20C
          0x3C 0x42

        """
      ),
      // What is skipped is after its condition, unless it has a name.
      (
        [0x3001, 0x1202, 0x4002, 0x3003, 0x00E0, 0x1208],
        """
        : main
          if v0 != 0x01 then
        : code-202
          jump code-202
          if v0 == 0x02 then
          if v0 != 0x03 then
        : code-208
          clear
          jump code-208

        """
      ),
      // A long load with its address, skipped as a whole.
      (
        [0x3001, 0xF000, 0x020A, 0x00FF, 0x1208, 0x1234],
        """
        : main
          if v0 != 0x01 then i := long data-20A
          hires
        : code-208
          jump code-208
        : data-20A
          0x12 0x34

        """
      ),
      // The jump to the start that an assembler makes.
      (
        [0x1204, 0xFFFF, 0xA202, 0x1206],
        """
          # 0x200 jumps to main
        : data-202
          0xFF 0xFF
        : main
          i := data-202
        : code-206
          jump code-206

        """
      ),
      // A table of jumps after an indexed one, and no further.
      (
        [0xB204, 0x1206, 0x1208, 0x1206, 0x00E0, 0x1208],
        """
        : main
          jump0 code-204
          0x12 0x06
        : code-204
          jump code-208
        : code-206
          jump code-206
        : code-208
          clear
          jump code-208

        """
      ),
      // Addresses outside, and within a long load, have no name.
      (
        [0xA100, 0xAFFF, 0xF000, 0x0208, 0xA207, 0x120A],
        """
        : main
          i := 0x100
          i := 0xFFF
          i := long data-208
        : data-208
          i := 0x207
        : code-20A
          jump code-20A

        """
      ),
      // A name after the end.
      ([0xA204, 0x1202], ": main\n  i := data-204\n: code-202\n  jump code-202\n: data-204\n"),
    ] as [([UInt16], String)])
  func sources(words: [UInt16], expected: String) throws {
    #expect(try source(words) == expected)
  }

  @Test func selfModifyingCodeIsMarked() throws {
    let shown = try source([0x6002, 0xA209, 0xF055, 0x00E0, 0x6100, 0x120A])
    #expect(
      shown.contains("  # self-modifying: changed at 0x204\n  :next data-209\n  v1 := 0x00\n"))
    // Three bytes, of which the last one is code.
    let decimal = try source([0xA206, 0xF033, 0x120A, 0x1234, 0x5600, 0x00E0, 0x120A])
    #expect(!decimal.contains("self-modifying"))
    #expect(try source([0xA204, 0xF033, 0x00E0, 0x1204]).contains("changed at 0x202"))
    // Something unknown was added to the index.
    let near = try source([0xA208, 0xF01E, 0xF055, 0x00E0, 0x6100, 0x120A])
    #expect(near.contains(": data-208\n  # self-modifying: perhaps changed at 0x204\n  v1 := 0x00"))
    // A digit's address, or one from a subroutine, is none of the program's.
    #expect(!(try source([0xA206, 0xF029, 0xF055, 0x1206])).contains("self-modifying"))
    #expect(
      !(try source([0xA208, 0x220A, 0xF055, 0x1206, 0x00E0, 0x00EE])).contains("self-modifying"))
  }

  /// Where it continues after a first store is a matter of the machine.
  @Test(arguments: [(Platform.chip8, true), (.chip48, false), (.schip, false)])
  func theIndexMovesAsOnTheMachine(platform: Platform, isChanged: Bool) throws {
    let shown = try source([0xA20A, 0xF155, 0xF055, 0x00E0, 0x120C, 0x0000, 0x120C], platform)
    #expect(shown.contains("at 0x204") == isChanged)
  }

  @Test func instructionsThatShareBytesAreShownOnce() throws {
    let shown = try source([0x1203, 0x6000, 0xE012, 0x0000])
    #expect(shown.contains("jump code-203"))
    let overlapping = try source([0x3000, 0x1205, 0x6000, 0xE012, 0x0200])
    #expect(overlapping.contains("# executed from 0x205 on, too\n  :next code-205\n  v0 := 0x00\n"))
  }

  @Test func unsupportedInstructionsAreBytes() throws {
    #expect(try source([0x00FF, 0x1202], .chip8).hasPrefix(": main\n  0x00 0xFF\n"))
    #expect(try source([0x00FF, 0x1202], .schip).hasPrefix(": main\n  hires\n"))
    #expect(try source([0xF000, 0x1204], .schip) == ": main\n  0xF0 0x00 0x12 0x04\n")
  }

  // MARK: Annotations

  @Test func labelsAndCommentsAreKept() throws {
    let annotations = Disassembly.Annotations(
      labels: [
        "main": 0x204, "draw": 0x208, "also-draw": 0x208, "shape": 0x202, "buffer": 0xE00,
        "unused": 0xE01, "operand": 0x20B, "exit": 0x20C,
      ],
      notes: [0x202: ["a \u{1B}shape"], 0x209: ["draws\nit"]])
    let words: [UInt16] = [0x1204, 0x3C42, 0x2208, 0x220C, 0xA202, 0xAE00, 0x00EE]
    #expect(
      try source(words, .chip8, annotations) == """
        :const buffer 0xE00

          # 0x200 jumps to main
        : shape
          # a \u{FFFD}shape
          0x3C 0x42
        : main
          also-draw
          :call exit
        : also-draw
        : draw
          # draws\u{FFFD}it
          i := shape
          :next operand
          i := buffer
        : exit
          return

        """)
  }

  @Test func namesAreNeverGivenTwice() throws {
    let labels = ["main": 0x204, "data-206": 0x200, "code-204": 0x206]
    let shown = try source(
      [0xA206, 0xA204, 0x1204, 0x1234], .chip8, Disassembly.Annotations(labels: labels))
    #expect(shown.hasPrefix(": main\n: data-206\n  i := code-204\n  i := code-204-\n"))
  }

  @Test func remarksAreLeftOutBeforeASourceIsTooLong() {
    let notes = [0x200: [String(repeating: "x", count: 1000)]]
    let disassembly = Disassembly(
      [0x12, 0], for: Configuration(.chip8), Disassembly.Annotations(notes: notes))
    #expect(disassembly.octo(title: "a").utf8.count > 1000)
    #expect(disassembly.octo(title: "a", maxByteCount: 999).utf8.count < 100)
  }

  // MARK: Nothing is lost

  private func expectSameBytes(
    _ bytes: [UInt8], _ platform: Platform, _ annotations: Disassembly.Annotations, seed: UInt64
  ) throws {
    let disassembly = Disassembly(bytes, for: Configuration(platform), annotations)
    let source = disassembly.octo(title: "random", maxByteCount: 2 << 20)
    do {
      let same = try assemble(source, named: "random").program == bytes
      #expect(same, "seed \(seed), \(bytes.count) bytes, \(platform)")
    } catch {
      Issue.record("seed \(seed), \(bytes.count) bytes, \(platform): \(error)")
    }
    #expect(disassembly.items.flatMap(\.bytes) == bytes)
  }

  /// Random bytes, or random instructions that lead into each other, which reach more.
  private func randomProgram(_ count: Int, _ random: inout Seeded) -> [UInt8] {
    guard Bool.random(using: &random) else {
      return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
    var bytes: [UInt8] = []
    while bytes.count < count {
      let nnn = UInt16(0x200 + Int.random(in: 0...min(count, 0xDFF), using: &random))
      let any = UInt16.random(in: .min ... .max, using: &random)
      let word =
        [
          any, any & 0x7FFF | 0x6000, 0x1000 | nnn, 0x2000 | nnn, 0xA000 | nnn, 0xB000 | nnn,
          any & 0x0FFF | 0x3000, 0xF000, 0xF055 | any & 0x0F00, 0xF033, 0xF01E, nnn, 0x00EE,
        ].randomElement(using: &random) ?? any
      bytes += [UInt8(word >> 8), UInt8(word & 0xFF)]
      // Now and then what follows is out of step.
      if Int.random(in: 0..<40, using: &random) == 0 { bytes.append(0x12) }
    }
    return Array(bytes.prefix(count))
  }

  private func randomAnnotations(_ random: inout Seeded) -> Disassembly.Annotations {
    var annotations = Disassembly.Annotations()
    guard Bool.random(using: &random) else { return annotations }
    let names = ["main", "exit", "a", "b-c", "data-204", "code-202", "sub-206", "é", "2x", "+"]
    for name in names where Bool.random(using: &random) {
      annotations.labels[name] = Int.random(in: 0x1FE...0x220, using: &random)
    }
    annotations.labels["far"] = Int.random(in: 0...0x10000, using: &random)
    annotations.notes[Int.random(in: 0x200...0x220, using: &random)] = ["# : a \" \n\r v0 := 1"]
    return annotations
  }

  @Test(arguments: [1, 2] as [UInt64])
  func shortProgramsOfEveryLength(seed: UInt64) throws {
    var random = Seeded(seed)
    for count in 1...400 {
      for platform in [Platform.chip8, .chip48, .schip10, .schip, .xochip] {
        let annotations = randomAnnotations(&random)
        try expectSameBytes(randomProgram(count, &random), platform, annotations, seed: seed)
      }
    }
  }

  @Test(arguments: [3, 4] as [UInt64])
  func longPrograms(seed: UInt64) throws {
    var random = Seeded(seed)
    for count in [3583, 3584, 3585, 65023, 65024, 65024, 65024]
      + (0..<20).map({ _ in Int.random(in: 400...65024, using: &random) })
    {
      let platform = Platform.allCases.randomElement(using: &random) ?? .xochip
      let annotations = randomAnnotations(&random)
      try expectSameBytes(randomProgram(count, &random), platform, annotations, seed: seed)
    }
  }

  @Test func everyOpcodeAtTheStart() throws {
    for opcode in UInt16.min...UInt16.max where opcode % 7 == 0 || opcode >> 12 == 0 {
      let bytes = [UInt8(opcode >> 8), UInt8(opcode & 0xFF), 0x12, 0x02]
      try expectSameBytes(bytes, .xochip, Disassembly.Annotations(), seed: UInt64(opcode))
    }
  }

  @Test func ourOwnPrograms() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: "roms")
    where name.hasSuffix(".ch8") {
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "roms/" + name)))
      for platform in Platform.allCases {
        try expectSameBytes(bytes, platform, Disassembly.Annotations(), seed: 0)
      }
    }
  }
}
