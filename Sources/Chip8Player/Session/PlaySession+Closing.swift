import Chip8Core
import SaveState

/// How a session ends: what can be resumed is saved first.
extension PlaySession {
  /// How a session has closed.
  public enum End: Sendable {
    /// The machine can be resumed.
    case saved
    /// There is nothing to resume, or it is not wanted.
    case nothingToSave
    /// The machine was not saved, and ``takeNotices()`` says why.
    case failed
  }

  /// How far closing is.
  enum Closing: Equatable {
    /// What was begun before is still being done.
    case finishing
    /// The machine is being saved, and whether nothing has gone wrong with that; nil if there is nothing to save.
    case saving(Bool?)
    case closed(End)
  }

  /// Whether the session is closing, or has closed. The machine does not run then.
  public var isClosing: Bool { closing != nil }

  /// How the session has closed, if it has.
  public var end: End? {
    if case .closed(let end) = closing { end } else { nil }
  }

  /// Begins to save what can be resumed, once all is done that was begun before; ``poll()`` continues
  /// with it, and ``end`` is how it has ended.
  public func beginClosing() {
    guard closing == nil else { return }
    closing = .finishing
    endProving()
    endMotion()
    debugging.survey?.cancel()
    endClip()
    writeJournal()
    work.begin { [flagKeeper, keeper = journal?.keeper] in
      flagKeeper.finish()
      keeper?.synchronize()
      return nil
    }
  }

  func continueClosing() {
    guard work.isIdle else { return }
    switch closing {
    case .finishing: closing = .saving(autosaveOnLeaving() ? true : nil)
    // A clip takes a while, and is not to hold up what can be resumed.
    case .saving where !captures.isIdle: break
    case .saving(nil): closing = .closed(.nothingToSave)
    case .saving(let isWell?): closing = .closed(isWell ? .saved : .failed)
    case .closed, nil: break
    }
  }

  /// Continues after all, where the machine was not saved.
  public func reopen() { closing = nil }

  /// Saves what can be resumed, and waits until all work is done.
  @discardableResult
  public func close() -> End {
    beginClosing()
    while true {
      finishWork()
      if let end {
        reopen()
        return end
      }
    }
  }
}
