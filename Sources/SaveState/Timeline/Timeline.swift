// A session and all that it has been: docs/TIMELINE.md.

/// A machine that runs, and everything that it has run before: the tape of its inputs, snapshots to come
/// back to any moment soon, and the branches on which it was left. Nothing that was ever played is lost.
///
/// All that happens to the machine happens here: ``apply(_:)`` and ``run(_:)`` continue it,
/// ``seek(to:)`` and ``rewind(frames:)`` go to another moment, ``replace(with:by:past:)`` takes another
/// machine. Playing on from an earlier moment begins a branch; the one that was left stays.
public struct Timeline<Recorded: Machine>: InputReceiver, Sendable {
  /// A moment of a session.
  public struct Place: Hashable, Sendable {
    /// The branch whose course leads there, by its number.
    public let branch: Int
    /// Where the machine is then. All inputs of this position have reached it.
    public let position: Position

    /// A moment on the course of a branch.
    public init(branch: Int, position: Position) {
      (self.branch, self.position) = (branch, position)
    }
  }

  /// Why there is another branch.
  public enum Edge: Hashable, Sendable {
    /// A machine was switched on: the first, or the same once more.
    case powerOn
    /// A machine that had run before took the place of the one before: a saved one, or itself with
    /// another configuration.
    case load
    /// It is what a saved machine says of its own past.
    case past
    /// The user rewound and played on from there.
    case rewind
    /// The program in the machine was replaced.
    case program
  }

  /// The machine as it is.
  public internal(set) var machine: Recorded
  /// All courses that the session has taken. None of them is ever removed.
  var branches: [Branch]
  /// The branch on whose course the machine is.
  public internal(set) var branch: Int
  /// The jumps of the session, for ``undo()`` and ``redo()``: those before `jumpsDone` can be undone,
  /// those from there on redone.
  var jumps: [Jump] = []
  var jumpsDone = 0
  /// Whether the last jump was followed by nothing, so that another one continues it.
  var isJumping = false
  /// The frames around the last one that was rewound to.
  var frameWindow: FrameWindow?
  /// The most bytes of all snapshots that can be made again.
  let budget: Int
  /// How much the machine runs between two snapshots, before any are thinned out.
  public var spacing: UInt64
  /// The bytes of those that there are.
  var keyframeByteCount = 0
  /// The bytes of the machines that branches begin with.
  private(set) var startByteCount = 0
  /// Whether a journal is kept. Returning to the end of a branch then begins another one there,
  /// and each has a machine to begin with, so that it stays where others are removed.
  public var isJournaled = false
  /// Whether the past in an image is verified on the first seek into it, however long that
  /// takes. Otherwise that is ``SeekError/unproven(branch:)``, until it has a ``Proof``.
  public var provesPasts = true
  /// Whether the machine was brought to where it is.
  var hasMoved = false
  /// All that was played, on all branches: the age of a snapshot is what was played since.
  var played: UInt64 = 0

  /// - Parameters:
  ///   - machine: the machine as it is switched on or was loaded.
  ///   - past: how it has come there, if that is known.
  ///   - budget: how many bytes of memory the snapshots take, at most. Those that branches begin with are
  ///     counted, but none of them is removed, and a quarter is for others in any case.
  ///   - spacing: how many instructions the machine executes between two snapshots, where a frame
  ///     counts as much as 64. To do a million again takes milliseconds.
  public init(
    _ machine: Recorded, past: Past<Recorded>? = nil, budget: Int = 40 << 20,
    spacing: UInt64 = 1 << 20
  ) {
    self.machine = machine
    (self.budget, self.spacing) = (budget, spacing)
    (branches, branch) = ([], 0)
    // A machine without a past need not be new: it may have been left out.
    begin(past == nil && machine.position == Position() ? .powerOn : .load, past)
  }

  /// The same session, sharing nothing with this machine that it has to copy when it runs on.
  public var detached: Timeline {
    var copy = self
    copy.machine = Recorded(machine.snapshot)
    return copy
  }

  /// Where the machine is.
  public var place: Place { Place(branch: branch, position: machine.position) }

  // MARK: Continuing

  /// Applies an input to the machine, where it is.
  ///
  /// - Throws: the machine's own error; nothing has changed then.
  public mutating func apply(_ input: Recorded.Input) throws(Recorded.InputRefusal) {
    let (program, position) = (machine.program, machine.position)
    let start = startToKeep
    try machine.apply(input)
    guard machine.program == program else {
      // Its images have the new program, from which nothing leads back to the old one.
      let from = Place(branch: branch, position: position)
      begin(.program, nil)
      return note(.program, from: from)
    }
    playOn(from: position, start)
    branches[branch].tape.append(input, at: position)
  }

  /// Runs the machine.
  ///
  /// - Parameter body: runs it, and gives it no input.
  public mutating func run<Result>(_ body: (inout Recorded) -> Result) -> Result {
    let (start, startToKeep) = (machine.position, startToKeep)
    let result = body(&machine)
    let end = machine.position
    guard end != start else { return result }
    playOn(from: start, startToKeep)
    played += end.work - start.work
    branches[branch].end = end
    addKeyframeIfDue(inputCount: branches[branch].tape.count)
    return result
  }

