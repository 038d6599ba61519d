// Instructions per second on the synthetic workloads, and how long the largest program takes to be
// disassembled and assembled again. Each figure is the median of seven runs.

import Chip8Core
import Octo
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

for program in LargeProgram.all {
  let configuration = Configuration(.xochip)
  let source = Disassembly(program.bytes, for: configuration).octo(title: program.name)
  let times = try (
    disassembling: median {
      _ = Disassembly(program.bytes, for: configuration).octo(title: program.name)
    },
    assembling: median { _ = try assemble(source, named: program.name) }
  )
  print(
    "\(program.name), \(program.bytes.count) bytes: disassembled in \(times.disassembling) ms; "
      + "its source of \(source.utf8.count) bytes assembled in \(times.assembling) ms")
}

/// How long something takes, in whole milliseconds.
func median(_ work: () throws -> Void) rethrows -> Int {
  let times = try (0..<7).map { _ in try clock.measure(work) }
  return Int(times.sorted()[times.count / 2] / .milliseconds(1))
}

for platform in [Platform.chip8, .xochip] {
  let chain = try ImageChain(platform)
  defer { chain.remove() }
  let named = try medianMicroseconds { _ = try chain.load() }
  try chain.renameBases()
  let renamed = try medianMicroseconds { _ = try chain.load() }
  print(
    "a chain of \(ImageChain.count) images on \(platform.rawValue), \(chain.byteCount) bytes: "
      + "loaded in \(named) µs, and in \(renamed) µs if all were renamed")
}

/// How long something takes, in microseconds.
func medianMicroseconds(_ work: () throws -> Void) rethrows -> Int {
  let times = try (0..<21).map { _ in try clock.measure(work) }
  return Int(times.sorted()[times.count / 2] / .microseconds(1))
}
