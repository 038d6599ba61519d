import Chip8Core
import Glibc

#if SDL
  import CSDL2

  /// Sound beside a terminal: by SDL2, if it is installed and the user is at this computer.
  final class TerminalSound {
    private let output: AudioOutput?

    init() {
      guard getenv("SSH_CONNECTION") == nil, CSDL2_load() == nil else {
        output = nil
        return
      }
      SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1")
      output = TerminalSound.silently {
        SDL_InitSubSystem(SDL_INIT_AUDIO) == 0 ? AudioOutput() : nil
      }
    }

    /// Opens the device silently: sound libraries print on standard error if there is none.
    private static func silently<Value>(_ body: () -> Value) -> Value {
      let (errors, nothing) = (dup(STDERR_FILENO), open("/dev/null", O_WRONLY | O_CLOEXEC))
      dup2(nothing, STDERR_FILENO)
      defer {
        dup2(errors, STDERR_FILENO)
        close(errors)
        close(nothing)
      }
      return body()
    }

    func play(_ tone: Tone?, framesPerSecond: Int, percent: Int) {
      output?.play(tone, framesPerSecond: framesPerSecond, percent: percent)
    }
  }
#else
  /// A chip8 without SDL2 is silent.
  final class TerminalSound {
    func play(_ tone: Tone?, framesPerSecond: Int, percent: Int) {}
  }
#endif