  /// The machine with which the branch begins that is made when it plays on, if it is to be kept.
  private var startToKeep: Recorded.PackedSnapshot? {
    isJournaled && hasMoved ? Recorded.pack(machine.snapshot) : nil
  }

  /// Makes a branch unless the machine is where its own ends.
  ///
  /// - Parameter start: the machine as it was there, for a branch in any case.
  private mutating func playOn(from position: Position, _ start: Recorded.PackedSnapshot?) {
    (isJumping, hasMoved, frameWindow) = (false, false, nil)
    guard position.mark != branches[branch].end.mark || start != nil else { return }
    let parent = branchOfCourse(branch, at: .position(position))
    let origin = Origin(
      branch: parent, position: position,
      inputCount: branches[parent].tape.count(through: position))
    add(Branch(edge: .rewind, start: start, origin: origin, end: position))
    branch = branches.count - 1
  }

  // MARK: Other machines

  /// Puts another machine in the place of this one, which stays where it is on its branch.
  ///
  /// - Parameter past: how the other one has come where it is, if that is known.
  public mutating func replace(
    with machine: Recorded, by edge: Edge, past: Past<Recorded>? = nil
  ) {
    let from = place
    self.machine = machine
    begin(edge, past)
    note(edge, from: from)
  }

  /// Continues another session, whose machine takes the place of this one. All that has been of both
  /// stays.
  public mutating func replace(with other: Timeline, by edge: Edge) {
    let from = place
    let offset = branches.count
    for branch in other.branches { add(branch.numbered(after: offset)) }
    (machine, branch, frameWindow) = (other.machine, other.branch + offset, nil)
    hasMoved = other.hasMoved
    keyframeByteCount += other.keyframeByteCount
    played += other.played
    keepToBudget()
    note(edge, from: from)
  }

  /// Begins a branch with the machine as it is.
  mutating func begin(_ edge: Edge, _ past: Past<Recorded>?) {
    (hasMoved, frameWindow) = (false, nil)
    let end = machine.position
    var origin: Origin?
    if let past {
      add(Branch(edge: .past, start: Recorded.pack(past.start.snapshot), origin: nil, end: end))
      branch = branches.count - 1
      branches[branch].startPosition = past.start.position
      branches[branch].tape = LongTape(past.tape)
      branches[branch].claim = machine.stateDigest
      origin = Origin(branch: branch, position: end, inputCount: past.tape.entries.count)
    }
    add(Branch(edge: edge, start: Recorded.pack(machine.snapshot), origin: origin, end: end))
    branch = branches.count - 1
  }

  // MARK: Branches

  /// How many branches there are; they are numbered from 0, and a later one has a higher number.
  public var branchCount: Int { branches.count }

  mutating func add(_ branch: Branch) {
    branches.append(branch)
    startByteCount += branch.start.map(Recorded.byteCount) ?? 0
  }

  /// A course that the machine has taken once, from where it left another one, if it did.
  struct Branch: Sendable {
    let edge: Edge
    /// The machine to begin with; nil if that is the one at the origin.
    let start: Recorded.PackedSnapshot?
    /// Where the start is; for others than a past it follows from `origin` or `end`.
    var startPosition: Position
    /// Where it has left another branch; nil if nothing is known before its start.
    private(set) var origin: Origin?
    /// The inputs since then.
    var tape = LongTape<Recorded.Input>()
    /// How far it has come.
    var end: Position
    /// The machine on its way, in order. None of them has to be there.
    var keyframes: [Keyframe] = []
    /// What the machine must be at the end of a past that is not verified yet.
    var claim: Digest?
    /// Whether verification failed.
    var isFalse = false

    init(edge: Edge, start: Recorded.PackedSnapshot?, origin: Origin?, end: Position) {
      (self.edge, self.start, self.origin, self.end) = (edge, start, origin, end)
      startPosition = end
    }

    /// The same branch where so many others come before those of its session.
    func numbered(after count: Int) -> Branch {
      leaving(origin.map { $0.of(branch: $0.branch + count) })
    }

    /// The same branch where the one that it has left has another number, or is not known.
    func leaving(_ origin: Origin?) -> Branch {
      var branch = self
      branch.origin = origin
      return branch
    }
  }

  /// Where a branch has left another one.
  struct Origin: Sendable {
    let branch: Int
    let position: Position
    /// How many inputs of the other branch it shares.
    let inputCount: Int

    /// The same place where the branch has another number.
    func of(branch: Int) -> Origin {
      Origin(branch: branch, position: position, inputCount: inputCount)
    }
  }

  /// The machine at a moment.
  struct Keyframe: Sendable {
    let position: Position
    /// How many inputs of its branch it has had.
    let inputCount: Int
    let snapshot: Recorded.PackedSnapshot
    let byteCount: Int
    /// What had been played when it was made.
    let played: UInt64
  }
}
