import Chip8Core
import SaveState

/// What a player can choose on a page. A front end does it.
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
  /// Writes what was played last.
  case clip
  /// Begins to record a clip, or writes it.
  case recordClip
  case load(SlotName)
  case save(SlotName)
  case delete(SlotName)
  /// Goes to the end of a branch of the timeline.
  case branch(Int)
  /// Plays a program where it was left, or from its beginning.
  case play(Library.Entry)
  case playFromStart(Library.Entry)
  case forget(Library.Entry)
  // How the machine works.
  case platform(Platform)
  case quirks(Quirks)
  case instructionsPerFrame(Int)
  /// The machine that the program wants.
  case ownMachine
  /// Sets a setting: it is kept.
  case set(Setting, String)
  /// Waits for the key or the button that is to be a key of the keypad, or forgets what was assigned to it.
  case assign(UInt8)
  case resetKey(UInt8)
  /// Keeps for all programs what a setting is for this one.
  case keepForAll(Setting)
  /// Forgets what was set for a setting while playing.
  case useDefault(Setting)
}

/// The pages that there are.
package enum PageName: Hashable, Sendable {
  /// The keys, before the program is played: any key leads on.
  case start
  /// Waits for the key or the button that is to be a key of the keypad.
  case assign(UInt8)
  case home, menu, slots, timeline, keys, machine, platform, picture, palette, sound, record, about
}
