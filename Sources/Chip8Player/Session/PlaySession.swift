import Chip8Core
import SaveState

/// A machine that is played, and its commands. A front end turns keys into commands and frames into pixels.
///
/// A session belongs to one thread. Only ``finishWork()`` and ``close()``, which front ends need when they
/// end, wait for the disk: everything else accesses it on another thread, and ``poll()`` takes up the
/// results.
public final class PlaySession {
  /// The machine, and everything around it.
  public internal(set) var player: Player
  /// Whether the machine is paused until ``togglePause()``.
  public internal(set) var isPaused = false
  /// The breakpoint or watchpoint that stopped the machine, until it resumes.
  public internal(set) var stoppedAt: Debugger.StopReason?
  /// The slot that save and load use.
  public internal(set) var slot = SlotName.key(1)
  /// The program's slots as of the last ``listSlots()``, newest first.
  public internal(set) var slotList: [SlotSummary] = []
  /// How often ``slotList`` was updated.
  public internal(set) var slotListCount = 0
  /// Why the watched file cannot be played, if it cannot.
  public internal(set) var watchProblem: (any Error)?
  /// The machine to continue with in a new process, if the session does.
  public internal(set) var restart: Restoration?
  /// Why the session cannot continue, if the machine turned out not to be deterministic.
  public private(set) var difference: RepetitionError?
  /// Whether picture and sound are those of a later frame, by run-ahead.
  private var isShownAhead = false
  /// How flickering pixels are blended.
  public var flickerBlending = FlickerBlending.off { didSet { forgetFlicker() } }
  private var flickerFilter = FlickerFilter()
  /// The blended screen, if there is blending.
  private var blendedScreen: ShownScreen?
  /// The state of rewinding, while its key is held.
  var rewinding: Rewinding?
  /// Whether the machine was moved to where it is, and has not played on from there.
  var isBrowsing = false

  private var notices: [Notice]
  /// The settings, for this program and for all.
  public internal(set) var settings: SettingLevels
  let work = WorkQueue()
  /// Writes pictures and clips, which take longer than saves.
  let captures = WorkQueue()
  /// The start of the clip that is being recorded, if one is. The clip is made from the timeline when it
  /// ends.
  var clipStart: Timeline<Chip8>.Place?
  /// Proves the pasts that images bring.
  let proofs = WorkQueue()
  /// The proof in progress, if there is one.
  var proving: Proving?
  var debugging = Debugging()
  /// Where other threads post requests.
  package let gate = SessionGate()
  var closing: Closing?
  let options: Options
  /// Finds out what the program's keys do.
  var keyObserver: KeyObserver
  /// The file that is reloaded when it, or a file that it includes, changes.
  var watched: Watched?
  let flagKeeper = FlagKeeper()
  /// The session's journal, if it has one.
  var journal: JournalProgress?
  /// Whether the machine waits for the host's answer.
  private var isAwaitingHost = false
  /// Changes whenever another machine replaces the machine.
  public private(set) var machineCount = 0
  /// Changes whenever the machine jumps to another position.
  private(set) var jumpCount = 0
  /// The programs to choose from, as of the last ``listLibrary()``; nil before.
  package internal(set) var library: [Library.Entry]?
  /// The screens at the ends of branches.
  var previews: [Int: Preview] = [:]
  var isLoadingPreview = false
  /// What can be resumed, if the program was played before.
  var resumable: Slots.Resumption<Chip8>?
  /// The slot that was saved or deleted last.
  var changedSlot: SlotName?
  /// Why the program stopped at the ends of branches, if it did.
  var halts: [Int: Halt] = [:]
  /// The machine's kept settings before and after a change, by the branch that begins with it.
  var machineChoices: [Int: (before: Settings, after: Settings)] = [:]
  /// The program's own machine, if it had to be detected.
  var detectedConfiguration: (program: Digest, configuration: Configuration)?
  /// The frame of the last autosave, or the first frame.
  var autosaveFrame: UInt64

