// To any moment of a session: the nearest snapshot before it, and the tape from there.

/// Why a moment cannot be gone to. Nothing has changed then.
public enum SeekError: Error, Hashable, Sendable {
  /// Nothing is known of the time before a position.
  case beforeStart(Position)
  /// The machine has come no further than to a position.
  case afterEnd(Position)
  /// The machine has not been there, but before and after.
  case nowhere(Position)
  /// What an image says of its past does not lead to its machine.
  case falsePast
  /// It is not verified yet that the past of an image leads to its machine: it is a branch, by its
  /// number.
  case unproven(branch: Int)
}

extension Timeline {
  /// What is gone to on the course of a branch.
  enum Target {
    case position(Position)
    /// The first position with so many instructions.
    case instruction(UInt64)

    /// Whether it comes before a position, or can do so.
    func isBefore(_ position: Position) -> Bool {
      switch self {
      case .position(let target): target.mark < position.mark
      case .instruction(let target): target <= position.instruction
      }
    }
  }

  /// Where the course of the branch begins, as far as it is known.
  public var start: Position {
    var index = branch
    while let origin = branches[index].origin { index = origin.branch }
    return branches[index].startPosition
  }

  /// How far the course of the branch has come.
  public var end: Position { branches[branch].end }

  /// Whether the machine is at the end of its course, so that it continues it when it runs.
  public var isAtEnd: Bool { machine.position.mark == end.mark }

  /// Goes to a moment of the course that the machine is on, earlier or later. All inputs of that
  /// position have reached the machine then, and what is held down there is held down.
  ///
  /// - Parameter position: of one with no count of instructions it is the frame that counts.
  public mutating func seek(to position: Position) throws(SeekError) {
    try jump(to: .position(position))
  }

  /// Goes to where the machine had just executed so many instructions.
  public mutating func seek(toInstruction instruction: UInt64) throws(SeekError) {
    try jump(to: .instruction(instruction))
  }

  /// Goes back to where a frame can begin. Of many calls in a row each takes little time.
  ///
  /// - Parameter frames: how many; the first in the middle of a frame is back to its own beginning.
  public mutating func rewind(frames: UInt64 = 1) throws(SeekError) {
    let last = machine.position.firstWholeFrame
    guard last >= frames else { throw .beforeStart(start) }
    let target = Position(frame: last - frames)
    try check(.position(target))
    let from = place
    if frameWindow?.snapshot(of: target, on: branch) == nil {
      try restoringOnError { timeline throws(SeekError) in
        try timeline.fillFrameWindow(through: target.frame)
      }
    }
    try jump(to: .position(target), from: from)
  }

  private mutating func jump(to target: Target, from: Place? = nil) throws(SeekError) {
    let from = from ?? place
    if case .position(let position) = target,
      let snapshot = frameWindow?.snapshot(of: position, on: branch)
    {
      machine.restore(from: snapshot)
    } else {
      try check(target)
      try restoringOnError { timeline throws(SeekError) in
        try timeline.go(to: target, on: timeline.branch)
      }
    }
    hasMoved = true
    note(.rewind, from: from)
  }

  /// Leaves the machine as it was if a moment turns out not to be reached.
  mutating func restoringOnError(
    _ body: (inout Timeline) throws(SeekError) -> Void
  ) throws(SeekError) {
    let before = machine.snapshot
    do throws(SeekError) { try body(&self) } catch {
      machine.restore(from: before)
      throw error
    }
  }

  /// The first frame that the course has from its beginning on.
  public var firstFrame: UInt64 { start.firstWholeFrame }

  private func check(_ target: Target) throws(SeekError) {
    let (start, end) = (start, end)
    switch target {
    case .position(let position):
      if position.mark < start.mark { throw .beforeStart(start) }
      if position.mark > end.mark { throw .afterEnd(end) }
    case .instruction(let instruction):
      if instruction < start.instruction { throw .beforeStart(start) }
      if instruction > end.instruction { throw .afterEnd(end) }
    }
  }

  // MARK: Replaying

  /// The branch that has a moment of a course itself, and does not share it with the one it has left.
  func branchOfCourse(_ course: Int, at target: Target) -> Int {
    var index = course
    while let origin = branches[index].origin, target.isBefore(origin.position) {
      index = origin.branch
    }
    return index
  }

