import Chip8Core
import Chip8Player
import SaveState

// The keys of docs/TERMINAL.md.

extension Terminal {
  func keyPressed(_ key: KeyEvent) {
    if key.modifiers.contains(.control) { return control(key) }
    if key.modifiers.contains(.shift) {
      if commandWithShift(key) { return }
      if key.usage == KeyEvent.f12 { return perform(.clip) }
    }
    if key.usage == KeyEvent.f12 { return perform(.screenshot) }
    if !pages.isEmpty { return pageKeyDown(UInt32(key.usage)) }
    if debuggerKeyDown(key) { return }
    let isSlot = !key.modifiers.isDisjoint(with: [.shift, .alt])
    if isSlot, let number = key.digit { return session.choose(.key(number)) }
    if !press(UInt32(key.usage)) { command(key) }
  }

  private func control(_ key: KeyEvent) {
    switch key.letter {
    case "c", "z", "\\": key.letter.map(leaveByCommand)
    case "l": perform(.resumeLastSession)
    case "u": session.undo()
    default:
      if key.usage == KeyEvent.f12 { perform(.recordClip) }
      commandWithControl(key)
    }
  }
}