  /// Plays a machine. At power-on it gets its user flags, whose file is read.
  public init(_ loaded: LoadedMachine, _ host: Host = .none, _ options: Options = Options()) {
    var loaded = loaded
    flagKeeper.powerOn(&loaded, options.keptFlags)
    player = Player(loaded, host)
    player.timeline.provesPasts = false
    player.pastByteLimit = options.pastByteLimit
    player.runAhead = options.runAhead.map { RunAhead($0) }
    player.isParanoid = options.isParanoid
    self.options = options
    settings = options.settings
    player.preferences = settings.preferences.metadata
    keyObserver = KeyObserver(observing: loaded.machine)
    autosaveFrame = loaded.machine.state.frames
    notices =
      [
        .began(loaded.machine.state.configuration.platform, isRestored: loaded.image != nil)
      ] + options.firstNotices
    keepFlags()
    if let movie = options.movie { player.play(movie, isReadOnly: options.isReadOnly) }
    if let facts = options.recording { player.record(facts) }
    for path in options.reservedPaths { player.reserve(path) }
    beginJournal()
    if loaded.image == nil, options.movie == nil, options.recording == nil { findResumable() }
  }

  // MARK: What happened

  /// Takes up the results of other threads.
  public func poll() {
    _ = collect()
    pollProof()
    pollDebugging()
    gate.serve(self)
    notifyDebugger()
    writeJournalIfDue()
    readJournalIfDue()
  }

  /// - Returns: whether there were any; they may have started more work.
  private func collect() -> Bool {
    let completions =
      work.takeCompletions() + captures.takeCompletions() + proofs.takeCompletions()
      + debugging.motions.takeCompletions()
    for completion in completions { completion(self) }
    continueClosing()
    notices += flagKeeper.takeFailures()
    notices += player.takeWarnings().map(Notice.warning)
    return !completions.isEmpty
  }

  /// Waits for all work and for what follows from it, and takes up the results.
  public func finishWork() {
    repeat {
      work.finish()
      captures.finish()
      proofs.finish()
      debugging.motions.finish()
      flagKeeper.finish()
    } while collect()
  }

  /// What has happened since the last call, the oldest first.
  public func takeNotices() -> [Notice] {
    defer { notices = [] }
    return notices
  }

  func report(_ notice: Notice) {
    if case .failed(.autosave, _) = notice, closing == .saving(true) { closing = .saving(false) }
    notices.append(notice)
  }

  // MARK: Running

  /// What the program's keys do. This can change while the program runs, unless it is in the table.
  public var programKeys: ProgramKeys { keyObserver.keys }

  /// Why the program has stopped, if it has.
  public var halt: Halt? {
    player.timeline.isAtEnd ? halts[player.timeline.branch] : nil
  }

  /// Whether the program has stopped, or just jumps to itself.
  package var isOver: Bool {
    let (pc, next) = (player.machine.state.pc, player.machine.nextInstruction)
    return halt != nil || next.kind == .jump && next.nnn == pc
  }

  /// Whether the machine is stopped.
  public var isStopped: Bool { isPaused || halt != nil }

  /// The sound of the last frame; nil while the timeline is browsed.
  public var tone: Tone? {
    if isStopped || isBrowsing || isBlocked { return nil }
    return isShownAhead ? player.runAhead?.tone : player.machine.tone
  }

  /// What the screen shows.
  public var screen: Screen {
    isShownAhead ? player.output.screen : player.machine.state.screen
  }

  /// The screen with flicker blended.
  public var shownScreen: ShownScreen { blendedScreen ?? ShownScreen(screen) }

  /// Whether the machine cannot run, although the user has not stopped it.
  private var isBlocked: Bool {
    restart != nil || difference != nil || isAwaitingHost || closing != nil || isMoving
  }

  /// Runs a frame, or rewinds, unless the machine is stopped.
  public func runFrame(keys: KeySet) {
    guard rewinding == nil else { return rewindFrame() }
    if !isStopped { playFrame(keys: keys) }
  }

