import Chip8Core
import SaveState

/// What a player can choose on a page, for the front end to perform.
package enum Command: Hashable, Sendable {
  /// Leaves the page, or all of them.
  case back
  case resume
  case show(PageName)
  /// Continues the program where it was left.
  case resumeLastSession
  case reset
  case quit
  case debugger
  case screenshot
  /// Writes a clip of what was played last.
  case clip
  /// Starts recording a clip, or ends it and writes it.
  case recordClip
  case load(SlotName)
  case save(SlotName)
  case delete(SlotName)
  /// Goes to the end of a branch of the timeline.
  case branch(Int)
  /// Plays a program from where it was left, or from its start.
  case play(Library.Entry)
  case playFromStart(Library.Entry)
  case forget(Library.Entry)
  // The machine.
  case platform(Platform)
  case quirks(Quirks)
  case instructionsPerFrame(Int)
  /// The machine that the program wants.
  case ownMachine
  /// Sets a setting, and keeps it.
  case set(Setting, String)
  /// Waits for the key or button to assign to a key of the keypad, or resets it to its default.
  case assign(UInt8)
  case resetKey(UInt8)
  /// Keeps a setting's value for all programs.
  case keepForAll(Setting)
  /// Resets a setting to its default.
  case useDefault(Setting)
}

/// The pages.
package enum PageName: Hashable, Sendable {
  /// The keys, before the program starts: any key closes it.
  case start
  /// Waits for the key or button to assign to a key of the keypad.
  case assign(UInt8)
  case home, menu, slots, timeline, keys, machine, platform, picture, palette, sound, record, about
}
