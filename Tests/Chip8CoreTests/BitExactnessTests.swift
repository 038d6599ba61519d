// A machine that was saved and loaded goes on exactly as if it had not been.

import Chip8Core
import SaveState
import Testing

@Suite struct BitExactnessTests {
  static let stepCount = 20_000

  /// One program on one machine.
  struct Run: CustomTestStringConvertible, Sendable {
    let platform: Platform
    let timing: Configuration.Timing
    /// Nil for the game.
    let seed: UInt64?

    var testDescription: String {
      "\(platform) by \(timing.rawValue), \(seed.map { "seed \($0)" } ?? "the game")"
    }

    func machine() throws -> Chip8 {
      var configuration = Configuration(platform)
      configuration.timing = timing
      configuration.instructionsPerFrame = 17
      let program =
        try seed.map { Workload.program(for: platform, seed: $0) }
        ?? game(for: platform)
      return try Chip8(program, configuration, seed: seed ?? 7)
    }
  }

  static let runs: [Run] = ([nil, 41] as [UInt64?]).flatMap { seed in
    Platform.allCases.map { Run(platform: $0, timing: .ipf, seed: seed) }
      + [Run(platform: .vip, timing: .cycles, seed: seed)]
  }

  /// What a machine shows and sounds: the frames that it ends.
  struct Witness: Equatable {
    var tones: [Tone?] = []
  }

  /// To the next instruction or the end of a frame.
  private func step(_ machine: inout Chip8, _ witness: inout Witness) throws {
    let frames = machine.state.frames
    let stop = machine.run(frames: 1, instructions: 1, keys: keys(inFrame: frames))
    try #require(stop == .done)
    if machine.state.frames != frames { witness.tones.append(machine.tone) }
  }

  /// Saved and loaded at every boundary, in a chain; and alone from every 500th to the end.
  @Test(arguments: runs) func atEveryInstruction(run: Run) throws {
    print(run.testDescription)
    var straight = try run.machine()
    var chained = straight
    var (seen, chainSeen) = (Witness(), Witness())
    var alone: [(machine: Chip8, step: Int)] = []
    for count in 1...Self.stepCount {
      try step(&straight, &seen)
      try step(&chained, &chainSeen)
      chained = try chained.restored()
      if count % 1000 == 0 { #expect(chained.stateDigest == straight.stateDigest) }
      if count % 500 == 0 { alone.append((try Image(Image(of: chained).bytes).machine(), count)) }
    }
    #expect(chainSeen == seen)
    // It has done something: frames, keys and drawings.
    #expect(straight.state.frames > 100)
    #expect(straight.state.instructions > 5_000)
    for (machine, start) in alone {
      var (machine, unseen) = (machine, Witness())
      for _ in start..<Self.stepCount { try step(&machine, &unseen) }
      #expect(machine.stateDigest == straight.stateDigest)
      #expect(unseen.tones == seen.tones.suffix(unseen.tones.count))
    }
  }
}
