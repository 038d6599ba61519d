import ArgumentParser
import Chip8Player

/// How a window opens.
struct WindowOptions: ParsableArguments {
  @Flag(name: .customLong("fullscreen"), help: "Open the window in full screen.")
  var isFullScreen = false

  @Flag(help: "Show the picture as large as fits, not with pixels of one size.")
  var fit = false

  @Option(help: "Shape of the picture: square pixels, or 4:3 as on a television.")
  var aspect: PictureAspect?

  @Option(help: "Lines between the pixels, as displays have them.")
  var look: ScreenLook?

  @Option(help: "Blending of pixels that are erased and drawn again within three frames (mild).")
  var flicker: FlickerBlending?

  @Flag(help: "Let nothing flash more than three times a second.")
  var reduceFlashes = false

  @Flag(help: "Show the keypad beside the picture, for mouse and fingers.")
  var keypad = false

  @Option(help: "How mouse and fingers on the picture play; auto, the default, asks the program.")
  var touch: TouchMode?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Volume, 0 to 100; 0 mutes.", valueName: "%"))
  var volume: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Pitch of sounds, 25 to 400; 100 is the machine's own.", valueName: "%"))
  var pitch: Int?

  @Flag(help: "Pause while another window has the keyboard.")
  var pauseInBackground = false

  @Flag(name: .customLong("no-card"), help: "Do not show the keys first.")
  var leavesOutCard = false

  func validateCombination(isHeadless: Bool) throws {
    if let volume, !OutputSettings.volumeRange.contains(volume) {
      throw ValidationError("--volume takes 0 to 100 percent, not \(volume).")
    }
    if let pitch, !OutputSettings.pitchRange.contains(pitch) {
      throw ValidationError("--pitch takes 25 to 400 percent, not \(pitch).")
    }
    let given: [(String, Bool)] = [
      ("--fullscreen", isFullScreen), ("--fit", fit), ("--aspect", aspect != nil),
      ("--look", look != nil), ("--flicker", flicker != nil), ("--reduce-flashes", reduceFlashes),
      ("--keypad", keypad), ("--touch", touch != nil), ("--volume", volume != nil),
      ("--pitch", pitch != nil),
      ("--pause-in-background", pauseInBackground), ("--no-card", leavesOutCard),
    ]
    if isHeadless, let option = given.first(where: \.1)?.0 {
      throw ValidationError("\(option) and --headless cannot be combined.")
    }
  }

  /// What they ask for.
  var settings: OutputSettings {
    var settings = OutputSettings()
    settings.isFullScreen = isFullScreen
    settings.picture.hasWholePixels = !fit
    settings.picture.aspect = aspect ?? settings.picture.aspect
    settings.picture.look = look ?? settings.picture.look
    settings.flickerBlending = flicker ?? settings.flickerBlending
    settings.reducesFlashes = reduceFlashes
    settings.showsKeypad = keypad
    settings.touchMode = touch ?? settings.touchMode
    settings.volume = volume ?? settings.volume
    settings.pitch = pitch ?? settings.pitch
    settings.pausesInBackground = pauseInBackground
    return settings
  }
}

extension PictureAspect: ExpressibleByArgument {}
extension ScreenLook: ExpressibleByArgument {}
extension FlickerBlending: ExpressibleByArgument {}
extension TouchMode: ExpressibleByArgument {}
