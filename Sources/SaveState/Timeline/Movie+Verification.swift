// Where a run leaves a movie: the frame by digests and checksums, then the instruction and the field.

/// Where a machine is no longer what it was in a movie.
public struct Divergence: Hashable, Sendable {
  /// What is seen there.
  public enum Kind: Hashable, Sendable {
    /// The machine is another one.
    case state
    /// It cannot continue as it did.
    case stops
    /// It does not take an input of the tape, for a reason.
    case refusesInput(String)
  }

  /// What is seen there.
  public let kind: Kind
  /// The frame, counted from power-on, in which it happens: it began as it had. A last one later than
  /// the first means that it is one of these.
  public let frames: ClosedRange<UInt64>
  /// The instruction of it that has last changed the field, or with which it begins to be possible, counted
  /// from power-on.
  public let instruction: UInt64
  /// The first field that is another one; nil if that is not known, as there are several.
  public var field: String?
  /// The field as it is, and as it was, the lowest byte first.
  public var values: (found: [UInt8], recorded: [UInt8])? {
    found.flatMap { found in recorded.map { (found, $0) } }
  }
  var found: [UInt8]?
  var recorded: [UInt8]?

  init(_ kind: Kind, _ frames: ClosedRange<UInt64>, instruction: UInt64) {
    (self.kind, self.frames, self.instruction) = (kind, frames, instruction)
  }
}

extension Movie {
  /// Runs the movie.
  ///
  /// - Returns: where the run leaves it; nil if it does not.
  public func divergence() -> Divergence? {
    guard past.isWithinLimits(until: machine.position) else {
      return Divergence(
        .stops, past.start.position.frame...machine.position.frame,
        instruction: past.start.position.instruction)
    }
    var run = MovieRun(past, as: machine)
    var lastGood = run.mark
    for frame in index.checkFrames {
      guard run.advance(toFrame: frame), index.agrees(with: run.machine, at: frame) else {
        run.return(to: lastGood)
        return divergence(of: &run, toFrame: frame)
      }
      if index.hasDigest(at: frame) { lastGood = run.mark }
    }
    if run.advance(to: machine) { return nil }
    run.return(to: lastGood)
    return divergence(of: &run, toFrame: machine.position.frame)
  }

  /// Looks for it from where all was well to a frame where it is not.
  private func divergence(
    of run: inout MovieRun<Recorded>, toFrame end: UInt64
  ) -> Divergence {
    var lastGood = run.mark
    for frame in index.checkFrames where frame > run.machine.position.frame && frame <= end {
      guard run.advance(toFrame: frame) else { return run.stop() }
      let head = run.machine.head
      if crc(head[...]) != index.check(at: frame) {
        run.return(to: lastGood)
        return divergence(of: &run, beforeFrame: frame, head)
      }
      if let (tag, bytes, check) = index.differingMemory(of: run.machine, at: frame) {
        run.return(to: lastGood)
        return divergence(of: &run, beforeFrame: frame, in: tag, bytes, check)
      }
      lastGood = run.mark
    }
    if end == machine.position.frame, let divergence = divergenceAtEnd(of: &run, from: lastGood) {
      return divergence
    }
    // What is another one has no checksums, as the memories in movies of earlier versions. The heads are all
    // as they were, so it has been for a while.
    let first = index.frames.lowerBound
    let interval = spacing.digests
    let since = max(first, end > interval ? end - interval : 0)
    return Divergence(
      .state, min(since, max(end, 1) - 1)...(max(end, 1) - 1),
      instruction: run.machine.position.instruction)
  }

  /// Compares with the machine at the end, which is there.
  private func divergenceAtEnd(
    of run: inout MovieRun<Recorded>, from lastGood: MovieRun<Recorded>.Mark
  ) -> Divergence? {
    let start = run.machine.position
    if run.advance(to: machine) { return nil }
    guard run.refusal == nil, run.machine.position == machine.position, run.remaining.isEmpty else {
      return run.stop()
    }
    guard let place = run.machine.firstDifference(from: machine) else { return nil }
    run.return(to: lastGood)
    let end = machine.position
    let last = end.isInFrame || end.frame == 0 ? end.frame : end.frame - 1
    let instruction = run.change(.last, until: end) { $0.byte(at: place) }
    var divergence = Divergence(
      .state, min(start.frame, last)...last, instruction: instruction ?? start.instruction)
    divergence.field = machine.fieldName(in: place.tag, at: place.offset)
    return divergence
  }