  /// Brings the machine to a moment of a course. If it cannot be reached, the machine is anywhere.
  mutating func go(to target: Target, on course: Int) throws(SeekError) {
    let last = branchOfCourse(course, at: target)
    if branches[last].claim != nil { try believe(last) }
    try follow(route(to: target, from: last, isOnCourse: course == branch), to: target, on: last)
    // An instruction may be the last one before the course leaves a branch, with inputs of its own there.
    let here = Target.position(machine.position)
    let ownBranch = branchOfCourse(course, at: here)
    guard ownBranch != last else { return }
    try follow(route(to: here, from: ownBranch, isOnCourse: false), to: here, on: ownBranch)
  }

  private mutating func follow(
    _ route: Route, to target: Target, on last: Int
  ) throws(SeekError) {
    if let snapshot = route.snapshot { machine.restore(from: Recorded.unpack(snapshot)) }
    var inputCount = route.inputCount
    for origin in route.origins.reversed() {
      var inputs = branches[origin.branch].tape[inputCount..<origin.inputCount]
      try replaying { timeline throws(Recorded.InputRefusal) in
        try timeline.machine.advance(to: origin.position, with: &inputs)
      }
      guard machine.position == origin.position else { throw .nowhere(origin.position) }
      inputCount = 0
    }
    var inputs = branches[last].inputs(after: inputCount, to: target)
    try replaying { timeline throws(Recorded.InputRefusal) in
      try timeline.advance(to: target, with: &inputs, on: last)
    }
    switch target {
    case .position(let position):
      guard machine.position.mark == position.mark else { throw .nowhere(position) }
    case .instruction(let instruction):
      guard machine.position.instruction == instruction else { throw .nowhere(machine.position) }
    }
  }

  /// How a moment is reached.
  private struct Route {
    /// The machine to begin with; nil if that is the current one.
    var snapshot: Recorded.PackedSnapshot?
    /// How many inputs of its branch it has had.
    var inputCount: Int
    /// Where its branch and those after it are left, the last one first.
    var origins: [Origin] = []
  }

  /// The shortest way to a moment that a branch has itself.
  ///
  /// - Parameter isOnCourse: whether the machine is on the same course.
  private func route(to target: Target, from last: Int, isOnCourse: Bool) -> Route {
    let here = machine.position
    let hereBranch =
      isOnCourse && !target.isBefore(here) ? branchOfCourse(branch, at: .position(here)) : nil
    var origins: [Origin] = []
    var index = last
    while true {
      let origin = origins.last
      let keyframe = branches[index].keyframes.last { keyframe in
        origin.map { keyframe.position.mark <= $0.position.mark }
          ?? !target.isBefore(keyframe.position)
      }
      if index == hereBranch, keyframe.map({ $0.position.mark <= here.mark }) ?? true {
        let inputCount = branches[index].tape.count(through: here)
        return Route(snapshot: nil, inputCount: inputCount, origins: origins)
      }
      if let keyframe {
        return Route(snapshot: keyframe.snapshot, inputCount: keyframe.inputCount, origins: origins)
      }
      if let start = branches[index].start {
        return Route(snapshot: start, inputCount: 0, origins: origins)
      }
      guard let next = branches[index].origin else {
        preconditionFailure("a branch has a start or has left another one")
      }
      origins.append(next)
      index = next.branch
    }
  }

  /// Continues to a moment of a branch, with the inputs there.
  private mutating func advance(
    to target: Target, with inputs: inout Remaining<Recorded>, on branch: Int
  ) throws(Recorded.InputRefusal) {
    switch target {
    case .position(let position): try machine.advance(to: position, with: &inputs)
    case .instruction(let instruction):
      // A machine that waits executes none, so the frames have a limit, too.
      let end = Position(frame: branches[branch].end.frame + 1, instruction: instruction)
      try machine.advance(until: end, with: &inputs)
      try machine.advance(to: machine.position, with: &inputs)
    }
  }

  /// The machine has taken each of these inputs before. If it does not now, it has not been there.
  private mutating func replaying(
    _ body: (inout Timeline) throws(Recorded.InputRefusal) -> Void
  ) throws(SeekError) {
    do throws(Recorded.InputRefusal) { try body(&self) } catch { throw .nowhere(machine.position) }
  }
}

extension Timeline.Branch {
  /// The inputs after so many, as far as a machine needs them that goes to a moment.
  fileprivate func inputs(
    after inputCount: Int, to target: Timeline.Target
  ) -> Remaining<Recorded> {
    let end: Int
    switch target {
    case .position(let position): end = tape.count(through: position)
    case .instruction(let instruction):
      let later = keyframes.first { $0.position.instruction > instruction }
      end = later?.inputCount ?? tape.count
    }
    return tape[inputCount..<max(inputCount, end)]
  }
}
