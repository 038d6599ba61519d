// What happens in a session, in the words of this program.

import Chip8Core
import Chip8Player
import SaveState

extension Notice {
  /// What the user reads, a line each; several only where a source has several errors.
  package func lines(_ names: AddressNames) -> [String] {
    switch self {
    case .failed(let action, let error): action.lines(failing: error)
    case .began(let platform, let isRestored):
      [isRestored ? "Resumed on \(platform.title)" : "\(platform.title) · F1 shows the keys"]
    case .halted(let halt): [halt.text]
    case .stopped(let point):
      ["Stopped \(PointReport(reason: point, names: names).text) · P resumes"]
    case .paused: ["Paused"]
    case .unpaused: ["Resumed"]
    case .debugger(isAttached: true): ["A debugger is attached"]
    case .debugger(isAttached: false): ["The debugger has detached"]
    case .cannotAttach(let problem): ["No editor can attach: \(problem)"]
    case .reset: ["Reset · Shift+F9 undoes this"]
    case .restarted(let platform): ["Restarted on \(platform.title) · Ctrl+Z undoes this"]
    case .reconfigured(let configuration, let before):
      ["\(configuration.changes(since: before)) · Ctrl+Z undoes this"]
    case .canContinue(let time): ["Ctrl+Return continues where you left off, at \(time)"]
    case .slotChosen(let slot): [slot.subject]
    case .slotEmpty(let slot): ["\(slot.subject) is empty"]
    case .saved(let slot): ["Saved \(slot.object)"]
    case .loaded(let slot): ["Loaded \(slot.object) · Shift+F9 undoes this"]
    case .deleted(let slot): ["Deleted \(slot.object) · Shift+F5 undoes this"]
    case .saveUndone(let slot, let isEmpty):
      ["Save to \(slot.object) undone" + (isEmpty ? "; it is empty" : "")]
    case .noSaveToUndo(let slot): ["\(slot.subject) has no save to undo"]
    case .loadUndone: ["Load undone"]
    case .noLoadToUndo: ["No load to undo"]
    case .undone(let edge): ["\(edge.title) undone · Ctrl+Shift+Z redoes it"]
    case .redone(let edge): ["\(edge.title) redone · Ctrl+Z undoes it"]
    case .machineChangeUndone: ["Machine change undone · Ctrl+Shift+Z redoes it"]
    case .machineChangeRedone: ["Machine change redone · Ctrl+Z undoes it"]
    case .wentToEnd: ["Jumped to the end of the branch · Ctrl+Z undoes it"]
    case .clipBegun: ["Recording a GIF · Ctrl+F12 ends it"]
    case .clipIsEmpty: ["Nothing to record in the GIF"]
    case .captured(let path): ["Saved \(Storage.basename(of: path))"]
    case .nothingToUndo: ["Nothing to undo"]
    case .nothingToRedo: ["Nothing to redo"]
    case .rewoundToStart(let isPowerOn):
      [isPowerOn ? "Rewound to power-on" : "Start of the recorded past"]
    case .provingPast: ["Verifying the saved state's past"]
    case .movieEnded: ["The movie has ended"]
    case .watchedFileChanged(let keepsState): [keepsState ? "Program replaced" : "Reloaded"]
    case .flagsFailed(true, let error): ["User flags not loaded: \(error.advice)"]
    case .flagsFailed(false, let error): ["User flags not saved: \(error.advice)"]
    case .keptForAll(let setting): ["\(setting.title): kept for all programs"]
    case .configuration(let problem): [problem.text]
    case .settingsFailed(true, let error): ["Settings not loaded: \(error.advice)"]
    case .settingsFailed(false, let error): ["Settings not saved: \(error.advice)"]
    case .journalFailed(let error): ["The journal is not written: \(error.advice)"]
    case .journalDamaged(let damage): [damage.text]
    case .journalPruned(let files): [text(ofPruned: files)]
    case .warning(let warning): [warning.text]
    }
  }
}

extension Journal.Damage {
  /// A line for the user.
  var text: String { "\(inputName(path)): warning: \(reason)" }
}

