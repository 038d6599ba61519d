import Chip8Core

/// Turns the tones of frames into samples, without clicks: a sound fades in and out within
/// milliseconds, and each sample is the mean of what the pattern does while it lasts.
public struct Synthesizer {
  private static let volume: Float = 0.22
  private static let fadeSeconds: Float = 0.003
  /// The pattern has 128 bits, and a phase counts in 1/2^25 of a bit.
  private static let bitShift: UInt32 = 25
  private static let takesPerSample = 8

  /// How loud sounds are, 0 to 1. A change takes as long as a fade.
  public var loudness: Float = 1
  /// How high they are, in percent of what the machine wants.
  public var pitch = 100

  private let sampleRate: Float
  private var gain: Float = 0
  private var level: Float = 1
  private var sounding: Tone?
  private var phase: UInt32 = 0
  /// Keeps the mean of a lopsided pattern out of the sound, as a loudspeaker would.
  private var mean: Float = 0

  /// Creates a synthesizer for a number of samples per second.
  public init(sampleRate: Int) {
    self.sampleRate = Float(sampleRate)
  }

  /// The output has underrun for a while: the next samples begin with a fade.
  public mutating func wasCut() { gain = 0 }

  /// The samples of one frame, from −1 to 1.
  ///
  /// - Parameter percent: how fast frames go by. The pitch is the same at every speed; the phase is
  ///   the machine's if both are 100 percent, and otherwise continues where the last frame left it.
  public mutating func samples(_ count: Int, of tone: Tone?, percent: Int = 100) -> [Float] {
    if let tone {
      if percent == 100 && pitch == 100 || gain == 0 { phase = tone.phase }
      sounding = tone
    }
    guard let sounding, count > 0, tone != nil || gain > 0 else {
      return Array(repeating: 0, count: count)
    }
    let step = UInt32(
      truncatingIfNeeded: sounding.advance * UInt64(pitch)
        / UInt64(percent * count * Synthesizer.takesPerSample))
    let target: Float = tone == nil ? 0 : 1
    let fade = 1 / (Synthesizer.fadeSeconds * sampleRate)
    if gain == 0 { level = loudness }
    return (0..<count).map { _ in
      gain += max(-fade, min(fade, target - gain))
      level += max(-fade, min(fade, loudness - level))
      let wave = nextWave(sounding.pattern, step)
      mean += (wave - mean) * 0.002
      return (wave - mean) * gain * level * Synthesizer.volume
    }
  }

  private mutating func nextWave(_ pattern: UInt128, _ step: UInt32) -> Float {
    var ones = 0
    for _ in 0..<Synthesizer.takesPerSample {
      let bit = UInt128(127 - phase >> Synthesizer.bitShift)
      ones += Int(truncatingIfNeeded: pattern >> bit & 1)
      phase &+= step
    }
    return Float(2 * ones - Synthesizer.takesPerSample) / Float(Synthesizer.takesPerSample)
  }
}
