import Chip8Core
import SaveState

/// What a machine's screen will show in its next frames if the same keys stay held down.
struct ScreenForecast: Sendable {
  /// The screens of the frames after the machine's last one.
  private(set) var screens: [Screen] = []
  /// The machine as it will be after those.
  private var scout: Chip8?
  /// The frame after which the first of them comes, as long as nothing but running has happened to the
  /// machine since.
  private var frame: UInt64?

  /// Looks at so many frames.
  mutating func look(_ count: Int, from machine: inout Chip8) {
    let position = machine.position
    if let frame, !position.isInFrame, frame <= position.frame,
      position.frame - frame <= UInt64(screens.count)
    {
      // The machine has come along the way that the scout has taken.
      screens.removeFirst(Int(position.frame - frame))
    } else {
      screens = []
      if scout == nil { scout = Chip8(machine.snapshot) }
      scout?.become(&machine)
      if scout?.engine != machine.engine { scout?.engine = machine.engine }
    }
    while let screen = nextScreen(upTo: count) { screens.append(screen) }
    frame = position.isInFrame ? nil : position.frame
  }

  private mutating func nextScreen(upTo count: Int) -> Screen? {
    guard screens.count < count else { return nil }
    _ = scout?.run(frames: 1)
    return scout?.state.screen
  }

  /// Has to be called when something else has happened to the machine than that it was run.
  mutating func forget() { frame = nil }
}
