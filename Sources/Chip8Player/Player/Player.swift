import Chip8Core
import Octo
import SaveState

/// A machine that is run, with everything around it that each front end would otherwise keep for
/// itself: the image that it came from, its metadata, the host of its program's calls, its
/// breakpoints, and what is recorded of it.
///
/// A front end runs it, frame by frame or to a stop, and looks at ``machine``. It is a value and belongs
/// to one thread at a time; it does no work of its own on others, and no disk work but that of host
/// calls, symbol files and whatever is requested by name.
public struct Player: InputReceiver, Sendable {
  /// The machine, and all that it has been.
  package internal(set) var timeline: Timeline<Chip8>
  /// What is known beside the machine on each branch of its timeline.
  private var contexts: [BranchContext]
  /// Whether what images say of that is not wanted.
  public let forgetsSaved: Bool
  /// What holds of that where neither the image nor the program's own file says it. It is not saved.
  var preferences = SessionMetadata()
  /// Every file that was read for the machine: none of them is overwritten.
  public private(set) var inputs: InputFiles { didSet { protectFiles() } }
  /// The run's other outputs, which the program must not replace.
  private var reserved = InputFiles()
  /// The host that answers the program's calls.
  public private(set) var host: Host
  /// Stops the machine at breakpoints and watchpoints.
  var debugger: Debugger
  /// What was set while debugging beside those. It is not saved.
  var stops = DebugStops()
  /// The subroutines that a saved machine calls where it is restored.
  private var entryCalls: [Int] = []
  /// How many bytes of its past an image of the machine carries, at most; nil for none.
  public var pastByteLimit: Int? = Player.defaultPastByteLimit
  /// What is seen and heard before it happens, if anything is.
  public var runAhead: RunAhead?
  /// What the machine shows after that, if requested.
  private var forecast: ScreenForecast?
  /// Whether everything that is run is rolled back and run again, to see whether that is the same.
  public var isParanoid = false
  /// The movie that is being played, if one is.
  var playback: Playback?
  /// What the movie says that is recorded, if one is.
  var recording: MovieFacts?
  /// Where the recording ends: to play on from elsewhere re-records. Nil after a movie that was
  /// played, from whose end the user plays on.
  var recordedPlace: Timeline<Chip8>.Place?
  /// What was recorded, if that has ended.
  var endedRecording: EndedRecording?
  /// What went well but for this, since the last ``takeWarnings()``.
  private var warnings: [Warning]

  /// The past of some hours.
  public static let defaultPastByteLimit = 256 << 10

  /// What is known beside a machine: its image, metadata and program file.
  fileprivate struct BranchContext: Sendable {
    var image: Image?
    var metadata: SessionMetadata
    /// What was requested.
    var given: SessionMetadata
    /// What the program's own file says.
    var own: SessionMetadata
    /// How the program's cartridge wants it to be played with fingers, if it does.
    var touchMode: TouchMode?
    /// The machine that the program's own file wants, if it was loaded from that.
    var ownConfiguration: Configuration?
    /// What the program's source was assembled to, if it was loaded from that.
    var assembly: Assembly?
    /// The file that the program was loaded from, if it was one.
    var path: String?
  }

  /// The machine as it is.
  public var machine: Chip8 {
    _read { yield timeline.machine }
  }

  private var context: BranchContext { contexts[timeline.branch] }

  /// The image that the machine comes from, if it does: what others have put into it is kept.
  public var image: Image? { context.image }

  /// The metadata beside the machine: as requested, else as in its image, else as in the program's
  /// own file.
  public var metadata: SessionMetadata { context.metadata }

  /// How the program's author wants it to be played with fingers: in its cartridge, else as far as the
  /// program is known.
  package var touchMode: TouchMode {
    context.touchMode ?? KeyTable.touchMode(of: machine.program)
  }

  /// The machine that the program's own file wants, if it was loaded from that.
  var ownConfiguration: Configuration? { context.ownConfiguration }

  /// - Parameter host: answers the program's calls; none by default.
  public init(_ loaded: LoadedMachine, _ host: Host = .none) {
    timeline = loaded.timeline
    contexts = []
    forgetsSaved = loaded.forgetsSaved
    inputs = loaded.inputs
    debugger = loaded.debugger
    warnings = loaded.warnings
    self.host = host
    protectFiles()
    timeline = allowingHostCalls(timeline)
    place(BranchContext(loaded))
  }

