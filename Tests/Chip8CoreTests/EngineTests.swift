// EngineTests.swift: whichever engine executes instructions, the machine becomes the same.

import Chip8Core
import SaveState
import Testing

@Suite struct EngineTests {
  private static let platforms: [Platform] = [
    .vip, .chip8, .chip48, .schip10, .schip11, .schip, .xochip,
  ]

  /// Words that are mostly instructions of any platform; many write into the program, and a few lead
  /// out of the RAM.
  static func program(
    _ random: inout Seeded, on platform: Platform, count: Int
  ) -> [UInt8] {
    let operations: [UInt16] = [0x0055, 0x0065, 0x0033, 0x001E, 0x0029, 0x0007, 0x0015, 0x0018]
    return (0..<count).flatMap { _ -> [UInt8] in
      let any = UInt16.random(in: 0...0xFFF, using: &random)
      let near = 0x200 + UInt16.random(in: 0..<UInt16(2 * count), using: &random)
      let word: UInt16 =
        switch Int.random(in: 0..<20, using: &random) {
        case 0...4: [0x6000, 0x7000, 0xC000][Int(any) % 3] | any
        case 5, 6: 0x8000 | any & 0xFF0 | [0, 1, 2, 3, 4, 5, 6, 7, 0xE][Int(any) % 9]
        case 7, 8: 0xF000 | any & 0xF00 | operations[Int(any) % operations.count]
        case 9, 10: [0x3000, 0x4000][Int(any) % 2] | any
        case 11: [0x5000, 0x9000][Int(any) % 2] | any & 0xFF0
        case 12: 0xE000 | any & 0xF00 | [0x9E, 0xA1][Int(any) % 2]
        case 13: 0xD000 | any
        case 14: 0x1000 | near & 0xFFE
        case 15: [0x2000, 0xB000][Int(any) % 2] | near & 0xFFE
        case 16: 0x00EE
        case 17: 0xA000 | near
        case 18: [0x00E0, 0xAFF0 | any & 0xF, 0x1FFE, 0xBFFF][Int(any) % 4]
        default: platform == .xochip ? [0xF000, 0x5002 | any & 0xFF0, 0xF301][Int(any) % 3] : any
        }
      return [UInt8(word >> 8), UInt8(word & 0xFF)]
    }
  }

  @Test(arguments: platforms)
  func bothEnginesAgree(platform: Platform) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(seed)
    for number in 0..<150 {
      let count = [20, 100, 700][number % 3]
      var configuration = Configuration(platform)
      configuration.instructionsPerFrame = [1, 13, 200, 9000][number % 4]
      for (_, quirk) in Quirks.named where Int.random(in: 0..<5, using: &random) == 0 {
        configuration.quirks.formSymmetricDifference(quirk)
      }
      if platform == .vip, number % 5 == 0 { configuration.timing = .cycles }
      let program = Program(
        name: "", bytes: EngineTests.program(&random, on: platform, count: count))
      var fast = try Chip8(program, configuration, seed: random.next())
      var reference = fast
      reference.followRules()
      // The others change over when they have run for a while.
      if number % 2 == 0 { fast.followOperations() }
      for frame in 0..<20 {
        let keys = KeySet(rawValue: UInt16(truncatingIfNeeded: random.next() & random.next()))
        let instructions = frame % 3 == 0 ? Int.random(in: 1...300, using: &random) : .max
        let stop = fast.run(frames: 1, instructions: instructions, keys: keys)
        let expected = reference.run(frames: 1, instructions: instructions, keys: keys)
        try #require(
          stop == expected && fast.canonicalState == reference.canonicalState
            && fast.tone == reference.tone,
          "seed \(seed), program \(number), frame \(frame)")
        if stop != .done, stop != .halt { break }
      }
    }
  }
}
