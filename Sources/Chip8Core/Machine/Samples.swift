// Sound as samples that follow from the machine alone, in whole numbers: running on from a state
// sounds the same each time, on every computer.

extension Chip8 {
  /// How far samples go from zero, at most twice as far for a lopsided pattern.
  private static let amplitude = 7200

  /// Writes the sound of the frame that ended last, as samples that last that frame. It fades in where
  /// it has just begun and out where it has ended, within 3 ms, so it does not click.
  public func writeSound(to samples: UnsafeMutableBufferPointer<Int16>) {
    guard let tone else {
      samples.update(repeating: 0)
      return
    }
    // The phase starts again where a sound falls silent.
    let isBeginning = tone.phase == 0
    let isEnding = state.sound == 0
    let fade = max(1, samples.count * state.configuration.platform.framesPerSecond * 3 / 1000)
    for k in samples.indices {
      var level = tone.level(k, of: samples.count, amplitude: Chip8.amplitude)
      if isBeginning, k < fade { level = level * k / fade }
      if isEnding, samples.count - k < fade { level = level * (samples.count - k) / fade }
      samples[k] = Int16(clamping: level)
    }
  }
}

extension Tone {
  private static let bitShift: UInt64 = 25
  private static let patternLength = 128

  /// The mean of the pattern over one of so many equal parts of the frame, around that of the whole
  /// pattern, as a loudspeaker has it.
  fileprivate func level(_ part: Int, of count: Int, amplitude: Int) -> Int {
    let start = UInt64(phase) + advance * UInt64(part) / UInt64(count)
    let end = UInt64(phase) + advance * UInt64(part + 1) / UInt64(count)
    guard end > start else { return 0 }
    let ones = Int(integral(to: end) - integral(to: start))
    let length = Int(end - start)
    let overMean = Tone.patternLength * ones - length * pattern.nonzeroBitCount
    return 2 * amplitude * overMean / (Tone.patternLength * length)
  }

  /// For how long the pattern is 1 up to a point, from its beginning.
  private func integral(to point: UInt64) -> UInt64 {
    let (round, bit) = (point >> (Tone.bitShift + 7), point >> Tone.bitShift & 127)
    let before = bit == 0 ? 0 : (pattern >> UInt128(128 - bit)).nonzeroBitCount
    let ones = round * UInt64(pattern.nonzeroBitCount) + UInt64(before)
    let isOne = pattern >> UInt128(127 - bit) & 1 == 1
    return ones << Tone.bitShift + (isOne ? point & (1 << Tone.bitShift - 1) : 0)
  }
}
