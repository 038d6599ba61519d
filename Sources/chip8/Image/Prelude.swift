import Glibc
import SaveState

/// What stands before an image in its file.
enum Prelude {
  /// How large one may be that is kept: an emulator with all that it needs is a tenth of that.
  private static let byteCountMax = 256 << 20

  /// The prelude in a file; empty if there is no such file, or no image in it.
  static func read(_ path: String) throws -> ArraySlice<UInt8> {
    var status = stat()
    guard
      path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Image.isImage(try Storage.readEnd(path, limit: Image.footerByteCount))
    else { return [] }
    let limit = byteCountMax + Image.byteCountMax
    let file = try Storage.read(path, limit: limit)
    guard file.count <= limit else {
      throw Failure.data(path, "what stands before the saved state is too large to be kept")
    }
    return Image.prelude(of: file)
  }

  /// Writes an image to a file. If that can be run now, it remains a program: what stands before the
  /// image in it stays there. No other file is read.
  ///
  /// - Parameter options: what the image is run with if it is to become such a program.
  static func save(_ image: Image, to path: String, executable options: RunOptions?) throws {
    guard let options else {
      return try Storage.replace(path, with: kept(path) + image.bytes)
    }
    let emulator = Standalone.options == nil ? Standalone.path : nil
    try Storage.replace(
      path, with: script(emulator: emulator, options: options.words) + image.bytes,
      execution: .readers)
  }

  /// What is to stay in a file that is saved to.
  private static func kept(_ path: String) throws -> ArraySlice<UInt8> {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & 0o111 != 0 else { return [] }
    do {
      return try read(path)
    } catch let error as StorageError {
      throw Failure(message: "\(error), so it cannot be saved to", code: EX_IOERR)
    }
  }

  /// A shell script that runs the image behind it. The emulator is the one that `$CHIP8` names, or
  /// the one at a path, or the first in `$PATH`. Only what every shell has built in is used, for
  /// there need be no `$PATH`; and nothing but the script's path is taken from its surroundings.
  ///
  /// - Parameters:
  ///   - emulator: the path of one that can run the image, if there is one.
  ///   - options: what the image is run with.
  static func script(emulator: String?, options: [String]) -> [UInt8] {
    let candidates = ["\"${CHIP8-}\""] + [emulator.map(quoted), "chip8"].compactMap { $0 }
    let options = options.map { quoted($0) + " " }.joined()
    let text = """
      #!/bin/sh
      # A saved state of chip8 that is a program: it goes on with the machine below.
      state=$0
      [ -f "$state" ] || state=$(command -v -- "$0")
      case $state in -*) state=./$state ;; esac
      for chip8 in \(candidates.joined(separator: " ")); do
        chip8=$(command -v -- "$chip8") || continue
        [ -f "$chip8" ] && [ -x "$chip8" ] || continue
        exec "$chip8" --restore "$state" \(options)-- "$@"
      done
      echo "$0: no chip8 is there to run this saved state: install it or name it in CHIP8" >&2
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

/// `--with`: options that an image is run with, parted as a shell parts them.
struct RunOptions {
  let words: [String]

  static let empty = RunOptions(words: [])

  private init(words: [String]) { self.words = words }

  /// Options that make sense for a restored machine, so that they are not found wrong when it is
  /// run.
  init(_ text: String) throws {
    guard let words = RunOptions.words(of: text) else {
      throw Failure.usage("--with: a quotation mark is not closed in \"\(text)\"")
    }
    self.words = words
    do {
      let command = try Chip8Command.parse(["--restore", "state"] + words)
      guard command.restore == "state", command.files.isEmpty, !words.contains("--") else {
        throw Failure.usage("--with takes options, and neither files nor arguments")
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      // Those that only tell something end well.
      let reason =
        Chip8Command.exitCode(for: error) == .success
        ? "these are no options of a run" : Chip8Command.message(for: error)
      throw Failure.usage("--with: \(reason)")
    }
  }

  /// Words between blanks, where quotation marks keep blanks together; nil if one is not closed.
  private static func words(of text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var mark: Character?
    for character in text {
      if character == mark {
        mark = nil
      } else if mark == nil, "'\"".contains(character) {
        mark = character
        word = word ?? ""
      } else if mark == nil, character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return mark == nil ? words : nil
  }
}
