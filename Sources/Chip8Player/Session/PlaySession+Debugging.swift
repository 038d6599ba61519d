import Chip8Core
import SaveState

/// Debugging the session, forwards and backwards: docs/DEBUGGING.md. Another thread moves a copy of the
/// player, which then replaces the player. The session is stopped until then, however long it takes.
extension PlaySession {
  /// The state of debugging.
  struct Debugging {
    var isOpen = false
    /// The program that was debugged last, and its source.
    var program: Program?
    var source = ProgramSource()
    /// The motion in progress on another thread, if there is one.
    var motion: Cancellation?
    /// How the last one ended.
    var text = ""
    /// The keys held in frames that motions play for the first time; nil for the machine's current ones.
    var heldKeys: KeySet?
    /// How often memory was accessed, and where that was counted.
    var heat: Survey?
    var heatPlace: Timeline<Chip8>.Place?
    var survey: Cancellation?
    let motions = WorkQueue()
    /// The attached debugger, if there is one.
    var attached: Attached?
    /// Why no debugger can attach, until that is reported.
    var attachProblem: SocketError?
    /// Whether a debugger stopped the machine.
    var isStoppedByDebugger = false
    /// What to do once no motion is in progress.
    var waiting: [(PlaySession) -> Void] = []
  }

  // MARK: Begin and end

  /// Whether the debugger is open.
  package var isDebugging: Bool { debugging.isOpen }

  /// Opens the debugger, which pauses the machine.
  package func beginDebugging() {
    guard !isDebugging, restart == nil else { return }
    endRewinding()
    debugging.isOpen = true
    debugging.text = ""
    isPaused = true
    showMachine()
    followProgram()
    if let problem = debugging.attachProblem.take() { report(.cannotAttach(problem)) }
  }

  /// Sets why no other debugger can attach, which is reported once the debugger is opened.
  package func setAttachProblem(_ problem: SocketError) { debugging.attachProblem = problem }

  /// Closes the debugger. The machine stays as it is.
  package func endDebugging() {
    endMotion()
    debugging.survey?.cancel()
    (debugging.isOpen, debugging.heldKeys) = (false, nil)
  }

  /// The machine, for display.
  package var debugSession: DebugSession {
    DebugSession(player, debugging.source, holding: debugging.heldKeys)
  }

  /// How the last motion ended; empty if it was completed, and during the next one.
  package var debugText: String { isMoving ? "" : debugging.text }

  /// How often memory was accessed in the last second, if that was counted.
  package var heat: Survey? { debugging.heat }

  func pollDebugging() {
    if !isMoving {
      let waiting = debugging.waiting
      debugging.waiting = []
      for perform in waiting { perform(self) }
    }
    if isDebugging || debugging.attached != nil { followProgram() }
    if isDebugging { countAccessesIfDue() }
  }

  /// Turns the `:breakpoint`s of a source into breakpoints when it is first debugged.
  func followProgram() {
    guard debugging.program != player.machine.program else { return }
    (debugging.program, debugging.source) = (player.machine.program, player.source)
    if !player.stops.others.isEmpty {
      var session = debugSession
      session.resolveStops()
      keep(session.setStops)
    }
    (debugging.heat, debugging.heatPlace) = (nil, nil)
    let own = debugging.source.breakpoints.keys.compactMap { UInt16(exactly: $0) }
    guard !own.isEmpty else { return }
    let all = Set(own).union(player.metadata.breakpoints).sorted()
    player.setBreakpoints(Array(all.prefix(SessionMetadata.maxPointCount)))
  }

  // MARK: Motions

  /// Whether a motion is in progress.
  package var isMoving: Bool { debugging.motion != nil }

  /// Moves the machine; ``poll()`` takes up the result.
  package func move(_ motion: DebugMotion) {
    guard isDebugging, !isMoving, restart == nil, difference == nil, !isClosing else { return }
    endRewinding()
    isPaused = true
    debugging.survey?.cancel()
    momentChanged()
    writeJournal()
    let isNew = motion.isForwards && player.timeline.isAtEnd && !player.isPlayingMovie
    if isNew, isBrowsing { playOn() }
    let (cancellation, session) = (Cancellation(), debugSession.detached)
    debugging.motion = cancellation
    debugging.motions.begin {
      var moved = session
      moved.player.timeline.provesPasts = true
      moved.playMovie { cancellation.isCancelled }
      let result = motion.perform(on: &moved) { cancellation.isCancelled }
      return { [moved] in $0.take(moved.player, result, isNew: isNew, of: cancellation) }
    }
  }

