import Chip8Core
import SaveState

/// Going back into the past that an image brings. Proving that it leads to the image's machine can take
/// minutes, so another thread does it while the session plays on.
extension PlaySession {
  /// A past that another thread is proving.
  struct Proving {
    /// After how many polls the user is told.
    private static let lookCount = 30

    let branch: Int
    let cancellation = Cancellation()
    /// What to do once it is proved, if the machine has not jumped since.
    var wish: (jump: Int, perform: (PlaySession) -> Void)?
    private var looks = 0

    init(branch: Int) { self.branch = branch }

    /// - Returns: whether the user has to be told now that it takes a while.
    mutating func isLate() -> Bool {
      looks += 1
      return looks == Proving.lookCount
    }
  }

  /// Proves a past.
  ///
  /// - Parameter perform: called once it is proved.
  func prove(past branch: Int, then perform: @escaping (PlaySession) -> Void) {
    if proving?.branch != branch { beginProving(branch) }
    proving?.wish = (jumpCount, perform)
  }

  private func beginProving(_ branch: Int) {
    endProving()
    let begun = Proving(branch: branch)
    proving = begun
    let timeline = player.timeline.detached
    proofs.begin { [cancellation = begun.cancellation] in
      let proof = timeline.proof(ofPast: branch) { !cancellation.isCancelled }
      guard let proof else { return nil }
      return { $0.take(proof, of: cancellation) }
    }
  }

  private func take(_ proof: Timeline<Chip8>.Proof, of cancellation: Cancellation) {
    guard let proved = proving, proved.cancellation === cancellation else { return }
    proving = nil
    player.timeline.take(proof)
    if let wish = proved.wish, wish.jump == jumpCount { wish.perform(self) }
  }

  func endProving() {
    proving?.cancellation.cancel()
    proving = nil
  }

  func pollProof() {
    if proving?.isLate() == true { report(.provingPast) }
  }
}