  /// Runs a frame. If the timeline was being browsed, play continues from here.
  func playFrame(keys: KeySet) {
    guard halt == nil, !isBlocked else { return }
    stoppedAt = nil
    if isBrowsing { playOn() }
    defer {
      player.lookAhead()
      isShownAhead = player.runAhead != nil
      blendFlicker()
    }
    let playsMovie = player.isPlayingMovie
    if !playsMovie { keyObserver.observe(player.machine, keys: keys) }
    follow(player.run(frames: 1, keys: keys))
    debugging.take(player.debugger.messages)
    if playsMovie, !player.isPlayingMovie { report(.movieEnded) }
    flagKeeper.observe(player.machine)
    autosaveIfDue()
  }

  private func blendFlicker() {
    guard flickerBlending != .off else { return }
    let next = player.nextScreens(FlickerFilter.maxFrames)
    blendedScreen = flickerFilter.show(screen, before: next, flickerBlending)
  }

  private func forgetFlicker() {
    flickerFilter.forget()
    blendedScreen = nil
  }

  func playOn() {
    isBrowsing = false
    autosaveFrame = player.machine.state.frames
    // The flags differ from those at the position that was left, but not because the program changed them.
    keepFlags()
  }

  private func follow(_ stop: Player.Stop) {
    switch stop {
    case .done, .halt: break
    case .point(let point):
      (isPaused, stoppedAt) = (true, point)
      debugging.isStoppedByDebugger = point.isOfDebugger
      report(.stopped(point))
    case .exit: end(.exit)
    case .fault(let fault):
      end(.fault(fault))
      autosave(.fault)
    case .hostCall(let call): ask(call)
    case .differs(let difference): self.difference = difference
    }
  }

  func end(_ halt: Halt) {
    halts[player.timeline.branch] = halt
    report(.halted(halt))
  }

  /// Pauses or resumes the machine, unless it has halted.
  public func togglePause() {
    guard halt == nil, !isMoving else { return }
    isPaused.toggle()
    debugging.isStoppedByDebugger = false
    report(isPaused ? .paused : .unpaused)
  }

  // MARK: Host calls

  /// Asks the host, on the other thread. The machine waits for the answer at its call.
  private func ask(_ call: HostCall) {
    isAwaitingHost = true
    let (player, jump) = (player, jumpCount)
    work.begin {
      var host = player.host
      // This fails only when a recording is replayed, which sessions do not do.
      let outcome = try? player.outcome(of: call, from: &host)
      return { [host] session in
        guard session.jumpCount == jump else { return }
        session.take(outcome ?? .finished(.denied), from: host)
      }
    }
  }

  private func take(_ outcome: Host.Outcome, from host: Host) {
    isAwaitingHost = false
    player.take(outcome, from: host)
    switch outcome {
    // A call takes the rest of its frame.
    case .finished: follow(player.run(frames: 1))
    case .exits: end(.exit)
    case .restores(let restoration): restart = restoration
    }
  }

  // MARK: Another machine

  /// Updates what depends on the machine, after it was replaced.
  func machineChanged() {
    machineCount += 1
    endProving()
    endMotion()
    momentChanged()
    isBrowsing = false
    autosaveFrame = player.machine.state.frames
    keyObserver.machineChanged(player.machine)
    keepFlags()
  }

  /// Updates what depends on the machine's position, after it jumped.
  func momentChanged() {
    jumpCount += 1
    isAwaitingHost = false
    stoppedAt = nil
    showMachine()
  }

  /// Shows the machine's current screen, without run-ahead and blending.
  func showMachine() {
    isShownAhead = false
    forgetFlicker()
  }

  /// Keeps the flags of the current machine from now on. Those of a watched program are kept only in a
  /// directory that the user chose.
  func keepFlags() {
    let isKept = watched == nil || options.keptFlags?.isNamed == true
    let memory = options.keptFlags?.memory(of: player.machine.program)
    flagKeeper.begin(player.machine, keepingIn: isKept ? memory : nil)
  }
}

extension LoadedMachine {
  /// Loads a file.
  ///
  /// - Parameters:
  ///   - path: a program in any form, or an image; `-` is standard input.
  ///   - request: what is requested of the machine.
  ///   - metadata: what is requested beside it.
  public init(
    _ path: String, _ request: MachineRequest = MachineRequest(),
    _ metadata: MetadataRequest = MetadataRequest()
  ) throws {
    try self.init(LoadedFile(path), request)
    try apply(metadata, from: path)
  }
}
