import Chip8Core
import Chip8Player
import SaveState

// The commands of docs/TERMINAL.md, by their keys. Keys are known by their usage of page 7 in the USB HID
// usage tables.

extension Terminal {
  static let fastKey: UInt8 = 43
  static let rewindKey: UInt8 = 42
  private static let (comma, period): (UInt8, UInt8) = (54, 55)
  static let escape: UInt8 = 41
  private static let (f3, f4, f5, f9): (UInt8, UInt8, UInt8, UInt8) = (60, 61, 62, 66)
  private static let f12: UInt8 = 69

  /// What is done again while the key is held.
  static let repeatingKeys: Set<UInt8> = [comma, period]

  func command(_ key: KeyEvent) {
    if key.modifiers.contains(.control) { return control(key) }
    if key.modifiers.contains(.shift), shifted(key.usage) { return }
    if key.usage == Terminal.f12 { return perform(.screenshot) }
    if !pages.isEmpty { return pageKeyDown(key.usage) }
    let isShifted = key.modifiers.contains(.shift)
    if debuggerKeyDown(debuggerKey(key), isShifted: isShifted) { return }
    let isSlot = !key.modifiers.isDisjoint(with: [.shift, .alt])
    if isSlot, let number = digit(key.usage) { return session.choose(.key(number)) }
    if press(key.usage) { return }
    if key.letter == "p" { return session.togglePause() }
    switch key.usage {
    case Terminal.f3: changeSpeed(up: false)
    case Terminal.f4: changeSpeed(up: true)
    case Terminal.f5: session.save()
    case Terminal.f9: session.load()
    case Terminal.rewindKey: session.beginRewinding()
    case Terminal.comma: session.stepBack()
    case Terminal.period: stepForward()
    case Terminal.fastKey: setFast(true)
    case Terminal.escape: open(.menu)
    default: if let page = PageName.keys[UInt32(key.usage)] { open(page) }
    }
  }

  private func control(_ key: KeyEvent) {
    switch key.letter {
    case "c", "z", "\\": key.letter.map(leaveByCommand)
    case "d": perform(.debugger)
    case "l": perform(.continueLeft)
    case "o": open(.home)
    case "q": perform(.quit)
    case "r": session.reset()
    case "u": session.undo()
    case "y": session.redo()
    default:
      if key.usage == Terminal.f9 { session.loadInNewProcess() }
      if key.usage == Terminal.f12 { perform(.recordClip) }
    }
  }

  /// What the key does with Shift, if it is such a key.
  private func shifted(_ usage: UInt8) -> Bool {
    switch usage {
    case Terminal.f3 where pages.isEmpty: changeInstructionCount(up: false)
    case Terminal.f4 where pages.isEmpty: changeInstructionCount(up: true)
    case Terminal.f5: session.undoSave()
    case Terminal.f9: session.undoLoad()
    case Terminal.f12: perform(.clip)
    default: return false
    }
    return true
  }

  func debuggerKey(_ key: KeyEvent) -> DebuggerKey? {
    if let known = Terminal.debuggerKeys[key.usage] { return known }
    if let digit = digit(key.usage) { return .digit(digit) }
    return key.letter.map { .letter($0) }
  }

  private static let debuggerKeys: [UInt8: DebuggerKey] = [
    82: .up, 81: .down, 80: .left, 79: .right, 75: .pageUp, 78: .pageDown, 74: .home,
    40: .enter, escape: .escape, fastKey: .nextPanel, rewindKey: .erase,
  ]

  private func digit(_ usage: UInt8) -> Int? {
    (30...39).contains(usage) ? Int(usage - 29) % 10 : nil
  }
}
