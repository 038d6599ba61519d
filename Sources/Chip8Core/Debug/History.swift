// Questions to the past of a machine. Every answer that goes backwards is that of a forward run which
// stopped there: docs/DEBUGGING.md, "Backwards".

import SaveState

/// The course that a machine has taken, for looking into it. The session does not notice.
public struct History {
  /// A moment at which an instruction is next, or a key is waited for.
  package struct Place {
    package let position: Position
    package let pc: UInt16
    package let depth: Int
    package let isWaiting: Bool
  }

  private var scout: Timeline<Chip8>
  /// The course.
  public let course: Timeline<Chip8>.Course
  /// Where the session is.
  public let present: Position
  /// Asked now and then whether to give up.
  private let isInterrupted: () -> Bool

  /// Why a question cannot be answered.
  public enum Failure: Error, Sendable {
    /// The past cannot be gone to.
    case seek(SeekError)
    /// Interrupted.
    case interrupted
  }

  /// The past of a session. What an image says of it is proved first.
  public init(
    of timeline: inout Timeline<Chip8>, isInterrupted: @escaping () -> Bool = { false }
  ) throws(Failure) {
    do throws(SeekError) { scout = try timeline.scout(while: { !isInterrupted() }) } catch {
      throw isInterrupted() ? .interrupted : .seek(error)
    }
    (course, present) = (scout.course, scout.machine.position)
    self.isInterrupted = isInterrupted
  }

  // MARK: Hits

  /// What is found by going forwards.
  package enum Found {
    case hit(Hit)
    /// The goal of a step.
    case goal(Position)
    /// The end of what was to be looked through.
    case end(Position)
  }

  /// The first hit after the present, or the goal of a step.
  ///
  /// - Parameters:
  ///   - end: how far to look; nil for the end of the course.
  ///   - includesPresent: whether a hit before the very next instruction counts, too.
  package mutating func next(
    _ probe: inout Probe, until end: Position? = nil, includesPresent: Bool = false
  ) throws(Failure) -> Found {
    let end = min(end ?? course.end, course.end)
    if probe.countsHits {
      probe.counts = try counts(of: probe, until: present)
      if !includesPresent {
        var machine = try machine(at: present)
        probe.countPresent(&machine)
      }
    }
    probe.isLogging = true
    var from = present
    while true {
      let next = course.checkpoints.first { $0.mark > from.mark && $0.isBetweenFrames } ?? end
      let limit = min(next, end)
      let (outcome, position) = try retrace(
        from: from, &probe, to: limit, isInclusive: includesPresent || from != present
      ) { _ in true }
      switch outcome {
      case .hit(let hit): return .hit(hit)
      case .goal: return .goal(position)
      case .limit where limit.mark < end.mark: from = position
      case .limit: return .end(position)
      case .stopped, .waiting: return .end(end)
      }
    }
  }

  /// The last hit before the present.
  ///
  /// - Parameters:
  ///   - floor: after which position; nil for any.
  ///   - includesPresent: whether one that stops exactly here counts, too.
  package mutating func last(
    _ probe: Probe, after floor: Position? = nil, includesPresent: Bool = false
  ) throws(Failure) -> Hit? {
    if probe.countsHits {
      return try lastCounted(probe).flatMap { hit in
        floor.map { hit.position > $0 } ?? true ? hit : nil
      }
    }
    var end = present
    while true {
      let begin = checkpoint(before: end)
      var (segment, last) = (probe, Hit?.none)
      let limit = present
      _ = try retrace(from: begin, &segment, to: end, isInclusive: true) { hit in
        let counts = hit.position < limit || includesPresent && hit.position == limit
        let isAfter = floor.map { hit.position > $0 } ?? true
        if counts, isAfter, hit.position != hit.before || hit.position.mark < end.mark {
          last = hit
        }
        return false
      }
      if let last { return try canonical(last, begin) }
      if begin.mark <= (floor ?? course.start).mark { return nil }
      end = begin
    }
  }

  /// The last hit before the present where it matters how many there were.
  private mutating func lastCounted(_ probe: Probe) throws(Failure) -> Hit? {
    var (counted, last, limit) = (probe, Hit?.none, present)
    if limit.mark > course.end.mark { limit = course.end }
    try scan(&counted, until: limit) { hit in
      if hit.position < limit { last = hit }
      return false
    }
    return last
  }

