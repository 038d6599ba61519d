// Snapshots: as many as the budget has room for, dense where the machine was recently and sparse where
// it was long ago.

extension Timeline {
  /// The bytes of all snapshots that can be made again.
  public var snapshotByteCount: Int { keyframeByteCount + (frameWindow?.byteCount ?? 0) }

  /// How many bytes of memory all of it takes, about.
  public var byteCount: Int {
    branches.reduce(snapshotByteCount + startByteCount) { $0 + $1.tape.byteCount }
  }

  /// What may be used for ``FrameWindow``.
  var frameWindowBudget: Int { budget / 8 }

  /// Takes a snapshot of the machine, which is at the end of its branch, unless the last one is near.
  mutating func addKeyframeIfDue(inputCount: Int) {
    let last = branches[branch].keyframes.last?.position ?? branches[branch].startPosition
    guard machine.position.work - last.work >= spacing else { return }
    addKeyframe(to: branch, inputCount: inputCount)
  }

  /// - Parameter inputCount: how many inputs of the branch the machine has had.
  mutating func addKeyframe(to branch: Int, inputCount: Int) {
    let snapshot = Recorded.pack(machine.snapshot)
    let keyframe = Keyframe(
      position: machine.position, inputCount: inputCount, snapshot: snapshot,
      byteCount: Recorded.byteCount(of: snapshot), played: played)
    branches[branch].keyframes.append(keyframe)
    keyframeByteCount += keyframe.byteCount
    keepToBudget()
  }

  mutating func keepToBudget() {
    let room = max(budget - frameWindowBudget - startByteCount, budget / 4)
    if keyframeByteCount > room { thin(to: room / 4 * 3) }
  }

  /// Removes snapshots until the rest has room. The gap between two that stay grows with the root of
  /// their age: any moment is then reached in about the same time, and none is far from the next.
  private mutating func thin(to byteLimit: Int) {
    // At last the gap is longer than any course, and none is left.
    for exponent in 0..<UInt64.bitWidth where keyframeByteCount > byteLimit {
      keyframeByteCount = 0
      for index in branches.indices {
        branches[index].keepKeyframes(at: played) { age in
          // The root, to a power of two.
          let root = (UInt64.bitWidth - age.leadingZeroBitCount) / 2
          return 1 << min(exponent + root, UInt64.bitWidth - 1)
        }
        keyframeByteCount += branches[index].keyframes.reduce(0) { $0 + $1.byteCount }
      }
    }
  }

  /// The machine where each of some frames in a row could begin, for going back frame by frame.
  struct FrameWindow: Sendable {
    let branch: Int
    let firstFrame: UInt64
    var snapshots: [Recorded.Snapshot] = []
    var byteCount = 0

    init(branch: Int, firstFrame: UInt64) {
      (self.branch, self.firstFrame) = (branch, firstFrame)
    }

    /// The machine of a frame on the course of a branch.
    func snapshot(of position: Position, on branch: Int) -> Recorded.Snapshot? {
      guard branch == self.branch, position.mark == Position(frame: position.frame),
        position.frame >= firstFrame, position.frame - firstFrame < snapshots.count
      else { return nil }
      return snapshots[Int(position.frame - firstFrame)]
    }
  }

  /// Makes a window of frames that ends with a frame, at whose beginning the machine is then.
  mutating func fillFrameWindow(through frame: UInt64) throws(SeekError) {
    frameWindow = nil
    let byteCount = max(Recorded.byteCount(of: machine.snapshot), 1)
    let count = UInt64(min(max(frameWindowBudget / byteCount, 1), 64))
    let first = max(frame - min(frame, count - 1), firstFrame(before: frame))
    var filled = FrameWindow(branch: branch, firstFrame: first)
    for next in first...max(first, frame) {
      try go(to: .position(Position(frame: next)), on: branch)
      let snapshot = machine.snapshot
      filled.snapshots.append(snapshot)
      filled.byteCount += Recorded.byteCount(of: snapshot)
    }
    frameWindow = filled
  }
}

extension Timeline {
  /// The first frame of the course from which a later one is reached without an unverified
  /// past, unless the later one is in such a past itself.
  private func firstFrame(before frame: UInt64) -> UInt64 {
    var index = branchOfCourse(branch, at: .position(Position(frame: frame)))
    while branches[index].claim == nil, let origin = branches[index].origin {
      if branches[origin.branch].claim != nil { return origin.position.firstWholeFrame }
      index = origin.branch
    }
    return firstFrame
  }
}

extension Timeline.Branch {
  /// Keeps the keyframes that are so far from the one before as one of their age must be.
  fileprivate mutating func keepKeyframes(at played: UInt64, _ gap: (UInt64) -> UInt64) {
    var last = startPosition.work
    keyframes = keyframes.filter { keyframe in
      guard keyframe.position.work - last >= gap(played - keyframe.played) else { return false }
      last = keyframe.position.work
      return true
    }
  }
}
