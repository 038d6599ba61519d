// The course that a machine is on, for replaying history in place.

extension Timeline {
  /// A course from its beginning to its end: all that is needed to go over it again.
  public struct Course: Sendable {
    /// Where it begins, as far as it is known.
    public let start: Position
    /// How far it has come.
    public let end: Position
    /// All inputs since the start.
    public let inputs: [Tape<Recorded.Input>.Entry]
    /// Where there are snapshots, in ascending order; the first one is at the start.
    public let checkpoints: [Position]

    /// The inputs that a machine at a position of this course has not had.
    public func inputs(after position: Position) -> ArraySlice<Tape<Recorded.Input>.Entry> {
      let position = position.mark
      var (low, high) = (0, inputs.count)
      while low < high {
        let middle = (low + high) / 2
        if inputs[middle].position <= position { low = middle + 1 } else { high = middle }
      }
      return inputs[low...]
    }
  }

  /// The course of the branch, from its beginning to its end.
  public var course: Course {
    var index = branch
    var inputs = [branches[index].tape[0..<branches[index].tape.count]]
    var checkpoints: [[Position]] = [branches[index].checkpoints]
    while let origin = branches[index].origin {
      index = origin.branch
      inputs.append(branches[index].tape[0..<origin.inputCount])
      checkpoints.append(
        branches[index].checkpoints.filter { $0.mark < origin.position.mark })
    }
    return Course(
      start: branches[index].startPosition, end: end,
      inputs: inputs.reversed().flatMap { $0 },
      checkpoints: [branches[index].startPosition]
        + checkpoints.reversed().flatMap { $0 }.filter {
          $0.mark > branches[index].startPosition.mark
        })
  }

  /// Another machine on the same course, for going over it: to the session nothing happens.
  ///
  /// - Parameter continues: is asked every few milliseconds whether to go on proving what an image says of
  ///   the past.
  /// - Throws: `SeekError.falsePast` if that is not true, and `SeekError.unproven` if it was not to go on.
  public mutating func scout(
    while continues: () -> Bool = { true }
  ) throws(SeekError) -> Timeline {
    for index in branchesOfCourse where branches[index].claim != nil {
      try believe(index, while: continues)
    }
    return detached
  }

  private var branchesOfCourse: [Int] {
    var indices = [branch]
    while let origin = branches[indices[indices.count - 1]].origin { indices.append(origin.branch) }
    return indices
  }

  /// Goes over a part of a course again, as a scout.
  ///
  /// - Parameters:
  ///   - position: where to begin: the machine is there, and has had all inputs of that position.
  ///   - course: the scout's own.
  ///   - body: runs the machine, and gives it the inputs that follow.
  public mutating func retrace<Result>(
    from position: Position, on course: Course,
    _ body: (inout Recorded, inout ArraySlice<Tape<Recorded.Input>.Entry>) -> Result
  ) throws(SeekError) -> Result {
    try go(to: .position(position), on: branch)
    var remaining = course.inputs(after: machine.position)
    return body(&machine, &remaining)
  }

  /// Goes to where so many instructions were just executed, as a scout.
  ///
  /// - Returns: that position, the first one with so many.
  public mutating func visit(instruction: UInt64) throws(SeekError) -> Position {
    try go(to: .instruction(instruction), on: branch)
    return machine.position
  }

  /// Goes to a position of the course, as a scout.
  public mutating func visit(_ position: Position) throws(SeekError) {
    try go(to: .position(position), on: branch)
  }

  // MARK: Editing

  /// Applies an input that is a change of what was played: it begins a branch, so that ``undo()`` leads
  /// to the machine as it was before.
  ///
  /// - Throws: the machine's own error; nothing has changed then.
  public mutating func edit(_ input: Recorded.Input) throws(Recorded.InputRefusal) {
    let (from, program) = (place, machine.program)
    let before = isJournaled ? Recorded.pack(machine.snapshot) : nil
    try machine.apply(input)
    guard machine.program == program else {
      begin(.program, nil)
      return note(.program, from: from)
    }
    (isJumping, hasMoved, frameWindow) = (false, false, nil)
    let parent = branchOfCourse(branch, at: .position(from.position))
    let origin = Origin(
      branch: parent, position: from.position,
      inputCount: branches[parent].tape.count(through: from.position))
    add(Branch(edge: .rewind, start: before, origin: origin, end: from.position))
    branch = branches.count - 1
    branches[branch].tape.append(input, at: from.position)
    note(.rewind, from: from)
    isJumping = false
  }
}

extension Timeline.Branch {
  /// Where there are snapshots.
  fileprivate var checkpoints: [Position] {
    (start == nil ? [] : [startPosition]) + keyframes.map(\.position)
  }
}
