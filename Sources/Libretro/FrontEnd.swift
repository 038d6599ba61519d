// The front end that has loaded this core, by its callbacks.

import CLibretro
import Chip8Player
import Glibc

/// The front end's callbacks. The interface has one core and one game at a time, and calls
/// it on one thread.
struct FrontEnd {
  var environment: retro_environment_t?
  var showVideo: retro_video_refresh_t?
  var playSamples: retro_audio_sample_batch_t?
  var pollInput: retro_input_poll_t?
  var inputState: retro_input_state_t?

  /// Asks or tells something; false if the front end does not know it.
  @discardableResult
  func call<Value>(_ command: Int, _ value: inout Value) -> Bool {
    withUnsafeMutablePointer(to: &value) { environment?(UInt32(command), $0) ?? false }
  }

  /// The same without a value.
  func supports(_ command: Int) -> Bool { environment?(UInt32(command), nil) ?? false }

  /// Shows a message for some seconds.
  func show(_ text: String) {
    text.withCString {
      var message = retro_message(msg: $0, frames: 300)
      call(RETRO_ENVIRONMENT_SET_MESSAGE, &message)
    }
  }

  /// Shows an error. The game's file is known here.
  func show(_ error: any Error) { show((error as? PlayerError)?.reason ?? "\(error)") }

  /// The value of an option; nil if the front end has none.
  func value(_ key: String) -> String? {
    key.withCString {
      var variable = retro_variable(key: $0, value: nil)
      guard call(RETRO_ENVIRONMENT_GET_VARIABLE, &variable) else { return nil }
      return variable.value.map { String(cString: $0) }
    }
  }
}

nonisolated(unsafe) var frontEnd = FrontEnd()

/// Texts and tables that a front end keeps pointers to, until the core is unloaded. The same text is kept
/// once.
struct KeptTexts {
  private var texts: [String: UnsafeMutablePointer<CChar>] = [:]

  subscript(text: String) -> UnsafePointer<CChar>? {
    mutating get {
      if let kept = texts[text] { return UnsafePointer(kept) }
      let copy = strdup(text)
      texts[text] = copy
      return UnsafePointer(copy)
    }
  }
}

nonisolated(unsafe) var keptTexts = KeptTexts()
