import Chip8Core
import SaveState

/// Pictures and clips. They are written on a thread of their own, as a clip takes a while and must not delay
/// a save.
extension PlaySession {
  /// How far back a clip of what was played last goes.
  private static let clipSeconds: UInt64 = 30

  package var captureDirectory: String { "\(options.slotsRoot)/captures" }

  /// Whether a movie is being recorded.
  package var isRecording: Bool { options.recording != nil }

  /// Writes a capture.
  ///
  /// - Parameters:
  ///   - ending: the file name extension.
  ///   - make: makes the file's bytes, on the other thread.
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

  /// Starts recording a clip, or ends it and writes it.
  package func toggleClip() {
    guard isRecordingClip else {
      clipStart = player.timeline.place
      return report(.clipBegun)
    }
    endClip()
  }

  /// Writes the clip that is being recorded, if there is one: from its start, or from where the machine has
  /// since left the course that it started on.
  func endClip() {
    guard let start = clipStart else { return }
    clipStart = nil
    let departure = player.timeline.departure(from: start)
    captureClip(since: min(start.position, departure).frame)
  }

  /// - Parameter start: the first frame of the clip.
  private func captureClip(since start: UInt64) {
    let frame = player.machine.state.frames
    guard start < frame else { return report(.clipIsEmpty) }
    let (timeline, appearance, count) = (
      player.timeline.detached, player.appearance, Int(frame - start)
    )
    beginCapture(as: "gif") { path in
      guard let past = timeline.past(byteLimit: .max), let movie = Movie(past, to: timeline.machine)
      else { throw MovieError.noFrame }
      let frames = try MovieFrames(movie, scale: 4, showsKeys: false, last: count)
      try frames.write(to: [GIFWriter(path, of: frames, appearance, apartFrom: InputFiles())])
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
