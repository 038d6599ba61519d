import Chip8Core
import SaveState

/// A machine that is played, and its commands. A front end turns keys into
/// commands and frames into pixels.
///
/// A session belongs to one thread. None of its methods waits for a disk, but ``finishWork()`` and
/// ``close()``, which front ends need at most where they are ended: work on the disk is done on another thread, and ``poll()`` takes up what has ended.
public final class PlaySession {
  /// The machine, and everything around it.
  public internal(set) var player: Player
  /// Whether the machine is paused until ``togglePause()``.
  public internal(set) var isPaused = false
  /// The breakpoint or watchpoint that stopped the machine, until it resumes.
  public internal(set) var stoppedAt: Debugger.StopReason?
  /// The slot that save and load mean.
  public internal(set) var slot = SlotName.key(1)
  /// The program's slots as of the last ``listSlots()``, newest first.
  public internal(set) var slotList: [SlotSummary] = []
  /// Counts how often ``slotList`` was made.
  public internal(set) var slotListCount = 0
  /// Why the watched file cannot be played as it is now, if it cannot.
  public internal(set) var watchProblem: (any Error)?
  /// The machine with which the session continues in a new process, if it does.
  public internal(set) var restart: Restoration?
  /// Why the session cannot continue, if it cannot: the machine is not as deterministic as it must be.
  public private(set) var difference: RepetitionError?
  /// Whether what is seen and heard is not the machine's own, but a later one's.
  private var isShownAhead = false
  /// How pixels are shown that flicker.
  public var flickerBlending = FlickerBlending.off { didSet { forgetFlicker() } }
  private var flickerFilter = FlickerFilter()
  /// The screen as it is shown, if that is not just as it is.
  private var blendedScreen: ShownScreen?
  /// How the machine goes back in time, while it does.
  var rewinding: Rewinding?
  /// Whether the machine was brought to where it is, and has not played on from there.
  var isBrowsing = false

  private var notices: [Notice]
  /// What the player has set, for this program and for all.
  public internal(set) var settings: SettingLevels
  let work = WorkQueue()
  /// Writes pictures and clips, which take longer.
  let captures = WorkQueue()
  /// Where the clip begins that is being recorded, if one is. What was played is written in the end, so nothing is
  /// to be done until then.
  var clipStart: Timeline<Chip8>.Place?
  /// Runs the pasts that images tell.
  let proofs = WorkQueue()
  /// The one that is being run, if any is.
  var proving: Proving?
  var debugging = Debugging()
  /// Where other threads ask for something.
  package let gate = SessionGate()
  var closing: Closing?
  let options: Options
  /// What the program's keys do, for what shows them.
  var keyObserver: KeyObserver
  /// A file that is reloaded when it, or a file that it includes, changes.
  var watched: Watched?
  let flagKeeper = FlagKeeper()
  /// What is written of the session as it is played, if anything is.
  var journal: JournalProgress?
  /// Whether the machine waits for the host to answer a call.
  private var isAwaitingHost = false
  /// Changes whenever another machine replaces the machine.
  public private(set) var machineCount = 0
  /// Changes whenever the machine is at another moment, and has not run there.
  private(set) var jumpCount = 0
  /// The programs to choose from, as of the last ``listLibrary()``; nil before it.
  package internal(set) var library: [Library.Entry]?
  /// What the ends of branches look like.
  var previews: [Int: Preview] = [:]
  var isLoadingPreview = false
  /// What the program can be continued with, if it has been played before.
  var left: Slots.Resumption<Chip8>?
  /// The slot that was saved or deleted last.
  var changedSlot: SlotName?
  /// Why the program has stopped at the ends of branches, where it has.
  var halts: [Int: Halt] = [:]
  /// What was kept of the machine before and after it was changed, by the branches that begin with that.
  var machineChoices: [Int: (before: Settings, after: Settings)] = [:]
  /// The machine that the program wants, if it had to be found out.
  var detectedConfiguration: (program: Digest, configuration: Configuration)?
  /// When the machine was saved last, or began.
  var autosaveFrame: UInt64

  /// Plays a machine. If it is one that was just switched on, it gets its user flags, for which their
  /// file is read.
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

  /// Takes up what was done on the other thread.
  public func poll() {
    _ = collect()
    lookAtProof()
    pollDebugging()
    gate.serve(self)
    notifyDebugger()
    writeJournalIfDue()
    lookAtJournalIfDue()
  }

  /// - Returns: whether there was anything to take up, which may have begun more.
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

  /// Waits until all work is done that was begun, and what that begins, and takes it up.
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

  /// What the keys of the program do. It can change while the program runs, unless the table has it.
  public var programKeys: ProgramKeys { keyObserver.keys }

  /// Why the program has stopped, if it has.
  public var halt: Halt? {
    player.timeline.isAtEnd ? halts[player.timeline.branch] : nil
  }

  /// Whether the program has stopped, or can do nothing any more but jump to itself.
  package var isOver: Bool {
    let (pc, next) = (player.machine.state.pc, player.machine.nextInstruction)
    return halt != nil || next.kind == .jump && next.nnn == pc
  }

  /// Whether the machine is stopped.
  public var isStopped: Bool { isPaused || halt != nil }

  /// The sound of the frame that ended last. Nothing is heard of what is only looked at.
  public var tone: Tone? {
    if isStopped || isBrowsing || isBlocked { return nil }
    return isShownAhead ? player.runAhead?.tone : player.machine.tone
  }

  /// What the screen shows.
  public var screen: Screen {
    isShownAhead ? player.output.screen : player.machine.state.screen
  }

  /// The screen with what flickers blended.
  public var shownScreen: ShownScreen { blendedScreen ?? ShownScreen(screen) }

  /// Whether the machine does not run although the user has not stopped it.
  private var isBlocked: Bool {
    restart != nil || difference != nil || isAwaitingHost || closing != nil || isMoving
  }

  /// Runs to the end of a frame, or goes back in time, unless the machine is stopped.
  public func runFrame(keys: KeySet) {
    guard rewinding == nil else { return rewindOn() }
    if !isStopped { playFrame(keys: keys) }
  }

  /// Runs to the end of a frame. What was only looked at until now is continued from here.
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
    flagKeeper.look(at: player.machine)
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
    // They are others than those at the moment that was left, and not because the program has changed
    // them.
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

  /// Pauses or resumes the machine. One that has halted stays halted.
  public func togglePause() {
    guard halt == nil, !isMoving else { return }
    isPaused.toggle()
    debugging.isStoppedByDebugger = false
    report(isPaused ? .paused : .unpaused)
  }

  // MARK: Host calls

  /// Asks the host on the other thread. The machine waits at its call for the answer.
  private func ask(_ call: HostCall) {
    isAwaitingHost = true
    let (player, jump) = (player, jumpCount)
    work.begin {
      var host = player.host
      // Only the replay of a recording can fail, and a session replays none.
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

  /// The machine is another one.
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

  /// The machine is at another moment.
  func momentChanged() {
    jumpCount += 1
    isAwaitingHost = false
    stoppedAt = nil
    showMachine()
  }

  /// What is seen is the machine as it is.
  func showMachine() {
    isShownAhead = false
    forgetFlicker()
  }

  /// From now on keeps the flags of this machine. Those of a program that is being written are not
  /// kept, unless the user has said where.
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
  ///   - request: what is wanted of the machine.
  ///   - metadata: what is wanted beside it.
  public init(
    _ path: String, _ request: MachineRequest = MachineRequest(),
    _ metadata: MetadataRequest = MetadataRequest()
  ) throws {
    try self.init(LoadedFile(path), request)
    try apply(metadata, from: path)
  }
}
