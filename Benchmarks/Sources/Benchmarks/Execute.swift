// A program that runs and nothing else, for `Scripts/check-speed.sh`, which counts the host's
// instructions.

import Chip8Core

/// Runs the workload of that name for so many frames, or a search for so many rounds.
func execute(_ name: String, frames: Int, _ engine: EngineKind) throws {
  if name.hasPrefix("search: "), engine == .reference {
    var search = try Search(String(name.dropFirst("search: ".count)), among: 64)
    return search.run(rounds: frames)
  }
  guard let workload = try Workload.all.first(where: { $0.name == name }) else {
    fatalError("unknown workload: \(name)")
  }
  guard frames.isMultiple(of: workload.framesPerCall) else {
    fatalError("\(name) runs \(workload.framesPerCall) frames at once, and so not \(frames)")
  }
  var machine = try workload.machine(engine)
  for _ in 0..<frames / workload.framesPerCall { _ = machine.run(frames: workload.framesPerCall) }
}
