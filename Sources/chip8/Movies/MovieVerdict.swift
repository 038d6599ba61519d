import Chip8Core
import Chip8Player
import JSON
import SaveState

/// Whether a movie is what it was, and if not, where it begins to be another.
struct MovieVerdict: FileVerdict {
  private let path: String
  private var movie: Movie<Chip8>?
  private var divergence: Divergence?
  private var problem: Failure?

  init(_ path: String, _ dependencies: DependencyPaths) {
    self.path = path
    do {
      let movie = try MovieFile(contentsOf: path, dependencies).movie
      self.movie = movie
      divergence = movie.divergence()
    } catch { problem = Failure(any: error) }
  }

  /// Why the command fails, if it does.
  var failure: Failure? { problem ?? divergence.map { .data(path, $0.sentence) } }

  /// For a movie that is as it was.
  var text: String {
    guard let movie else { return "" }
    return
      "\(inputName(path)): proved from \(movie.past.startText), \(movie.frameCount) frames and "
      + "\(movie.instructionCount) instructions"
  }

  var json: JSONObject {
    [
      "file": path, "proved": failure == nil,
      "powerOn": movie?.past.beginsAtPowerOn,
      "frames": movie?.frameCount, "instructions": movie?.instructionCount,
      "divergence": divergence?.json,
      "problem": failure?.message,
    ]
  }
}

extension Divergence {
  fileprivate var json: JSONObject {
    [
      "kind": kindName, "frame": frames.lowerBound, "lastFrame": frames.upperBound,
      "instruction": instruction, "field": field, "found": values.map { number($0.found) },
      "recorded": values.map { number($0.recorded) },
    ]
  }

  private var kindName: String {
    switch kind {
    case .state: "state"
    case .stops: "stops"
    case .refusesInput: "input"
    }
  }

  private func number(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  fileprivate var sentence: String {
    let frame =
      frames.count == 1
      ? "frame \(frames.lowerBound)" : "frames \(frames.lowerBound) to \(frames.upperBound)"
    switch kind {
    case .stops: return "the run stops in \(frame), after instruction \(instruction)"
    case .refusesInput(let reason):
      return
        "the run diverges from the movie in \(frame), after instruction \(instruction): the machine does "
        + "not take the next event: \(reason)"
    case .state:
      let start = "the run diverges from the movie in \(frame), at instruction \(instruction)"
      guard let field else { return start + ": several fields differ, or memory" }
      guard let values else { return start + ": field \(field) differs" }
      return start
        + ": field \(field) is \(number(values.found)), but was recorded as \(number(values.recorded))"
    }
  }
}
