// What searches do: go back to one of many snapshots, run a frame, take a snapshot, and look whether
// that state was seen before.

import Chip8Core
import SaveState

extension Measurement {
  /// Rounds a second of: restore, a frame of 15 instructions, capture, digest.
  static var searches: [Measurement] {
    [("backfire", 4096, 8.0), ("backfire", 65_536, 3), ("loom", 4096, 1)].map {
      name, count, limit in
      Measurement(requirements: [
        Requirement(
          "search among \(count) snapshots: \(name)", .atLeast(limit), .millionsPerSecond)
      ]) {
        let rates = try searchRates(name, count)
        return [Measured(number: rates.quantile(1), spread: rates.spread)]
      }
    }
  }
}

private func searchRates(_ name: String, _ count: Int) throws -> [Double] {
  let subject = try Subject(name)
  var configuration = subject.machine.state.configuration
  configuration.instructionsPerFrame = 15
  var machine = try Chip8(subject.machine.program, configuration)
  // Into the game.
  _ = machine.run(frames: 6000)
  let pool = SnapshotPool(machine)
  let ids = (0..<count).map { k in
    _ = machine.run(frames: 1, keys: KeySet(key: UInt8(k & 15)))
    return pool.capture(&machine)
  }
  var (next, seen) = (1, UInt64(0))
  return (0..<15).map { _ in
    let rounds = 100_000
    let time = threadMicroseconds {
      for k in 0..<rounds {
        // All over the place, as a search is that takes the best first.
        next = (next &* 1_664_525 &+ 1_013_904_223) & 0xFFFF_FFFF
        let id = ids[(next >> 8) & (count - 1)]
        pool.restore(id, to: &machine)
        _ = machine.run(frames: 1, keys: KeySet(key: UInt8(k & 15)))
        pool.capture(&machine, over: id)
        seen ^= pool.digest(id)
      }
    }
    return Double(rounds) / time
  }
}
