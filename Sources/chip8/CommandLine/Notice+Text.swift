// What happens in a session, in the words of this program.

import Chip8Core
import Chip8Player
import SaveState

extension Notice {
  /// What the user reads, a line each; several only where a source has several errors.
  func lines(_ names: AddressNames) -> [String] {
    switch self {
    case .failed(let action, let error): action.lines(failing: error)
    default: [line(names)]
    }
  }

  /// Whether it is reported on standard error too, for what is shown in a window goes away.
  var isProblem: Bool {
    switch self {
    case .failed, .flagsFailed, .warning, .halted(.fault): true
    default: false
    }
  }

  private func line(_ names: AddressNames) -> String {
    switch self {
    case .began(let platform, let isRestored):
      isRestored ? "Resumed on \(platform.title)" : "\(platform.title) · F1 shows the keys"
    case .halted(let halt): halt.text
    case .stopped(let point): "Stopped \(PointReport(point, names).text) · P resumes"
    case .paused: "Paused"
    case .unpaused: "Resumed"
    case .reset: "Reset · Shift+F9 undoes this"
    case .slotChosen(let slot): "Slot \(slot.title)"
    case .slotEmpty(let slot): "Slot \(slot.title) is empty"
    case .saved(let slot): "Saved slot \(slot.title)"
    case .loaded(let slot): "Loaded slot \(slot.title) · Shift+F9 undoes this"
    case .deleted(let slot): "Deleted slot \(slot.title) · Shift+F5 undoes this"
    case .saveUndone(let slot, let isEmpty):
      "Save to slot \(slot.title) undone" + (isEmpty ? "; it is empty" : "")
    case .noSaveToUndo(let slot): "Slot \(slot.title) has no save to undo"
    case .loadUndone: "Load undone"
    case .noLoadToUndo: "There is no load to undo"
    case .watchedFileChanged(let keepsState): keepsState ? "Changed" : "Started again"
    case .failed(_, let error): Failure.text(error)
    case .flagsFailed(true, let error):
      "The program starts without its user flags: \(error.advice)"
    case .flagsFailed(false, let error): "The user flags were not kept: \(error.advice)"
    case .warning(let warning): warning.text
    }
  }
}

extension Notice.Action {
  /// What was not done, and why.
  fileprivate func lines(failing error: PlayerError) -> [String] {
    let failure = Failure(error) ?? .usage("\(error)")
    let all = [failure] + failure.others
    guard let text else { return all.map(\.message) }
    return ["\(text): \(failure.message)"] + failure.others.map(\.message)
  }

  /// Nil where the reason says enough.
  private var text: String? {
    switch self {
    case .save(let slot): "Slot \(slot.title) was not saved"
    case .load(let slot): "Slot \(slot.title) was not loaded"
    case .delete(let slot): "Slot \(slot.title) was not deleted"
    case .undoSave: "Nothing was undone"
    case .list: "The slots cannot be listed"
    case .autosave: "No autosave was made"
    case .reset: "Not reset"
    case .open: "Not opened"
    case .watch: nil
    }
  }
}

extension Halt {
  var text: String {
    switch self {
    case .exit: "The program has ended"
    case .fault(let fault): "The program cannot go on: \(fault.advice)"
    }
  }
}

extension SlotName {
  /// The slot as users know it: by its key, or by its name.
  var title: String {
    SlotName.keys.first { SlotName.key($0) == self }.map { "\($0)" } ?? description
  }
}
