// What a machine sounds.

import Chip8Core
import Glibc
import Testing

@Suite struct AudioTests {
  static let beep: UInt128 = 0x0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F

  /// A frame's sound on XO-CHIP.
  private func tone(_ change: (inout State) -> Void) throws -> (Tone?, State) {
    var machine = try machine(.xochip, 0x1200).changed(change)
    _ = machine.run(frames: 1)
    return (machine.tone, machine.state)
  }

  @Test func soundLastsAsManyFramesAsItsTimer() throws {
    var machine = try machine(.chip8, 0x6003, 0xF018, 0x1204)
    var tones: [Tone?] = []
    for _ in 0..<5 {
      _ = machine.run(frames: 1)
      tones.append(machine.tone)
    }
    #expect(tones.map { $0?.pattern } == [Self.beep, Self.beep, Self.beep, nil, nil])
  }

  @Test func withoutAPatternItIsTheBeepWhateverThePitch() throws {
    let (tone, _) = try tone {
      $0.sound = 2
      $0.pitch = 112
    }
    #expect(tone?.pattern == Self.beep)
    // 4000 bits a second, in 60 frames.
    #expect(tone?.advance == UInt64(4000) << 25 / 60)
  }

  @Test func patternsAreSixteenBytesAtIndex() throws {
    let state = try executed(
      .xochip, 0xF002,
      from: {
        $0.i = 0xFFF8
        for k in 0..<16 { $0.ram[(0xFFF8 + k) & 0xFFFF] = UInt8(k + 1) }
      })
    #expect(state.pattern == 0x0102_0304_0506_0708_090A_0B0C_0D0E_0F10)
    #expect(state.i == 0xFFF8)
  }

  @Test func pitchIsSetFromARegister() throws {
    #expect(try executed(.xochip, 0x63A0, 0xF33A).pitch == 0xA0)
  }

  @Test func ratesFollowThePitch() throws {
    for pitch in 0..<256 {
      let (tone, _) = try tone {
        $0.sound = 1
        $0.pattern = 5
        $0.pitch = UInt8(pitch)
      }
      let bits = 4000 * pow(2, Double(pitch - 64) / 48) / 60
      let advance = Double(try #require(tone).advance) / Double(1 << 25)
      #expect(abs(advance - bits) <= 2 / Double(1 << 25) + bits * 1e-12)
    }
  }

  @Test func hp48MachinesHave64FramesASecond() throws {
    var machine = try machine(.schip11, 0x1200).changed { $0.sound = 1 }
    _ = machine.run(frames: 1)
    #expect(machine.tone?.advance == UInt64(4000) << 25 / 64)
  }

  @Test func phaseContinuesAcrossFramesAndWraps() throws {
    let (tone, state) = try tone {
      $0.sound = 2
      $0.phase = .max
    }
    #expect(tone?.phase == .max)
    #expect(UInt64(state.phase) == UInt64(4000) << 25 / 60 - 1)
  }

  @Test func phaseRestartsWhenTheTimerEnds() throws {
    let (_, state) = try tone {
      $0.sound = 1
      $0.phase = 77
    }
    #expect(state.phase == 0)
  }

  @Test func phaseRestartsOnlyWhenTheTimerIsSetToZero() throws {
    for (value, phase) in [(0, 0), (1, 77), (9, 77)] as [(UInt16, UInt32)] {
      let state = try executed(
        .xochip, 0x6000 | value, 0xF018,
        from: {
          $0.sound = 5
          $0.phase = 77
        })
      #expect((state.sound, state.phase) == (UInt8(value), phase))
    }
    let loaded = try executed(
      .xochip, 0xF002, 0xF03A,
      from: {
        $0.sound = 5
        $0.phase = 77
      })
    #expect(loaded.phase == 77)
  }

  // MARK: Samples

  /// The samples of the last frame.
  private func samples(_ machine: Chip8, _ count: Int = 800) -> [Int16] {
    var samples = [Int16](repeating: 1, count: count)
    samples.withUnsafeMutableBufferPointer { machine.writeSound(to: $0) }
    return samples
  }

  @Test func aBeepOfFiveHundredHertzFadesInAndOut() throws {
    var machine = try machine(.chip8, 0x6003, 0xF018, 0x1204)
    var frames: [[Int16]] = []
    for _ in 0..<4 {
      _ = machine.run(frames: 1)
      frames.append(samples(machine))
    }
    #expect(frames[3].allSatisfy { $0 == 0 })
    #expect(frames[0][0] == 0 && frames[2][799].magnitude < 100)
    let sound = frames[0] + frames[1] + frames[2]
    let rises = zip(sound, sound.dropFirst()).count { $0 < 0 && $1 >= 0 }
    // A twentieth of a second.
    #expect((24...26).contains(rises))
    #expect(frames[1].max() == 7200 && frames[1].min() == -7200)
    #expect(frames[0].prefix(20).allSatisfy { $0.magnitude < 1200 })
    // From one frame to the next there is no gap.
    #expect(zip(frames[0].suffix(60), frames[1]).contains { $0 != 0 && $1 != 0 })
  }

  @Test func samplesFollowFromTheStateAlone() throws {
    var machine = try machine(.xochip, 0x6009, 0xF018, 0xA200, 0xF002, 0x1208)
    _ = machine.run(frames: 2)
    let snapshot = machine.snapshot
    _ = machine.run(frames: 1)
    let first = samples(machine)
    machine.restore(from: snapshot)
    _ = machine.run(frames: 1)
    #expect(samples(machine) == first && first.contains { $0 != 0 })
    // Whatever their number, they are of the same sound.
    let few = samples(machine, 80)
    let means = (0..<80).map { k in first[10 * k..<10 * k + 10].reduce(0) { $0 + Int($1) } / 10 }
    #expect(zip(few, means).allSatisfy { abs(Int($0) - $1) < 40 })
  }

  @Test func aPatternThatNeverChangesIsSilent() throws {
    var machine = try machine(.xochip, 0x1200).changed {
      $0.sound = 9
      $0.pattern = .max
    }
    _ = machine.run(frames: 1)
    #expect(machine.tone != nil && samples(machine).allSatisfy { $0 == 0 })
  }
}
