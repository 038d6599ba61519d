// A machine goes back to a snapshot and continues from there as a copy of the machine would.

import Chip8Core
import SaveState
import Testing

@Suite struct SnapshotTests {
  /// A program that changes its own instructions at random, of which one reaches from one block of
  /// 256 bytes into the next.
  private func restless(_ platform: Platform) throws -> Chip8 {
    var machine = try machine(platform, 0xC11E, 0xC0FF, 0xA2F2, 0xF11E, 0xF055, 0x12F1)
    let words = Array(repeating: [0x7E, 0] as [UInt8], count: 16) + [[0x12, 0x00]]
    try machine.apply(.poke(0x2F1, words.flatMap { $0 }))
    return machine
  }

  @Test(arguments: [Platform.chip8, .schip, .xochip], [51, 52, 53] as [UInt64])
  func machinesBehaveLikeTheirCopies(platform: Platform, seed: UInt64) throws {
    print("snapshots on \(platform) from seed \(seed)")
    var random = Seeded(seed)
    var machine = try restless(platform)
    var copy = machine
    var snapshots = Array(repeating: machine.snapshot, count: 4)
    var copies = Array(repeating: machine, count: 4)
    var scout = machine
    for _ in 0..<1000 {
      let k = Int.random(in: 0..<4, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        machine.copy(to: &snapshots[k])
        copies[k] = copy
      case 1:
        machine.restore(from: snapshots[k])
        copy = copies[k]
      default:
        let count = Int.random(in: 0..<60, using: &random)
        machine.step(count)
        copy.step(count)
      }
      #expect(machine.canonicalState == copy.canonicalState)
      scout.become(&machine)
      #expect(scout.canonicalState == copy.canonicalState)
      scout.step(Int.random(in: 0..<60, using: &random))
    }
    for k in 0..<4 {
      #expect(Chip8(snapshots[k]).canonicalState == copies[k].canonicalState)
    }
  }

  @Test func anInstructionAroundTheEndOfTheRAMIsDecodedAgain() throws {
    var machine = try machine(.chip8, 0x1FFF)
    try machine.apply(.poke(0xFFF, [0x6A]))
    try machine.apply(.poke(0, [0x11]))
    let eleven = machine.snapshot
    machine.step(2)
    #expect(machine.state.v[0xA] == 0x11)
    try machine.apply(.poke(0, [0x22]))
    let other = machine.snapshot
    machine.restore(from: eleven)
    machine.step(2)
    machine.restore(from: other)
    machine.change { $0.pc = 0xFFF }
    machine.step()
    #expect(machine.state.v[0xA] == 0x22)
  }

  @Test func anyMachineBecomesAnyOther() throws {
    for (from, to) in Platform.allCases.flatMap({ from in Platform.allCases.map { (from, $0) } }) {
      var other = try machine(to, 0x6A05, 0xFA18, 0x7B01, 0x1204)
      _ = other.run(frames: 2)
      var machine = try restless(from)
      machine.step(100)
      var snapshot = machine.snapshot
      other.copy(to: &snapshot)
      machine.restore(from: snapshot)
      #expect(machine.program == other.program && machine.tone == other.tone)
      #expect(machine.tone != nil)
      machine.step(50)
      other.step(50)
      #expect(machine.canonicalState == other.canonicalState, "\(from) to \(to)")
    }
  }

  @Test func snapshotsAreTakenInTheirOwnMemory() throws {
    var machine = try restless(.xochip)
    var snapshot = machine.snapshot
    machine.step()
    machine.copy(to: &snapshot)
    func places() -> [UnsafePointer<UInt8>?] {
      [snapshot.state.ram, machine.state.ram].map { $0.withUnsafeBufferPointer(\.baseAddress) }
    }
    let before = places()
    machine.step(1000)
    machine.copy(to: &snapshot)
    machine.step(1000)
    machine.restore(from: snapshot)
    #expect(places() == before)
    #expect(Set(before).count == 2)
  }
}
