/// The settings of picture and sound for all programs.
package struct OutputSettings: Hashable {
  package let isFullScreen: Bool
  /// Whether the user gets nothing but the program and its keys.
  package let isKiosk: Bool
  package let picture: PictureStyle
  package let flickerBlending: FlickerBlending
  /// Whether flashes are limited to three a second.
  package let reducesFlashes: Bool
  /// Whether the keypad is shown beside the picture.
  package let showsKeypad: Bool
  package let touchMode: TouchMode
  package let volume: Int
  package let isMuted: Bool
  package let pitch: Int
  /// Whether the machine is paused while another window has the focus.
  package let pausesInBackground: Bool

  package init(_ settings: Settings) {
    isKiosk = settings.isOn(.kiosk)
    isFullScreen = settings.isOn(.fullscreen) || isKiosk
    picture = PictureStyle(
      hasWholePixels: !settings.isOn(.fit),
      aspect: PictureAspect(rawValue: settings.text(.aspect)) ?? .square,
      look: ScreenLook(rawValue: settings.text(.look)) ?? .plain)
    flickerBlending = FlickerBlending(rawValue: settings.text(.flicker)) ?? .mild
    reducesFlashes = settings.isOn(.reduceFlashes)
    showsKeypad = settings.isOn(.keypad)
    touchMode = TouchMode(rawValue: settings.text(.touch)) ?? .auto
    (volume, isMuted) = (settings.number(.volume), settings.isOn(.mute))
    pitch = settings.number(.pitch)
    pausesInBackground = settings.isOn(.pauseInBackground) && !isKiosk
  }
}

/// How the screen of any machine is drawn in a window.
package struct PictureStyle: Hashable {
  /// Whether the scale is a whole number, if there is room.
  package var hasWholePixels = true
  package var aspect = PictureAspect.square
  package var look = ScreenLook.plain
}
