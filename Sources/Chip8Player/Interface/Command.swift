import Chip8Core
import SaveState

/// What somebody who plays can choose on a page. A front end does it.
package enum Command: Hashable, Sendable {
  /// Leaves the page, or all of them.
  case back
  case resume
  case show(PageName)
  /// Continues the program where it was left.
  case continueLeft
  case reset
  case quit
  case screenshot
  case clip
  case load(SlotName)
  case save(SlotName)
  case delete(SlotName)
  /// Goes to the end of a branch of the timeline.
  case branch(Int)
  /// Plays a program where it was left, or from its beginning.
  case play(Library.Entry)
  case playAnew(Library.Entry)
  case forget(Library.Entry)
  // How the machine works.
  case platform(Platform)
  case quirks(Quirks)
  case instructionsPerFrame(Int)
  // How it is shown and heard.
  case speed(Int)
  case colors([UInt32])
  case rotation(Int)
  case wholePixels(Bool)
  case fullScreen(Bool)
  case aspect(PictureAspect)
  case look(ScreenLook)
  case flicker(FlickerBlending)
  case flashReduction(Bool)
  case keypad(Bool)
  case touch(TouchMode)
  case volume(Int)
  case muted(Bool)
  case pitch(Int)
  case pauseInBackground(Bool)
}

/// The pages that there are.
package enum PageName: Hashable, Sendable {
  /// The keys, before the program is played: any key leads on.
  case start
  case home, menu, slots, timeline, keys, machine, platform, picture, palette, sound, record, about
}
