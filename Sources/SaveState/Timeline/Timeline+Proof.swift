// What an image says of its past is run once before a seek goes there: docs/TIMELINE.md.

extension Timeline {
  /// What running a past has shown.
  public struct Proof: Sendable {
    fileprivate let branch: Int
    /// What the past was said to lead to.
    fileprivate let claim: Digest
    /// The machine on its way; nil if it does not lead there.
    fileprivate let keyframes: [Keyframe]?
  }

  /// Verifies that a past leads to the machine that it claims to lead to, unless that was done.
  ///
  /// - Parameter continues: is asked every few milliseconds whether to go on.
  mutating func believe(
    _ index: Int, while continues: () -> Bool = { true }
  ) throws(SeekError) {
    if !branches[index].isFalse {
      guard provesPasts, let proof = proof(ofPast: index, while: continues) else {
        throw .unproven(branch: index)
      }
      take(proof)
    }
    if branches[index].isFalse { throw .falsePast }
  }

  /// Runs a past. To this session nothing happens.
  ///
  /// - Parameters:
  ///   - branch: the one of ``SeekError/unproven(branch:)``.
  ///   - continues: is asked every few milliseconds whether to go on.
  /// - Returns: what that has shown; nil if it was not to go on, or if there is nothing to find out.
  /// - Complexity: as running 2^26 frames and 2^36 instructions, at worst.
  public func proof(ofPast branch: Int, while continues: () -> Bool) -> Proof? {
    guard let claim = branches[branch].claim, let start = branches[branch].start else { return nil }
    var first = Recorded(machine.snapshot)
    first.restore(from: Recorded.unpack(start))
    var scout = Timeline(first, budget: budget, spacing: spacing)
    scout.branches[0].tape = branches[branch].tape
    return scout.leads(to: claim, at: branches[branch].end, while: continues).map { leads in
      Proof(branch: branch, claim: claim, keyframes: leads ? scout.branches[0].keyframes : nil)
    }
  }

  /// Takes a proof that another copy of this session has made.
  public mutating func take(_ proof: Proof) {
    // Others may have the numbers by now.
    guard branches.indices.contains(proof.branch), branches[proof.branch].claim == proof.claim
    else { return }
    branches[proof.branch].isFalse = proof.keyframes == nil
    if proof.keyframes != nil { branches[proof.branch].claim = nil }
    keyframeByteCount -= branches[proof.branch].keyframes.reduce(0) { $0 + $1.byteCount }
    branches[proof.branch].keyframes = (proof.keyframes ?? []).map { keyframe in
      Keyframe(
        position: keyframe.position, inputCount: keyframe.inputCount, snapshot: keyframe.snapshot,
        byteCount: keyframe.byteCount, played: played)
    }
    keyframeByteCount += branches[proof.branch].keyframes.reduce(0) { $0 + $1.byteCount }
    keepToBudget()
  }

  /// Runs the tape of the only branch from its start.
  private mutating func leads(
    to claim: Digest, at end: Position, while continues: () -> Bool
  ) -> Bool? {
    let inputs = branches[0].tape[0..<branches[0].tape.count]
    var remaining = inputs
    do throws(Recorded.InputRefusal) {
      while machine.position.isWithin(end) {
        guard continues() else { return nil }
        let position = machine.position
        let next = Position(
          frame: min(position.frame + spacing / Position.workOfFrame + 1, end.frame),
          instruction: min(position.instruction + spacing, end.instruction))
        try machine.advance(until: next, with: &remaining)
        guard machine.position > position else { break }
        addKeyframe(to: 0, inputCount: inputs.count - remaining.count)
      }
      try machine.advance(to: end, with: &remaining)
    } catch { return false }
    return machine.position == end && remaining.isEmpty && machine.heldInputs.isEmpty
      && machine.stateDigest == claim
  }
}