  /// A session as it is in this player. Nothing leads from a machine whose program may not call its
  /// host to one whose program may, unless it has not run.
  private func allowingHostCalls(_ timeline: Timeline<Chip8>) -> Timeline<Chip8> {
    guard host.isAvailable, timeline.machine.state.hostCalls == nil else { return timeline }
    var machine = timeline.machine
    let past = timeline.past(byteLimit: Past<Chip8>.maxByteCount)
    guard machine.position == Position(), let past, past.beginsAtPowerOn else {
      machine.allowHostCalls()
      return Timeline(machine)
    }
    machine = past.start
    machine.allowHostCalls()
    var allowed = Timeline(machine)
    for entry in past.tape.entries { allowed.applyAccepted(entry.input) }
    return allowed
  }

  /// Sets the context of all branches that are new.
  private mutating func place(_ context: BranchContext) {
    while contexts.count < timeline.branchCount { contexts.append(context) }
  }

  /// A journal has the machine alone, and nothing of its context.
  mutating func placeOnRecalledBranches() {
    var context = contexts[0]
    context.image = nil
    place(context)
  }

  /// A new branch has the context of the one that the machine was on.
  mutating func inherit(from branch: Int) {
    if contexts.count < timeline.branchCount { place(contexts[branch]) }
  }

  /// Keeps the program from saving itself where something else is written.
  package mutating func reserve(_ path: String) {
    reserved.reserve(path)
    protectFiles()
  }

  private mutating func protectFiles() {
    host.inputs = inputs
    host.inputs.add(reserved)
  }

  /// What is known of the program beside its bytes.
  package var source: ProgramSource { ProgramSource(context.assembly, metadata.labels) }

  /// The file that it was loaded from, if it was one, as the user has named it.
  package var programPath: String? { context.path }

  /// What the program is called: its title if it is known.
  public var title: String { KnownProgram.find(machine.program)?.title ?? machine.program.name }

  /// How the program is shown.
  public var appearance: Appearance {
    Appearance(for: machine.program, metadata.over(preferences))
  }

  /// How fast frames go by, in percent of the platform's own rate.
  public var speed: Int { metadata.speed ?? preferences.speed ?? 100 }

  /// Keys of the keyboard that are others than usual. The last of a key counts.
  public var keyAssignments: [KeyAssignment] { preferences.keys + metadata.keys }

  /// What went well but for this, since the last call.
  public mutating func takeWarnings() -> [Warning] {
    defer { warnings = [] }
    return warnings
  }

  mutating func add(_ more: [Warning]) { warnings += more }

  // MARK: Running

  /// Why ``run(frames:instructions:keys:stopsAtHalt:)`` came back.
  public enum Stop: Sendable {
    /// All requested frames or instructions are done.
    case done
    /// The program jumps to itself forever, and a frame has ended with that.
    case halt
    /// The program has left: by its exit instruction, or after it has saved itself.
    case exit
    /// The program has faulted.
    case fault(Fault)
    /// The machine has reached a breakpoint or a watchpoint.
    case point(Debugger.StopReason)
    /// The program calls its host: ``answer(_:)`` continues.
    case hostCall(HostCall)
    /// What was run is not the same when it is run again: ``isParanoid``.
    case differs(RepetitionError)
  }

