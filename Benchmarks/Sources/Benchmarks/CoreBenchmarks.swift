// The libretro core as a front end uses it that rewinds or runs ahead.

import CLibretro
import Glibc
import Libretro

extension Measurement {
  /// States, and frames with four frames ahead of each.
  static func core(_ name: String) -> Measurement {
    Measurement(requirements: [
      Requirement("retro_serialize + retro_unserialize: \(name)", .atMost(10), .microseconds),
      Requirement("run-ahead 4 in the core, by real time: \(name)", .atLeast(20), .times),
    ]) {
      load(name)
      defer { unloadGame() }
      let size = serializeSize()
      let state = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      defer { state.deallocate() }
      for _ in 0..<600 { run() }
      let both = (0..<4000).map { _ in
        let saving = threadMicroseconds { _ = serialize(state, size) }
        run()
        return saving + threadMicroseconds { _ = unserialize(state, size) }
      }
      let frames = (0..<100).map { _ in
        threadMicroseconds {
          run()
          _ = serialize(state, size)
          for _ in 0..<4 { run() }
          _ = unserialize(state, size)
        }
      }
      let speeds = frames.map { 1e6 / 60 / $0 }
      return [
        Measured(leastOf: both),
        Measured(number: speeds.quantile(1), spread: speeds.spread),
      ]
    }
  }

  /// Loads a game into the core, as a front end does that shows and plays nothing.
  private static func load(_ name: String) {
    setEnvironment { command, _ in Int(command) == RETRO_ENVIRONMENT_SET_PIXEL_FORMAT }
    setAudioSampleBatch { _, count in count }
    let isLoaded = Subject.path(name).withCString {
      var info = retro_game_info(path: $0, data: nil, size: 0, meta: nil)
      return loadGame(&info)
    }
    precondition(isLoaded, "our own games can be loaded")
  }
}
