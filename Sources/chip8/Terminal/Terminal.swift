import CTerminal
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// The terminal: turns what is typed into commands of the session, runs its frames when they are due, and
/// draws the result. docs/TERMINAL.md.
final class Terminal: PlayingFrontEnd {
  static let leavingHint = "Ctrl+Q again to quit anyway"
  /// A terminal that answers does so within this many frames.
  private static let maxAnswerFrames = 30
  /// A sequence still unfinished after this many frames was the Escape key.
  private static let escapeFrames = 3
  private static let framesPerSecond = 60

  let session: PlaySession
  private let device: TerminalDevice
  private var display: TerminalDisplay
  private(set) var features: TerminalFeatures
  private var parser = TerminalParser()
  private var pendingFrames = 0
  private var held = HeldKeys(isTimed: true)
  var keyboard = Keyboard()
  var keyMap = KeyMap()
  var programKeys = ProgramKeys.unknown
  var appearance = Appearance.standard
  /// When frames of the machine are due, and, below, when the terminal is updated.
  var pacer: Pacer
  private var displayPacer: Pacer
  private(set) var isFast = false
  private var frameCount = 0
  /// It is interrupted by a signal, by Ctrl+C, or when the terminal is gone.
  var playing = PlayingState()
  private let parent = getppid()
  /// The open pages, the last one on top. The machine is stopped while there are any.
  var pages: [OpenPage] = []
  /// The layout of the page on top.
  private(set) var layout = PageLayout()
  var debugger: DebuggerView?
  private let sound = TerminalSound()

  /// Whether there is nothing but a terminal to play in.
  static var isOnlyChoice: Bool {
    let displays = ["DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"]
    return displays.allSatisfy { environment($0) == nil } && isatty(STDOUT_FILENO) == 1
  }

  /// Plays in the terminal until the user leaves.
  ///
  /// - Parameters:
  ///   - firstPages: the pages to begin with. Here that is home; the keys are shown only on request.
  ///   - whenOpen: called once nothing can fail any more.
  static func play(
    _ session: PlaySession, _ picture: TerminalPicture, _ firstPages: [PageName],
    whenOpen: () throws -> Void
  ) throws {
    if environment("TERM") == "dumb" {
      throw Failure(
        message: "a terminal with TERM=dumb shows no pictures; use --headless", code: EX_UNAVAILABLE
      )
    }
    if picture == .sextants, let problem = CellPainter.chafaProblem {
      throw Failure(
        message: "cannot draw sextants: \(problem); install libchafa0, or use "
          + "--terminal-picture half-blocks", code: EX_UNAVAILABLE)
    }
    let terminal = try Terminal(session, picture)
    Interrupt.catchSignals(second: .waits)
    JobSignals.note()
    try whenOpen()
    try terminal.enter()
    defer { terminal.device.leave() }
    try terminal.play(firstPages.filter { $0 == .home })
  }

  private init(_ session: PlaySession, _ picture: TerminalPicture) throws(Failure) {
    self.session = session
    device = try TerminalDevice()
    // The C library knows the width of characters only in a UTF-8 locale.
    setlocale(LC_CTYPE, "C.UTF-8")
    features = TerminalFeatures(environment)
    let size = device.size
    features.cell = size.cell
    display = TerminalDisplay(picture, size.cells, features)
    pacer = Pacer(framesPerSecond: 60, now: MonotonicClock.now)
    displayPacer = Pacer(framesPerSecond: Terminal.framesPerSecond, now: MonotonicClock.now)
    programChanged()
  }

  private func enter() throws(Failure) {
    try device.enter(reportingKeys: features.reportsKeys)
    if !features.isKnown { device.write(Array(TerminalFeatures.questions.utf8)) }
    redraw()
  }

  // MARK: The loop

  func runOnce() {
    handleSignals()
    for event in parser.take(device.read()) { handle(event) }
    let framesPassed = displayPacer.framesDue(now: MonotonicClock.now)
    for _ in 0..<framesPassed { nextFrame() }
    let isAnswered = features.isKnown || frameCount > Terminal.maxAnswerFrames
    if isAnswered {
      runDueFrames {
        keyboard.takeKeys()
      } sound: { tone in
        sound.play(tone, framesPerSecond: framesPerSecond, percent: percent)
      }
    } else {
      _ = pacer.framesDue(now: MonotonicClock.now)
    }
    update()
    device.setMouse(!pages.isEmpty)
    device.flush()
    display.framesPassed(framesPassed)
    if isAnswered, framesPassed > 0, device.isReady { device.write(display.bytes(for: scene())) }
    let now = MonotonicClock.now
    device.wait(nanoseconds: min(pacer.wait(now: now), displayPacer.wait(now: now)))
  }

  /// Advances what is timed by the display's frames, not the machine's.
  private func nextFrame() {
    frameCount += 1
    for usage in held.nextFrame() { keyUp(usage) }
    pendingFrames = parser.isPending ? pendingFrames + 1 : 0
    guard pendingFrames > Terminal.escapeFrames else { return }
    for event in parser.end() { handle(event) }
  }

  // MARK: Signals

