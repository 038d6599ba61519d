// A machine goes back to a snapshot of a pool and continues from there as a copy of the machine would.

import Chip8Core
import SaveState
import Testing

@Suite struct SnapshotPoolTests {
  /// A machine that runs a random program, which may write anywhere and into itself.
  private func randomMachine(_ platform: Platform, _ random: inout Seeded) throws -> Chip8 {
    var configuration = Configuration(platform)
    configuration.instructionsPerFrame = 40
    let bytes = EngineTests.randomBytes(&random, on: platform, count: 300)
    var machine = try Chip8(Program(name: "", bytes: bytes), configuration, seed: random.next())
    if Bool.random(using: &random) {
      machine.translate(from: 5)
    } else {
      machine.followOperations()
    }
    return machine
  }

  @Test(arguments: Platform.allCases)
  func aMachineHasTheDigestOfItsSnapshot(platform: Platform) throws {
    var machine = try Chip8(Workload.program(for: platform, seed: 5), Configuration(platform))
    let pool = SnapshotPool(machine)
    for frame in 0..<40 {
      _ = machine.run(frames: 1, keys: KeySet(key: UInt8(frame & 15)))
      let tone = machine.tone
      let digest = machine.fastDigest
      #expect(machine.tone == tone && digest == pool.digest(pool.capture(&machine)))
    }
    machine.allowHostCalls()
    #expect(machine.fastDigest == nil)
  }

