// A machine that was saved and loaded continues exactly as if it had not been.

import Chip8Core
import SaveState
import Testing

@Suite struct BitExactnessTests {
  static let instructionCount = 20_000

  /// What is run.
  enum Source: Sendable {
    case random(seed: UInt64)
    /// A small game with everything that the platform has.
    case game
    /// A program of ours.
    case rom(String)
  }

  /// One program on one machine.
  struct Run: CustomTestStringConvertible, Sendable {
    let platform: Platform
    let timing: Configuration.Timing
    let source: Source

    var testDescription: String { "\(platform) by \(timing.rawValue), \(source)" }

    func machine() throws -> Chip8 {
      var configuration = Configuration(platform)
      configuration.timing = timing
      configuration.instructionsPerFrame = 17
      let program =
        switch source {
        case .random(let seed): Workload.program(for: platform, seed: seed)
        case .game: try game(for: platform)
        case .rom(let name):
          Program(name: name, bytes: try Storage.read("roms/\(name).ch8", limit: 1 << 16))
        }
      return try Chip8(loaded: program, configuration, seed: 7)
    }
  }

  static let runs: [Run] =
    [Source.game, .random(seed: 41)].flatMap { source in
      Platform.allCases.map { Run(platform: $0, timing: .ipf, source: source) }
        + [.vip, .hires].map { Run(platform: $0, timing: .cycles, source: source) }
    } + [
      Run(platform: .vip, timing: .ipf, source: .rom("backfire")),
      Run(platform: .schip, timing: .ipf, source: .rom("swingby")),
      Run(platform: .xochip, timing: .ipf, source: .rom("schuss")),
    ]

  /// What a machine shows and sounds: the frames that it ends.
  struct Witness: Equatable {
    var tones: [Tone?] = []
  }

  /// Through the next instruction, and the frames before it in which nothing is executed.
  private func step(_ machine: inout Chip8, _ witness: inout Witness) throws {
    let instructions = machine.state.instructions
    while machine.state.instructions == instructions {
      let frames = machine.state.frames
      let stop = machine.run(frames: 1, instructions: 1, keys: keys(inFrame: frames))
      try #require(stop == .done)
      if machine.state.frames != frames { witness.tones.append(machine.tone) }
    }
  }

  /// Saved and loaded at every boundary, in a chain; and alone from every 500th to the end.
  @Test(arguments: runs) func atEveryInstruction(run: Run) throws {
    print(run.testDescription)
    var straight = try run.machine()
    var chained = straight
    var (seen, chainSeen) = (Witness(), Witness())
    var alone: [(machine: Chip8, step: Int)] = []
    for count in 1...Self.instructionCount {
      try step(&straight, &seen)
      try step(&chained, &chainSeen)
      chained = try chained.restored()
      if count % 1000 == 0 { #expect(chained.stateDigest == straight.stateDigest) }
      if count % 500 == 0 { alone.append((try Image(Image(of: chained).bytes).machine(), count)) }
    }
    #expect(chainSeen == seen)
    // It has done something.
    #expect(straight.state.frames > 100)
    #expect(straight.state.instructions == UInt64(Self.instructionCount))
    for (machine, start) in alone {
      var (machine, unseen) = (machine, Witness())
      for _ in start..<Self.instructionCount { try step(&machine, &unseen) }
      #expect(machine.stateDigest == straight.stateDigest)
      #expect(unseen.tones == seen.tones.suffix(unseen.tones.count))
    }
  }
}