  /// Finds the field of the head in which a frame ends otherwise, and the instruction that has changed it.
  ///
  /// - Parameter head: that of the machine at the end of the frame.
  private func divergence(
    of run: inout MovieRun<Recorded>, beforeFrame frame: UInt64, _ head: [UInt8]
  ) -> Divergence {
    let (start, check) = (run.machine.position, index.check(at: frame))
    let frames = start.frame...(frame - 1)
    if let field = run.machine.difference(of: head, from: check) {
      let end = Position(frame: frame, instruction: .max)
      let instruction = run.change(.last, until: end) { $0.head[field.bytes] }
      var divergence = Divergence(
        .state, frames, instruction: instruction ?? start.instruction + 1)
      divergence.field = field.name
      divergence.found = Array(head[field.bytes])
      divergence.recorded = zip(head[field.bytes], field.difference).map { $0 ^ $1 }
      return divergence
    }
    guard let explained = run.explanation(of: check, atFrame: frame) else {
      return Divergence(.state, frames, instruction: start.instruction + 1)
    }
    var divergence = Divergence(.state, frames, instruction: explained.instruction)
    divergence.field = explained.field
    (divergence.found, divergence.recorded) = (explained.found, explained.recorded)
    return divergence
  }

  /// Finds the byte of a memory in which a frame ends otherwise, and the instruction that has changed it; if
  /// there are several, the first one that has changed this memory.
  ///
  /// - Parameters:
  ///   - bytes: the memory at the end of the frame.
  ///   - check: the checksum of what it was.
  private func divergence(
    of run: inout MovieRun<Recorded>, beforeFrame frame: UInt64, in tag: Tag, _ bytes: [UInt8],
    _ check: UInt32
  ) -> Divergence {
    let (start, end) = (run.machine.position, Position(frame: frame, instruction: .max))
    let byte = differingByte(of: bytes, from: check)
    let instruction =
      if let place = byte.map({ EncodedByte(tag: tag, offset: $0.offset) }) {
        run.change(.last, until: end) { $0.byte(at: place) }
      } else {
        run.change(.first, until: end) { $0.stateSections.first { $0.tag == tag }?.bytes }
      }
    var divergence = Divergence(
      .state, start.frame...(frame - 1), instruction: instruction ?? start.instruction + 1)
    guard let byte else {
      divergence.field = String("\(tag)".prefix { $0 != " " })
      return divergence
    }
    divergence.field = machine.fieldName(in: tag, at: byte.offset)
    divergence.found = [bytes[byte.offset]]
    divergence.recorded = [bytes[byte.offset] ^ byte.difference]
    return divergence
  }
}

extension MovieRun {
  /// Where a run has been.
  struct Mark {
    let snapshot: Recorded.Snapshot
    let remaining: Remaining<Recorded>
  }

  var mark: Mark { Mark(snapshot: machine.snapshot, remaining: remaining) }

  mutating func `return`(to mark: Mark) {
    machine.restore(from: mark.snapshot)
    remaining = mark.remaining
  }

  /// Where it cannot continue.
  func stop() -> Divergence {
    let position = machine.position
    return Divergence(
      refusal.map { .refusesInput($0) } ?? .stops, position.frame...position.frame,
      instruction: position.instruction)
  }

  /// Which of several changes is meant.
  enum Change { case first, last }

  /// The instruction after which something of the machine was another thing for the first or the last time;
  /// nil if it stays as it is, or if there are very many instructions.
  mutating func change<Value: Equatable>(
    _ which: Change, until end: Position, _ value: (Recorded) -> Value
  ) -> UInt64? {
    var (last, changed, count) = (value(machine), UInt64?.none, 0)
    while machine.position < end, count < 1 << 16 {
      let position = machine.position
      let next = Position(
        frame: end.isInFrame ? end.frame + 1 : end.frame,
        instruction: min(position.instruction + 1, end.instruction))
      guard advance(until: next), machine.position > position else { break }
      let now = value(machine)
      if now != last { (last, changed) = (now, machine.position.instruction) }
      if which == .first, let changed { return changed }
      count += 1
    }
    return count < 1 << 16 ? changed : nil
  }
}
