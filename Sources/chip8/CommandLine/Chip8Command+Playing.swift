import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

extension Chip8Command {
  /// Plays in a window or in a terminal.
  func play(
    _ start: PlayStart, _ playerSettings: PlayerSettings, _ kept: KeptFlags?,
    watching file: LoadedFile?
  ) throws {
    var options = PlaySession.Options(playerSettings.levels)
    (options.machine, options.metadata) = (machineRequest, settings.request)
    options.slotsRoot = slotsRoot
    (options.keptSettings, options.firstNotices) = (playerSettings.kept, playerSettings.notices)
    (options.keptFlags, options.pastByteLimit) = (kept, past.byteLimit)
    options.isParanoid = timeline.isParanoid
    (options.movie, options.isReadOnly) = (start.movie, headless.movie.isReadOnly)
    if let path = headless.movie.record {
      options.recording = start.recordedFacts
      options.reservedPaths = [path]
      try Output.check([
        Output(path, headless.movie.recordedContent, apartFrom: start.loaded.inputs)
      ])
    }
    let session = PlaySession(start.loaded, start.host, options)
    if let file { session.watch(files[0], file, keepsState: keepState) }
    let server = options.isAttachable ? openSocket(to: session) : nil
    // However the window ends, what was recorded is not lost.
    var failures = Failures()
    failures.attempt {
      try show(session, firstPages(options)) {
        guard mobility.acknowledge, let image = start.loaded.image else { return }
        try mobility.takeOver(image, savedAs: session.saveProvisionally())
      }
    }
    server?.close()
    failures.attempt { try headless.movie.write(session.player) }
    try failures.end()
    if let restoration = session.restart {
      try NextProcess(
        playing: restoration, after: session, options, machine, config: player.config,
        recording: headless.movie.record
      ).execute()
    }
  }

  /// Lets debuggers attach. What they cannot attach to is played all the same.
  private func openSocket(to session: PlaySession) -> DebugServer? {
    do throws(SocketError) { return try DebugServer(session) } catch {
      session.setAttachProblem(error)
      return nil
    }
  }

  /// Shows a session until its user leaves it.
  ///
  /// - Parameter first: the pages that it begins with.
  private func show(
    _ session: PlaySession, _ first: [PageName], whenOpen: () throws -> Void
  ) throws {
    let settings = session.settings.effective
    if settings.isOn(.terminal) || Terminal.isOnlyChoice {
      if settings.isOn(.kiosk) {
        throw Failure.usage("--kiosk requires a window; --no-kiosk plays here")
      }
      let picture = TerminalPicture(rawValue: settings.text(.terminalPicture)) ?? .auto
      return try Terminal.play(session, picture, first, whenOpen: whenOpen)
    }
    #if SDL
      try Window.play(session, first, whenOpen: whenOpen)
    #else
      throw Failure.usage("this chip8 was built without a window: add --terminal or --headless")
    #endif
  }

  /// The keys where a player begins with a program, home where no program was named.
  private func firstPages(
    _ options: PlaySession.Options
  ) -> [PageName] {
    let settings = options.settings.effective
    guard options.movie == nil else { return [] }
    return (!watch && settings.isOn(.card) ? [.start] : []) + (isHome(settings) ? [.home] : [])
  }

  /// Whether no program was named, and there is something to choose one on.
  func isHome(_ settings: Settings) -> Bool {
    restore == nil && files.isEmpty && !headless.isHeadless && !resume && !settings.isOn(.kiosk)
      && (settings.isOn(.terminal) || Terminal.isOnlyChoice || getenv("DISPLAY") != nil
        || getenv("WAYLAND_DISPLAY") != nil)
  }
}
