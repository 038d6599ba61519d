#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import Glibc
  import SaveState

  /// The session being played, for ``endWithoutDisplay()``.
  nonisolated(unsafe) private var played: PlaySession?

  /// Saves the session when a library exits the process, as Xlib does when its server is gone.
  private func endWithoutDisplay() {
    guard let session = played else { return }
    played = nil
    let end = session.close()
    for notice in session.takeNotices() where notice.isProblem {
      for line in notice.lines(session.player.metadata.names) { printError(line) }
    }
    printError(
      "lost the display" + (end == .saved ? "; chip8 --resume continues from the autosave" : ""))
    _exit(EX_UNAVAILABLE)
  }

  /// The window: turns input into commands of the session, runs its frames when they are due, and outputs
  /// picture and sound.
  final class Window: PlayingFrontEnd {
    static let leavingHint = "Close again to quit anyway"
    private static let maxLines = 6
    /// How much quieter fast forward is.
    private static let fastQuieter = 4
    /// The window's initial size: 7 pixels for each of 128 columns.
    private static let firstSize = (w: Int32(128 * 7), h: Int32(64 * 7))

    let session: PlaySession
    let window: OpaquePointer
    private let renderer: OpaquePointer
    let picture: ScreenRenderer
    let audio = AudioOutput()
    let gamepads = Gamepads()
    var keyboard = Keyboard()
    var touch = TouchControls()
    var keyMap = KeyMap()
    var programKeys = ProgramKeys.unknown
    private(set) var programTouchMode = TouchMode.none
    var appearance: Appearance
    var pacer: Pacer
    /// The open pages, the last one on top. The machine is stopped while there are any.
    var pages: [OpenPage] = []
    /// The size to restore after full screen, where no window manager keeps it.
    private var sizeToRestore: (w: Int32, h: Int32)?
    private(set) var settings = OutputSettings(Settings())
    var debugger: DebuggerView?
    private(set) var isFast = false
    /// Whether fast forward lasts until it is toggled off.
    private var staysFast = false
    /// Whether the machine is paused because another window has the focus.
    private var isPausedInBackground = false
    private var flashLimiter = FlashLimiter()
    private var attendant = Attendant()
    /// Whether a visitor has pressed a key since the attendant looked last.
    var hasKioskKey = false
    var playing = PlayingState()

    /// Plays in a window until the user closes it.
    ///
    /// - Parameters:
    ///   - firstPages: the pages to begin with.
    ///   - whenOpen: called once nothing can fail any more.
    static func play(
      _ session: PlaySession, _ firstPages: [PageName], whenOpen: () throws -> Void
    ) throws {
      if let reason = CSDL2_load() {
        throw Failure(
          message: "cannot load SDL2: \(String(cString: reason)); install "
            + "libsdl2-2.0-0, or use --terminal or --headless",
          code: EX_UNAVAILABLE)
      }
      let window = try Window(session)
      Interrupt.catchSignals(second: .kills)
      try whenOpen()
      played = session
      defer { played = nil }
      atexit { endWithoutDisplay() }
      try window.play(firstPages)
    }

    private init(_ session: PlaySession) throws(Failure) {
      self.session = session
      // X11 shows a title beyond ASCII only in a UTF-8 locale, which a bare environment does not name.
      setlocale(LC_CTYPE, "")
      if String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" {
        setlocale(LC_CTYPE, "C.UTF-8")
      }
      SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1")
      SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1")
      SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "nearest")
      guard SDL_Init(SDL_INIT_VIDEO) == 0 else { throw Window.failure("no display") }
      try Window.checkDriver()
      // Everything else works without sound and pads.
      _ = SDL_InitSubSystem(SDL_INIT_GAMECONTROLLER)
      _ = SDL_InitSubSystem(SDL_INIT_AUDIO)
      let flags = SDL_WINDOW_RESIZABLE.rawValue | SDL_WINDOW_ALLOW_HIGHDPI.rawValue
      let anywhere = Int32(SDL_WINDOWPOS_UNDEFINED_MASK)
      settings = OutputSettings(session.settings.effective)
      let size = Window.size(isFullScreen: settings.isFullScreen)
      guard let window = SDL_CreateWindow("chip8", anywhere, anywhere, size.w, size.h, flags)
      else { throw Window.failure("cannot open a window") }
      guard let renderer = Window.renderer(window) else {
        throw Window.failure("cannot draw in a window")
      }
      SDL_SetWindowMinimumSize(window, 128, 64)
      self.window = window
      self.renderer = renderer
      picture = ScreenRenderer(renderer)
      appearance = .standard
      pacer = Pacer(framesPerSecond: 60, now: MonotonicClock.now)
      if settings.isFullScreen { sizeToRestore = Window.firstSize }
      programChanged()
    }

    deinit {
      audio.fadeOut()
      gamepads.close()
      SDL_DestroyRenderer(renderer)
      SDL_DestroyWindow(window)
      SDL_Quit()
    }

    /// A window that starts in full screen has the display's size at once, as no window manager may be
    /// running to resize it.
    private static func size(isFullScreen: Bool) -> (w: Int32, h: Int32) {
      var display = SDL_Rect()
      guard isFullScreen, SDL_GetDisplayBounds(0, &display) == 0 else { return firstSize }
      return (display.w, display.h)
    }

    /// A renderer for a window. Without a GPU, OpenGL is emulated in software, which takes longer to load
    /// than everything else and draws more slowly than SDL does.
    private static func renderer(_ window: OpaquePointer) -> OpaquePointer? {
      let processors = ["/dev/dri/renderD128", "/dev/nvidiactl", "/dev/dxg"]
      guard !processors.contains(where: { access($0, F_OK) == 0 }) else {
        return SDL_CreateRenderer(window, -1, 0)
      }
      SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0")
      if let renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE.rawValue) {
        return renderer
      }
      // On Wayland, only OpenGL can draw in a window.
      SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, nil)
      return SDL_CreateRenderer(window, -1, 0)
    }

    /// Without a display, SDL falls back to drivers that show nothing, and the machine would run unseen. They
    /// are accepted only if they were asked for by name.
    private static func checkDriver() throws(Failure) {
      let driver = SDL_GetCurrentVideoDriver().map { String(cString: $0) } ?? ""
      guard ["dummy", "evdev", "offscreen"].contains(driver), getenv("SDL_VIDEODRIVER") == nil
      else {
        return
      }
      SDL_Quit()
      throw Failure(
        message: "no display; set DISPLAY or WAYLAND_DISPLAY, or use --terminal or --headless",
        code: EX_UNAVAILABLE)
    }

    private static func failure(_ what: String) -> Failure {
      let reason = String(cString: SDL_GetError())
      return Failure(
        message: "\(what): \(reason); use --terminal or --headless", code: EX_UNAVAILABLE)
    }

    // MARK: The loop

    func runOnce() {
      handleEvents()
      if Interrupt.wasCaught, !playing.isInterrupted { interrupt() }
      var isPlayed = false
      runDueFrames {
        let keys = keyboard.takeKeys().union(takeTouchedKeys())
        isPlayed = isPlayed || !keys.isEmpty
        return keys
      } sound: { tone in
        audio.play(tone, framesPerSecond: framesPerSecond, percent: percent)
      }
      if settings.isKiosk { attend(isPlayed: isPlayed) }
      update()
      var page = pages.last?.view
      let debugger =
        pages.isEmpty ? debuggerLayout(picture.outputSize(), picture.text) : nil
      picture.show(
        shownScreen, appearance, settings.picture, touchView, &page, debugger,
        debugger == nil ? session.progress : nil, debugger == nil ? shownMessage : nil)
      if let page { pages[pages.count - 1].view = page }
      sleep(pacer.wait(now: MonotonicClock.now))
    }

    /// Restarts a kiosk's program once its visitor has left.
    private func attend(isPlayed: Bool) {
      if session.isPaused { session.togglePause() }
      defer { hasKioskKey = false }
      guard
        attendant.shouldRestart(
          isPlayed: isPlayed || hasKioskKey, hasHalted: session.isOver, now: MonotonicClock.now)
      else { return }
      keyboard.releaseAll()
      session.reset()
    }

    private var shownScreen: ShownScreen {
      let screen = session.shownScreen
      return settings.reducesFlashes ? flashLimiter.show(screen, now: MonotonicClock.now) : screen
    }

    /// Applies the settings that are not read in each frame.
    private func applySettings() {
      session.flickerBlending = settings.reducesFlashes ? .full : settings.flickerBlending
      audio.pitch = settings.pitch
      // Sounds in quick succession would seem too loud.
      audio.volume = settings.isMuted ? 0 : settings.volume / (isFast ? Window.fastQuieter : 1)
    }

    /// Shows a message, below a problem that is still unread.
    func show(_ lines: [String], isProblem: Bool) {
      // Messages are not for visitors.
      if settings.isKiosk { return }
      let unread = playing.message.flatMap { !isProblem && $0.isProblem ? $0.lines : nil }
      playing.message = ShownMessage(
        (unread ?? []) + lines, isProblem: isProblem || unread != nil)
    }

    /// Dismisses a problem, which the user has seen by the time a key is pressed.
    func dismissProblem() {
      if playing.message?.isProblem == true { playing.message = nil }
    }

    private func sleep(_ nanoseconds: UInt64) {
      var time = timespec(tv_sec: 0, tv_nsec: Int(min(nanoseconds, 100_000_000)))
      nanosleep(&time, nil)
    }

    var recentLines: [String] { recentMessage.map(shortened)?.lines ?? [] }

    func releaseKeys() { keyboard.releaseAll() }

    /// The last message, or why the machine is stopped.
    private var shownMessage: ShownMessage? {
      if let recentMessage { return shortened(recentMessage) }
      return stopLines.isEmpty
        ? nil : shortened(ShownMessage(stopLines, isProblem: isStopProblem))
    }

    private func shortened(_ message: ShownMessage) -> ShownMessage {
      let shown = message.lines.prefix(Window.maxLines).map { $0.withoutDirectories.displayText }
      let more = message.lines.count - shown.count
      return ShownMessage(
        shown + (more > 0 ? ["and \(more) more, on standard error"] : []),
        isProblem: message.isProblem)
    }

    private var isStopProblem: Bool {
      if case .fault? = session.halt { return true }
      return playing.leavingProblem != nil || session.watchProblem != nil
    }

    func machineChanged() {
      let player = session.player
      programTouchMode = player.touchMode
      settings = OutputSettings(session.settings.effective)
      applySettings()
      if settings.isFullScreen != isFullScreen { toggleFullScreen() }
      let platform = player.machine.state.configuration.platform.title
      SDL_SetWindowTitle(window, "\(player.title) – \(platform) – chip8".displayText)
    }

    var padMap: PadMap { PadMap(for: programKeys, chosen.buttons) }

    // MARK: Speed and size

    func holdFast(_ isDown: Bool) { setFast(isDown || staysFast) }

    /// Turns lasting fast forward on or off.
    func toggleFast() {
      staysFast.toggle()
      setFast(staysFast)
      show([staysFast ? "Fast forward" : "Speed \(session.player.speed) %"])
    }

    private func setFast(_ isFast: Bool) {
      self.isFast = isFast
      setRate()
      applySettings()
    }

    /// The window gained or lost the focus.
    func focusChanged(isHere: Bool) {
      if !isHere {
        keyboard.releaseAll()
        touch.releaseAll()
        holdFast(false)
        session.endRewinding()
      }
      let pauses = !isHere && settings.pausesInBackground && !session.isStopped
      guard pauses || isHere && isPausedInBackground else { return }
      isPausedInBackground = pauses
      if session.isPaused != pauses { session.togglePause() }
    }

    var isFullScreen: Bool {
      SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue != 0
    }

    private func toggleFullScreen() {
      let isLeaving = isFullScreen
      if !isLeaving, !hasManager { fillDisplay() }
      SDL_SetWindowFullscreen(window, isLeaving ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue)
      if isLeaving, let size = sizeToRestore.take() { SDL_SetWindowSize(window, size.w, size.h) }
      showCursor()
      picture.invalidate()
    }

    /// Whether a window manager resizes the window. On X11 there may be none; then the window has no borders.
    private var hasManager: Bool {
      guard SDL_GetCurrentVideoDriver().map({ String(cString: $0) }) == "x11" else { return true }
      var (top, left, bottom, right) = (Int32(0), Int32(0), Int32(0), Int32(0))
      SDL_GetWindowBordersSize(window, &top, &left, &bottom, &right)
      return top + left + bottom + right > 0
    }

    private func fillDisplay() {
      var (display, size) = (SDL_Rect(), Window.firstSize)
      guard SDL_GetDisplayBounds(SDL_GetWindowDisplayIndex(window), &display) == 0 else { return }
      SDL_GetWindowSize(window, &size.w, &size.h)
      sizeToRestore = sizeToRestore ?? size
      SDL_SetWindowPosition(window, display.x, display.y)
      SDL_SetWindowSize(window, display.w, display.h)
    }

    /// Shows the pointer, except in full screen with nothing to point at.
    func showCursor() {
      let isUseful = !pages.isEmpty || touchView.takesFingers
      SDL_ShowCursor(isFullScreen && !isUseful ? SDL_DISABLE : SDL_ENABLE)
    }
  }
#endif
