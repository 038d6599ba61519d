import Chip8Core
import Octo
import SaveState

extension PlayRequest {
  /// A debugger's session. A movie is its past then.
  ///
  /// - Throws: ``PlayerError``, or `StorageError` for a file that cannot be read.
  public func debugSession() throws -> DebugSession {
    let input = try input()
    var request = self
    if let input {
      guard let movie = input.movie else {
        throw PlayerError.contents(path: input.path, DebugError.notAMovie)
      }
      request.machine.moment = .instruction(movie.movie.past.start.position.instruction)
    }
    let start = try request.start(file(input), input)
    return DebugSession(
      start.loaded, start.host, source: try source(of: start.loaded),
      script: start.keys.moved(by: start.loaded.machine.state.frames))
  }

  /// Loads the program again, and continues the session with it, keeping the machine's state.
  ///
  /// - Throws: ``PlayerError``, ``DebugError``, `StorageError` or `InputError`; nothing has changed then.
  public func reload(in session: inout DebugSession) throws {
    if let inputPath { throw PlayerError.contents(path: inputPath, DebugError.movieReload) }
    guard let path else { throw DebugError.noFile }
    let loaded = try LoadedMachine(LoadedFile(path), machine.forAnotherProgram)
    guard loaded.image == nil else {
      throw PlayerError.contents(path: path, DebugError.stateReload)
    }
    try session.replaceProgram(with: loaded)
  }

  /// What is known of the program: what a symbol file says, else its own source.
  private func source(of loaded: LoadedMachine) throws -> ProgramSource? {
    guard let path = metadata.symbolsPath else { return nil }
    var inputs = InputFiles()
    let symbols = try Symbols(contentsOf: path, for: loaded.machine.program, &inputs)
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
