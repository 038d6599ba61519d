import Chip8Core
import SaveState

/// Closing a session, which saves the machine to be resumed later.
extension PlaySession {
  /// How a session closed.
  public enum End: Sendable {
    /// The machine can be resumed.
    case saved
    /// There was nothing to resume, or autosaves are off.
    case nothingToSave
    /// The machine could not be saved; ``takeNotices()`` says why.
    case failed
  }

  /// The progress of closing.
  enum Closing: Equatable {
    /// Earlier work is being finished.
    case finishing
    /// The machine is being saved: whether that has not failed so far; nil if there is nothing to save.
    case saving(Bool?)
    case closed(End)
  }

  /// Whether the session is closing or closed. The machine does not run then.
  public var isClosing: Bool { closing != nil }

  /// How the session closed, if it has.
  public var end: End? {
    if case .closed(let end) = closing { end } else { nil }
  }

  /// Starts closing: finishes earlier work, then saves the machine. ``poll()`` continues with it, and ``end``
  /// tells the result.
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
      return keeper?.synchronize().map { notice in { $0.report(notice) } }
    }
  }

  func continueClosing() {
    guard work.isIdle else { return }
    switch closing {
    case .finishing: closing = .saving(autosaveOnLeaving() ? true : nil)
    // A clip takes a while; it must not delay saving the machine, but is waited for.
    case .saving where !captures.isIdle: break
    case .saving(nil): closing = .closed(.nothingToSave)
    case .saving(let isWell?): closing = .closed(isWell ? .saved : .failed)
    case .closed, nil: break
    }
  }

  /// Continues after all, if the machine could not be saved.
  public func reopen() { closing = nil }

  /// Closes the session, and waits for all work.
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