  /// How often conditions have held before the present.
  package mutating func counts(of probe: Probe) throws(Failure) -> [Int: UInt64] {
    try counts(of: probe, until: present)
  }

  private mutating func counts(
    of probe: Probe, until end: Position
  ) throws(Failure) -> [Int: UInt64] {
    var counted = probe
    try scan(&counted, until: end) { _ in false }
    return counted.counts
  }

  /// Goes over the course from its beginning.
  private mutating func scan(
    _ probe: inout Probe, until end: Position, _ found: (Hit) -> Bool
  ) throws(Failure) {
    var from = course.start
    while from.mark < end.mark {
      let next = course.checkpoints.first { $0.mark > from.mark && $0.isBetweenFrames } ?? end
      let limit = min(next, end)
      let (outcome, position) = try retrace(from: from, &probe, to: limit, isInclusive: true, found)
      guard case .limit = outcome else { return }
      from = position
    }
  }

  /// A segment begins where a frame can begin, which is where an instruction is next, but where time is
  /// counted in cycles, the same one can have been next before.
  private mutating func canonical(_ hit: Hit, _ begin: Position) throws(Failure) -> Hit {
    guard hit.before == begin else { return hit }
    let first = try seeking { scout throws(SeekError) in
      try scout.visit(instruction: begin.instruction)
    }
    // An entry call may have begun there meanwhile.
    guard scout.machine.state.keyWait == nil, scout.machine.state.pc == hit.address,
      first < begin
    else { return hit }
    let position = hit.position == begin ? first : hit.position
    return Hit(stops: hit.stops, address: hit.address, before: first, position: position)
  }

  private mutating func retrace(
    from: Position, _ probe: inout Probe, to end: Position, isInclusive: Bool,
    _ found: (Hit) -> Bool
  ) throws(Failure) -> (Probe.End, Position) {
    guard !isInterrupted() else { throw .interrupted }
    do throws(SeekError) {
      return try scout.retrace(from: from, on: course) { machine, inputs in
        let outcome = probe.run(
          &machine, &inputs, to: .exactly(end), isInclusive: isInclusive, found)
        return (outcome, machine.position)
      }
    } catch { throw .seek(error) }
  }

  private mutating func seeking<Result>(
    _ body: (inout Timeline<Chip8>) throws(SeekError) -> Result
  ) throws(Failure) -> Result {
    guard !isInterrupted() else { throw .interrupted }
    do throws(SeekError) { return try body(&scout) } catch { throw .seek(error) }
  }

  /// Where a frame can begin, with a snapshot, and before a position; else the beginning of the course.
  private func checkpoint(before position: Position) -> Position {
    course.checkpoints.last { $0.mark < position.mark && $0.isBetweenFrames } ?? course.start
  }

  // MARK: Places

  /// The last place before a position.
  ///
  /// - Parameter depth: with no more return addresses than so many; nil for any.
  package mutating func place(before position: Position, depth: Int? = nil) throws(Failure)
    -> Place?
  {
    let trail = try trail(before: position)
    guard let last = trail.last else { return nil }
    guard let depth, last.depth > depth else { return last }
    if let place = trail.last(where: { $0.depth <= depth }) { return place }
    return try call(before: position, depth: depth)
  }

  /// The last call before a position that was made with no more return addresses than so many; or where an
  /// entry call has interrupted the program.
  package mutating func call(before position: Position, depth: Int) throws(Failure) -> Place? {
    var history = with(present: position)
    let hasEntryCalls = course.inputs.contains { entry in
      if case .entryCall = entry.input { true } else { false }
    }
    let question = hasEntryCalls ? Question.place(depth: depth) : .call(depth: depth)
    guard let hit = try history.last(Probe([], asking: question), includesPresent: true)
    else { return nil }
    let place = hit.before
    let found = try history.seeking { scout throws(SeekError) in
      try scout.visit(place)
      return Place(
        position: place, pc: scout.machine.state.pc, depth: Int(scout.machine.state.stackCount),
        isWaiting: scout.machine.state.keyWait != nil)
    }
    self = history.with(present: present)
    return found
  }

  private func with(present: Position) -> History {
    History(scout: scout, course: course, present: present, isInterrupted: isInterrupted)
  }

  private init(
    scout: Timeline<Chip8>, course: Timeline<Chip8>.Course, present: Position,
    isInterrupted: @escaping () -> Bool
  ) {
    (self.scout, self.course, self.present) = (scout, course, present)
    self.isInterrupted = isInterrupted
  }