  @Test(arguments: [Platform.chip8, .vip, .schip, .xochip, .hires], [61, 62, 63, 64] as [UInt64])
  func machinesBehaveLikeTheirCopies(platform: Platform, seed: UInt64) throws {
    print("pool on \(platform) from seed \(seed)")
    var random = Seeded(seed)
    var machine = try randomMachine(platform, &random)
    let pool = SnapshotPool(machine)
    var ids: [SnapshotPool.ID] = []
    var copies: [Chip8] = []
    for round in 0..<600 {
      let k = ids.isEmpty ? 0 : Int.random(in: 0..<ids.count, using: &random)
      if let id = ids.randomElement(using: &random) { pool.prefetch(id) }
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2 where ids.count < 40:
        ids.append(pool.capture(&machine))
        copies.append(machine)
      case 3 where !ids.isEmpty:
        pool.capture(&machine, over: ids[k])
        copies[k] = machine
      case 4...6 where !ids.isEmpty:
        pool.restore(ids[k], to: &machine)
        try #require(
          machine.canonicalState == copies[k].canonicalState
            && machine.heldKeys == copies[k].heldKeys,
          "seed \(seed), round \(round)")
      case 7 where ids.count > 30:
        pool.release(ids.remove(at: k))
        copies.remove(at: k)
      case 8:
        // What no pool has seen.
        let address = Int.random(in: 0x200..<0x1000, using: &random)
        try machine.apply(.poke(address, [UInt8(truncatingIfNeeded: random.next())]))
      case 9: machine.restore(from: machine.snapshot)
      case 10 where !copies.isEmpty: machine = copies[k]
      case 11 where round.isMultiple(of: 8):
        for id in ids { pool.release(id) }
        (ids, copies) = ([], [])
      default:
        let keys = KeySet(rawValue: UInt16(truncatingIfNeeded: random.next() & random.next()))
        _ = machine.run(
          frames: Int.random(in: 1...3, using: &random),
          instructions: Int.random(in: 0...90, using: &random), keys: keys)
      }
    }
    for (id, copy) in zip(ids, copies) {
      pool.restore(id, to: &machine)
      #expect(machine.canonicalState == copy.canonicalState)
      var (one, other) = (machine, copy)
      #expect(one.run(frames: 3) == other.run(frames: 3))
      #expect(one.canonicalState == other.canonicalState)
    }
  }

  /// Wherever in a page it is that a snapshot has other instructions.
  @Test(arguments: 0..<4)
  func instructionsAreThoseOfTheSnapshot(line: Int) throws {
    // Each 64 bytes add to V0 and jump to the next ones.
    var program: [UInt8] = []
    for next in [0x40, 0x80, 0xC0, 0x00] as [UInt8] {
      program += [0x70, 0x01, 0x12, next] + [UInt8](repeating: 0, count: 60)
    }
    var machine = try Chip8(Program(name: "", bytes: program), Configuration(.chip8))
    machine.followOperations()
    let pool = SnapshotPool(machine)
    _ = machine.run(frames: 2)
    let plain = pool.capture(&machine)
    var copy = machine
    // This one adds to V1.
    try machine.apply(.poke(0x200 + 64 * line, [0x71]))
    let poked = pool.capture(&machine)
    var pokedCopy = machine
    for _ in 0..<3 {
      _ = (copy.run(frames: 1), pokedCopy.run(frames: 1))
      pool.restore(plain, to: &machine)
      _ = machine.run(frames: 1)
      #expect(machine.canonicalState == copy.canonicalState)
      pool.capture(&machine, over: plain)
      pool.restore(poked, to: &machine)
      _ = machine.run(frames: 1)
      #expect(machine.canonicalState == pokedCopy.canonicalState)
      pool.capture(&machine, over: poked)
    }
    #expect(copy.state.v[1] == 0 && pokedCopy.state.v[1] > 0)
  }

  @Test func theLatestSnapshotCanBeReleased() throws {
    // Counts, into the memory.
    var machine = try machine(.chip8, 0x7001, 0xA300, 0xF055, 0x1200)
    let pool = SnapshotPool(machine)
    let start = pool.capture(&machine)
    let fresh = machine
    for _ in 0..<20 {
      _ = machine.run(frames: 1)
      let id = pool.capture(&machine)
      let digest = pool.digest(id)
      pool.release(id)
      #expect(pool.count == 1)
      _ = machine.run(frames: 1)
      let copy = machine
      let next = pool.capture(&machine)
      #expect(pool.digest(next) != digest)
      pool.restore(start, to: &machine)
      #expect(machine.canonicalState == fresh.canonicalState)
      pool.restore(next, to: &machine)
      #expect(machine.canonicalState == copy.canonicalState)
      pool.release(next)
    }
    pool.restore(start, to: &machine)
    #expect(machine.canonicalState == fresh.canonicalState)
  }

  /// However a state was reached, in whatever pool: equal states have equal digests, and others others.
  @Test(arguments: [Platform.chip8, .schip, .xochip])
  func digestsAreOfStates(platform: Platform) throws {
    var random = Seeded(7)
    // Counts, faster with a key, into the memory and on the screen.
    var machine = try machine(
      platform, 0x7001, 0xE09E, 0x7103, 0xA300, 0xF155, 0xD015, 0x1200)
    let pool = SnapshotPool(machine)
    var states: [[UInt8]: UInt64] = [:]
    var ids = [pool.capture(&machine)]
    for _ in 0..<300 {
      pool.restore(ids[Int.random(in: 0..<ids.count, using: &random)], to: &machine)
      let keys = KeySet(key: UInt8.random(in: 0..<2, using: &random))
      _ = machine.run(frames: 1, keys: keys)
      ids.append(pool.capture(&machine))
      var copy = machine
      let fresh = SnapshotPool(copy)
      let digest = fresh.digest(fresh.capture(&copy))
      #expect(pool.digest(ids[ids.count - 1]) == digest)
      let known = states.updateValue(digest, forKey: machine.canonicalState)
      #expect(known == nil || known == digest)
    }
    #expect(Set(states.values).count == states.count)
    #expect(states.count > 20)
  }

  /// Digests may be kept in files: they are the same in every version.
  @Test func digestsStay() throws {
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 9
    let program = Program(
      name: "", bytes: [0x60, 0x07, 0xA2, 0x00, 0xF0, 0x33, 0xD0, 0x05, 0x12, 0x00])
    var machine = try Chip8(program, configuration, seed: 5)
    _ = machine.run(frames: 3)
    let pool = SnapshotPool(machine)
    let id = pool.capture(&machine)
    #expect(pool.digest(id) == 11_457_159_877_211_151_876)
    #expect(pool.timelessDigest(id) == 17_024_801_906_047_156_207)
  }

  @Test func countsOfTimeCanBeLeftOut() throws {
    var machine = try machine(.chip8, 0x1200)
    let pool = SnapshotPool(machine)
    let first = pool.capture(&machine)
    _ = machine.run(frames: 5)
    let second = pool.capture(&machine)
    #expect(pool.digest(first) != pool.digest(second))
    #expect(pool.timelessDigest(first) == pool.timelessDigest(second))
  }

  /// What is alike is there once: snapshots of a program that changes nothing cost their tables.
  @Test func alikePagesAreShared() throws {
    var machine = try machine(.xochip, 0x1200)
    let pool = SnapshotPool(machine)
    for _ in 0..<100 {
      _ = pool.capture(&machine)
      _ = machine.run(frames: 1)
    }
    #expect(pool.count == 100)
    #expect(pool.byteCount < 100 * 4096)
  }
}
