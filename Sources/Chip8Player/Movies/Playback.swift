import Chip8Core
import SaveState

/// A movie on its way: the tape that a player follows instead of its keys.
package struct Playback: Sendable {
  let tape: Tape<InputEvent>
  /// Where the movie ends.
  let end: Position
  /// Whether the user cannot take over before its end, and what follows is not recorded.
  let isReadOnly: Bool
  /// What the recorded movie says then, if one is recorded.
  var recordedFacts: MovieFacts?
  /// How many inputs of the tape the machine has had.
  var inputCount = 0
  /// Where the machine was left. If it is elsewhere, the user has gone there.
  var position: Position

  package init(_ movie: Movie<Chip8>, isReadOnly: Bool) {
    self.isReadOnly = isReadOnly
    (tape, end) = (movie.past.tape, movie.machine.position)
    position = movie.past.start.position
  }

  /// The next input.
  var next: Tape<InputEvent>.Entry? {
    inputCount < tape.entries.count ? tape.entries[inputCount] : nil
  }
}

extension Player {
  /// Plays a movie, at whose start the machine is. The keys that it is given are not looked at meanwhile.
  ///
  /// - Parameter isReadOnly: whether it continues after going back in time, and its end is the end of what is
  ///   recorded.
  package mutating func play(_ movie: Movie<Chip8>, isReadOnly: Bool = false) {
    playback = Playback(movie, isReadOnly: isReadOnly)
  }

  /// Whether a movie is being played.
  public var isPlayingMovie: Bool { playback != nil }

  /// Runs along the tape. At its end the run is done.
  mutating func runMovie(frames: Int, instructions: Int, stopsAtHalt: Bool) -> Stop {
    let goal = Position(
      frame: machine.position.frame.adding(frames),
      instruction: machine.position.instruction.adding(instructions))
    while let position = applyDueInputs(), position.isWithin(goal) {
      let stop = runMovie(toward: goal, stopsAtHalt: stopsAtHalt)
      let here = machine.position
      playback?.position = here
      switch stop {
      case .done:
        // It is not where the movie was: there is nothing to follow.
        guard here > position else {
          endPlayback()
          return .done
        }
      case .hostCall where isAtInput || isAtEnd: continue
      default: return stop
      }
    }
    return .done
  }

  /// Applies the inputs that come where the machine is.
  ///
  /// - Returns: the position, if the movie continues there.
  private mutating func applyDueInputs() -> Position? {
    let position = machine.position
    if var playback, playback.position != position {
      playback.inputCount = playback.tape.entries.count { $0.position <= position.mark }
      playback.position = position
      self.playback = playback
    }
    while isAtInput, let next = playback?.next {
      playback?.inputCount += 1
      do throws(InputError) { try apply(next.input) } catch {
        endPlayback()
        return nil
      }
    }
    if isAtEnd { endPlayback() }
    return playback == nil ? nil : position
  }

  private var isAtInput: Bool {
    playback?.next.map { $0.position <= machine.position.mark } ?? false
  }

  private var isAtEnd: Bool { playback.map { $0.end <= machine.position } ?? false }

  /// Runs to the next input, to the end of the movie or to a goal, whichever comes first.
  private mutating func runMovie(toward goal: Position, stopsAtHalt: Bool) -> Stop {
    guard let playback else { return .done }
    let (here, target) = (machine.position, playback.next?.position ?? playback.end)
    var stop = goal
    if !target.isInFrame {
      // Between two frames an input has only its frame; the end of the movie has both.
      stop.frame = min(goal.frame, target.frame)
    } else if target.instruction > here.instruction {
      stop.frame = min(goal.frame, target.frame + 1)
      stop.instruction = min(goal.instruction, target.instruction)
    } else if target.frame > here.frame {
      // Frames without an instruction.
      stop.frame = min(goal.frame, target.frame)
    } else {
      // The frame begins.
      timeline.run { $0.advance(until: target) }
      return .done
    }
    return runMachine(
      frames: stop.frame.distance(from: here.frame),
      instructions: stop.instruction.distance(from: here.instruction), stopsAtHalt: stopsAtHalt)
  }
}

extension UInt64 {
  fileprivate func adding(_ count: Int) -> UInt64 {
    count == .max ? .max : self + UInt64(count)
  }

  fileprivate func distance(from other: UInt64) -> Int { Int(clamping: self - other) }
}
