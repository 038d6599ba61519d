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
  private var recordsText: Bool { record.map(isMovieText) ?? false }

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
          "warning: \(fileName(path)): the movie begins at frame \(start.frame), as the whole session does "
            + "not fit, or a saved state's past does not lead to it")
      }
      guard recordsText else { return recorded.image.bytes }
      return Array(try MovieFile(recorded.movie, image: recorded.image).text().utf8)
    } catch { throw Failure(message: "\(fileName(path)): \(error)", code: EX_IOERR) }
  }

  /// Writes the recorded file, if there is one.
  func write(_ player: Player) throws {
    guard let record else { return }
    try Storage.writeAtomically(
      record, with: bytes(of: player), as: recordedContent, apartFrom: player.inputs)
  }
}

/// Whether a file with this name gets the text form of a movie.
func isMovieText(_ path: String) -> Bool { path == "-" || path.lowercased().hasSuffix(".txt") }

extension Chip8Command {
  /// What has no place in a run without a movie.
  func checkWithoutMovie(_ input: InputFile?) throws(Failure) {
    if headless.movie.isReadOnly { throw .usage("--read-only requires --input with a movie") }
    if input != nil, !headless.isHeadless {
      throw .usage("--input requires --headless, or a movie to be played in a window")
    }
  }

  /// Goes to the start of a movie, which has all input itself.
  func begin(
    _ movie: MovieFile, in loaded: inout LoadedMachine, _ request: MachineRequest,
    hasEntryCalls: Bool
  ) throws {
    let path = headless.movie.input ?? ""
    let given: [(String, Bool)] = [
      ("--call", hasEntryCalls), ("arguments", !arguments.isEmpty), ("--resume", resume),
      ("--watch", watch), ("--acknowledge", mobility.acknowledge),
      ("--poke", !request.pokes.isEmpty && loaded.image != nil),
    ]
    if let option = given.first(where: { $0.1 })?.0 {
      throw Failure.usage(
        "\(option) cannot be combined with \(fileName(path)), a movie, which has all input itself")
    }
    try loaded.begin(movie, request, from: path)
  }

  /// The file of a movie where no other is named.
  func loadedFile(of movie: MovieFile) throws -> LoadedFile? {
    guard restore == nil, files.isEmpty else { return nil }
    return LoadedFile(headless.movie.input ?? "", image: movie.image.bytes)
  }

  /// What a movie says that continues another one.
  func facts(_ movie: MovieFile?, _ loaded: LoadedMachine) -> MovieFacts {
    if let movie { return movie.movie.facts }
    let continued = loaded.image.flatMap { try? $0.movie(of: $0.machine() as Chip8) }
    return continued?.facts ?? MovieFacts()
  }
}
