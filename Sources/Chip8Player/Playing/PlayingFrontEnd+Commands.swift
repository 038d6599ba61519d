import Chip8Core
import SaveState

/// The keys that windows and terminals share. Each has some of its own.
extension PlayingFrontEnd {
  /// Performs the command of a key without modifiers.
  package func command(_ key: KeyEvent) {
    if key.letter == "p" { return session.togglePause() }
    switch key.usage {
    case KeyEvent.f3: changeSpeed(up: false)
    case KeyEvent.f4: changeSpeed(up: true)
    case KeyEvent.f5: session.save()
    case KeyEvent.f9: session.load()
    case KeyEvent.backspace: session.beginRewinding()
    case KeyEvent.comma: session.stepBack()
    case KeyEvent.period: session.stepForward(keys: keyboard.takeKeys())
    case KeyEvent.tab: holdFast(true)
    case KeyEvent.escape: open(.menu)
    default: if let page = PageName.byKey[UInt32(key.usage)] { open(page) }
    }
  }

  /// Performs the command of a key with Control.
  package func commandWithControl(_ key: KeyEvent) {
    switch key.letter {
    case "d": perform(.debugger)
    case "o": open(.home)
    case "q": perform(.quit)
    case "r": session.reset()
    case "y": session.redo()
    default: if key.usage == KeyEvent.f9 { session.loadInNewProcess() }
    }
  }

  /// Performs the command of a key with Shift.
  ///
  /// - Returns: whether it has one; otherwise Shift makes no difference.
  package func commandWithShift(_ key: KeyEvent) -> Bool {
    switch key.usage {
    case KeyEvent.f3 where pages.isEmpty: changeInstructionCount(up: false)
    case KeyEvent.f4 where pages.isEmpty: changeInstructionCount(up: true)
    case KeyEvent.f5: session.undoSave()
    case KeyEvent.f9: session.undoLoad()
    default: return false
    }
    return true
  }

  /// Presses a key of the keypad, if the key is mapped to one.
  package func press(_ usage: UInt32) -> Bool {
    guard !keyMap[usage].isEmpty else { return false }
    keyboard.press(usage, keyMap)
    return true
  }

  package func release(_ usage: UInt32) {
    if usage == KeyEvent.tab { holdFast(false) }
    if usage == KeyEvent.backspace { session.endRewinding() }
    keyboard.release(usage)
  }

  /// Handles a key on the open page.
  package func pageKeyDown(_ usage: UInt32) {
    if case .assign(let key)? = pages.last?.name {
      return assign(UInt8(exactly: usage), to: key)
    }
    if let name = PageName.byKey[usage] {
      if pages.contains(where: { $0.name == name }) { perform(.resume) } else { open(name) }
    } else if let navigation = Navigation.byKey[usage] {
      navigate(navigation)
    }
  }

  // MARK: Speed

  /// The machine's own frame rate.
  package var framesPerSecond: Int { configuration.platform.framesPerSecond }

  /// The current speed, in percent of the machine's own.
  package var percent: Int { session.player.speed * (isFast ? Self.fastForward : 1) }

  /// Paces frames at the current rate.
  package func setRate() { pacer.setRate(framesPerSecond: framesPerSecond, percent: percent) }
}
