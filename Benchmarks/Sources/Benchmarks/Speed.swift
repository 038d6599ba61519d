// How fast programs run, beside the yardstick in the same run.

import Chip8Core
import Yardstick

extension Measurement {
  /// A workload on an engine.
  init(_ workload: Workload, atLeast limit: Double, _ engine: EngineKind) {
    self.init(requirements: [
      Requirement(
        "\(workload.name), \(engine.rawValue)", .atLeast(limit), .times, of: .millionsPerSecond)
    ]) {
      var machine = try workload.machine(engine)
      yardstick_load(workload.program, workload.program.count)
      let (frames, instructions) = (workload.framesPerCall, workload.instructionsPerFrame)
      var (ours, yardstick): ([Double], [Double]) = ([], [])
      for _ in 0..<25 {
        ours.append(
          frameMicroseconds {
            _ = machine.run(frames: frames)
            return frames
          })
        yardstick.append(
          frameMicroseconds {
            for _ in 0..<frames { _ = yardstick_frame(instructions) }
            return frames
          })
      }
      return [Measured(speeds: ours, by: yardstick, count: Double(instructions))]
    }
  }

  /// The rows of all that the yardstick can run.
  static func speeds(_ workloads: [Workload]) -> [Measurement] {
    workloads.flatMap { workload in
      workload.atLeast.map { limits in
        EngineKind.allCases.map { engine in
          Measurement(workload, atLeast: engine == .fast ? limits.fast : limits.reference, engine)
        }
      } ?? []
    }
  }
}

/// How long a frame takes, measured for about twenty milliseconds.
private func frameMicroseconds(_ runFrames: () -> Int) -> Double {
  var (frames, calls, time) = (0, 1, 0.0)
  while time < 20_000 {
    time += threadMicroseconds { for _ in 0..<calls { frames += runFrames() } }
    if time < 2000 { calls *= 2 }
  }
  return time / Double(frames)
}
