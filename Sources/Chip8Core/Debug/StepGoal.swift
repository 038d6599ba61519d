// Where a step ends.

/// Where a step ends.
package enum StepGoal: Sendable {
  case none
  /// At the next instruction, or in the next frame of a wait for a key.
  case instruction
  /// The same, but not in subroutines that are called meanwhile: with no more than so many return
  /// addresses.
  case instructionOver(depth: Int)
  /// Where a subroutine has returned, so that there are no more than so many return addresses.
  case returned(depth: Int)
  /// Where a line begins.
  case line(LineStep)

  mutating func begin(at machine: borrowing Chip8) {
    guard case .line(var step) = self else { return }
    step.begin(at: machine.state)
    self = .line(step)
  }

  func add(to traps: inout Traps) {
    switch self {
    case .none, .instruction: return
    case .instructionOver, .returned: traps.add(.return)
    case .line(let step): if step.isOver { traps.add(.return) }
    }
  }

  /// Whether nothing but a return leads to the goal from here.
  func canRunFreely(_ state: borrowing State) -> Bool {
    switch self {
    case .none, .returned: true
    case .instruction: false
    case .instructionOver(let depth): Int(state.stackCount) > depth
    case .line(let step): step.isOver && Int(state.stackCount) > step.depth
    }
  }

  mutating func isReached(
    by tick: Chip8.Tick, _ start: TickStart, _ state: borrowing State
  ) -> Bool {
    let depth = Int(state.stackCount)
    switch self {
    case .none: return false
    case .instruction: return true
    case .instructionOver(let limit): return depth <= limit
    case .returned(let limit):
      return start.instruction.kind == .return && tick.isExecuted && depth <= limit
    case .line(var step):
      let isReached = step.isReached(at: state.pc, depth, isWaiting: state.keyWait != nil)
      self = .line(step)
      return isReached
    }
  }
}

/// A step by lines: to the next instruction that another line has made than the one before it, or the
/// first of its line, or that is in another subroutine.
package struct LineStep: Sendable {
  let lines: LineTable
  /// Whether subroutines that are called meanwhile are left out.
  let isOver: Bool
  /// The return addresses where it began; with more of them, nothing counts for a step over calls.
  private(set) var depth = 0
  private var last: (line: Int?, depth: Int) = (nil, 0)
  private var hasBegun = false

  package init(_ lines: LineTable, isOver: Bool) { (self.lines, self.isOver) = (lines, isOver) }

  /// Begins at a machine, unless the step has begun before it.
  mutating func begin(at state: borrowing State) {
    guard !hasBegun else { return }
    hasBegun = true
    depth = Int(state.stackCount)
    last = (lines.run(at: state.pc)?.line, depth)
  }

  mutating func isReached(at pc: UInt16, _ depth: Int, isWaiting: Bool) -> Bool {
    guard !isWaiting, !isOver || depth <= self.depth else { return false }
    defer { last = (lines.run(at: pc)?.line, depth) }
    return lines.isStart(pc, depth, after: last.line, last.depth)
  }
}

/// Which line has made which bytes of a program.
public struct LineTable: Sendable {
  /// Bytes in a row that one line has made.
  public struct Run: Hashable, Sendable {
    /// The first one's address.
    public let address: UInt16
    /// How many they are.
    public let byteCount: Int
    /// The line, by any number that no other line has.
    public let line: Int

    /// These bytes.
    public init(address: UInt16, byteCount: Int, line: Int) {
      (self.address, self.byteCount, self.line) = (address, byteCount, line)
    }
  }

  /// In ascending order of addresses, without overlaps.
  public let runs: [Run]

  /// These runs, in any order.
  public init(_ runs: [Run] = []) { self.runs = runs.sorted { $0.address < $1.address } }

  /// The bytes with an address.
  public func run(at address: UInt16) -> Run? {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let run = runs[low - 1]
    return Int(address) < Int(run.address) + run.byteCount ? run : nil
  }

  /// Whether a line begins at an instruction.
  ///
  /// - Parameters:
  ///   - line: that of the instruction before it.
  ///   - lastDepth: the return addresses that there were then.
  func isStart(_ pc: UInt16, _ depth: Int, after line: Int?, _ lastDepth: Int) -> Bool {
    guard let run = run(at: pc) else { return false }
    return run.line != line || depth != lastDepth || pc == run.address
  }
}

/// A question about the past, beside stops.
package enum Question: Sendable {
  /// Where something was accessed.
  case access(StopPoint.Watched, StopPoint.AccessKind)
  /// Where a subroutine was called, by the program or by its host, with no more than so many return addresses.
  case call(depth: Int)
  /// Where there were no more return addresses than so many: the same where no entry call has interrupted
  /// the program, but slower to find.
  case place(depth: Int)

  func add(to traps: inout Traps) {
    switch self {
    case .access(let watched, let kind): StopPoint.Event.access(watched, kind).add(to: &traps)
    case .call: [.call, .callHost].forEach { traps.add($0) }
    case .place: return
    }
  }

  /// Whether every tick may be an answer.
  var needsTicks: Bool {
    if case .place = self { true } else { false }
  }

  func add(to watch: inout Watch) {
    if case .access(let watched, let kind) = self { watch.add(.access(watched, kind)) }
  }

  /// - Parameter isPlace: whether an instruction could be next before the tick.
  func isAnswered(
    by tick: Chip8.Tick, _ start: TickStart, _ machine: inout Chip8, isPlace: Bool
  ) -> Bool {
    switch self {
    case .access(let watched, let kind):
      return watched.isAccessed(by: tick, kind, start, &machine)
    case .call(let depth):
      guard case .executed = tick else { return false }
      let isCall = [.call, .callHost].contains(start.instruction.kind)
      return isCall && start.depth <= depth
    case .place(let depth): return isPlace && start.depth <= depth
    }
  }
}
