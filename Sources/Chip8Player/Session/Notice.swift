import Chip8Core
import SaveState

/// Something that happened in a session, for the front end to put into words.
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
  /// A debugger has attached or detached.
  case debugger(isAttached: Bool)
  /// No debugger can attach, and why.
  case cannotAttach(SocketError)
  /// The machine was reset.
  case reset
  /// The machine was restarted on another platform.
  case restarted(Platform)
  /// The machine has other quirks or another speed.
  case reconfigured(Configuration, before: Configuration)
  /// The program can be resumed where it was left, at this machine time.
  case canContinue(machineTime: String)
  /// Save and load now use this slot.
  case slotChosen(SlotName)
  /// There is nothing to load in the slot.
  case slotEmpty(SlotName)
  /// The machine was saved to the slot.
  case saved(SlotName)
  /// The machine was loaded from the slot.
  case loaded(SlotName)
  /// The slot was emptied.
  case deleted(SlotName)
  /// The last save to the slot was undone, and whether it is empty again.
  case saveUndone(SlotName, isEmpty: Bool)
  /// No save to the slot is left to undo.
  case noSaveToUndo(SlotName)
  /// The last load was undone.
  case loadUndone
  /// No load is left to undo.
  case noLoadToUndo
  /// A jump was undone.
  case undone(Timeline<Chip8>.Edge)
  /// A jump was redone.
  case redone(Timeline<Chip8>.Edge)
  /// A change of the machine itself was undone.
  case machineChangeUndone
  /// A change of the machine itself was redone.
  case machineChangeRedone
  /// The machine is at the end of a branch.
  case wentToEnd
  /// A clip is being recorded.
  case clipBegun
  /// The clip would have no frames.
  case clipIsEmpty
  /// A picture or a clip was written.
  case captured(path: String)
  /// There was no jump to undo.
  case nothingToUndo
  /// There was no jump to redo.
  case nothingToRedo
  /// The machine cannot be rewound any further.
  case rewoundToStart(isPowerOn: Bool)
  /// Proving that a saved state's past leads to its machine is taking a while.
  case provingPast
  /// The movie is over: from here on the user plays.
  case movieEnded
  /// The watched file has changed: the program was replaced in the machine, or restarted.
  case watchedFileChanged(keepsState: Bool)
  /// An action failed.
  case failed(Action, any Error)
  /// The user flags could not be read, and the program starts without them; or they could not be written.
  case flagsFailed(isReading: Bool, StorageError)
  /// The setting now applies to all programs.
  case keptForAll(Setting)
  /// Something in the user's configuration was skipped.
  case configuration(ConfigurationFile.Problem)
  /// Settings could not be read or written.
  case settingsFailed(isReading: Bool, StorageError)
  /// The journal could not be written, or not be read at all.
  case journalFailed(StorageError)
  /// Part of a file of the journal cannot be read.
  case journalDamaged(Journal.Damage)
  /// The oldest files of the journal were removed to make room.
  case journalPruned([Journal.File])
  /// Something succeeded, with a reservation.
  case warning(Warning)

  /// An action that can fail.
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
    /// A reset.
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
  /// How a program ended that a debugger ran, if it did.
  init?(_ stop: DebugSession.Stop) {
    switch stop {
    case .exit: self = .exit
    case .fault(let fault): self = .fault(fault)
    default: return nil
    }
  }
}
