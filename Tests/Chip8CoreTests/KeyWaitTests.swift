// Fx0A: the program continues when a key is released.

import Chip8Core
import Testing

@Suite struct KeyWaitTests {
  /// V5 := key, and then counts in V6.
  private func waiting(_ platform: Platform = .chip8) throws -> Chip8 {
    try machine(platform, 0xF50A, 0x7601, 0x1202)
  }

  @Test func aKeyCompletesWhenItIsReleased() throws {
    var machine = try waiting()
    _ = machine.run(frames: 1)
    #expect((machine.state.pc, machine.state.instructions) == (0x200, 1))
    #expect(machine.state.keyWait == KeyWait(testing: 5, pressed: []))
    _ = machine.run(frames: 3, keys: KeySet(key: 0xB))
    #expect((machine.state.pc, machine.state.v[5], machine.state.instructions) == (0x200, 0, 1))
    _ = machine.run(frames: 1, keys: [])
    #expect((machine.state.v[5], machine.state.keyWait) == (0xB, nil))
    // Completing is free: the frame has all its instructions.
    #expect(machine.state.instructions == 13)
  }

  @Test func keysHeldBeforehandCountOnRelease() throws {
    var machine = try waiting()
    _ = machine.run(frames: 1, keys: KeySet(key: 2))
    #expect(machine.state.keyWait?.pressed == KeySet(key: 2))
    _ = machine.run(frames: 1, keys: [])
    #expect((machine.state.v[5], machine.state.keyWait) == (2, nil))
  }

  @Test func ofSeveralKeysTheFirstReleasedCounts() throws {
    var machine = try waiting()
    _ = machine.run(frames: 1, keys: [KeySet(key: 3), KeySet(key: 9)])
    _ = machine.run(frames: 1, keys: [KeySet(key: 3), KeySet(key: 4)])
    #expect(machine.state.v[5] == 9)
  }

  @Test func ofKeysReleasedTogetherTheLowestCounts() throws {
    var machine = try waiting()
    _ = machine.run(frames: 1, keys: [KeySet(key: 0xC), KeySet(key: 7), KeySet(key: 9)])
    _ = machine.run(frames: 1, keys: [])
    #expect(machine.state.v[5] == 7)
  }

  @Test func allKeysAndRegistersWork() throws {
    for k in 0..<16 as Range<UInt8> {
      var machine = try machine(.chip8, 0xF00A | UInt16(15 - k) << 8, 0x1202)
      _ = machine.run(frames: 1, keys: KeySet(key: k))
      _ = machine.run(frames: 1, keys: [])
      #expect(machine.state.v[15 - Int(k)] == k)
    }
  }

  @Test func timersRunWhileItWaits() throws {
    var machine = try waiting().changed {
      $0.delay = 5
      $0.sound = 2
    }
    _ = machine.run(frames: 3)
    #expect((machine.state.delay, machine.state.sound, machine.state.frames) == (2, 0, 3))
  }

  @Test func waitingIsCountedAsOneInstruction() throws {
    var machine = try waiting()
    _ = machine.run(frames: 50)
    #expect((machine.state.instructions, machine.state.frames) == (1, 50))
  }

  @Test(
    arguments: [
      (.vip, true), (.chip8, false), (.chip48, true), (.schip10, true), (.schip11, true),
      (.schip, false), (.xochip, false),
    ] as [(Platform, Bool)])
  func originalMachinesSoundForAsLongAsTheKeyIsHeld(platform: Platform, sounds: Bool) throws {
    var machine = try waiting(platform)
    _ = machine.run(frames: 1)
    #expect(machine.tone == nil)
    for _ in 0..<10 {
      _ = machine.run(frames: 1, keys: KeySet(key: 1))
      #expect((machine.tone != nil) == sounds)
    }
    var rest = 0
    while machine.state.sound > 0 {
      _ = machine.run(frames: 1, keys: [])
      rest += 1
    }
    #expect(rest == (sounds ? 3 : 0))
  }
}
