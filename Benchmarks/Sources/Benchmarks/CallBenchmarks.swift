// The C interface beside the same in Swift.

import CChip8
import Chip8Core
import Glibc
import SaveState

extension Measurement {
  /// A frame of 15 instructions by each way, and steps of many machines.
  static var calls: Measurement {
    Measurement(requirements: [
      Requirement(
        "a frame in C, by one in Swift: backfire, 15 a frame", .atMost(1.2), .times,
        of: .microseconds),
      Requirement(
        "steps of 4 frames of 11 with their screens, 1024 machines, a core", .atLeast(0.75),
        .millionsPerSecond),
    ]) { [try frames(), try steps()] }
  }

  private static func frames() throws -> Measured {
    let subject = try Subject("backfire")
    var configuration = subject.machine.state.configuration
    configuration.instructionsPerFrame = 15
    var machine = try Chip8(subject.machine.program, configuration)
    let handle = try cMachine(subject.machine.program, ipf: 15)
    defer { chip8_destroy(handle) }
    _ = machine.run(frames: 6000)
    chip8_run_frames(handle, 6000, 0)
    var (inC, inSwift): ([Double], [Double]) = ([], [])
    for _ in 0..<100 {
      inC.append(each { chip8_run_frames(handle, 1, UInt16($0 >> 4 & 0xFFFF)) })
      inSwift.append(
        each { _ = machine.run(frames: 1, keys: KeySet(rawValue: UInt16($0 >> 4 & 0xFFFF))) })
    }
    return Measured(times: inC, by: inSwift)
  }

  private static func steps() throws -> Measured {
    let program = try Subject("backfire").machine.program
    let count = 1024
    let machines: [OpaquePointer?] = try (0..<count).map { seed in
      try cMachine(program, ipf: 11, seed: UInt64(seed))
    }
    defer { for machine in machines { chip8_destroy(machine) } }
    var keys = [UInt16](repeating: 0, count: count)
    var screens = [UInt8](repeating: 0, count: count * 64 * 32)
    let rates = (0..<40).map { round in
      let time = screens.withUnsafeMutableBytes { screens in
        threadMicroseconds {
          for step in 0..<10 {
            for k in 0..<count { keys[k] = UInt16(truncatingIfNeeded: (k * 7 + step) >> 4 + round) }
            keys.withUnsafeBufferPointer { keys in
              var batch = chip8_batch()
              batch.struct_size = MemoryLayout<chip8_batch>.size
              (batch.frames, batch.keys_per_machine, batch.keys) = (4, 1, keys.baseAddress)
              (batch.screens, batch.screen_format) = (
                screens.baseAddress, UInt32(CHIP8_SCREEN_PIXELS)
              )
              guard chip8_batch_step(nil, machines, count, &batch, nil, 0) == 0 else {
                preconditionFailure("what is asked for is right")
              }
            }
          }
        }
      }
      return Double(10 * count) / time
    }
    return Measured(number: rates.quantile(1), spread: rates.spread)
  }

  private static func cMachine(
    _ program: Program, ipf: UInt32, seed: UInt64 = 0
  ) throws -> OpaquePointer? {
    var options = chip8_options()
    options.struct_size = MemoryLayout<chip8_options>.size
    (options.ipf, options.seed) = (ipf, seed)
    var machine: OpaquePointer?
    let code = chip8_create(program.bytes, program.bytes.count, &options, &machine, nil, 0)
    guard code == 0 else { throw CallFailure() }
    chip8_run_frames(machine, 1000, 0)
    return machine
  }

  private struct CallFailure: Error {}
}

/// How long something takes that is too short to be measured once.
private func each(_ work: (Int) -> Void) -> Double {
  threadMicroseconds { for k in 0..<20_000 { work(k) } } / 20_000
}
