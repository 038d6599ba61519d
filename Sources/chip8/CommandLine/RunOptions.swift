import Chip8Core
import Chip8Player
import SaveState

/// `--with`: options that an image is run with, parted as a shell parts them.
struct RunOptions {
  let words: [String]

  static let empty = RunOptions(words: [])

  private init(words: [String]) { self.words = words }

  /// Options that make sense for a restored machine, so that they are not found wrong when it is
  /// run.
  init(_ text: String) throws {
    guard let words = RunOptions.words(of: text) else {
      throw Failure.usage("--with: unbalanced quotation mark in \"\(text)\"")
    }
    self.words = words
    do {
      let command = try Chip8Command.parse(["--restore", "state"] + words)
      guard
        command.restore == "state", command.restoreDescriptor == nil, command.files.isEmpty,
        !words.contains("--")
      else {
        throw Failure.usage("--with takes only options, no files or arguments")
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      // Those that only tell something end well.
      let reason =
        Chip8Command.exitCode(for: error) == .success
        ? "not an option of a run" : Chip8Command.message(for: error)
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

extension RunOptions {
  /// The script that runs the image after it with these options.
  var prelude: [UInt8] {
    let emulator = Standalone.options == nil ? Standalone.path : nil
    return ExecutableImage.prelude(emulator: emulator, options: words)
  }
}

extension Image {
  /// Writes the image to a file.
  ///
  /// - Parameters:
  ///   - options: what it is run with if the file is to become a program; nil if the file is to stay
  ///     what it is.
  ///   - inputs: what the image was made of.
  func save(
    to path: String, executable options: RunOptions?, apartFrom inputs: InputFiles
  ) throws(StorageError) {
    guard let options else { return try save(to: path, apartFrom: inputs) }
    try save(to: path, after: options.prelude, apartFrom: inputs)
  }
}
