// How fast programs run, and how long the largest ones take to be disassembled and assembled.

import Chip8Core
import Octo
import SaveState

func instructionsPerSecond(_ workload: Workload) throws -> Double {
  var configuration = Configuration(.chip8)
  configuration.instructionsPerFrame = workload.instructionsPerFrame
  var machine = try Chip8(
    Program(name: workload.name, bytes: workload.program), configuration)
  var best = 0.0
  for _ in 0..<50 {
    let before = machine.state.instructions
    let time = microseconds { _ = machine.run(instructions: 5_000_000) }
    best = max(best, Double(machine.state.instructions - before) / time * 1e6)
  }
  return best
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