  /// Stops a motion where it is.
  package func interruptMotion() { debugging.motion?.cancel() }

  /// Cancels a motion, and drops its result.
  func endMotion() {
    debugging.motion?.cancel()
    debugging.motion = nil
  }

  /// - Parameter isNew: whether it was played for the first time.
  private func take(
    _ moved: Player, _ result: DebugMotion.Result, isNew: Bool, of cancellation: Cancellation
  ) {
    guard debugging.motion === cancellation else { return }
    debugging.motion = nil
    let (place, program) = (player.timeline.place, player.machine.program)
    takeDebugged(moved)
    debugging.text = result.text
    if player.machine.program != program { machineChanged() }
    if player.timeline.place != place { isBrowsing = !isNew }
    if isNew { hasRun(to: Halt(result.stop)) }
  }

  /// A motion has played new frames.
  func hasRun(to halt: Halt?) {
    flagKeeper.observe(player.machine)
    guard let halt else { return autosaveIfDue() }
    end(halt)
    if case .fault = halt { autosave(.fault) }
  }

  func takeDebugged(_ moved: Player) {
    let stops = player.stops
    player = moved
    player.stops = stops
    player.timeline.provesPasts = false
    player.forgetNextFrames()
    player.resetDebugger()
    momentChanged()
  }

  // MARK: Changes

  /// Sets or clears a breakpoint.
  package func toggleBreakpoint(at address: UInt16) {
    guard !isMoving else { return }
    var all = Set(player.metadata.breakpoints)
    if all.remove(address) == nil { all.insert(address) }
    guard all.count <= SessionMetadata.maxPointCount else {
      debugging.text = "the limit of \(SessionMetadata.maxPointCount) breakpoints is reached"
      return
    }
    player.setBreakpoints(all.sorted())
  }

  /// Changes a register or a byte. ``undo()`` undoes it.
  package func edit(_ target: Expression.Target, to value: Int) {
    guard isDebugging, !isMoving, restart == nil, !isClosing else { return }
    writeJournal()
    var session = debugSession
    session.player.endPlayback()
    do throws(InputError) { try session.set(target, to: value) } catch {
      debugging.text = "\(error)"
      return
    }
    takeDebugged(session.player)
    playOn()
    debugging.text = ""
  }

  /// The keys held in frames that a motion plays for the first time.
  package var debugKeys: KeySet { debugging.heldKeys ?? player.machine.heldKeys }

  /// Sets ``debugKeys``.
  package func hold(_ keys: KeySet) {
    guard isDebugging, !isMoving else { return }
    debugging.heldKeys = keys
  }

  // MARK: Heat

  /// How many frames accesses are counted in, and about how many instructions at most.
  private static let countedFrames = 60
  private static let countedInstructions = 200_000

  /// Counts accesses to memory, once wherever the machine stops. If that fails, nothing is marked.
  private func countAccessesIfDue() {
    let place = player.timeline.place
    guard isStopped, !isMoving, debugging.survey == nil, debugging.heatPlace != place else {
      return
    }
    let perFrame = max(1, player.machine.state.configuration.instructionsPerFrame)
    let frames = max(
      1, min(PlaySession.countedFrames, PlaySession.countedInstructions / perFrame))
    let (cancellation, session) = (Cancellation(), debugSession.detached)
    debugging.survey = cancellation
    proofs.begin {
      var counting = session
      let survey = try? counting.survey(frames: UInt64(frames)) { cancellation.isCancelled }
      return { $0.take(survey, at: place, of: cancellation) }
    }
  }

  private func take(
    _ survey: Survey?, at place: Timeline<Chip8>.Place, of cancellation: Cancellation
  ) {
    guard debugging.survey === cancellation else { return }
    debugging.survey = nil
    guard !cancellation.isCancelled else { return }
    (debugging.heat, debugging.heatPlace) = (survey, place)
  }
}
