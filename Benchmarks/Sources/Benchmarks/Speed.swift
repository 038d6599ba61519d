// How fast programs run, beside the yardstick in the same run.

import Chip8Core
import Octo
import SaveState
import Yardstick

/// A program that both machines run.
struct Workload {
  let name: String
  let program: [UInt8]
  let instructionsPerFrame: Int
  /// How many frames one call runs.
  let framesPerCall: Int
  /// What the speed must be at least, by the yardstick's: of the interpreter, and of the translator.
  let atLeast: (reference: Double, fast: Double)
}

extension Workload {
  /// The machine that runs it.
  func machine(_ engine: EngineKind) throws -> Chip8 {
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = instructionsPerFrame
    var machine = try Chip8(Program(name: name, bytes: program), configuration)
    machine.engine = engine
    return machine
  }
}

/// The machine's speed by the yardstick's. Both are measured one after the other, in many rounds,
/// because a computer is not as fast at all times.
struct Comparison {
  /// Of each round.
  private(set) var ratios: [Double] = []
  /// That of the best rounds: what it is when nothing disturbs them.
  private(set) var ratio = 0.0

  private static let roundCount = 25

  init(_ workload: Workload, _ engine: EngineKind) throws {
    var machine = try workload.machine(engine)
    yardstick_load(workload.program, workload.program.count)
    let (frames, instructions) = (workload.framesPerCall, workload.instructionsPerFrame)
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for _ in 0..<Comparison.roundCount {
      ours.append(
        rate {
          _ = machine.run(frames: frames)
          return frames
        })
      theirs.append(
        rate {
          for _ in 0..<frames { _ = yardstick_frame(instructions) }
          return frames
        })
    }
    ratios = zip(ours, theirs).map { $0 / $1 }
    ratio = ours.quantile(1) / theirs.quantile(1)
  }
}

/// How many frames run in a second, measured for about twenty milliseconds.
private func rate(_ runFrames: () -> Int) -> Double {
  var (frames, calls, time) = (0, 1, 0.0)
  while time < 20_000 {
    time += threadMicroseconds { for _ in 0..<calls { frames += runFrames() } }
    if time < 2000 { calls *= 2 }
  }
  return Double(frames) / time * 1e6
}

/// The rows of a table: each workload on each engine.
func speedRequirements(_ workloads: [Workload]) throws -> [Requirement] {
  try workloads.flatMap { workload in
    try EngineKind.allCases.map { engine in
      let comparison = try Comparison(workload, engine)
      return Requirement(
        "\(workload.name), \(engine.rawValue)", comparison.ratio, comparison.ratios,
        atLeast: engine == .fast ? workload.atLeast.fast : workload.atLeast.reference)
    }
  }
}

extension LargeProgram {
  /// How long it takes, in a line of text.
  func times() throws -> String {
    let configuration = Configuration(.xochip)
    let source = Disassembly(bytes, for: configuration).octo(title: name)
    var (disassembling, assembling) = (Fastest(), Fastest())
    for _ in 0..<7 {
      disassembling.take { _ = Disassembly(bytes, for: configuration).octo(title: name) }
      try assembling.take { _ = try assemble(source, named: name) }
    }
    return "\(name), \(bytes.count) bytes: "
      + "disassembled in \(Int(disassembling.microseconds / 1000)) ms; its source of "
      + "\(source.utf8.count) bytes assembled in \(Int(assembling.microseconds / 1000)) ms"
  }
}
