#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import Glibc
  import SaveState

  /// The session that is played, for ``endWithoutDisplay()``.
  nonisolated(unsafe) private var played: PlaySession?

  /// Saves what is played if a library ends this process, as Xlib does when its server has gone.
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

  /// The window: turns what the user does into commands of the session, runs its frames when they
  /// are due, and shows and sounds what comes out.
  final class Window {
    /// How much faster the machine runs while the key for it is held.
    private static let fastForward = 8
    private static let messageSeconds: UInt64 = 3
    private static let maxLines = 6
    /// The screen's 128 columns, or 64, at their first size.
    private static let firstSize = (width: Int32(128 * 7), height: Int32(64 * 7))
    private static let help =
      "F5 save · F9 load · with Shift: undo · Shift+0…9 slot · F7 all slots · P pause · "
      + "Backspace rewind · , . frame by frame · Ctrl+Z undo · Ctrl+Y redo · Tab faster · "
      + "Ctrl+R reset · F10 pixels · F11 full screen · Ctrl+Q quit"

    private let session: PlaySession
    private let window: OpaquePointer
    private let renderer: OpaquePointer
    private let picture: ScreenRenderer
    private let audio = AudioOutput()
    private var keyboard = Keyboard()
    private var keyMap = KeyMap()
    private var programKeys = ProgramKeys.unknown
    private var appearance: Appearance
    private var pacer: Pacer
    /// The slots to choose from, while the user does; the machine stands meanwhile.
    private var picker: SlotPicker?
    private var isFast = false
    /// How often the user has asked to close the window.
    private var closeRequestCount = 0
    private var isInterrupted = false
    /// What happened last, for a while.
    private var message: [String] = []
    private var messageEnd: UInt64 = 0
    /// The machine that the window is set up for.
    private var shownMachine = -1
    private var shownSlotList = 0
    /// Why the machine was not saved when the user wanted to quit, until a key is pressed; asking again
    /// quits.
    private var leavingProblem: [String]?
    private var nextLook: UInt64 = 0

    /// Plays in a window until the user closes it.
    ///
    /// - Parameter whenOpen: called when nothing stands in the way any more.
    static func play(_ session: PlaySession, whenOpen: () throws -> Void) throws {
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
      window.run()
      if let difference = session.difference {
        throw Failure.difference(difference, in: session.player.machine.program)
      }
      if Interrupt.wasCaught { throw Failure(message: "interrupted", code: 130) }
    }

    private init(_ session: PlaySession) throws(Failure) {
      self.session = session
      // X11 shows a title that is not ASCII only in a locale with such characters, which a bare
      // environment does not name.
      setlocale(LC_CTYPE, "")
      if String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" {
        setlocale(LC_CTYPE, "C.UTF-8")
      }
      SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1")
      SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1")
      SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "nearest")
      guard SDL_Init(SDL_INIT_VIDEO) == 0 else { throw Window.failure("no display") }
      try Window.checkDriver()
      // Without sound, the rest still works.
      _ = SDL_InitSubSystem(SDL_INIT_AUDIO)
      let flags = SDL_WINDOW_RESIZABLE.rawValue | SDL_WINDOW_ALLOW_HIGHDPI.rawValue
      let anywhere = Int32(SDL_WINDOWPOS_UNDEFINED_MASK)
      guard
        let window = SDL_CreateWindow(
          "chip8", anywhere, anywhere, Window.firstSize.width, Window.firstSize.height, flags)
      else { throw Window.failure("cannot open a window") }
      guard let renderer = SDL_CreateRenderer(window, -1, 0) else {
        throw Window.failure("cannot draw in a window")
      }
      SDL_SetWindowMinimumSize(window, 128, 64)
      self.window = window
      self.renderer = renderer
      picture = ScreenRenderer(renderer)
      appearance = .standard
      pacer = Pacer(framesPerSecond: 60, now: Window.now())
      programChanged()
    }

    deinit {
      SDL_DestroyRenderer(renderer)
      SDL_DestroyWindow(window)
      SDL_Quit()
    }

    /// Without a display, SDL falls back to drivers that show nothing: nobody would see that the
    /// machine runs. Whoever asks for one by name gets it.
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

    private func run() {
      repeat {
        while closeRequestCount == 0, session.restart == nil, session.difference == nil {
          runOnce()
        }
      } while !leaves()
    }

    private func runOnce() {
      handleEvents()
      if Interrupt.wasCaught, !isInterrupted {
        isInterrupted = true
        closeRequestCount += 1
      }
      let due = pacer.framesDue(now: Window.now())
      for _ in 0..<due {
        let keys = keyboard.takeKeys()
        guard picker == nil else { continue }
        session.runFrame(keys: keys)
        audio.play(session.tone, framesPerSecond: framesPerSecond, percent: percent)
      }
      session.poll()
      collectChanges()
      pollWatchedFile()
      picture.show(
        session.screen, appearance, picker, session.progress,
        lines: picker?.selected?.detail.map { [$0] } ?? lines())
      sleep(pacer.wait(now: Window.now()))
    }

    /// Saves what can be resumed; the window answers meanwhile.
    ///
    /// - Returns: whether the window closes: not if that has failed and the user does not know yet.
    private func leaves() -> Bool {
      let requestCount = closeRequestCount
      session.beginClosing()
      repeat { runOnce() } while session.end == nil && closeRequestCount == requestCount
      guard let end = session.end else {
        printError("quit before everything was saved")
        return true
      }
      if end != .failed || leavingProblem != nil || isInterrupted || session.restart != nil
        || session.difference != nil
      {
        return true
      }
      session.reopen()
      let problem = message + ["Close again to quit anyway"]
      leavingProblem = problem
      show(problem)
      closeRequestCount = 0
      return false
    }

    /// Shows what has happened since the last time.
    private func collectChanges() {
      let notices = session.takeNotices()
      for notice in notices where notice.isProblem {
        for line in notice.lines(session.player.metadata.names) { printError(line) }
      }
      if !notices.isEmpty { show(notices.flatMap { $0.lines(session.player.metadata.names) }) }
      if shownMachine != session.machineCount {
        programChanged()
      } else if programKeys != session.programKeys {
        keysChanged()
      }
      if picker != nil, shownSlotList != session.slotListCount {
        shownSlotList = session.slotListCount
        picker?.update(session.slotList, at: session.slot)
      }
    }

    private func show(_ lines: [String]) {
      message = lines
      messageEnd = Window.now() + Window.messageSeconds * 1_000_000_000
    }

    /// Four times a second is soon enough for whoever has just saved a file.
    private func pollWatchedFile() {
      guard Window.now() >= nextLook else { return }
      nextLook = Window.now() + 250_000_000
      session.pollWatchedFile()
    }

    private static func now() -> UInt64 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func sleep(_ nanoseconds: UInt64) {
      var time = timespec(tv_sec: 0, tv_nsec: Int(min(nanoseconds, 100_000_000)))
      nanosleep(&time, nil)
    }

    private var framesPerSecond: Int {
      session.player.machine.state.configuration.platform.framesPerSecond
    }

    /// How fast frames go by, in percent of the machine's own rate.
    private var percent: Int {
      session.player.speed * (isFast ? Window.fastForward : 1)
    }

    /// The lines over the picture: what happened last, for a while, or why the machine stands.
    private func lines() -> [String] {
      let lines = Window.now() < messageEnd ? message : standing
      let shown = lines.prefix(Window.maxLines).map(\.displayText)
      let more = lines.count - shown.count
      return shown + (more > 0 ? ["and \(more) more, on standard error"] : [])
    }

    private var standing: [String] {
      if session.isClosing { return ["Saving… · Ctrl+Q again quits without"] }
      if let leavingProblem { return leavingProblem }
      if let problem = session.watchProblem {
        return Notice.failed(.watch(path: ""), problem).lines(session.player.metadata.names)
      }
      if let halt = session.halt { return [halt.text] }
      guard session.isPaused else { return [] }
      return (session.stoppedAt.map { Notice.stopped($0) } ?? .paused)
        .lines(session.player.metadata.names)
    }

    /// What depends on the machine: another one may have been loaded.
    private func programChanged() {
      shownMachine = session.machineCount
      let player = session.player
      keysChanged()
      appearance = player.appearance
      pacer.setRate(framesPerSecond: framesPerSecond, percent: percent)
      let platform = player.machine.state.configuration.platform.title
      SDL_SetWindowTitle(window, "\(player.title) – \(platform) – chip8".displayText)
    }

    private func keysChanged() {
      programKeys = session.programKeys
      keyMap = KeyMap(for: programKeys, session.player.metadata.keys)
    }

    // MARK: Events

    private func handleEvents() {
      var event = SDL_Event()
      while SDL_PollEvent(&event) != 0 {
        switch SDL_EventType(event.type) {
        case SDL_QUIT: closeRequestCount += 1
        case SDL_KEYDOWN: keyDown(event.key)
        case SDL_KEYUP: keyUp(event.key.keysym.scancode)
        case SDL_DROPFILE: drop(event.drop.file)
        case SDL_WINDOWEVENT: windowEvent(event.window)
        case SDL_AUDIODEVICEADDED: audio.open()
        case SDL_AUDIODEVICEREMOVED: audio.close(event.adevice.which)
        case SDL_RENDER_TARGETS_RESET, SDL_RENDER_DEVICE_RESET: picture.invalidate()
        default: break
        }
      }
    }

    private func windowEvent(_ event: SDL_WindowEvent) {
      switch SDL_WindowEventID(UInt32(event.event)) {
      case SDL_WINDOWEVENT_EXPOSED, SDL_WINDOWEVENT_SIZE_CHANGED: picture.invalidate()
      case SDL_WINDOWEVENT_FOCUS_LOST:
        keyboard.releaseAll()
        setFast(false)
        session.endRewinding()
      default: break
      }
    }

    private func drop(_ file: UnsafeMutablePointer<CChar>?) {
      guard let file else { return }
      session.open(String(cString: file))
      SDL_free(file)
    }

    private func keyDown(_ event: SDL_KeyboardEvent) {
      let scancode = event.keysym.scancode
      let isStep = [SDL_SCANCODE_COMMA, SDL_SCANCODE_PERIOD].contains(scancode)
      guard event.`repeat` == 0 || isStep else { return }
      let modifiers = UInt32(event.keysym.mod)
      if modifiers & KMOD_CTRL.rawValue == 0 { leavingProblem = nil }
      if picker != nil, modifiers & KMOD_CTRL.rawValue == 0 {
        pick(scancode)
      } else if modifiers & KMOD_CTRL.rawValue != 0 {
        control(event.keysym)
      } else if modifiers & KMOD_SHIFT.rawValue != 0, let number = digit(scancode) {
        session.choose(.key(number))
      } else if modifiers & KMOD_SHIFT.rawValue != 0, undo(scancode) {
        return
      } else if !keyMap[scancode.rawValue].isEmpty {
        keyboard.press(scancode.rawValue, keyMap)
      } else {
        command(event.keysym)
      }
    }

    /// Takes back what the key does without Shift, if it is such a key.
    private func undo(_ scancode: SDL_Scancode) -> Bool {
      switch scancode {
      case SDL_SCANCODE_F5: session.undoSave()
      case SDL_SCANCODE_F9: session.undoLoad()
      default: return false
      }
      return true
    }

    /// A key while the user chooses a slot.
    private func pick(_ scancode: SDL_Scancode) {
      let slot = picker?.selected?.slot
      switch scancode {
      case SDL_SCANCODE_LEFT: picker?.move(by: -1)
      case SDL_SCANCODE_RIGHT: picker?.move(by: 1)
      case SDL_SCANCODE_UP: picker?.move(by: -SlotPicker.columnCount)
      case SDL_SCANCODE_DOWN: picker?.move(by: SlotPicker.columnCount)
      case SDL_SCANCODE_ESCAPE, SDL_SCANCODE_F7: picker = nil
      case SDL_SCANCODE_RETURN, SDL_SCANCODE_F9:
        picker = nil
        guard let slot else { return }
        session.choose(slot)
        session.load(slot)
      case SDL_SCANCODE_F5:
        picker = nil
        guard let slot else { return }
        guard !slot.isAutosave else { return show(["Slot \(slot) is reserved for autosaves"]) }
        session.choose(slot)
        session.save()
      case SDL_SCANCODE_DELETE:
        guard let slot else { return }
        session.choose(slot)
        session.delete(slot)
        session.listSlots()
      default: break
      }
    }

    private func control(_ key: SDL_Keysym) {
      switch letter(key) {
      case "q": closeRequestCount += 1
      case "r": session.reset()
      case "y": session.redo()
      case "z" where UInt32(key.mod) & KMOD_SHIFT.rawValue != 0: session.redo()
      case "z": session.undo()
      default: if key.scancode == SDL_SCANCODE_F9 { session.loadInNewProcess() }
      }
    }

    /// The letter that a command is given with, unlike the keypad, which is where it is.
    private func letter(_ key: SDL_Keysym) -> Character? {
      commandLetter(symbol: UInt32(bitPattern: key.sym), usage: key.scancode.rawValue) { letter in
        SDL_GetScancodeFromKey(Int32(letter.asciiValue ?? 0)) != SDL_SCANCODE_UNKNOWN
      }
    }

    private func command(_ key: SDL_Keysym) {
      if letter(key) == "p" { return session.togglePause() }
      switch key.scancode {
      case SDL_SCANCODE_F1: show([Window.help])
      case SDL_SCANCODE_F5: session.save()
      case SDL_SCANCODE_F7:
        keyboard.releaseAll()
        session.endRewinding()
        picker = SlotPicker(session.slotList, at: session.slot)
        session.listSlots()
      case SDL_SCANCODE_F9: session.load()
      case SDL_SCANCODE_F10: picture.hasWholePixels.toggle()
      case SDL_SCANCODE_F11: toggleFullScreen()
      case SDL_SCANCODE_BACKSPACE: session.beginRewinding()
      case SDL_SCANCODE_COMMA: session.stepBack()
      case SDL_SCANCODE_PERIOD: session.stepForward(keys: keyboard.takeKeys())
      case SDL_SCANCODE_PAUSE: session.togglePause()
      case SDL_SCANCODE_TAB: setFast(true)
      case SDL_SCANCODE_ESCAPE: if isFullScreen { toggleFullScreen() }
      default: break
      }
    }

    private func keyUp(_ scancode: SDL_Scancode) {
      if scancode == SDL_SCANCODE_TAB { setFast(false) }
      if scancode == SDL_SCANCODE_BACKSPACE { session.endRewinding() }
      keyboard.release(scancode.rawValue)
    }

    private func digit(_ scancode: SDL_Scancode) -> Int? {
      let first = SDL_SCANCODE_1.rawValue
      guard (first...SDL_SCANCODE_0.rawValue).contains(scancode.rawValue) else { return nil }
      return Int(scancode.rawValue - first + 1) % 10
    }

    private func setFast(_ isFast: Bool) {
      self.isFast = isFast
      pacer.setRate(framesPerSecond: framesPerSecond, percent: percent)
    }

    private var isFullScreen: Bool {
      SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue != 0
    }

    private func toggleFullScreen() {
      let flag = isFullScreen ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue
      SDL_SetWindowFullscreen(window, flag)
      SDL_ShowCursor(isFullScreen ? SDL_DISABLE : SDL_ENABLE)
      picture.invalidate()
    }
  }
#endif