/// What was removed from a journal.
func text(ofPruned files: [Journal.File]) -> String {
  let byteCount = files.reduce(0) { $0 + $1.byteCount }
  let oldest = files.first.map { WallClock.text($0.time) } ?? "-"
  return "journal: removed the oldest \(files.count) files, \(byteCount) bytes, from \(oldest) on"
}

extension Notice.Action {
  /// What was not done, and why.
  fileprivate func lines(failing error: any Error) -> [String] {
    let failure = Failure(error) ?? .usage("\(error)")
    let all = [failure] + failure.others
    guard let text else { return all.map(\.message) }
    return ["\(text): \(failure.message)"] + failure.others.map(\.message)
  }

  /// Nil where the reason says enough.
  private var text: String? {
    switch self {
    case .save(let slot): "\(slot.subject) was not saved"
    case .load(let slot): "\(slot.subject) was not loaded"
    case .delete(let slot): "\(slot.subject) was not deleted"
    case .undoSave: "Undo failed"
    case .list: "Cannot list the slots"
    case .autosave: "Autosave failed"
    case .reset: "Reset failed"
    case .rewind: "Cannot go there"
    case .capture: "Nothing was written"
    case .open: "Open failed"
    case .watch: nil
    }
  }
}

extension Halt {
  var text: String {
    switch self {
    case .exit: "Program ended"
    case .fault(let fault): "Program stopped: \(fault.advice)"
    }
  }
}

extension ConfigurationFile.Problem {
  /// A sentence that names the file.
  var text: String {
    let place = inputName(path) + (line > 0 ? ":\(line): " : ": ")
    return switch reason {
    case .unreadable(let error): error.description
    case .notTOML(let reason): "\(place)not TOML: \(reason)"
    case .nothingUsed(let reason): "\(place)not TOML: \(reason); nothing in it is used"
    case .unknown(let key): "\(place)\(key): no such setting; chip8 config show lists them"
    case .invalid(let key, let error): "\(place)\(key): \(error)"
    }
  }
}

extension Warning {
  /// A line for the user.
  var text: String {
    switch self {
    case .drift(let path):
      "\(inputName(path)): warning: the state is intact, but behaves differently in this version of "
        + "chip8 than in the one that saved it"
    case .unreadable(let path, let error): "\(inputName(path)): warning: \(error)"
    case .unreadableMetadata(let path, let error):
      "\(inputName(path)): warning: the machine is intact, but \(error)"
    case .ignoredCartridgeOptions(let path, let names):
      "\(inputName(path)): warning: the cartridge's options have unknown values, which are ignored: "
        + names.joined(separator: ", ")
    case .skippedAutosave(let error): "skipped: \(error)"
    case .nothingToResume(let program): "\(program): nothing to resume; starting from power-on"
    }
  }
}

/// Reports what went well but for that.
func reportWarnings(of player: inout Player) {
  for warning in player.takeWarnings() { printError(warning.text) }
}

extension String {
  /// The text with each path reduced to its file name, as a window has little room. Parts of the text are
  /// separated by a colon.
  package var withoutDirectories: String {
    guard contains("/") else { return self }
    let parts = split(separator: ": ", omittingEmptySubsequences: false)
    return parts.map { part in
      guard let first = part.firstIndex(of: "/"), let last = part.lastIndex(of: "/") else {
        return String(part)
      }
      let start = part[..<first].lastIndex { " \"".contains($0) }.map(part.index(after:))
      return String(part[..<(start ?? part.startIndex)] + part[part.index(after: last)...])
    }.joined(separator: ": ")
  }
}

extension Configuration {
  /// In which quirks and which speed it is another one, in a few words.
  fileprivate func changes(since before: Configuration) -> String {
    let changed = quirks.symmetricDifference(before.quirks)
    var texts = Quirks.named.filter { changed.contains($0.quirk) }.map { name, quirk in
      "\(name) \(quirks.contains(quirk) ? "on" : "off")"
    }
    if instructionsPerFrame != before.instructionsPerFrame {
      texts.append("\(instructionsPerFrame) instructions per frame")
    }
    return texts.count > 3 ? "\(texts.count) changes" : texts.joined(separator: ", ")
  }
}
