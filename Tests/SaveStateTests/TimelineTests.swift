// TimelineTests.swift: whatever was played can be gone back to, and is what it was.

import SaveState
import Testing

/// A session of a toy, with each of its moments as it was when visited.
private struct Session {
  private struct Moment: Hashable {
    let branch: Int
    let frame: UInt64
    /// What tells a moment in a frame from the others; nil between two frames.
    let instruction: UInt64?
  }

  var timeline: Timeline<Toy>
  private var moments: [(place: Timeline<Toy>.Place, toy: Toy)] = []
  private var indices: [Moment: Int] = [:]

  init(_ timeline: Timeline<Toy>) {
    self.timeline = timeline
    remember()
  }

  /// How many moments are known.
  var count: Int { moments.count }

  /// Remembers where the session is. Later inputs at the same position make another machine of it.
  mutating func remember() {
    let (place, position) = (timeline.place, timeline.machine.position)
    let moment = Moment(
      branch: place.branch, frame: position.frame,
      instruction: position.isInFrame ? position.instruction : nil)
    if let index = indices[moment] {
      moments[index].toy = timeline.machine
    } else {
      indices[moment] = moments.count
      moments.append((place, timeline.machine))
    }
  }

  /// What the machine was where it is now, if visited before.
  func isAsRemembered() -> Bool? {
    let (place, position) = (timeline.place, timeline.machine.position)
    let moment = Moment(
      branch: place.branch, frame: position.frame,
      instruction: position.isInFrame ? position.instruction : nil)
    return indices[moment].map { moments[$0].toy == timeline.machine }
  }

  /// Goes to all moments in any order, and counts those that are not what they were.
  func lostMoments(_ random: inout Seeded) throws -> Int {
    var (timeline, lost) = (timeline, 0)
    for moment in moments.shuffled(using: &random) {
      if timeline.branch != moment.place.branch {
        try timeline.seek(toEndOf: moment.place.branch)
      }
      try timeline.seek(to: moment.place.position)
      if timeline.machine != moment.toy { lost += 1 }
    }
    timeline.checkInvariants()
    return lost
  }

  mutating func play(_ random: inout Seeded) throws {
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      try timeline.apply(.random(&random))
      remember()
    }
    let position = timeline.machine.position
    timeline.run {
      $0.advance(
        until: Position(
          frame: position.frame + .random(in: 0...3, using: &random),
          instruction: position.instruction + .random(in: 0...250, using: &random)))
    }
    remember()
  }

  /// Goes somewhere on the course.
  mutating func wander(_ random: inout Seeded) throws {
    let (start, end) = (timeline.start, timeline.end)
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      let first = start.isInFrame ? start.frame + 1 : start.frame
      guard first <= end.frame else { return }
      try timeline.seek(to: Position(frame: .random(in: first...end.frame, using: &random)))
    case 1:
      let count = UInt64.random(in: start.instruction...end.instruction, using: &random)
      try timeline.seek(toInstruction: count)
      #expect(timeline.machine.position.instruction == count)
    default:
      for _ in 0..<Int.random(in: 1...9, using: &random) {
        let frame = timeline.machine.position.frame
        guard frame > start.frame + 1 else { return }
        try timeline.rewind()
        #expect(timeline.machine.position.frame >= frame - 1)
      }
    }
  }
}

extension Toy.Input {
  fileprivate static func random(_ random: inout Seeded) -> Toy.Input {
    Bool.random(using: &random)
      ? .weight(.random(in: 0...255, using: &random))
      : .byte(.random(in: 0..<64, using: &random), .random(in: 0...255, using: &random))
  }
}

