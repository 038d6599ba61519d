import Chip8Core
import SaveState

/// What to play, to run or to debug: a program, a saved state or a movie, and what it is given.
public struct PlayRequest: Sendable {
  /// A program in any form, or an image; nil for the machine of the movie that is the input.
  public var path: String?
  /// Whether anything but an image is refused.
  public var isImageExpected = false
  /// A movie, a recording or a key script.
  public var inputPath: String?
  /// The machine that a program gets.
  public var machine = MachineRequest()
  /// What is wanted beside it: labels, breakpoints, watchpoints.
  public var metadata = MetadataRequest()
  /// Where the slots of all programs are, if the program's newest autosave is resumed.
  package var resumedSlotsRoot: String?
  /// Subroutines that are called before the program in an image continues.
  package var entryCalls: [Place] = []
  /// What that program is handed.
  public var arguments: [String] = []
  /// Which keys are down, by frames from where the machine is, unless a recording says so.
  public var keys = KeyScript.empty
  /// Where the user flags are that a program finds at power-on; nil for none.
  package var keptFlags: KeptFlags?
  /// The directory of the program's host calls; nil if it may make none.
  public var hostCallsPath: String?

  /// Nothing in particular.
  public init() {}

  /// The input, if there is one.
  package func input() throws -> InputFile? {
    try inputPath.map { try InputFile(contentsOf: $0, machine.dependencies) }
  }

  /// The file, or the image that a movie is.
  package func file(_ input: InputFile?) throws -> LoadedFile {
    if let path { return try LoadedFile(path, isImageExpected: isImageExpected) }
    return LoadedFile(input?.path ?? "", image: input?.movie?.image.bytes ?? [])
  }

  /// Makes the machine, and goes to where it begins.
  ///
  /// - Parameters:
  ///   - file: what ``file(_:)`` is, or what was read in its place.
  ///   - settings: what the player has set for a program; nil without a player.
  /// - Throws: ``PlayerError``, `StorageError` or `InputError`.
  package func start(
    _ file: LoadedFile, _ input: InputFile? = nil,
    settings: (Digest) -> SettingLevels? = { _ in nil }
  ) throws -> PlayStart {
    if let input, input.movie != nil { try checkMovie(input.path, of: file) }
    var loaded = try load(file, input, settings)
    let names = loaded.metadata.names
    var entryCalls = try entryCalls.map { try names.address(of: $0, for: .entryCall) }
    if let input, let movie = input.movie {
      try loaded.begin(movie, machine, from: input.path)
    } else if loaded.image != nil {
      try loaded.prepare(entryCalls: entryCalls, arguments: arguments, path: file.path)
      entryCalls = []
    }
    if let input { try input.recording?.check(loaded.machine.program, path: input.path) }
    try loaded.powerOnFlags(keptFlags, input)
    let host =
      try input?.recording?.calls.map { Host(replaying: $0) }
      ?? hostCallsPath.map { try Host(directory: $0) } ?? .none
    return PlayStart(
      loaded: loaded, host: host, keys: input?.recording?.keys ?? keys, entryCalls: entryCalls,
      movie: input?.movie?.movie)
  }

  /// Refuses what a movie has itself: all input.
  private func checkMovie(_ path: String, of file: LoadedFile) throws(PlayerError) {
    let given: [(RequestError.Input, Bool)] = [
      (.entryCalls, !entryCalls.isEmpty), (.arguments, !arguments.isEmpty),
      (.autosave, resumedSlotsRoot != nil),
      (.pokes, !machine.pokes.isEmpty && file.kind == .image),
    ]
    if let part = given.first(where: { $0.1 })?.0 {
      throw .request(.fixedByMovie(part, path: path))
    }
  }

  /// The machine in the file, with what is wanted beside it.
  private func load(
    _ file: LoadedFile, _ input: InputFile?, _ settings: (Digest) -> SettingLevels?
  ) throws -> LoadedMachine {
    // The request is compared with a movie's machine, and its start is gone to later.
    var request = machine
    if input?.movie != nil { request.moment = nil }
    var loaded = try LoadedMachine(file, request)
    if let root = resumedSlotsRoot {
      loaded = try loaded.resumed(file.path, machine, slotsRoot: root)
    }
    if let moment = request.moment, loaded.image == nil {
      throw PlayerError.request(.requiresPast(moment))
    }
    let settings = settings(loaded.machine.program.sha1)
    if let settings, input == nil {
      try loaded.choose(settings[.program], under: machine, from: file.path)
    }
    try loaded.apply(settings.map(metadata.asking) ?? metadata, from: file.path)
    if let input { loaded.inputs.add(input.inputs) }
    return loaded
  }
}

/// A machine where it begins, and all that goes with it.
package struct PlayStart {
  package var loaded: LoadedMachine
  package let host: Host
  /// Which keys are down, by frames from here.
  package let keys: KeyScript
  /// The entry calls that are for an image of a program that was switched on.
  package let entryCalls: [Int]
  /// The movie that is played.
  package let movie: Movie<Chip8>?

  /// What a movie says that is recorded from here, and continues the one that is played or restored.
  package var recordedFacts: MovieFacts {
    if let movie { return movie.facts }
    let continued = loaded.image.flatMap { try? $0.movie(of: $0.machine() as Chip8) }
    return continued?.facts ?? MovieFacts()
  }

  /// The player.
  ///
  /// - Parameter isReadOnly: whether a movie is only watched, and what follows it is not recorded.
  package func player(isReadOnly: Bool = false) -> Player {
    var player = Player(loaded, host)
    if let movie { player.play(movie, isReadOnly: isReadOnly) }
    return player
  }
}
