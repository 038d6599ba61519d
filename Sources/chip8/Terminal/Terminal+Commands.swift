import Chip8Core
import Chip8Player
import SaveState

// The commands of docs/TERMINAL.md, by their keys. Keys are known by their usage of page 7 in the USB HID
// usage tables.

extension Terminal {
  static let fastKey: UInt8 = 43
  static let rewindKey: UInt8 = 42
  private static let (comma, period): (UInt8, UInt8) = (54, 55)
  private static let (escape, enter, delete): (UInt8, UInt8, UInt8) = (41, 40, 76)
  private static let (up, down): (UInt8, UInt8) = (82, 81)
  private static let (f1, f5, f7, f9): (UInt8, UInt8, UInt8, UInt8) = (58, 62, 64, 66)

  /// What is done again while the key is held.
  static let repeatingKeys: Set<UInt8> = [comma, period, up, down]

  func command(_ key: KeyEvent) {
    if key.modifiers.contains(.control) { return control(key) }
    if page?.slots != nil { return pick(key.usage) }
    if page != nil { return page = nil }
    let isSlot = !key.modifiers.isDisjoint(with: [.shift, .alt])
    if isSlot, let number = digit(key.usage) { return session.choose(.key(number)) }
    if key.modifiers.contains(.shift), undo(key.usage) { return }
    if press(key.usage) { return }
    if key.letter == "p" { return session.togglePause() }
    switch key.usage {
    case Terminal.f1:
      page = TerminalPage(keyCard)
      releaseKeys()
    case Terminal.f5: session.save()
    case Terminal.f7:
      releaseKeys()
      page = TerminalPage(session.slotList, at: session.slot)
      session.listSlots()
    case Terminal.f9: session.load()
    case Terminal.rewindKey: session.beginRewinding()
    case Terminal.comma: session.stepBack()
    case Terminal.period: stepForward()
    case Terminal.fastKey: setFast(true)
    default: break
    }
  }

  private func control(_ key: KeyEvent) {
    switch key.letter {
    case "c", "z", "\\": key.letter.map(leaveByCommand)
    case "q": quit()
    case "r": session.reset()
    case "u": session.undo()
    case "y": session.redo()
    default: if key.usage == Terminal.f9 { session.loadInNewProcess() }
    }
  }

  /// Takes back what the key does without Shift, if it is such a key.
  private func undo(_ usage: UInt8) -> Bool {
    switch usage {
    case Terminal.f5: session.undoSave()
    case Terminal.f9: session.undoLoad()
    default: return false
    }
    return true
  }

  /// A key while the user chooses a slot.
  private func pick(_ usage: UInt8) {
    let slot = page?.selected
    switch usage {
    case Terminal.up: page?.move(by: -1)
    case Terminal.down: page?.move(by: 1)
    case Terminal.escape, Terminal.f7: page = nil
    case Terminal.enter, Terminal.f9:
      page = nil
      guard let slot else { return }
      session.choose(slot)
      session.load(slot)
    case Terminal.f5:
      page = nil
      guard let slot else { return }
      guard !slot.isAutosave else { return show(["Slot \(slot) is reserved for autosaves"]) }
      session.choose(slot)
      session.save()
    case Terminal.delete:
      guard let slot else { return }
      session.choose(slot)
      session.delete(slot)
      session.listSlots()
    default: break
    }
  }

  private func digit(_ usage: UInt8) -> Int? {
    (30...39).contains(usage) ? Int(usage - 29) % 10 : nil
  }
}
