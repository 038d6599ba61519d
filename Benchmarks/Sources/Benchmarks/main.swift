// Instructions per second on the synthetic workloads. Each figure is the median of seven runs.

import Chip8Core
import SaveState

let clock = ContinuousClock()

func instructionsPerSecond(_ workload: Workload) throws -> Double {
  var configuration = Configuration(.chip8)
  configuration.instructionsPerFrame = workload.instructionsPerFrame
  var machine = try Chip8(
    Program(name: workload.name, bytes: workload.program), configuration)
  var rates: [Double] = []
  for _ in 0..<7 {
    let before = machine.state.instructions
    let time = clock.measure { _ = machine.run(instructions: 50_000_000) }
    let seconds = time / .seconds(1)
    rates.append(Double(machine.state.instructions - before) / seconds)
  }
  return rates.sorted()[rates.count / 2]
}

for workload in Workload.all {
  let rate = try instructionsPerSecond(workload)
  print("\(workload.name): \(Int(rate / 1e6)) million instructions per second")
}
