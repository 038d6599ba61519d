import Chip8Core
import SaveState

/// Going back and forth in time: docs/TIMELINE.md.
extension PlaySession {
  /// Rewinding while its key is held, faster and faster.
  struct Rewinding {
    private static let framesPerDoubling = 60
    private static let maxDoublings = 3

    /// How many frames the key was held.
    var heldFrames = 0
    /// Whether it cannot go any further.
    var isAtStart = false

    /// How many frames it goes back per frame.
    var speed: UInt64 {
      1 << min(heldFrames / Rewinding.framesPerDoubling, Rewinding.maxDoublings)
    }
  }

  /// The machine's position on its course, in frames.
  public struct Progress: Hashable, Sendable {
    /// The first frame that can be reached.
    public let first: UInt64
    /// The machine's frame.
    public let frame: UInt64
    /// The last frame that was played.
    public let last: UInt64
  }

  /// The machine's position while the timeline is browsed: by rewinding, stepping or a jump.
  public var progress: Progress? {
    guard isBrowsing else { return nil }
    let timeline = player.timeline
    // A course can begin and end in the middle of its first frame.
    let first = timeline.firstFrame
    let frame = max(first, timeline.machine.position.frame)
    return Progress(first: first, frame: frame, last: max(frame, timeline.end.frame))
  }

  // MARK: Rewinding

  /// Makes ``runFrame(keys:)`` go back in time, until ``endRewinding()``.
  public func beginRewinding() {
    guard restart == nil, rewinding == nil, !isMoving else { return }
    rewinding = Rewinding()
  }

  /// Plays on from where the machine is now, unless it was paused.
  public func endRewinding() { rewinding = nil }

  func rewindFrame() {
    guard var rewinding, !rewinding.isAtStart else { return }
    let timeline = player.timeline
    let frameCount = timeline.machine.position.firstWholeFrame - timeline.firstFrame
    if frameCount == 0 {
      rewinding.isAtStart = true
      report(.rewoundToStart(isPowerOn: timeline.start == Position()))
    } else {
      let count = min(rewinding.speed, frameCount)
      // What cannot be reached now cannot be reached a moment later either.
      rewinding.isAtStart = !browse(orElse: { $0.rewinding?.isAtStart = false }) {
        player throws(SeekError) in try player.rewind(frames: count)
      }
    }
    rewinding.heldFrames += 1
    self.rewinding = rewinding
  }

  // MARK: Steps

  /// Pauses, and goes back to the start of the previous frame.
  public func stepBack() {
    guard restart == nil, !isMoving else { return }
    isPaused = true
    let timeline = player.timeline
    guard timeline.machine.position.firstWholeFrame > timeline.firstFrame else {
      return report(.rewoundToStart(isPowerOn: timeline.start == Position()))
    }
    browse(orElse: { $0.stepBack() }) { player throws(SeekError) in
      try player.rewind(frames: 1)
    }
  }

  /// Pauses, and advances by a frame: as it was played before, or a new one.
  ///
  /// - Parameter keys: held down in a new frame.
  public func stepForward(keys: KeySet) {
    guard restart == nil, !isMoving else { return }
    isPaused = true
    let timeline = player.timeline
    guard !timeline.isAtEnd else { return playFrame(keys: keys) }
    let next = min(Position(frame: timeline.machine.position.frame + 1), timeline.end)
    browse(orElse: { $0.stepForward(keys: keys) }) { player throws(SeekError) in
      try player.seek(to: next)
    }
  }

  // MARK: Ends

  /// The ends of everything that was played of the program: here, earlier, and in other windows.
  public var leaves: [Timeline<Chip8>.Leaf] { player.timeline.leaves }

  // MARK: Undo

  /// Goes back to before the last load, reset, replaced program or rewind.
  public func undo() {
    guard let edge = player.timeline.undoableEdges.last else { return report(.nothingToUndo) }
    let branch = player.timeline.branch
    if jump(orElse: { $0.undo() }, { player throws(SeekError) in try player.undo() }) {
      machineChangesUndone(on: [branch])
      report(machineChoices[branch] == nil ? .undone(edge) : .machineChangeUndone)
    }
  }

  /// Redoes what ``undo()`` undid, and returns to what was played after it.
  public func redo() {
    guard let edge = player.timeline.redoableEdges.first else { return report(.nothingToRedo) }
    if jump(orElse: { $0.redo() }, { player throws(SeekError) in try player.redo() }) {
      machineChangeRedone()
      let isMachineChange = machineChoices[player.timeline.branch] != nil
      report(isMachineChange ? .machineChangeRedone : .redone(edge))
    }
  }

  /// Undoes the last load, reset or change of the machine, and any rewinding since. A second call redoes it.
  public func undoLoad() {
    let timeline = player.timeline
    if let next = timeline.redoableEdges.first, next != .rewind {
      let isDone = jump(orElse: { $0.undoLoad() }) { player throws(SeekError) in
        try player.redo()
      }
      guard isDone else { return }
      machineChangeRedone()
      return report(.loadUndone)
    }
    let rewinds = timeline.undoableEdges.reversed().prefix { $0 == .rewind }.count
    guard rewinds < timeline.undoableEdges.count else { return report(.noLoadToUndo) }
    var branches: [Int] = []
    let isDone = jump(orElse: { $0.undoLoad() }) { player throws(SeekError) in
      for _ in 0...rewinds {
        branches.append(player.timeline.branch)
        try player.undo()
      }
    }
    guard isDone else { return }
    machineChangesUndone(on: branches)
    report(.loadUndone)
  }

  // MARK: Jumps

  /// Goes to another position, to play on from there.
  ///
  /// - Parameter again: called later if the position can be reached only then.
  func jump(
    orElse again: @escaping (PlaySession) -> Void,
    _ body: (inout Player) throws(SeekError) -> Void
  ) -> Bool {
    writeJournal()
    guard restart == nil, !isMoving, browse(orElse: again, body) else { return false }
    machineChanged()
    isBrowsing = isStopped
    return true
  }

  /// Goes to another position, to look at it.
  ///
  /// - Parameter again: called later if the position can be reached only then.
  /// - Returns: whether the machine is there now; otherwise it is unchanged.
  @discardableResult
  private func browse(
    orElse again: @escaping (PlaySession) -> Void,
    _ body: (inout Player) throws(SeekError) -> Void
  ) -> Bool {
    if !isBrowsing { writeJournal() }
    do throws(SeekError) { try body(&player) } catch {
      if case .unproven(let branch) = error {
        prove(past: branch, then: again)
        return false
      }
      report(.failed(.rewind, MomentError(error: error, hasPast: true)))
      return false
    }
    momentChanged()
    isBrowsing = true
    return true
  }
}