@Suite struct TimelineTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  private func toy() -> Toy { Toy(Program(name: "toy", bytes: [1, 2, 3])) }

  @Test("Every moment of every branch stays what it was, whatever is done to the session")
  func moments() throws {
    var count = 0
    for round in 0..<8 {
      var random = Seeded(state: TimelineTests.seed &+ UInt64(round))
      var session = Session(
        Timeline(toy(), budget: .random(in: 500...20_000, using: &random), spacing: 300))
      for _ in 0..<80 {
        switch Int.random(in: 0..<21, using: &random) {
        case 20:
          var other = Session(Timeline(usedToy(), spacing: 200))
          for _ in 0..<9 { try other.play(&random) }
          session.timeline.replace(with: other.timeline, by: .load)
        case 0: session.timeline.replace(with: usedToy(), by: .load)
        case 1: session.timeline.replace(with: toy(), by: .powerOn)
        case 2:
          try session.timeline.apply(.program(.random(in: 1...9, using: &random)))
          session.remember()
        case 3, 4: _ = try session.timeline.undo()
        case 5: _ = try session.timeline.redo()
        case 6..<10: try session.wander(&random)
        default: try session.play(&random)
        }
        #expect(session.isAsRemembered() ?? true, "seed \(TimelineTests.seed), round \(round)")
        session.remember()
        session.timeline.checkInvariants()
      }
      count += session.count
      let lost = try session.lostMoments(&random)
      #expect(lost == 0, "seed \(TimelineTests.seed), round \(round)")
    }
    #expect(count > 200)
  }

  @Test("Snapshots keep to the budget, are dense where it was recently, and sparse long ago")
  func thinning() throws {
    var random = Seeded(state: TimelineTests.seed)
    let byteCount = Toy.byteCount(of: Toy.pack(toy()))
    let budget = 64 * byteCount
    var timeline = Timeline(toy(), budget: budget, spacing: 100)
    var straight = toy()
    for frame in 1...5000 as ClosedRange<UInt64> {
      let input = Toy.Input.random(&random)
      try timeline.apply(input)
      try straight.apply(input)
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
      straight.advance(until: Position(frame: frame, instruction: .max))
      try #require(timeline.snapshotByteCount <= budget)
    }
    timeline.checkInvariants()
    #expect(timeline.keyframeCount > 20 && timeline.keyframeCount < 64)
    let gaps = timeline.keyframeGaps
    // What was played last has not been thinned out as often as what was played first.
    #expect(try #require(gaps.last) < #require(gaps.first))
    #expect(try #require(gaps.max()) < 5000 * 164 / 8)
    #expect(timeline.machine == straight)
    let frames = (0..<40).map { _ in UInt64.random(in: 0...5000, using: &random) }
    for frame in frames {
      try timeline.seek(to: Position(frame: frame))
      try #require(timeline.snapshotByteCount <= budget)
    }
    try timeline.seek(to: timeline.end)
    #expect(timeline.machine == straight, "seed \(TimelineTests.seed)")
  }

  @Test("Going back frame by frame replays a window of frames once")
  func rewinding() throws {
    var jump: Timeline<Toy>.Edge?
    var timeline = Timeline(toy(), spacing: 1 << 20)
    timeline.run { $0.advance(until: Position(frame: 200, instruction: .max)) }
    timeline.run { $0.advance(until: Position(frame: .max, instruction: 20_050)) }
    let end = timeline.machine
    try timeline.rewind()
    #expect(timeline.machine.position == Position(frame: 200, instruction: 20_000))
    let byteCount = timeline.snapshotByteCount
    #expect(byteCount == 64 * Toy.byteCount(of: end))
    for frame in (137..<200).reversed() {
      try timeline.rewind()
      #expect(timeline.machine.position.frame == UInt64(frame))
    }
    try timeline.rewind(frames: 37)
    #expect(timeline.machine.position == Position(frame: 100, instruction: 10_000))
    #expect(throws: SeekError.beforeStart(Position())) { try timeline.rewind(frames: 101) }
    #expect(timeline.machine.position.frame == 100)
    // All of that is one jump.
    jump = try timeline.undo()
    #expect(jump == .rewind)
    #expect(timeline.machine == end)
    jump = try timeline.undo()
    #expect(jump == nil)
  }

  @Test("A machine that has run before was loaded, also where nothing is known of its past")
  func edges() {
    var used = toy()
    used.advance(until: Position(frame: 1, instruction: .max))
    let loaded = Timeline(used)
    #expect(loaded.leaves.map(\.edge) == [.load])
    var timeline = Timeline(toy())
    timeline.run { $0.advance(until: Position(frame: 2, instruction: .max)) }
    timeline.replace(with: loaded, by: .load)
    timeline.replace(with: Timeline(toy()), by: .powerOn)
    #expect(timeline.leaves.map(\.edge) == [.powerOn, .load, .powerOn])
  }

  @Test("Playing on from an earlier moment is another branch, and both ends stay")
  func branches() throws {
    var jump: Timeline<Toy>.Edge?
    var timeline = Timeline(toy())
    try timeline.apply(.byte(1, 7))
    timeline.run { $0.advance(until: Position(frame: 9, instruction: .max)) }
    let first = timeline.machine
    #expect(timeline.leaves.map(\.end.frame) == [9])
    try timeline.seek(to: Position(frame: 4))
    #expect(timeline.leaves.map(\.end.frame) == [9])
    try timeline.apply(.weight(3))
    timeline.run { $0.advance(until: Position(frame: 6, instruction: .max)) }
    let second = timeline.machine
    #expect(timeline.leaves.map(\.end.frame) == [9, 6])
    #expect(timeline.leaves.map(\.edge) == [.powerOn, .rewind])
    jump = try timeline.undo()
    #expect(jump == .rewind)
    #expect(timeline.machine == first && timeline.place.branch == 0)
    jump = try timeline.redo()
    #expect(jump == .rewind)
    #expect(timeline.machine == second && timeline.place.branch == 1)
    jump = try timeline.redo()
    #expect(jump == nil)
    timeline.replace(with: usedToy(), by: .load)
    timeline.run { $0.advance(until: Position(frame: 2, instruction: .max)) }
    #expect(throws: SeekError.beforeStart(usedToy().position)) { try timeline.seek(to: Position()) }
    #expect(throws: SeekError.afterEnd(Position(frame: 2, instruction: 200))) {
      try timeline.seek(to: Position(frame: 3))
    }
    #expect(throws: SeekError.nowhere(Position(frame: 1, instruction: 250, isInFrame: true))) {
      try timeline.seek(to: Position(frame: 1, instruction: 250, isInFrame: true))
    }
    #expect(timeline.leaves.map(\.end.frame) == [9, 6, 2])
    jump = try timeline.undo()
    #expect(jump == .load)
    #expect(timeline.machine == second)
    try timeline.seek(toEndOf: 0)
    #expect(timeline.machine == first)
    jump = try timeline.undo()
    #expect(jump == .rewind)
    #expect(timeline.machine == second)
  }

  @Test("What left a course follows its end, also where another machine was loaded in between")
  func treeOrder() throws {
    var timeline = Timeline(toy())
    timeline.run { $0.advance(until: Position(frame: 9, instruction: .max)) }
    timeline.replace(with: usedToy(), by: .load)
    timeline.run { $0.advance(until: Position(frame: 2, instruction: .max)) }
    _ = try timeline.undo()
    try timeline.seek(to: Position(frame: 4))
    try timeline.apply(.weight(3))
    timeline.run { $0.advance(until: Position(frame: 6, instruction: .max)) }
    #expect(timeline.leaves.map(\.end.frame) == [9, 6, 2])
    #expect(timeline.leaves.map(\.depth) == [0, 1, 0])
  }

  @Test("The instruction before a fork is reached with the inputs of the course")
  func instructionAtAFork() throws {
    var timeline = Timeline(toy())
    timeline.run { $0.advance(until: Position(frame: 9, instruction: .max)) }
    try timeline.seek(to: Position(frame: 4))
    try timeline.apply(.byte(9, 9))
    let fork = timeline.machine
    timeline.run { $0.advance(until: Position(frame: 5, instruction: .max)) }
    try timeline.seek(toInstruction: 400)
    #expect(timeline.machine == fork)
    try timeline.seek(toInstruction: 399)
    #expect(timeline.machine.position.instruction == 399)
  }

  @Test("A session that takes the place of another one brings all that it has been")
  func otherSession() throws {
    var first = Timeline(toy())
    first.run { $0.advance(until: Position(frame: 9, instruction: .max)) }
    let left = first.machine
    var other = Timeline(toy(), spacing: 100)
    try other.apply(.byte(1, 7))
    other.run { $0.advance(until: Position(frame: 6, instruction: .max)) }
    try other.seek(to: Position(frame: 2))
    let middle = other.machine
    other.run { $0.advance(until: Position(frame: 4, instruction: .max)) }
    let (end, leaves) = (other.machine, other.leaves.map(\.end.frame))
    first.replace(with: other, by: .load)
    first.checkInvariants()
    #expect(first.machine == end && first.leaves.map(\.end.frame) == [9] + leaves)
    try first.seek(to: Position(frame: 2))
    #expect(first.machine == middle)
    try first.seek(toEndOf: 1)
    #expect(first.end.frame == 6)
    _ = try first.undo()
    _ = try first.undo()
    #expect(first.machine == end && first.undoableEdges == [.load])
    _ = try first.undo()
    #expect(first.machine == left && first.redoableEdges == [.load, .rewind, .rewind])
  }

  @Test("A long tape is packed, and every moment of it comes back")
  func longTapes() throws {
    var random = Seeded(state: .random(in: 0...UInt64.max))
    var timeline = Timeline(toy(), budget: 100_000, spacing: 5000)
    var moments: [Toy] = []
    for frame in 1...6000 as ClosedRange<UInt64> {
      try timeline.apply(
        .byte(.random(in: 0..<64, using: &random), .random(in: 0...9, using: &random)))
      if frame % 97 == 0 { moments.append(timeline.machine) }
      timeline.run { $0.advance(until: Position(frame: frame, instruction: frame * 100 - 50)) }
      if frame % 3 == 0 { try timeline.apply(.weight(.random(in: 0...9, using: &random))) }
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
    }
    // As they come, events take some fifty bytes each.
    #expect(timeline.byteCount - timeline.snapshotByteCount < 8000 * 20)
    for moment in moments.shuffled(using: &random) {
      try timeline.seek(to: moment.position)
      try #require(timeline.machine == moment)
      try timeline.seek(toInstruction: moment.position.instruction)
      try #require(timeline.machine == moment)
      try timeline.rewind(frames: 90)
    }
    try timeline.seek(to: timeline.end)
    let whole = try #require(timeline.past(byteLimit: 1 << 20))
    #expect(whole.tape.entries.count >= 8000 && whole.beginsAtPowerOn)
    let part = try #require(timeline.past(byteLimit: 4000))
    #expect(part.tape.entries.count > 300 && part.start.position.frame > 5000)
    var released = timeline.machine
    released.releaseHeldInput()
    #expect(whole.leads(to: released) && part.leads(to: released))
    timeline.checkInvariants()
  }

  @Test("There and back is no jump")
  func thereAndBack() throws {
    var timeline = Timeline(toy())
    timeline.run { $0.advance(until: Position(frame: 9, instruction: .max)) }
    try timeline.seek(to: Position(frame: 4))
    #expect(!timeline.isAtEnd)
    try timeline.seek(to: Position(frame: 9))
    #expect(timeline.isAtEnd && timeline.undoableEdges.isEmpty)
    try timeline.seek(to: Position(frame: 4))
    #expect(timeline.undoableEdges == [.rewind])
  }

  @Test("An input that is refused is on no tape")
  func refusal() throws {
    var timeline = Timeline(toy())
    timeline.run { $0.advance(until: Position(frame: 3, instruction: .max)) }
    try timeline.seek(to: Position(frame: 1))
    #expect(throws: Toy.InputRefusal(address: 99)) { try timeline.apply(.byte(99, 1)) }
    #expect(timeline.leaves.count == 1 && timeline.end.frame == 3)
  }
}