  private func handleSignals() {
    let hasLostParent = getppid() != parent
    if !playing.isInterrupted, Interrupt.wasCaught || device.isGone || hasLostParent {
      interrupt()
      // A second signal ends the process at once.
      CTerminal_guardInterrupts()
    }
    if JobSignals.takeStop() { suspend() }
    if JobSignals.takeResumption() { resume() }
    if JobSignals.takeResize() { redraw() }
  }

  private func suspend() {
    releaseKeys()
    device.leave()
    JobSignals.stop()
  }

  /// Sets the terminal up again, which the shell may have changed.
  private func resume() {
    device.leave()
    do throws(Failure) { try enter() } catch { interrupt() }
  }

  private func redraw() {
    let size = device.size
    features.cell = size.cell ?? features.cell
    display.reset(size.cells, features)
  }

  // MARK: Messages

  func show(_ lines: [String], isProblem: Bool) {
    playing.message = ShownMessage(lines.map(\.withTerminalKeys))
  }

  func machineChanged() {}

  /// What the program's keys do, as far as that is known.
  var keyCard: KeyCard { KeyCard(programKeys, keyMap) }

  // MARK: What is seen

  private func scene() -> TerminalScene {
    var scene = TerminalScene(
      Bitmap(session.screen, rotation: appearance.rotation), colors: appearance.colors,
      status: status)
    if !pages.isEmpty {
      layout = layOut(&pages[pages.count - 1].view)
      scene.page = CellCanvas(pageSize, layout.marks).grid
    } else {
      scene.page = debuggerGrid(of: scene.bitmap)
    }
    return scene
  }

  /// The terminal without its last line.
  private var pageSize: Size {
    let cells = device.size.cells
    return Size(width: cells.width, height: max(0, cells.height - 1))
  }

  func layOut(_ view: inout PageView) -> PageLayout {
    PageLayout(&view, pageSize, CellMetrics())
  }

  private func debuggerGrid(of bitmap: Bitmap) -> CellGrid? {
    guard let layout = debuggerLayout(pageSize, CellMetrics()) else { return nil }
    var canvas = CellCanvas(pageSize, layout.marks)
    canvas.draw(bitmap, appearance.colors, in: layout.picture)
    return canvas.grid
  }

  var recentLines: [String] { recentMessage?.lines ?? [] }

  /// The last line: the last message, else why the machine is stopped, else the most important keys.
  private var status: String {
    let lines = recentMessage?.lines ?? (stopLines + place)
    guard lines.isEmpty else { return lines.joined(separator: " · ") }
    let player = session.player
    let platform = player.machine.state.configuration.platform.title
    return [
      player.title, platform, "slot \(session.slot.title)", "F1 keys", "Esc menu", "Ctrl+Q quit",
    ].joined(separator: " · ")
  }

  /// The machine's position, while the timeline is browsed.
  private var place: [String] {
    session.progress.map { ["Frame \($0.frame) of \($0.last)"] } ?? []
  }

  // MARK: Events

  private func handle(_ event: TerminalEvent) {
    switch event {
    case .key(let key) where key.kind == .release: keyUp(key.usage)
    case .key(let key): keyDown(key)
    case .unknownKey: unknownKeyPressed()
    case .mouse(let button, let x, let y): mousePressed(button, x, y)
    case .focus(let isFocused): if !isFocused { releaseKeys() }
    case .reportsKeys, .showsPixels, .name, .cell, .attributes: take(answer: event)
    }
  }

  private func take(answer: TerminalEvent) {
    let before = features
    features.take(answer)
    if features.reportsKeys, !before.reportsKeys {
      held = HeldKeys(isTimed: false)
      device.reportKeys()
    }
    if features != before { redraw() }
  }

  private func keyDown(_ key: KeyEvent) {
    let wasUp = held.press(key.usage)
    // Without reports of releases, a key can be pressed again before it counts as released.
    let isStep =
      debugger != nil && session.isStopped
      && (key.kind == .press || key.debuggerKey?.repeats == true)
    let repeats = repeatsOnPage || key.isFrameStep || isStep
    // Esc is not held: one press closes a page, the next opens the menu.
    let isNew = wasUp || features.reportsKeys || key.usage == KeyEvent.escape
    guard key.kind == .press && isNew || repeats else { return }
    if !key.modifiers.contains(.control) { playing.leavingProblem = nil }
    if key.kind == .again, session.isMoving { return }
    takeInOrder(isEscape: key.usage == KeyEvent.escape) { [unowned self] in keyPressed(key) }
  }

  private func keyUp(_ usage: UInt8) {
    held.release(usage)
    release(UInt32(usage))
  }

  func releaseKeys() {
    held.releaseAll()
    keyboard.releaseAll()
    holdFast(false)
    session.endRewinding()
  }

  // MARK: Commands

  func holdFast(_ isDown: Bool) {
    isFast = isDown
    setRate()
  }

  func leaveByCommand(_ letter: Character) {
    switch letter {
    case "c": interrupt()
    case "z": suspend()
    default:
      device.leave()
      kill(0, SIGQUIT)
    }
  }
}