  /// Runs the machine to its breakpoints and watchpoints, as
  /// ``Chip8/run(frames:instructions:keys:stopsAtHalt:)`` does without.
  public mutating func run(
    frames: Int = .max, instructions: Int = .max, keys: KeySet? = nil, stopsAtHalt: Bool = false
  ) -> Stop {
    if playback != nil {
      return runMovie(frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
    }
    if let keys { hold(keys) }
    return runMachine(frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
  }

  /// Runs the machine with what is held down.
  mutating func runMachine(frames: Int, instructions: Int, stopsAtHalt: Bool) -> Stop {
    let place = timeline.place
    defer { noteReRecording(from: place) }
    var (debugger, difference) = (debugger, RepetitionError?.none)
    let stop = timeline.run { machine in
      guard isParanoid else {
        return debugger.run(
          &machine, frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
      }
      let before = debugger
      do throws(RepetitionError) {
        return try machine.runTwice { machine in
          debugger = before
          return debugger.run(
            &machine, frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
        }
      } catch {
        difference = error
        return .done
      }
    }
    self.debugger = debugger
    inherit(from: place.branch)
    if let difference { return .differs(difference) }
    switch stop {
    case .done: return debugger.stopReason.map(Stop.point) ?? .done
    case .halt: return .halt
    case .exit: return .exit
    case .fault(let fault): return .fault(fault)
    case .hostCall(let call): return .hostCall(call)
    }
  }

  /// Begins a frame if that ends a wait for a key: ``Chip8/endKeyWait()``.
  package mutating func endKeyWait(keys: KeySet) {
    if playback == nil { hold(keys) }
    let branch = timeline.branch
    timeline.run { $0.endKeyWait() }
    inherit(from: branch)
  }

  // MARK: Input

  /// Applies an input to the machine. All input goes through here, so that it is known what has led
  /// the machine to where it is.
  ///
  /// - Throws: `InputError`; the machine is unchanged then.
  public mutating func apply(_ event: InputEvent) throws(InputError) {
    let place = timeline.place
    try timeline.apply(event)
    forgetNextFrames()
    inherit(from: place.branch)
    noteReRecording(from: place)
  }

  /// The same keys, frame after frame, are not an input.
  mutating func hold(_ keys: KeySet) {
    guard keys != machine.heldKeys else { return }
    withRunAhead { $0.learn(from: &$1, beforeKeysBecome: keys) }
    applyAccepted(.keys(keys))
  }

  /// Finds out what will be seen and heard: ``output``.
  public mutating func lookAhead() { withRunAhead { $0.look(from: &$1) } }

  /// What is seen and heard of the machine: by ``runAhead``, some frames before it happens.
  public var output: RunAhead.Output { runAhead?.output ?? RunAhead.Output(machine) }

  /// Finds out what is seen in the frames after that which is seen now.
  mutating func nextScreens(_ count: Int) -> ArraySlice<Screen> {
    var forecast = forecast.take() ?? ScreenForecast()
    let ahead = runAhead?.frameCount ?? 0
    timeline.run { forecast.look(ahead + count, from: &$0) }
    defer { self.forecast = forecast }
    return forecast.screens.dropFirst(ahead)
  }

  /// Something else has happened to the machine than that it was run.
  mutating func forgetNextFrames() {
    runAhead?.forget()
    forecast?.forget()
  }

  private mutating func withRunAhead(_ body: (inout RunAhead, inout Chip8) -> Void) {
    // Taken out, so that nothing of it is copied.
    guard var ahead = runAhead.take() else { return }
    timeline.run { body(&ahead, &$0) }
    runAhead = ahead
  }

  // MARK: Host calls

  /// Answers the machine's pending call: asks the host, which may take as long as a disk
  /// does, and passes its status on.
  ///
  /// - Throws: `ReplayError` if calls are replayed, and the recording is not one of this session.
  public mutating func answer(_ call: HostCall) throws(ReplayError) -> Host.Outcome {
    var host = host
    let outcome = try outcome(of: call, from: &host)
    take(outcome, from: host)
    return outcome
  }

  /// What a call comes to. The machine is as it was.
  package func outcome(
    of call: HostCall, from host: inout Host
  ) throws(ReplayError) -> Host.Outcome {
    try host.answer(call, of: machine, preservingUnknownSectionsOf: image, metadata) {
      var suspended = timeline
      suspended.applyAccepted(.hostAnswer(.restored))
      return pastByteLimit.flatMap { suspended.past(byteLimit: $0) }
    }
  }

  /// Gives the machine the result of its call, if the host was asked elsewhere.
  ///
  /// - Parameter host: the host as it is after that.
  package mutating func take(
    _ outcome: Host.Outcome, from host: Host
  ) {
    self.host = host
    switch outcome {
    case .finished(let status): applyAccepted(.hostAnswer(status))
    case .exits: applyAccepted(.hostAnswer(.restored))
    case .restores: break
    }
  }

  // MARK: Other machines

  /// Replaces the machine with one that a call of the program restores.
  package mutating func adopt(_ restoration: Restoration) {
    // They are subroutines of the program that is gone.
    entryCalls = []
    let given = given(for: restoration.machine)
    warnings += restoration.driftWarnings
    adopt(
      restoration.machineInImage, from: restoration.image, in: restoration.path, given,
      own: SessionMetadata(), touchMode: nil)
    // The program has done that, not the player.
    recordedPlace = timeline.place
    guard !restoration.arguments.isEmpty else { return }
    applyAccepted(.arguments(restoration.arguments))
  }

  /// Replaces the machine with that of an image of the same program.
  ///
  /// - Parameter path: the image's file.
  mutating func adopt(_ machine: Chip8, from image: Image, in path: String) {
    adopt(
      machine, from: image, in: path, context.given, own: context.own, touchMode: context.touchMode)
  }

  private mutating func adopt(
    _ machine: Chip8, from image: Image, in path: String, _ given: SessionMetadata,
    own: SessionMetadata, touchMode: TouchMode?
  ) {
    let saved = forgetsSaved ? image.withoutMetadata : image
    let beneath = SessionMetadata(saved, of: machine, in: path, &warnings).over(own)
    let loaded = Timeline(machine, from: image, in: path, &warnings)
    let metadata = given.over(beneath)
    let isSame = machine.program == self.machine.program
    replace(
      loaded, by: .load,
      BranchContext(
        image: saved, metadata: metadata, given: given, own: own, touchMode: touchMode,
        ownConfiguration: isSame ? context.ownConfiguration : nil,
        assembly: isSame ? context.assembly : nil, path: isSame ? context.path : nil))
  }

  /// Replaces the machine with a loaded one.
  ///
  /// - Parameter edge: why; nil if nothing leads back, as from another program.
  mutating func adopt(_ loaded: LoadedMachine, by edge: Timeline<Chip8>.Edge?) {
    inputs = loaded.inputs
    warnings += loaded.warnings
    replace(loaded.timeline, by: edge, BranchContext(loaded))
  }

  /// Continues with another version of the program, which was loaded, in the machine as it is.
  ///
  /// - Throws: `InputError` if it does not fit; nothing has changed then.
  mutating func adoptProgram(of loaded: LoadedMachine) throws(InputError) {
    try apply(.program(loaded.machine.program))
    inputs = loaded.inputs
    warnings += loaded.warnings
    contexts[timeline.branch] = BranchContext(loaded)
    debugger = Debugger(metadata, with: stops)
  }

  /// Replaces the machine by another one of the same program, just switched on.
  mutating func adopt(poweredOn timeline: Timeline<Chip8>) {
    var context = context
    context.image = nil
    replace(timeline, by: .powerOn, context)
  }

  /// Replaces the machine by itself with another configuration.
  mutating func adopt(reconfigured machine: Chip8) {
    replace(Timeline(machine), by: .load, context)
  }

  /// Changes the metadata beside the machine, as if that had been requested from the first.
  mutating func setMetadata(_ change: (inout SessionMetadata) -> Void) {
    change(&contexts[timeline.branch].given)
    change(&contexts[timeline.branch].metadata)
  }

  /// Withdraws what was requested: the program's own file counts again, if it says anything.
  mutating func forgetMetadata<Value>(_ part: WritableKeyPath<SessionMetadata, Value>) {
    let branch = timeline.branch
    contexts[branch].given[keyPath: part] = SessionMetadata()[keyPath: part]
    contexts[branch].metadata[keyPath: part] = contexts[branch].own[keyPath: part]
  }

  /// The same for keys of the keyboard, by their usages.
  mutating func forgetKeys(_ usages: Set<UInt8>) {
    let branch = timeline.branch
    contexts[branch].given.keys.removeAll { usages.contains($0.usage) }
    let own = contexts[branch].own.keys.filter { usages.contains($0.usage) }
    let others = contexts[branch].metadata.keys.filter { !usages.contains($0.usage) }
    contexts[branch].metadata.keys = others.over(own)
  }

  /// Changes where the machine stops, on all branches: that is the user's wish, and no part of what was
  /// played.
  mutating func changePoints(_ change: (inout SessionMetadata) -> Void) {
    for index in contexts.indices {
      change(&contexts[index].given)
      change(&contexts[index].metadata)
    }
    resetDebugger()
  }

  private mutating func replace(
    _ next: Timeline<Chip8>, by edge: Timeline<Chip8>.Edge?, _ context: BranchContext
  ) {
    endPlayback()
    let (next, engine) = (allowingHostCalls(next), machine.engine)
    if let edge {
      timeline.replace(with: next, by: edge)
    } else {
      (timeline, contexts) = (next, [])
    }
    timeline.run { $0.engine = engine }
    forgetNextFrames()
    place(context)
    debugger = Debugger(metadata, with: stops)
    // A saved machine has already stopped at its breakpoint.
    if image != nil { debugger.resumePast(machine) }
  }

  /// What was requested beside the machine that holds for another one in its place.
  package func given(for next: Chip8) -> SessionMetadata {
    context.given.carried(to: next, after: machine)
  }

  // MARK: Saving

  /// The slots of the machine's program, from which no file that was read is removed.
  ///
  /// - Parameter root: the directory for all programs.
  package func slots(in root: String) -> Slots {
    Slots(root: root, program: machine.program.sha1, apartFrom: inputs)
  }

  /// Calls subroutines first where a saved machine is restored. This one does not notice.
  ///
  /// - Throws: `InputError` if a machine cannot have them.
  public mutating func saveWithEntryCalls(_ addresses: [Int]) throws {
    var saved = timeline
    try saved.addEntryCalls(addresses)
    entryCalls = addresses
  }

  /// The machine as it is saved: with the calls that it makes where it is restored.
  package func savedMachine() throws -> Chip8 {
    var saved = timeline
    try saved.addEntryCalls(entryCalls)
    return saved.machine
  }

  /// The machine at this moment, from which an image can be made later, and elsewhere.
  package func moment(withLastInstructions: Bool = false) -> SavedMoment {
    SavedMoment(
      timeline: timeline.detached, pastByteLimit: pastByteLimit, entryCalls: entryCalls,
      image: image, metadata: metadata, hasLastInstructions: withLastInstructions)
  }

  /// An image of the machine as it is.
  ///
  /// - Throws: `InputError` if its entry calls have no room any more.
  public func savedImage() throws -> Image { try moment().image() }
}

/// A machine at a moment, from which an image is made later, on any thread.
package struct SavedMoment: Sendable {
  let timeline: Timeline<Chip8>
  var pastByteLimit: Int? = Player.defaultPastByteLimit
  var entryCalls: [Int] = []
  var image: Image?
  var metadata = SessionMetadata()
  /// Whether the image has the last instructions, as that of a machine that has faulted.
  var hasLastInstructions = false

  /// Makes the image. Takes tens of microseconds.
  ///
  /// - Parameters:
  ///   - embedsProgram: whether the program is in it.
  ///   - parent: its parent image, if any.
  ///   - time: when that is, in seconds since 1970; nil if the image is not to say.
  package func image(
    embedsProgram: Bool = true, parent: ParentImage? = nil, time: UInt64? = nil
  ) throws -> Image {
    let stopped = timeline.machine
    var saved = timeline
    try saved.addEntryCalls(entryCalls)
    var image = Image(
      of: saved.machine, preservingUnknownSectionsOf: image, embedsProgram: embedsProgram,
      parent: parent)
    metadata.put(into: &image, of: stopped)
    if hasLastInstructions { image.setLastInstructions(of: timeline) }
    if let time { image.setTime(time) }
    image.setPast(pastByteLimit.flatMap { saved.past(byteLimit: $0) })
    return image
  }
}

extension Player.BranchContext {
  fileprivate init(_ loaded: LoadedMachine) {
    self.init(
      image: loaded.image, metadata: loaded.metadata, given: loaded.given, own: loaded.own,
      touchMode: loaded.touchMode, ownConfiguration: loaded.ownConfiguration,
      assembly: loaded.assembly, path: loaded.programPath)
  }
}

extension Restoration {
  /// Whether the machine will not continue as it would have where it was saved. What it was given here
  /// has no part in that.
  package var driftWarnings: [Warning] { image.driftWarnings(machineInImage, in: path) }

  /// The machine without its host and its arguments, unless the image has them, from which it was made.
  fileprivate var machineInImage: Chip8 { (try? image.machine()) ?? machine }
}
