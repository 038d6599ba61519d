import Chip8Core
import SaveState

/// What has happened in a session, for a front end to say in its own words.
public enum Notice: Sendable {
  /// A program was switched on, or a saved state restored.
  case began(Platform, isRestored: Bool)
  /// The machine has halted: ``PlaySession/halt`` says why.
  case halted(Halt)
  /// The machine has reached a breakpoint or a watchpoint.
  case stopped(Debugger.StopReason)
  /// The machine is paused.
  case paused
  /// The machine runs again.
  case unpaused
  /// Another program debugs the machine, or does not any more.
  case debugger(isAttached: Bool)
  /// No other program can debug the machine, and why.
  case cannotAttach(String)
  /// The machine was switched off and on.
  case reset
  /// The machine is one of another platform, switched on again.
  case restarted(Platform)
  /// The machine has other quirks or another speed.
  case reconfigured(Configuration, before: Configuration)
  /// The program can be continued where it was left, after so much of its own time.
  case canContinue(machineTime: String)
  /// Save and load mean this slot now.
  case slotChosen(SlotName)
  /// There is nothing to load in the slot.
  case slotEmpty(SlotName)
  /// The machine was saved to the slot.
  case saved(SlotName)
  /// The machine is that of the slot.
  case loaded(SlotName)
  /// The slot was emptied.
  case deleted(SlotName)
  /// What the last save replaced is in the slot again, which is empty if that was nothing.
  case saveUndone(SlotName, isEmpty: Bool)
  /// Nothing was saved to the slot that could be undone.
  case noSaveToUndo(SlotName)
  /// The machine is the one before the last load.
  case loadUndone
  /// Nothing was loaded that could be undone.
  case noLoadToUndo
  /// The machine is again where it was before a jump.
  case undone(Timeline<Chip8>.Edge)
  /// The machine is again where it was after a jump.
  case redone(Timeline<Chip8>.Edge)
  /// The same as ``undone(_:)``, where the jump was a change of what the machine is.
  case machineChangeUndone
  /// The change was made again.
  case machineChangeRedone
  /// The machine is at an end of what was played.
  case wentToEnd
  /// A clip is being recorded.
  case clipBegun
  /// There is nothing to be written in a clip.
  case clipIsEmpty
  /// A picture or a clip was written.
  case captured(path: String)
  /// There was no jump to undo.
  case nothingToUndo
  /// There was no jump to redo.
  case nothingToRedo
  /// Nothing is known of what was before this moment.
  case rewoundToStart(isPowerOn: Bool)
  /// It takes a while to find out whether a saved state's past leads to its machine.
  case provingPast
  /// The movie is over: from here on its user plays.
  case movieEnded
  /// The watched file has changed: the program in the machine was replaced, or it was started again.
  case watchedFileChanged(keepsState: Bool)
  /// Something was not done.
  case failed(Action, any Error)
  /// The user flags cannot be read, so the program starts without, or they were not kept.
  case flagsFailed(isReading: Bool, StorageError)
  /// What the setting is holds for all programs now.
  case keptForAll(Setting)
  /// Something in the user's configuration was skipped.
  case configuration(ConfigurationFile.Problem)
  /// What was set is not kept, or what was kept cannot be read.
  case settingsFailed(isReading: Bool, StorageError)
  /// What is played is not recorded, or what was recorded cannot be read at all.
  case journalFailed(StorageError)
  /// Part of a file of the journal cannot be read.
  case journalDamaged(path: String, reason: String)
  /// There was no more room for the oldest files of the journal.
  case journalPruned([Journal.File])
  /// Something went well but for this.
  case warning(Warning)

  /// What was not done.
  public enum Action: Hashable, Sendable {
    /// Saving to a slot.
    case save(SlotName)
    /// Loading from a slot.
    case load(SlotName)
    /// Emptying a slot.
    case delete(SlotName)
    /// Undoing the last save to a slot.
    case undoSave(SlotName)
    /// Listing the slots.
    case list
    /// An autosave.
    case autosave
    /// Switching the machine off and on.
    case reset
    /// Going back in time.
    case rewind
    /// Writing a picture or a clip.
    case capture
    /// Opening a file.
    case open(path: String)
    /// Reading a watched file again.
    case watch(path: String)
  }
}

/// Why a machine has halted.
public enum Halt: Hashable, Sendable {
  /// The program has left.
  case exit
  /// The program has faulted.
  case fault(Fault)
}

extension Halt {
  /// The end of a program that a debugger has reached, if it is one.
  init?(_ stop: DebugSession.Stop) {
    switch stop {
    case .exit: self = .exit
    case .fault(let fault): self = .fault(fault)
    default: return nil
    }
  }
}
