import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// What is played, and what is recorded: docs/MOVIES.md.
struct MovieOptions: ParsableArguments {
  @Option(help: .value("FILE", "Play a movie from its start, or a recording or key script."))
  var input: String?

  @Option(help: .value("FILE", "Record a movie; - or a name that ends in .txt gets its text form."))
  var record: String?

  @Flag(name: .customLong("read-only"), help: "With --input: do not record what follows the movie.")
  var isReadOnly = false

  func validateCombination() throws {
    if isReadOnly, input == nil { throw ValidationError("--read-only requires --input FILE.") }
  }

  /// Whether the text form is recorded.
  private var recordsText: Bool { record.map(MovieText.isName) ?? false }

  /// What the recorded file holds.
  var recordedContent: Content { recordsText ? .other : .savedState }

  /// The recorded file.
  func bytes(of player: Player) throws -> [UInt8] {
    let path = record ?? ""
    do throws(MovieError) {
      guard let recorded = try player.recordedMovie() else { return [] }
      if !recorded.isWhole {
        let start = recorded.movie.past.start.position
        printError(
          "warning: \(inputName(path)): the movie begins at frame \(start.frame), as the whole session does "
            + "not fit, or a saved state's past does not lead to it")
      }
      return try recorded.bytes(asText: recordsText)
    } catch { throw Failure(message: "\(inputName(path)): \(error)", code: EX_IOERR) }
  }

  /// Writes the recorded file, if there is one.
  func write(_ player: Player) throws {
    guard let record else { return }
    try Storage.writeAtomically(
      record, with: bytes(of: player), as: recordedContent, apartFrom: player.inputs)
  }
}

extension Chip8Command {
  /// Refuses what has no place in a run with an input, or without one.
  func check(_ input: InputFile?) throws(Failure) {
    if headless.movie.isReadOnly, input?.movie == nil {
      throw .usage("--read-only requires --input with a movie")
    }
    guard let input else { return }
    if input.movie == nil, !headless.isHeadless {
      throw .usage("--input requires --headless, or a movie to be played in a window")
    }
    if host.hostCalls != nil, input.movie != nil || input.recording?.calls != nil {
      throw .usage(
        "--host-calls cannot be combined with \(inputName(input.path)), which replays all host calls"
      )
    }
    guard input.movie != nil else { return }
    if watch { throw .usage(Failure.fixedByMovie("--watch", input.path)) }
    if mobility.acknowledge { throw .usage(Failure.fixedByMovie("--acknowledge", input.path)) }
  }
}
