// A session that can be replayed and verified: docs/MOVIES.md.

/// A session from its start to its end: a past, the machine that it leads to, and what that machine was on
/// the way, so that a run that leaves it is found where it does.
public struct Movie<Recorded: Machine>: Sendable {
  /// The machine to begin with, and the tape.
  public let past: Past<Recorded>
  /// The machine at the end. It holds nothing down.
  public let machine: Recorded
  /// What it says beside.
  public var facts: MovieFacts
  /// What the machine was on the way.
  let index: MovieIndex

  /// A movie of a past, which is run for that.
  ///
  /// - Returns: nil if it does not lead to the machine, or has no room in a movie.
  public init?(_ past: Past<Recorded>, to machine: Recorded, _ facts: MovieFacts = MovieFacts()) {
    var machine = machine
    machine.releaseHeldInput()
    guard past.isWithinLimits(until: machine.position) else { return nil }
    var index = MovieIndex(from: past.start.position.frame, to: machine)
    var run = MovieRun(past, as: machine)
    for frame in index.checkFrames {
      guard run.advance(toFrame: frame) else { return nil }
      index.note(run.machine, at: frame)
    }
    guard run.advance(to: machine) else { return nil }
    (self.past, self.machine, self.index) = (past, machine, index)
    self.facts = facts.within(index.frames)
  }

  /// The frames of the movie, counted from power-on: that in which it begins, and that in which it ends.
  public var frames: ClosedRange<UInt64> { index.frames }

  /// How many instructions it executes.
  public var instructionCount: UInt64 {
    machine.position.instruction - past.start.position.instruction
  }

  /// How many frames there are between two state digests, and between two checksums.
  public var spacing: (digests: UInt64, checks: UInt64) {
    (1 << UInt64(index.digestShift), 1 << UInt64(index.checkShift))
  }

  /// Whether the past leads to the machine. Nothing is said of what it was on the way.
  public var reproduces: Bool { past.leads(to: machine) }

  /// How many of the frames that begin in it the program has ended without looking at what was held down;
  /// nil if the tape cannot be run.
  public func lagFrameCount() -> UInt64? {
    var (run, count) = (MovieRun(past, as: machine), UInt64(0))
    while run.machine.position.frame < machine.position.frame {
      let begins = !run.machine.position.isInFrame
      guard let hasRead = run.advanceFrameNotingReads() else { return nil }
      if begins, !hasRead { count += 1 }
    }
    return count
  }
}

extension Timeline {
  /// The session as a movie: all of it, or as late a part as there is room for. A past that leads elsewhere
  /// has no part in it.
  public func movie(
    _ facts: MovieFacts,
    _ edited: (Past<Recorded>, Position) -> Past<Recorded> = { past, _ in past }
  ) -> Movie<Recorded>? {
    for believesClaims in [true, false] {
      let past = past(
        byteLimit: Past<Recorded>.maxByteCount, believesClaims: believesClaims)
      let movie = past.flatMap { Movie(edited($0, machine.position), to: machine, facts) }
      if let movie { return movie }
    }
    return nil
  }
}

/// A movie that is being run.
struct MovieRun<Recorded: Machine> {
  var machine: Recorded
  var remaining: Remaining<Recorded>
  /// Why an input was not taken, if one was not.
  private(set) var refusal: String?

  /// - Parameter other: a machine that is run in the same way.
  init(_ past: Past<Recorded>, as other: Recorded) {
    machine = other
    machine.restore(from: past.start.snapshot)
    remaining = past.tape.entries[...]
  }

  /// Runs to where a frame has ended, before the inputs there.
  ///
  /// - Returns: whether it has come so far.
  mutating func advance(toFrame frame: UInt64) -> Bool {
    advance(until: Position(frame: frame, instruction: .max)) && machine.position.frame == frame
  }

  /// Runs to the end.
  ///
  /// - Returns: whether the machine is the one that it has to be, and all inputs have reached it.
  mutating func advance(to end: Recorded) -> Bool {
    do throws(Recorded.InputRefusal) {
      try machine.advance(to: end.position, with: &remaining)
    } catch {
      refusal = "\(error)"
      return false
    }
    return remaining.isEmpty && machine.position == end.position && machine.heldInputs.isEmpty
      && machine.canonicalState == end.canonicalState
  }

  /// - Returns: whether all inputs were taken.
  mutating func advance(until end: Position) -> Bool {
    do throws(Recorded.InputRefusal) {
      try machine.advance(until: end, with: &remaining)
    } catch {
      refusal = "\(error)"
      return false
    }
    return true
  }

  /// Runs to where the frame has ended.
  ///
  /// - Returns: whether the machine has looked at what was held down; nil if it does not come so far.
  mutating func advanceFrameNotingReads() -> Bool? {
    let end = Position(frame: machine.position.frame + 1, instruction: .max)
    var hasRead = false
    while machine.position.frame < end.frame {
      let start = machine.position
      do throws(Recorded.InputRefusal) {
        try machine.advance(to: start, with: &remaining)
      } catch { return nil }
      let next = remaining.first.map(\.position)
      if let next, next.isWithin(end), next.instruction <= start.instruction {
        // The frame begins there.
        machine.advance(to: next)
      } else {
        let instruction = next.flatMap { $0.isWithin(end) ? $0.instruction : nil } ?? .max
        let stop = Position(frame: end.frame, instruction: instruction)
        hasRead = machine.advanceNotingReads(until: stop) || hasRead
      }
      guard machine.position > start else { return nil }
    }
    return hasRead
  }
}
