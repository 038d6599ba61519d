import Chip8Core
import SaveState

/// A machine that somebody plays with, and the commands that there are. A front end turns keys into
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
  public private(set) var slot = SlotName.key(1)
  /// The program's slots as of the last ``listSlots()``, newest first.
  public private(set) var slotList: [SlotSummary] = []
  /// Counts how often ``slotList`` was made.
  public private(set) var slotListCount = 0
  /// Why the watched file cannot be played as it is now, if it cannot.
  public private(set) var watchProblem: (any Error)?
  /// The machine with which the session continues in a new process, if it does.
  public private(set) var restart: Restoration?
  /// Why the session cannot continue, if it cannot: the machine is not as deterministic as it must be.
  public private(set) var difference: RepetitionError?
  /// Whether what is seen and heard is not the machine's own, but a later one's.
  private var isShownAhead = false
  /// How the machine goes back in time, while it does.
  var rewinding: Rewinding?
  /// Whether the machine was brought to where it is, and has not played on from there.
  var isBrowsing = false

  private var notices: [Notice]
  let work = WorkQueue()
  private var closing: Closing?
  let options: Options
  /// What the program's keys do, for what shows them.
  var keyObserver: KeyObserver
  /// A file that is reloaded when it, or a file that it includes, changes.
  private var watched: Watched?
  private let flagKeeper = FlagKeeper()
  /// What is written of the session as it is played, if anything is.
  var journal: JournalProgress?
  /// Whether the machine waits for the host to answer a call.
  private var isAwaitingHost = false
  /// Changes whenever another machine replaces the machine.
  public private(set) var machineCount = 0
  /// Changes whenever the machine is at another moment, and has not run there.
  private var jumpCount = 0
  /// The slot that was saved or deleted last.
  private var changedSlot: SlotName?
  /// Why the program has stopped at the ends of branches, where it has.
  private var halts: [Int: Halt] = [:]
  private var autosaveFrame: UInt64

  private struct Watched {
    let path: String
    /// What is on the disk, which may be a zip file that it is in.
    let diskPath: String
    let keepsState: Bool
    /// The stamps of that and of the files that it includes, as they were read.
    var stamps: [(path: String, stamp: Storage.Stamp?)]
    /// Whether somebody is looking.
    var isBusy = false

    /// Whether one of them is another file now. While one is missing, as it is when an editor puts
    /// another in its place, it has not changed.
    var hasChanged: Bool {
      stamps.contains { file in
        Storage.stamp(of: file.path).map { $0 != file.stamp } ?? false
      }
    }
  }

  /// Plays a machine. If it is one that was just switched on, it gets its user flags, for which their
  /// file is read.
  public init(_ loaded: LoadedMachine, _ host: Host = .none, _ options: Options = Options()) {
    player = Player(loaded, host)
    player.pastByteLimit = options.pastByteLimit
    player.runAhead = options.runAhead.map { RunAhead($0) }
    player.isParanoid = options.isParanoid
    self.options = options
    keyObserver = KeyObserver(observing: loaded.machine)
    autosaveFrame = loaded.machine.state.frames
    notices = [
      .began(loaded.machine.state.configuration.platform, isRestored: loaded.image != nil)
    ]
    if loaded.image == nil, let kept = options.keptFlags {
      player.setUserFlags(flagKeeper.flags(for: player.machine, in: kept))
    }
    keepFlags()
    if let movie = options.movie { player.play(movie, isReadOnly: options.isReadOnly) }
    if let facts = options.recording { player.record(facts) }
    for path in options.reservedPaths { player.reserve(path) }
    beginJournal()
  }

  private var slots: Slots {
    Slots(
      root: options.slotsRoot, program: player.machine.program.sha1, apartFrom: player.inputs)
  }

  // MARK: What happened

  /// Takes up what was done on the other thread.
  public func poll() {
    _ = collect()
    writeJournalIfDue()
  }

  /// - Returns: whether there was anything to take up, which may have begun more.
  private func collect() -> Bool {
    let completions = work.takeCompletions()
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

  /// Whether the machine is stopped.
  public var isStopped: Bool { isPaused || halt != nil }

  /// The sound of the frame that ended last. Nothing is heard of what is only looked at.
  public var tone: Tone? {
    if isStopped || isBrowsing { return nil }
    return isShownAhead ? player.runAhead?.tone : player.machine.tone
  }

  /// What the screen shows.
  public var screen: Screen {
    isShownAhead ? player.output.screen : player.machine.state.screen
  }

  /// Runs to the end of a frame, or goes back in time, unless the machine is stopped.
  public func runFrame(keys: KeySet) {
    guard rewinding == nil else { return rewindOn() }
    if !isStopped { playFrame(keys: keys) }
  }

  /// Runs to the end of a frame. What was only looked at until now is continued from here.
  func playFrame(keys: KeySet) {
    guard halt == nil, restart == nil, difference == nil, !isAwaitingHost, closing == nil else {
      return
    }
    stoppedAt = nil
    if isBrowsing { playOn() }
    defer {
      player.lookAhead()
      isShownAhead = player.runAhead != nil
    }
    let playsMovie = player.isPlayingMovie
    if !playsMovie { keyObserver.observe(player.machine, keys: keys) }
    follow(player.run(frames: 1, keys: keys))
    if playsMovie, !player.isPlayingMovie { report(.movieEnded) }
    flagKeeper.look(at: player.machine)
    autosaveIfDue()
  }

  private func playOn() {
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
      report(.stopped(point))
    case .exit: end(.exit)
    case .fault(let fault):
      end(.fault(fault))
      autosave(.fault)
    case .hostCall(let call): ask(call)
    case .differs(let difference): self.difference = difference
    }
  }

  private func end(_ halt: Halt) {
    halts[player.timeline.branch] = halt
    report(.halted(halt))
  }

  /// Pauses or resumes the machine. One that has halted stays halted.
  public func togglePause() {
    guard halt == nil else { return }
    isPaused.toggle()
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
        session.take(outcome ?? .finished(.denied), of: call, from: host)
      }
    }
  }

  private func take(_ outcome: Host.Outcome, of call: HostCall, from host: Host) {
    isAwaitingHost = false
    switch player.take(outcome, of: call, from: host) {
    // A call takes the rest of its frame.
    case .finished: follow(player.run(frames: 1))
    case .exit: end(.exit)
    case .restores(let restoration): restart = restoration
    }
  }

  // MARK: Slots

  /// Selects the slot that save and load use. Autosaves can only be loaded.
  public func choose(_ slot: SlotName) {
    guard !slot.isAutosave else { return }
    self.slot = slot
    changedSlot = nil
    report(.slotChosen(slot))
  }

  /// Saves the machine as it is now.
  public func save() {
    let (moment, time, slots, slot) = (player.moment(), WallClock.now(), slots, slot)
    changedSlot = slot
    begin(.save(slot)) {
      try slots.save(moment.image(time: time), to: slot)
      return { $0.report(.saved(slot)) }
    }
  }

  /// Loads a slot, that of ``slot`` by default; if it cannot be used, the machine continues
  /// unchanged.
  public func load(_ name: SlotName? = nil) {
    use(name ?? slot) { session, image, machine, path in
      session.writeJournal()
      session.player.adopt(machine, from: image, in: path)
      session.player.add(image.driftWarnings(machine, in: path))
      session.machineChanged()
      session.report(.loaded(name ?? session.slot))
    }
  }

  /// Restores what is in the slot in a new process in place of this one, of which nothing is left but
  /// its autosave; if it cannot be used, the machine continues unchanged.
  public func loadInNewProcess() {
    use(slot) { session, image, machine, path in
      session.autosaveOnLeaving()
      session.restart = Restoration(image, machine, path: path)
    }
  }

  private func use(
    _ slot: SlotName,
    _ body: @escaping @Sendable (PlaySession, Image, Chip8, _ path: String) -> Void
  ) {
    let slots = slots
    begin(.load(slot), unlessEmpty: .slotEmpty(slot)) {
      let (image, path) = (try slots.image(slot), slots.path(slot))
      let machine: Chip8 = try image.machine(in: path)
      return { body($0, image, machine, path) }
    }
  }

  /// Puts back what the last save or deletion replaced; once more, and that is done again.
  public func undoSave() {
    let (slots, slot) = (slots, changedSlot ?? slot)
    begin(.undoSave(slot), unlessEmpty: .noSaveToUndo(slot)) {
      let isOccupied = try slots.undoSave(slot)
      return { $0.report(.saveUndone(slot, isEmpty: !isOccupied)) }
    }
  }

  /// Deletes what is in a slot; ``undoSave()`` restores it.
  public func delete(_ slot: SlotName) {
    let slots = slots
    changedSlot = slot
    begin(.delete(slot)) {
      try slots.delete(slot)
      return { $0.report(.deleted(slot)) }
    }
  }

  /// Looks what is in the program's slots, for ``slotList``.
  public func listSlots() {
    let slots = slots
    begin(.list) {
      let list = try SlotSummary.all(slots)
      return { session in
        session.slotList = list
        session.slotListCount += 1
      }
    }
  }

  /// Does something on the other thread, or reports that it was not done.
  ///
  /// - Parameter notice: what is reported instead if there is nothing in the slot.
  private func begin(
    _ action: Notice.Action, unlessEmpty notice: Notice? = nil,
    _ body: @escaping @Sendable () throws -> WorkQueue.Completion?
  ) {
    work.begin {
      do { return try body() } catch {
        let isEmpty = (error as? StorageError)?.reason == .slot(.empty)
        let notice = isEmpty ? notice : nil
        return { $0.report(notice ?? .failed(action, error)) }
      }
    }
  }

  // MARK: Autosaves

  private func autosaveIfDue() {
    guard let seconds = options.autosaveSeconds, halt == nil else { return }
    let state = player.machine.state
    let frames = UInt64(seconds * state.configuration.platform.framesPerSecond)
    guard state.frames >= autosaveFrame + frames else { return }
    autosave(.minute)
  }

  /// Saves the machine without the user's doing, but not while a program is being written.
  private func autosave(_ autosave: Autosave) {
    guard options.autosaveSeconds != nil, watched == nil else { return }
    autosaveFrame = player.machine.state.frames
    let moment = player.moment(withLastInstructions: autosave == .fault)
    let (time, slots) = (WallClock.now(), slots)
    begin(.autosave) {
      try slots.autosave(moment.image(time: time), as: autosave)
      return nil
    }
  }

  /// What a machine that is left was doing can be resumed, unless it was doing nothing any more.
  ///
  /// - Returns: whether it is being saved.
  @discardableResult
  private func autosaveOnLeaving() -> Bool {
    guard
      halt == nil, restart == nil, player.machine.state.instructions > 0,
      options.autosaveSeconds != nil, watched == nil
    else { return false }
    autosave(.exit)
    return true
  }

  // MARK: Closing

  /// How a session has closed.
  public enum End: Sendable {
    /// The machine can be resumed.
    case saved
    /// There is nothing that could be resumed, or nobody wants that.
    case nothingToSave
    /// The machine was not saved, and ``takeNotices()`` says why.
    case failed
  }

  /// How far closing is.
  private enum Closing: Equatable {
    /// What was begun before is still being done.
    case finishing
    /// The machine is being saved, and whether nothing has gone wrong with that.
    case saving(Bool)
    case closed(End)
  }

  /// Whether the session is closing, or has closed. The machine does not run then.
  public var isClosing: Bool { closing != nil }

  /// How the session has closed, if it has.
  public var end: End? {
    if case .closed(let end) = closing { end } else { nil }
  }

  /// Begins to save what can be resumed, once all is done that was begun before; ``poll()`` continues
  /// with it, and ``end`` is how it has ended.
  public func beginClosing() {
    guard closing == nil else { return }
    closing = .finishing
    writeJournal()
    work.begin { [flagKeeper, keeper = journal?.keeper] in
      flagKeeper.finish()
      keeper?.synchronize()
      return nil
    }
  }

  private func continueClosing() {
    guard work.isIdle else { return }
    switch closing {
    case .finishing: closing = autosaveOnLeaving() ? .saving(true) : .closed(.nothingToSave)
    case .saving(let isWell): closing = .closed(isWell ? .saved : .failed)
    case .closed, nil: break
    }
  }

  /// Continues after all, where the machine was not saved.
  public func reopen() { closing = nil }

  /// Saves what can be resumed, and waits until all work is done.
  @discardableResult
  public func close() -> End {
    beginClosing()
    while true {
      finishWork()
      if let end {
        reopen()
        return end
      }
    }
  }

  /// Saves the machine that another process sends in the slot of an autosave, before the other process
  /// learns that it is here; nil if there are no autosaves.
  package func saveProvisionally() throws -> (any ProvisionalSave)? {
    guard options.autosaveSeconds != nil else { return nil }
    let image = try player.moment().image(time: WallClock.now())
    return try slots.saveProvisionally(image, in: Autosave.minute.slot)
  }

  // MARK: Other machines

  /// Switches the machine off and on again, with other random numbers unless a seed was given.
  public func reset() {
    let state = player.machine.state
    let seed = options.machine.seed ?? UInt64.random(in: 0...UInt64.max)
    let fresh: Chip8
    do { fresh = try Chip8(player.machine.program, state.configuration, seed: seed) } catch {
      let name = player.machine.program.name
      return report(.failed(.reset, PlayerError.contents(path: name, error)))
    }
    withFlags(for: fresh) { session, flags in
      session.writeJournal()
      session.player.adopt(switchedOn: fresh, flags)
      session.machineChanged()
      session.report(.reset)
    }
  }

  /// Calls with the user flags of a machine that has been switched on, nil if they are not kept.
  private func withFlags(
    for machine: Chip8, _ body: @escaping @Sendable (PlaySession, [UInt8]?) -> Void
  ) {
    if watched != nil { return body(self, flagsOfNextVersion) }
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    work.begin {
      let flags = kept.map { flagKeeper.flags(for: machine, in: $0) }
      return { body($0, flags) }
    }
  }

  /// Plays another program or image; if it cannot be used, the machine continues unchanged.
  public func open(_ path: String) {
    let (machine, metadata) = (
      options.machine.forAnotherProgram, options.metadata.forAnotherProgram
    )
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    begin(.open(path: path)) {
      let loaded = try LoadedMachine(path, machine, metadata)
      let flags =
        loaded.image == nil ? kept.map { flagKeeper.flags(for: loaded.machine, in: $0) } : nil
      return { session in
        session.autosaveOnLeaving()
        session.adopt(loaded, flags)
        // They are those of the program before.
        (session.slotList, session.changedSlot) = ([], nil)
        session.slotListCount += 1
        let platform = loaded.machine.state.configuration.platform
        session.report(.began(platform, isRestored: loaded.image != nil))
      }
    }
  }

  /// Plays a machine that was loaded. If it is one of the same program, undo leads back.
  private func adopt(_ loaded: LoadedMachine, _ flags: [UInt8]?) {
    let isSame = loaded.machine.program.sha1 == player.machine.program.sha1
    let edge: Timeline<Chip8>.Edge = loaded.image == nil ? .powerOn : .load
    writeJournal()
    if !isSame { halts = [:] }
    player.adopt(loaded, by: isSame ? edge : nil)
    if let flags { player.setUserFlags(flags) }
    machineChanged()
    if !isSame { beginJournal() }
  }

  /// Reloads a file whenever it, or a file that it includes, has changed.
  ///
  /// - Parameters:
  ///   - path: the file as the user has named it.
  ///   - file: the same as it was read.
  ///   - keepsState: whether only the program in the machine is replaced.
  public func watch(_ path: String, _ file: LoadedFile, keepsState: Bool) {
    watched = Watched(
      path: path, diskPath: file.diskPath, keepsState: keepsState,
      stamps: [(file.diskPath, Storage.stamp(of: file.diskPath))] + file.included.stamps)
    keepFlags()
    beginJournal()
  }

  /// Looks whether a file that is watched has changed. If it cannot be used, the machine continues, and
  /// ``watchProblem`` says why until it can be used.
  public func pollWatchedFile() {
    guard let file = watched, !file.isBusy else { return }
    watched?.isBusy = true
    let (machine, metadata) = (options.machine, options.metadata)
    work.begin {
      guard file.hasChanged else { return { $0.watched?.isBusy = false } }
      let stamp = Storage.stamp(of: file.diskPath)
      let included = IncludedFiles(of: file.path)
      let result = Result {
        var loaded = try LoadedMachine(LoadedFile(file.path, included), machine)
        try loaded.apply(metadata, from: file.path)
        return loaded
      }
      let stamps = [(file.diskPath, stamp)] + included.stamps
      return { session in
        session.watched?.isBusy = false
        session.watched?.stamps = stamps
        session.watchedFileChanged(result, file)
      }
    }
  }

  /// Whether the program is one that is being written.
  var isWatching: Bool { watched != nil }

  private func watchedFileChanged(_ result: Result<LoadedMachine, any Error>, _ file: Watched) {
    do {
      var loaded = try result.get()
      loaded.image = nil
      if file.keepsState {
        try inFile(file.path) { try player.adoptProgram(of: loaded) }
      } else {
        let flags = flagsOfNextVersion
        player.adopt(loaded, by: .powerOn)
        player.setUserFlags(flags)
      }
      watchProblem = nil
      machineChanged()
      report(.watchedFileChanged(keepsState: file.keepsState))
    } catch {
      watchProblem = error
      report(.failed(.watch(path: file.path), error))
    }
  }

  /// The machine is another one.
  func machineChanged() {
    machineCount += 1
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
    isShownAhead = false
  }

  // MARK: User flags

  /// Each version of a program that is being written is another program: it finds what the one
  /// before has left.
  private var flagsOfNextVersion: [UInt8] {
    options.keptFlags == nil ? [] : player.machine.userFlags
  }

  /// From now on keeps the flags of this machine. Those of a program that is being written are not
  /// kept, unless the user has said where.
  private func keepFlags() {
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
