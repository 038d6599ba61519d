// SynthesizerTests.swift: what the loudspeaker gets.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct SynthesizerTests {
  private static let sampleRate = 48_000
  private static let samplesPerFrame = sampleRate / 60

  /// The sound of some frames of a program, a list of samples for each frame.
  private func sound(
    _ opcodes: [UInt16], on platform: Platform, frames: Int, percent: Int = 100
  ) throws -> [[Float]] {
    let bytes = opcodes.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    var machine = try Chip8(Program(name: "", bytes: bytes), Configuration(platform))
    var synthesizer = Synthesizer(sampleRate: SynthesizerTests.sampleRate)
    return (0..<frames).map { _ in
      _ = machine.run(frames: 1)
      return synthesizer.samples(
        SynthesizerTests.samplesPerFrame * 100 / percent, of: machine.tone, percent: percent)
    }
  }

  /// How often the sound goes from below to above zero.
  private func rises(_ samples: [Float]) -> Int {
    zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
  }

  @Test func theBeepIsFiveHundredHertz() throws {
    // V0 := 60, sound := V0, forever.
    let second = try sound([0x603C, 0xF018, 0x1204], on: .vip, frames: 60).flatMap { $0 }
    #expect((498...501).contains(rises(second)))
  }

  /// Nor does a change of speed make a click: the samples of a 500 Hz square wave jump only where it
  /// does, twice in 96 samples.
  @Test(arguments: [25, 50, 200, 800])
  func theSpeedLeavesThePitch(percent: Int) throws {
    let second = try sound(
      [0x603C, 0xF018, 0x1202], on: .vip, frames: 60 * percent / 100, percent: percent
    ).flatMap { $0 }
    #expect((495...501).contains(rises(second)))
    let jumps = zip(second, second.dropFirst()).count { abs($0 - $1) > 0.2 }
    #expect(jumps <= 1002)
  }

  /// A pattern of one rise in 128 bits: 4000/128 Hz at pitch 64, twice that at pitch 112.
  @Test(arguments: [(pitch: 0x40, hertz: 31.25), (0x70, 62.5), (0xD0, 250)])
  func aPatternIsPlayedAtItsPitch(pitch: UInt16, hertz: Double) throws {
    let program: [UInt16] = [
      0xA210, 0xF002, 0x603C, 0x6100 | pitch, 0xF13A, 0xF018, 0x120C, 0x0000,
      0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0x0000, 0x0000, 0x0000, 0x0000,
    ]
    let second = try sound(program, on: .xochip, frames: 60).flatMap { $0 }
    #expect(abs(Double(rises(second)) - hertz) <= 1.5)
  }

  @Test func soundBeginsAndEndsWithoutAClick() throws {
    // Two frames of sound.
    let frames = try sound([0x6002, 0xF018, 0x1204], on: .vip, frames: 4)
    let loudest = frames[1].map(abs).max() ?? 0
    #expect(loudest > 0.1)
    // At the edges the sound is a hundredth of what it is later, and half a frame on it is over.
    #expect(abs(frames[0][0]) < loudest / 50)
    #expect(frames[2].suffix(400).allSatisfy { $0 == 0 })
    let tail = try #require(frames[2].lastIndex { $0 != 0 })
    #expect(abs(frames[2][tail]) < loudest / 50)
    #expect(frames[3].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [50, 200])
  func thePitchIsAMatterOfTaste(pitch: Int) throws {
    var synthesizer = Synthesizer(sampleRate: SynthesizerTests.sampleRate)
    synthesizer.pitch = pitch
    var machine = try Chip8(
      Program(name: "", bytes: [0x60, 0x3C, 0xF0, 0x18, 0x12, 0x02]), Configuration(.vip))
    let second = (0..<60).flatMap { _ in
      _ = machine.run(frames: 1)
      return synthesizer.samples(SynthesizerTests.samplesPerFrame, of: machine.tone)
    }
    #expect(abs(rises(second) - 5 * pitch) <= 2)
  }

  /// A change of loudness is a fade, also to nothing and back.
  @Test func loudnessChangesWithoutAClick() throws {
    var machine = try Chip8(
      Program(name: "", bytes: [0x60, 0x3C, 0xF0, 0x18, 0x12, 0x02]), Configuration(.vip))
    var synthesizer = Synthesizer(sampleRate: SynthesizerTests.sampleRate)
    let frames = [Float](arrayLiteral: 1, 1, 0, 0, 1, 0.25).map { loudness in
      _ = machine.run(frames: 1)
      synthesizer.loudness = loudness
      return synthesizer.samples(SynthesizerTests.samplesPerFrame, of: machine.tone)
    }
    let loudest = frames[1].map(abs).max() ?? 0
    let fade = SynthesizerTests.sampleRate * 3 / 1000
    #expect(frames[2][..<20].map(abs).max() ?? 0 > loudest / 2)
    #expect(frames[2][(fade + 1)...].allSatisfy { $0 == 0 } && frames[3].allSatisfy { $0 == 0 })
    #expect(frames[4][..<5].map(abs).max() ?? 1 < loudest / 10)
    #expect(abs((frames[5][(fade + 1)...].map(abs).max() ?? 0) * 4 - loudest) < loudest / 5)
    // After a gap in what is heard it begins again.
    synthesizer.wasCut()
    #expect(abs(synthesizer.samples(800, of: machine.tone)[0]) < loudest / 50)
    // Muted from the beginning, it is never heard.
    var muted = Synthesizer(sampleRate: SynthesizerTests.sampleRate)
    muted.loudness = 0
    #expect(muted.samples(800, of: machine.tone).allSatisfy { $0 == 0 })
  }

  @Test func aLopsidedPatternLeavesNoOffset() throws {
    // All bits on: there is nothing to hear.
    let program: [UInt16] = [
      0xA210, 0xF002, 0x60FF, 0xF018, 0x1208, 0, 0, 0,
      0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF,
    ]
    let frames = try sound(program, on: .xochip, frames: 30)
    #expect(frames[29].allSatisfy { abs($0) < 0.01 })
  }
}
