/// How a window shows and sounds all programs.
package struct OutputSettings: Hashable {
  package let isFullScreen: Bool
  /// Whether there is nothing but the program and its keys.
  package let isKiosk: Bool
  package let picture: PictureStyle
  package let flickerBlending: FlickerBlending
  /// Whether nothing flashes more than three times a second.
  package let reducesFlashes: Bool
  /// Whether the keypad is beside the picture.
  package let showsKeypad: Bool
  package let touchMode: TouchMode
  package let volume: Int
  package let isMuted: Bool
  package let pitch: Int
  /// Whether the machine is paused while another window has the keyboard.
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
  /// Whether all pixels have one size, as far as there is room for that.
  package var hasWholePixels = true
  package var aspect = PictureAspect.square
  package var look = ScreenLook.plain
}
