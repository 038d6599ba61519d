// The functions that a front end calls. Its documentation says when and with what.

import CLibretro
import Chip8Player
import SaveState

/// The game that is loaded, and its file.
nonisolated(unsafe) private var game: Game?
nonisolated(unsafe) private var file: LoadedFile?

/// retro_api_version.
@_cdecl("retro_api_version")
public func apiVersion() -> UInt32 { UInt32(RETRO_API_VERSION) }

/// retro_set_environment.
@_cdecl("retro_set_environment")
public func setEnvironment(_ callback: retro_environment_t?) {
  frontEnd.environment = callback
  CoreOption.register()
}

/// retro_set_video_refresh.
@_cdecl("retro_set_video_refresh")
public func setVideoRefresh(_ callback: retro_video_refresh_t?) { frontEnd.showVideo = callback }

/// retro_set_audio_sample.
@_cdecl("retro_set_audio_sample")
public func setAudioSample(_ callback: retro_audio_sample_t?) {}

/// retro_set_audio_sample_batch.
@_cdecl("retro_set_audio_sample_batch")
public func setAudioSampleBatch(_ callback: retro_audio_sample_batch_t?) {
  frontEnd.playSamples = callback
}

/// retro_set_input_poll.
@_cdecl("retro_set_input_poll")
public func setInputPoll(_ callback: retro_input_poll_t?) { frontEnd.pollInput = callback }

/// retro_set_input_state.
@_cdecl("retro_set_input_state")
public func setInputState(_ callback: retro_input_state_t?) { frontEnd.inputState = callback }

/// retro_init.
@_cdecl("retro_init")
public func initialize() {}

/// retro_deinit.
@_cdecl("retro_deinit")
public func deinitialize() {
  unloadGame()
  frontEnd = FrontEnd()
}

/// retro_get_system_info.
@_cdecl("retro_get_system_info")
public func getSystemInfo(_ info: UnsafeMutablePointer<retro_system_info>?) {
  info?.pointee = retro_system_info(
    library_name: keptTexts["chip8"], library_version: keptTexts[productVersion],
    valid_extensions: keptTexts["ch8|c8|sc8|xo8|8o|gif|state"], need_fullpath: false,
    block_extract: false)
}

/// retro_get_system_av_info.
@_cdecl("retro_get_system_av_info")
public func getSystemAVInfo(_ info: UnsafeMutablePointer<retro_system_av_info>?) {
  info?.pointee = game?.avInfo ?? retro_system_av_info()
}

/// retro_set_controller_port_device.
@_cdecl("retro_set_controller_port_device")
public func setControllerPortDevice(_ port: UInt32, _ device: UInt32) {}

/// retro_load_game.
@_cdecl("retro_load_game")
public func loadGame(_ info: UnsafePointer<retro_game_info>?) -> Bool {
  unloadGame()
  guard let info = info?.pointee else { return false }
  do {
    let path = info.path.map { String(cString: $0) } ?? "program.ch8"
    let loaded =
      try info.data.map {
        try LoadedFile(path, contents: [UInt8](UnsafeRawBufferPointer(start: $0, count: info.size)))
      } ?? LoadedFile(path)
    var format = Int32(RETRO_PIXEL_FORMAT_XRGB8888)
    guard frontEnd.call(RETRO_ENVIRONMENT_SET_PIXEL_FORMAT, &format) else { return false }
    var quirks = UInt64(0)
    frontEnd.call(RETRO_ENVIRONMENT_SET_SERIALIZATION_QUIRKS, &quirks)
    game = try Game(loaded)
    file = loaded
    game?.introduce()
    return true
  } catch {
    frontEnd.show(error)
    return false
  }
}

/// retro_load_game_special.
@_cdecl("retro_load_game_special")
public func loadGameSpecial(
  _ kind: UInt32, _ info: UnsafePointer<retro_game_info>?, _ count: Int
) -> Bool { false }

/// retro_unload_game.
@_cdecl("retro_unload_game")
public func unloadGame() {
  game?.free()
  (game, file) = (nil, nil)
}

/// retro_get_region.
@_cdecl("retro_get_region")
public func getRegion() -> UInt32 { UInt32(RETRO_REGION_NTSC) }

/// retro_reset.
@_cdecl("retro_reset")
public func reset() {
  if let file { game?.reset(file) }
}

/// retro_run.
@_cdecl("retro_run")
public func run() { game?.run() }

/// retro_serialize_size.
@_cdecl("retro_serialize_size")
public func serializeSize() -> Int { game?.stateByteCount ?? 0 }

/// retro_serialize.
@_cdecl("retro_serialize")
public func serialize(_ data: UnsafeMutableRawPointer?, _ size: Int) -> Bool {
  guard data != nil, size > 0 else { return false }
  return game?.write(to: UnsafeMutableRawBufferPointer(start: data, count: size)) ?? false
}

/// retro_unserialize.
@_cdecl("retro_unserialize")
public func unserialize(_ data: UnsafeRawPointer?, _ size: Int) -> Bool {
  guard data != nil, size > 0 else { return false }
  return game?.restore(UnsafeRawBufferPointer(start: data, count: size)) ?? false
}

/// retro_cheat_reset.
@_cdecl("retro_cheat_reset")
public func cheatReset() {}

/// retro_cheat_set.
@_cdecl("retro_cheat_set")
public func cheatSet(_ index: UInt32, _ isEnabled: Bool, _ code: UnsafePointer<CChar>?) {}

/// retro_get_memory_data.
@_cdecl("retro_get_memory_data")
public func getMemoryData(_ kind: UInt32) -> UnsafeMutableRawPointer? {
  game?.memory(kind).flatMap { UnsafeMutableRawPointer($0.baseAddress) }
}

/// retro_get_memory_size.
@_cdecl("retro_get_memory_size")
public func getMemorySize(_ kind: UInt32) -> Int { game?.memory(kind)?.count ?? 0 }
