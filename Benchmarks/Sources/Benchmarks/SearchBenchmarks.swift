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
        var search = try Search(name, among: count)
        let rounds = 100_000
        let rates = (0..<15).map { _ in
          Double(rounds) / threadMicroseconds { search.run(rounds: rounds) }
        }
        return [Measured(number: rates.quantile(1), spread: rates.spread)]
      }
    }
  }
}

/// A search through the frames of one of our programs.
struct Search {
  private var machine: Chip8
  private let pool: SnapshotPool
  private let ids: [SnapshotPool.ID]
  private var round = 0
  private var random = 1
  private var next: SnapshotPool.ID
  private var afterNext: SnapshotPool.ID
  private var seen: UInt64 = 0

  /// - Parameter count: a power of two.
  init(_ name: String, among count: Int) throws {
    let program = try Subject.program(Subject.path(name))
    var configuration = Configuration(for: program)
    configuration.instructionsPerFrame = 15
    machine = try Chip8(program, configuration)
    // Into the game.
    _ = machine.run(frames: 6000)
    pool = SnapshotPool(machine)
    var ids: [SnapshotPool.ID] = []
    for k in 0..<count {
      _ = machine.run(frames: 1, keys: KeySet(key: UInt8(k & 15)))
      ids.append(pool.capture(&machine))
    }
    self.ids = ids
    (next, afterNext) = (ids[0], ids[1])
  }

  mutating func run(rounds: Int) {
    for _ in 0..<rounds {
      let id = next
      next = afterNext
      afterNext = nextID()
      // A search that goes through the best of a generation knows which come next.
      pool.prefetch(afterNext)
      pool.restore(id, to: &machine)
      _ = machine.run(frames: 1, keys: KeySet(key: UInt8(round & 15)))
      pool.capture(&machine, over: id)
      seen ^= pool.digest(id)
      round += 1
    }
  }

  /// One from all over the place.
  private mutating func nextID() -> SnapshotPool.ID {
    random = (random &* 1_664_525 &+ 1_013_904_223) & 0xFFFF_FFFF
    return ids[(random >> 8) & (ids.count - 1)]
  }
}
