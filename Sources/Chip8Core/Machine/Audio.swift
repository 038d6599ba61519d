// Sound: one mechanism for the plain beep and for XO-CHIP's patterns.

/// What the sound instructions set, and where in the pattern the sound is.
public struct Audio: Hashable, Sendable {
  /// 128 one-bit samples, the first in the highest bit; nil until F002 has loaded some.
  public internal(set) var pattern: UInt128?
  /// XO-CHIP's pitch p: the pattern is played at 4000 · 2^((p − 64)/48) bits a second.
  public internal(set) var pitch: UInt8 = 64
  /// How far into the pattern the next frame's sound begins, in 1/2^25 of a bit.
  public internal(set) var phase: UInt32 = 0
}

/// The sound of one frame.
public struct Tone: Hashable, Sendable {
  /// The beep of a machine without patterns: 500 Hz.
  static let beep: UInt128 = 0x0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F_0F0F

  /// 128 one-bit samples, the first in the highest bit, repeated for as long as the frame lasts.
  public let pattern: UInt128
  /// Where in the pattern the frame begins, in 1/2^25 of a bit.
  public let phase: UInt32
  /// How far the frame goes, in 1/2^25 of a bit.
  public let advance: UInt64

  init(_ audio: Audio, framesPerSecond: Int) {
    pattern = audio.pattern ?? Tone.beep
    phase = audio.phase
    let pitch = audio.pattern == nil ? 64 : audio.pitch
    advance = Tone.bitsPerSecond(pitch) / UInt64(framesPerSecond)
  }

  /// 4000 · 2^((p − 64)/48) in 1/2^25 of a bit.
  static func bitsPerSecond(_ pitch: UInt8) -> UInt64 { speeds[Int(pitch)] }

  /// Of each pitch, by whole numbers, so that every host agrees.
  private static let speeds: [UInt64] = (0...255).map { pitch in
    let (octave, step) = (pitch + 32).quotientAndRemainder(dividingBy: 48)
    var ratio: UInt64 = 1 << 63
    // 2^(1/48) · 2^63
    for _ in 0..<step { ratio = ratio.multipliedFullWidth(by: 9_357_529_072_384_218_170).high << 1 }
    return (ratio.multipliedFullWidth(by: 4000 << 27).high << octave) >> 3
  }
}
