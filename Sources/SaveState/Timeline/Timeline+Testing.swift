// What tests need beyond the public interface.

extension Timeline {
  /// How many snapshots there are that can be made again, beside those of the last rewind.
  package var keyframeCount: Int { branches.reduce(0) { $0 + $1.keyframes.count } }

  /// How far they are from each other on the branch of the machine.
  package var keyframeGaps: [UInt64] {
    let positions = branches[branch].keyframes.map(\.position.work)
    return zip(positions, positions.dropFirst()).map { $1 - $0 }
  }

  /// What is true of every timeline.
  package func checkInvariants() {
    precondition(branches.indices.contains(branch) && (0...jumps.count).contains(jumpsDone))
    for (index, branch) in branches.enumerated() {
      precondition(branch.start != nil || branch.origin != nil)
      precondition(branch.startPosition.mark <= branch.end.mark)
      precondition(branch.tape.last.map { $0.position <= branch.end.mark } ?? true)
      for keyframe in branch.keyframes {
        precondition(keyframe.position.mark <= branch.end.mark)
        precondition(keyframe.inputCount <= branch.tape.count(through: keyframe.position))
      }
      for (one, next) in zip(branch.keyframes, branch.keyframes.dropFirst()) {
        precondition(one.position < next.position && one.inputCount <= next.inputCount)
      }
      guard let origin = branch.origin else { continue }
      precondition(origin.branch < index && origin.position == branch.startPosition)
      precondition(origin.position.mark <= branches[origin.branch].end.mark)
      precondition(origin.inputCount <= branches[origin.branch].tape.count)
    }
    let bytes = branches.flatMap(\.keyframes).reduce(0) { $0 + $1.byteCount }
    precondition(keyframeByteCount == bytes && bytes <= budget)
  }
}
