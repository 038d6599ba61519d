import Chip8Core
import Octo
import SaveState

/// What somebody wants to debug.
public struct DebugRequest: Sendable {
  /// A program in any form, or an image; nil if a movie says it.
  public var path: String?
  /// Whether anything but an image is refused.
  public var isImageExpected = false
  /// A movie, which is the past then.
  public var inputPath: String?
  /// The machine that a program gets.
  public var machine = MachineRequest()
  /// Symbols, breakpoints and watchpoints.
  public var metadata = MetadataRequest()
  /// What the program in an image is handed.
  public var arguments: [String] = []
  /// Which keys are down, by frames from where the machine is.
  public var keys = KeyScript.empty
  /// The directory of the program's host calls; nil if it may make none.
  public var hostCallsPath: String?

  /// Nothing in particular.
  public init() {}

  /// The session.
  ///
  /// - Throws: ``PlayerError``, or `StorageError` for a file that cannot be read.
  public func session() throws -> DebugSession {
    var inputs = InputFiles()
    let input = try inputPath.map {
      try InputFile(contentsOf: $0, machine.dependencies, &inputs)
    }
    guard input == nil || input?.movie != nil else {
      throw PlayerError.contents(
        path: inputPath ?? "", UnusableFile("not a movie; only a movie can be debugged"))
    }
    let file =
      try path.map { try LoadedFile($0, isImageExpected: isImageExpected) }
      ?? LoadedFile(inputPath ?? "", image: input?.movie?.image.bytes ?? [])
    var request = machine
    if input != nil { request.moment = nil }
    var loaded = try LoadedMachine(file, request)
    loaded.inputs.add(inputs)
    try loaded.apply(metadata, from: file.path)
    if let movie = input?.movie {
      let start = movie.movie.past.start.position
      request.moment = .instruction(start.instruction)
      try loaded.begin(movie, request, from: inputPath ?? "")
    } else if loaded.image != nil {
      try loaded.prepare(entryCalls: [], arguments: arguments, path: file.path)
    }
    let host = try hostCallsPath.map { try Host(directory: $0) } ?? .none
    return DebugSession(
      loaded, host, source: try source(of: &loaded),
      script: keys.moved(by: loaded.machine.state.frames))
  }

  /// Loads the program again, and continues the session with it in the machine as it is.
  ///
  /// - Throws: ``PlayerError``, `StorageError` or `InputError`; nothing has changed then.
  public func reload(in session: inout DebugSession) throws {
    guard let path, inputPath == nil else {
      throw PlayerError.contents(path: inputPath ?? "", UnusableFile("a movie is not reloaded"))
    }
    let loaded = try LoadedMachine(LoadedFile(path), machine.forAnotherProgram)
    guard loaded.image == nil else {
      throw PlayerError.contents(path: path, UnusableFile("a saved state is not reloaded"))
    }
    try session.replaceProgram(with: loaded)
  }

  /// What is known of the program: what a symbol file says, else its own source.
  private func source(of loaded: inout LoadedMachine) throws -> ProgramSource? {
    guard let path = metadata.symbolsPath else { return nil }
    let symbols = try Symbols(contentsOf: path, for: loaded.machine.program, &loaded.inputs)
    return ProgramSource(symbols, loaded.metadata.labels)
  }
}

extension KeyScript {
  /// The script of a run that begins so many frames later.
  fileprivate func moved(by frames: UInt64) -> KeyScript {
    KeyScript(
      presses: presses.map { press in
        let (from, isTooLate) = press.frames.lowerBound.addingReportingOverflow(frames)
        let end = press.frames.upperBound.addingReportingOverflow(frames)
        return Press(
          frames: isTooLate ? .max - 1 ..< .max : from..<(end.overflow ? .max : end.partialValue),
          keys: press.keys)
      })
  }
}