  /// How many instructions and frames a trail goes back at first.
  private static let trailLengths: [(instructions: UInt64, frames: UInt64)] = [
    (512, 64), (1 << 16, 1 << 12), (.max, .max),
  ]

  /// Some places in a row before a position, in order; none only if there is none.
  private mutating func trail(before end: Position) throws(Failure) -> [Place] {
    for length in History.trailLengths {
      let from = try begin(of: length, before: end)
      var places = try places(from: from, until: end)
      if from.mark <= course.start.mark { return places }
      // Where time is counted in cycles, that instruction may have been next before.
      if !places.isEmpty { places.removeFirst() }
      if !places.isEmpty { return places }
    }
    return []
  }

  private mutating func begin(
    of length: (instructions: UInt64, frames: UInt64), before end: Position
  ) throws(Failure) -> Position {
    let start = course.start
    let frame = end.frame - min(end.frame, length.frames)
    let byFrame = frame > start.frame ? Position(frame: frame) : start
    guard end.instruction - start.instruction > length.instructions else { return byFrame }
    let byInstruction = try seeking { scout throws(SeekError) in
      try scout.visit(instruction: end.instruction - length.instructions)
    }
    return max(byInstruction, byFrame)
  }

  /// All places from a position until before another one.
  private mutating func places(
    from: Position, until end: Position
  ) throws(Failure) -> [Place] {
    guard !isInterrupted() else { throw .interrupted }
    do throws(SeekError) {
      return try scout.retrace(from: from, on: course) { machine, inputs in
        var places: [Place] = []
        let isNew = machine.forEachPlace(&inputs, until: end) { places.append($0) }
        let isNewAtEnd = isNew && machine.position.instruction == end.instruction
        // The instruction that is next at the end may have been next before.
        if let last = places.last, !last.isWaiting, last.position.instruction == end.instruction,
          !isNewAtEnd
        {
          places.removeLast()
        }
        return places
      }
    } catch { throw .seek(error) }
  }

  /// Where the last line before the present begins.
  ///
  /// - Parameter depth: with no more return addresses than so many; nil for any.
  package mutating func line(
    before position: Position, _ lines: LineTable, depth: Int?
  ) throws(Failure) -> Position? {
    guard var place = try place(before: position, depth: depth) else { return nil }
    while true {
      guard !isInterrupted() else { throw .interrupted }
      let previous = try self.place(before: place.position, depth: depth)
      let last = previous.flatMap { lines.run(at: $0.pc)?.line }
      let isStart = lines.isStart(
        place.pc, place.depth, after: last, previous?.depth ?? place.depth)
      if !place.isWaiting, isStart { return place.position }
      guard let previous else { return nil }
      place = previous
    }
  }

  // MARK: Machines

  /// Goes over a part of the course.
  mutating func walk<Result>(
    from position: Position,
    _ body: (inout Chip8, inout ArraySlice<Tape<InputEvent>.Entry>) -> Result
  ) throws(Failure) -> Result {
    guard !isInterrupted() else { throw .interrupted }
    do throws(SeekError) { return try scout.retrace(from: position, on: course, body) } catch {
      throw .seek(error)
    }
  }

  var presentRAMByteCount: Int { scout.machine.state.ram.count }

  /// The machine at a position of the course.
  public mutating func machine(at position: Position) throws(Failure) -> Chip8 {
    try seeking { scout throws(SeekError) in
      try scout.visit(position)
      return Chip8(scout.machine.snapshot)
    }
  }
}

extension Position {
  /// Whether a frame can begin here.
  fileprivate var isBetweenFrames: Bool { !isInFrame }
}

extension Chip8 {
  /// Goes over its course tick by tick, and calls with each place.
  ///
  /// - Returns: whether there is one where it ends.
  fileprivate mutating func forEachPlace(
    _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, until end: Position,
    _ body: (History.Place) -> Void
  ) -> Bool {
    var next = NextInstruction()
    while true {
      take(&inputs)
      next.noteInputs(of: self)
      guard position.mark < end.mark else { return next.isNew }
      if next.isNew {
        body(
          History.Place(
            position: position, pc: state.pc, depth: Int(state.stackCount),
            isWaiting: state.keyWait != nil))
      }
      if takeInputsOfFrame(&inputs) {
        next.noteRun()
        continue
      }
      let tick = tick()
      next.note(tick, of: self)
      if case .stopped = tick, inputs.first?.position.mark != position.mark { return false }
    }
  }
}
