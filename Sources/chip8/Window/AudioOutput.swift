#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import Glibc

  /// The sound device. It may be missing or disappear; playing continues without it.
  final class AudioOutput {
    private static let sampleRate: Int32 = 48_000
    /// How much sound is queued ahead, in frames, and at least in samples: enough to cover a late frame, too
    /// little to be noticed as latency.
    private static let framesAhead = 3.0
    private static let samplesAhead = Double(sampleRate) / 20
    /// The most that may be queued, as a multiple of that.
    private static let maxTimesAhead = 2.5

    /// In percent of full volume.
    var volume = 100 { didSet { synthesizer.loudness = Float(volume) / 100 } }
    /// The pitch of the machine's sounds, in percent.
    var pitch = 100 { didSet { synthesizer.pitch = pitch } }
    private var device: SDL_AudioDeviceID = 0
    private var synthesizer = Synthesizer(sampleRate: Int(sampleRate))
    /// The fraction of a sample that the frames so far were short of.
    private var remainder = 0.0
    /// How many silent samples end the queue.
    private var silentCount = 0.0
    /// Samples not played yet.
    private var queuedCount: Double {
      Double(SDL_GetQueuedAudioSize(device)) / Double(MemoryLayout<Float>.size)
    }

    init() { open() }

    deinit { close() }

    /// Opens the default device, if there is one and none is open.
    func open() {
      guard device == 0 else { return }
      var wanted = SDL_AudioSpec()
      wanted.freq = AudioOutput.sampleRate
      wanted.format = SDL_AudioFormat(AUDIO_F32SYS)
      wanted.channels = 1
      wanted.samples = 512
      device = SDL_OpenAudioDevice(nil, 0, &wanted, nil, 0)
      if device != 0 { SDL_PauseAudioDevice(device, 0) }
    }

    /// Closes the device if it is the one that was removed.
    func close(_ lost: SDL_AudioDeviceID) {
      if lost == device { close() }
    }

    private func close() {
      if device != 0 { SDL_CloseAudioDevice(device) }
      device = 0
    }

    /// Ends the sound without a click.
    func fadeOut() {
      guard device != 0, queuedCount > silentCount else { return }
      queue(synthesizer.samples(Int(AudioOutput.sampleRate) / 60, of: nil))
      var wait = timespec(tv_sec: 0, tv_nsec: 5_000_000)
      // The rest of the queue takes an eighth of a second at most.
      for _ in 0..<25 where queuedCount > 0 { nanosleep(&wait, nil) }
    }

    /// Plays a frame's tone, or its silence.
    ///
    /// - Parameters:
    ///   - framesPerSecond: the machine's own rate.
    ///   - percent: the current speed, in percent of that.
    func play(_ tone: Tone?, framesPerSecond: Int, percent: Int) {
      guard device != 0 else { return }
      let frame = Double(AudioOutput.sampleRate) * 100 / Double(framesPerSecond * percent)
      let wanted = max(AudioOutput.framesAhead * frame, AudioOutput.samplesAhead)
      let queued = queuedCount
      if queued > AudioOutput.maxTimesAhead * wanted { return }
      if queued == 0 {
        synthesizer.wasCut()
        queue(synthesizer.samples(Int(wanted - frame), of: nil))
      }
      // The machine's clock and the device's drift apart. Half a percent more or fewer samples keeps them
      // together and cannot be heard.
      let correction = queued > wanted ? 0.995 : 1.005
      let exact = frame * correction + remainder
      remainder = exact - exact.rounded(.down)
      let samples = synthesizer.samples(Int(exact), of: tone, percent: percent)
      queue(samples)
    }

    private func queue(_ samples: [Float]) {
      silentCount = samples.allSatisfy { $0 == 0 } ? silentCount + Double(samples.count) : 0
      _ = samples.withUnsafeBytes { SDL_QueueAudio(device, $0.baseAddress, UInt32($0.count)) }
    }
  }
#endif
