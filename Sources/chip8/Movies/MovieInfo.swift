import Chip8Core
import Chip8Player
import JSON
import SaveState

/// What a movie is, for people and scripts.
struct MovieInfo {
  private let file: MovieFile
  private let path: String
  private let lagFrameCount: UInt64

  private var movie: Movie<Chip8> { file.movie }
  private var start: Chip8 { movie.past.start }
  private var configuration: Configuration { movie.machine.state.configuration }

  init(_ file: MovieFile, _ path: String) throws(Failure) {
    guard let count = file.movie.lagFrameCount() else {
      throw .data(path, MovieError.doesNotReproduce)
    }
    (self.file, self.path, lagFrameCount) = (file, path, count)
  }

  var json: JSONObject {
    let end = movie.machine.state
    return [
      "file": path, "program": start.program.name, "sha1": "\(start.program.sha1)",
      "platform": configuration.platform.rawValue, "ipf": configuration.instructionsPerFrame,
      "start": [
        "powerOn": movie.past.beginsAtPowerOn, "seed": start.powerOnSeed,
        "frame": start.state.frames, "instruction": start.state.instructions,
      ] as JSONObject,
      "end": ["frame": end.frames, "instruction": end.instructions] as JSONObject,
      "frames": movie.frameCount, "instructions": movie.instructionCount,
      "milliseconds": milliseconds, "events": movie.past.tape.entries.count,
      "lagFrames": lagFrameCount, "rerecords": movie.facts.reRecordCount,
      "authors": movie.facts.authors,
      "markers": movie.facts.markers.map(\.json),
      "digestInterval": movie.spacing.digests, "checkInterval": movie.spacing.checks,
      "bytes": file.image.byteCount,
    ]
  }

  private var milliseconds: UInt64 {
    movie.frameCount * 1000 / UInt64(configuration.platform.framesPerSecond)
  }

  private var time: String {
    let (minutes, rest) = milliseconds.quotientAndRemainder(dividingBy: 60_000)
    let seconds = "\(rest / 1000)".padded(before: 2, with: "0")
    return "\(minutes):\(seconds).\("\(rest % 1000)".padded(before: 3, with: "0"))"
  }

  var lines: [String] {
    let events = movie.past.tape.entries.count
    var rows = [
      ("program", "\(start.program.name) (SHA-1 \(start.program.sha1))"),
      (
        "machine",
        "\(configuration.platform.rawValue), \(configuration.instructionsPerFrame) instructions per frame"
      ),
      ("start", start.powerOnSeed.map { "power-on, seed \($0)" } ?? "frame \(start.state.frames)"),
      ("length", "\(movie.frameCount) frames (\(time)), \(movie.instructionCount) instructions"),
      ("input", "\(events) \(events == 1 ? "event" : "events"), \(lagFrameCount) lag frames"),
      ("re-records", "\(movie.facts.reRecordCount)"),
    ]
    if !movie.facts.authors.isEmpty {
      rows.append(("authors", movie.facts.authors.joined(separator: ", ")))
    }
    rows += movie.facts.markers.map { ("marker", "\($0.frame) \($0.text)") }
    return rows.map { padded($0.0, 12) + $0.1 }
  }
}
