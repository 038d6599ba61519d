import Chip8Core
import SaveState

/// Files of what is seen: written on a thread of their own, for a clip takes a while, and no save is to
/// wait for it.
extension PlaySession {
  /// How much the clip has of what was played before it was asked for.
  private static let clipSeconds: UInt64 = 30

  /// Where the files go.
  package var captureDirectory: String { "\(options.slotsRoot)/captures" }

  /// Whether a movie is being recorded.
  package var isRecording: Bool { options.recording != nil }

  /// Writes a file among the captures.
  ///
  /// - Parameters:
  ///   - ending: of its name.
  ///   - make: the file's bytes, made on the other thread.
  package func capture(
    as ending: String, _ make: @escaping @Sendable () throws -> [UInt8]
  ) {
    beginCapture(as: ending) { path in
      try Storage.writeAtomically(path, with: make(), as: .other)
    }
  }

  /// Writes what was played last as a GIF.
  package func captureClip() {
    let state = player.machine.state
    let rate = UInt64(state.configuration.platform.framesPerSecond)
    captureClip(since: state.frames - min(state.frames, PlaySession.clipSeconds * rate))
  }

  /// Whether a clip is being recorded.
  package var isRecordingClip: Bool { clipStart != nil }

  /// Begins to record a clip, or writes the one that was being recorded.
  package func toggleClip() {
    guard isRecordingClip else {
      clipStart = player.machine.state.frames
      return report(.clipBegun)
    }
    endClip()
  }

  /// Writes the clip that is being recorded, if there is one.
  func endClip() {
    guard let start = clipStart else { return }
    clipStart = nil
    captureClip(since: start)
  }

  /// - Parameter start: the first frame of the clip.
  private func captureClip(since start: UInt64) {
    let (timeline, appearance) = (player.timeline.detached, player.appearance)
    let count = Int(player.machine.state.frames - start)
    beginCapture(as: "gif") { path in
      guard let past = timeline.past(byteLimit: .max), let movie = Movie(past, to: timeline.machine)
      else { throw MovieError.nothing("frame that ends") }
      let frames = try MovieFrames(movie, scale: 4, showsKeys: false, last: count)
      var writer = try GIFWriter(path, of: frames, appearance, apartFrom: InputFiles())
      for frame in frames { try writer.write(frame) }
      try writer.finish()
    }
  }

  private func beginCapture(as ending: String, _ write: @escaping @Sendable (String) throws -> Void)
  {
    let directory = captureDirectory
    let name = player.title.displayText.map { "/\0".contains($0) ? "-" : $0 }
    let path = "\(directory)/\(String(name)) \(WallClock.fileName(WallClock.now())).\(ending)"
    captures.begin {
      do {
        try Storage.createDirectory(directory)
        try write(path)
        return { $0.report(.captured(path: path)) }
      } catch { return { $0.report(.failed(.capture, error)) } }
    }
  }
}
