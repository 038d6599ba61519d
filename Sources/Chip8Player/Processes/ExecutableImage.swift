import Chip8Core
import SaveState

/// Executable images: the data before the machine in their file is a shell script that
/// looks for a chip8 to run it.
public enum ExecutableImage {
  /// The script. The emulator is the one that `$CHIP8` names, or the one at a path, or the first in
  /// `$PATH`. Only what every shell has built in is used, for there need be no `$PATH`; and nothing
  /// but the script's path is taken from its surroundings. The arguments that the file is run with
  /// are those of the program in it.
  ///
  /// - Parameters:
  ///   - emulator: the path of a chip8, if one is known that can run the image.
  ///   - options: chip8's options, as on its command line. They must be those of a run, and are not
  ///     checked here.
  public static func prelude(emulator: String? = nil, options: [String] = []) -> [UInt8] {
    let candidates = ["\"${CHIP8-}\""] + [emulator.map(quoted), "chip8"].compactMap { $0 }
    let options = options.map { quoted($0) + " " }.joined()
    let text = """
      \(Image.scriptHead)chip8 that is a program: it continues with the machine below.
      state=$0
      [ -f "$state" ] || state=$(command -v -- "$0")
      case $state in -*) state=./$state ;; esac
      for chip8 in \(candidates.joined(separator: " ")); do
        chip8=$(command -v -- "$chip8") || continue
        [ -f "$chip8" ] && [ -x "$chip8" ] || continue
        exec "$chip8" --restore "$state" \(options)-- "$@"
      done
      echo "$0: chip8 was not found; install it or set CHIP8" >&2
      exit 127

      """
    return Array(text.utf8)
  }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
