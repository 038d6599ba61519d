import Chip8Core
import SaveState

/// A machine that is run, with everything around it that each front end would otherwise keep for
/// itself: the image that it came from, its metadata, the host of its program's calls, its
/// breakpoints, what it executed last, and what is recorded of it.
///
/// A front end runs it, frame by frame or to a stop, and looks at ``machine``. It is a value and belongs
/// to one thread at a time; it does no work of its own on others, and no disk work but that of host
/// calls, symbol files and whatever is asked for by name.
public struct Player: Sendable {
  /// The machine, and all that it has been.
  package private(set) var timeline: Timeline<Chip8>
  /// The image that the machine comes from, if it does: what others have put into it is kept.
  public private(set) var image: Image?
  /// The metadata beside the machine: as requested, else as in its image, else as in the program's
  /// own file.
  public private(set) var metadata: SessionMetadata
  private var given: SessionMetadata
  private var own: SessionMetadata
  /// Whether what images say of that is not wanted.
  public let forgetsSaved: Bool
  /// Every file that was read for the machine: none of them is overwritten.
  public private(set) var inputs: InputFiles { didSet { protectFiles() } }
  /// The run's other outputs, which the program must not replace.
  private var reserved = InputFiles()
  /// The host that answers the program's calls.
  public private(set) var host: Host
  /// Stops the machine at breakpoints and watchpoints.
  private(set) var debugger: Debugger
  /// The subroutines that a saved machine calls where it is restored.
  private var entryCalls: [Int] = []
  private var recorder = FlightRecorder()
  /// How many bytes of its past an image of the machine carries, at most; nil for none.
  public var pastByteLimit: Int? = Player.defaultPastByteLimit
  /// What is recorded of the session, if it is.
  package var recording: SessionRecorder?
  /// What went well but for this, since the last ``takeWarnings()``.
  private var warnings: [Warning]

  /// The past of some hours.
  public static let defaultPastByteLimit = 256 << 10

  /// The machine as it is.
  public var machine: Chip8 {
    _read { yield timeline.machine }
  }

  /// - Parameter host: answers the program's calls; none by default.
  public init(_ loaded: LoadedMachine, _ host: Host = .none) {
    timeline = loaded.timeline
    image = loaded.image
    (metadata, given, own) = (loaded.metadata, loaded.given, loaded.own)
    forgetsSaved = loaded.forgetsSaved
    inputs = loaded.inputs
    debugger = loaded.debugger
    warnings = loaded.warnings
    self.host = host
    protectFiles()
    let (machine, isChanged) = allowingHostCalls(machine)
    // Nothing leads from a machine whose program may not call its host to one whose program may.
    if isChanged { timeline = Timeline(machine) }
  }

  /// A machine as it is in this player.
  private func allowingHostCalls(_ machine: Chip8) -> (machine: Chip8, isChanged: Bool) {
    guard host.isThere, machine.state.hostCalls == nil else { return (machine, false) }
    var machine = machine
    machine.allowHostCalls()
    return (machine, true)
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

  /// What is known of the program.
  public var knownProgram: KnownProgram? { KnownProgram.find(machine.program) }

  /// What the program is called: its title if it is known.
  public var title: String { knownProgram?.title ?? machine.program.name }

  /// How the program is shown.
  public var appearance: Appearance { Appearance(for: machine.program, metadata) }

  /// How fast frames go by, in percent of the platform's own rate.
  public var speed: Int { metadata.speed ?? 100 }

  /// What went well but for this, since the last call.
  public mutating func takeWarnings() -> [Warning] {
    defer { warnings = [] }
    return warnings
  }

  mutating func add(_ more: [Warning]) { warnings += more }

  // MARK: Running

  /// Why ``run(frames:instructions:keys:stopsAtHalt:)`` came back.
  public enum Stop: Sendable {
    /// All frames or instructions that were asked for are done.
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
  }

  /// Runs the machine to its breakpoints and watchpoints, as
  /// ``Chip8/run(frames:instructions:keys:stopsAtHalt:)`` does without.
  public mutating func run(
    frames: Int = .max, instructions: Int = .max, keys: KeySet? = nil, stopsAtHalt: Bool = false
  ) -> Stop {
    if let keys { hold(keys) }
    recorder.willRun(machine)
    var debugger = debugger
    let stop = timeline.run { machine in
      debugger.run(
        &machine, frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
    }
    self.debugger = debugger
    switch stop {
    case .done: return debugger.stopReason.map(Stop.point) ?? .done
    case .halt: return .halt
    case .exit: return .exit
    case .fault(let fault): return .fault(fault)
    case .hostCall(let call): return .hostCall(call)
    }
  }

  /// Begins a frame if that ends a wait for a key: ``Chip8/endKeyWait(keys:)``.
  package mutating func endKeyWait(keys: KeySet) {
    hold(keys)
    timeline.run { $0.endKeyWait() }
  }

  // MARK: Input

  /// Applies an input to the machine. All input goes through here, so that it is known what has led
  /// the machine to where it is.
  ///
  /// - Throws: `InputError`; the machine is unchanged then.
  public mutating func apply(_ event: InputEvent) throws(InputError) {
    let position = machine.position
    try timeline.apply(event)
    recorder.note(event, at: position)
  }

  /// The same for what every machine takes: keys, answers and flags.
  private mutating func applySafely(_ event: InputEvent) {
    do throws(InputError) { try apply(event) } catch {
      preconditionFailure("a machine takes any keys, answers and flags: \(error)")
    }
  }

  /// The same keys, frame after frame, are not an input.
  private mutating func hold(_ keys: KeySet) {
    if keys != machine.heldKeys { applySafely(.keys(keys)) }
  }

  /// Gives a machine that was just switched on its program's user flags.
  mutating func setUserFlags(_ flags: [UInt8]) { applySafely(.userFlags(flags)) }

  // MARK: Host calls

  /// The result of a program's call.
  public enum Answer: Sendable {
    /// The program continues.
    case finished
    /// The program has saved itself and leaves.
    case exit
    /// Another machine replaces this one: ``adopt(_:)`` it, or continue with it elsewhere.
    case restores(Restoration)
    /// The recording of the session has no room for the call, which was not answered.
    case recordingFull
  }

  /// Answers the machine's pending call: asks the host, which may take as long as a disk
  /// does, and passes its status on.
  ///
  /// - Throws: `ReplayError` if calls are replayed, and the recording is not one of this session.
  public mutating func answer(_ call: HostCall) throws -> Answer {
    guard recording?.hasRoom ?? true else { return .recordingFull }
    var host = host
    let outcome = try outcome(of: call, from: &host)
    return take(outcome, of: call, from: host)
  }

  /// What a call comes to. The machine is as it was.
  package func outcome(of call: HostCall, from host: inout Host) throws -> Host.Outcome {
    try host.answer(call, of: machine, preservingUnknownSectionsOf: image, metadata) {
      var suspended = timeline
      let isSuspended: Void? = try? suspended.apply(.hostAnswer(.restored))
      return isSuspended == nil ? nil : pastByteLimit.flatMap { suspended.past(byteLimit: $0) }
    }
  }

  /// Gives the machine the result of its call, if the host was asked elsewhere.
  ///
  /// - Parameter host: the host as it is after that.
  package mutating func take(
    _ outcome: Host.Outcome, of call: HostCall, from host: Host? = nil
  ) -> Answer {
    if let host { self.host = host }
    guard recording?.record(call, outcome) ?? true else { return .recordingFull }
    switch outcome {
    case .finished(let status):
      applySafely(.hostAnswer(status))
      return .finished
    case .exits:
      applySafely(.hostAnswer(.restored))
      return .exit
    case .restores(let restoration): return .restores(restoration)
    }
  }

  // MARK: Other machines

  /// Replaces the machine with one that a call of the program restores.
  package mutating func adopt(_ restoration: Restoration) {
    // They are subroutines of the program that is gone.
    entryCalls = []
    given = given.carried(to: restoration.machine, after: machine)
    own = SessionMetadata()
    warnings += restoration.driftWarnings
    adopt(restoration.machineInImage, from: restoration.image, in: restoration.path)
    guard !restoration.arguments.isEmpty else { return }
    // It has taken them before.
    try? apply(.arguments(restoration.arguments))
  }

  /// Replaces the machine with that of an image.
  ///
  /// - Parameter path: the image's file.
  mutating func adopt(_ machine: Chip8, from image: Image, in path: String) {
    let saved = forgetsSaved ? image.withoutMetadata : image
    let beneath = SessionMetadata(saved, of: machine, in: path, &warnings).over(own)
    let past = image.readablePast(of: machine, in: path, &warnings)
    replace(machine, .load, past, from: saved, given.over(beneath))
  }

  /// Replaces the machine with a loaded one.
  mutating func adopt(_ loaded: LoadedMachine) {
    take(loaded)
    let (machine, isChanged) = allowingHostCalls(loaded.machine)
    replace(isChanged ? Timeline(machine) : loaded.timeline, from: loaded.image, loaded.metadata)
  }

  /// Takes what stands beside a machine that was loaded.
  private mutating func take(_ loaded: LoadedMachine) {
    inputs = loaded.inputs
    (given, own) = (loaded.given, loaded.own)
    warnings += loaded.warnings
  }

  /// Continues with another version of the program, which was loaded, in the machine as it is.
  ///
  /// - Throws: `InputError` if it does not fit; nothing has changed then.
  mutating func adoptProgram(of loaded: LoadedMachine) throws(InputError) {
    try apply(.program(loaded.machine.program))
    take(loaded)
    stand(from: nil, loaded.metadata)
  }

  /// Replaces the machine by another one of the same program, just switched on.
  ///
  /// - Parameter flags: its program's user flags, if they are kept.
  mutating func adopt(switchedOn machine: Chip8, _ flags: [UInt8]?) {
    replace(machine, .powerOn, nil, from: nil, metadata)
    if let flags { setUserFlags(flags) }
  }

  /// Goes back to an earlier machine.
  mutating func adopt(_ before: Before) {
    replace(before.timeline, from: before.image, before.metadata)
  }

  /// A machine and what stood beside it, to go back to.
  struct Before {
    let timeline: Timeline<Chip8>
    let image: Image?
    let metadata: SessionMetadata
  }

  /// The machine as it is, to go back to.
  var before: Before { Before(timeline: timeline.detached, image: image, metadata: metadata) }

  private mutating func replace(
    _ machine: Chip8, _ edge: Timeline<Chip8>.Edge, _ past: Past<Chip8>?, from image: Image?,
    _ metadata: SessionMetadata
  ) {
    let (machine, isChanged) = allowingHostCalls(machine)
    var timeline = timeline
    timeline.replace(with: machine, by: edge, past: isChanged ? nil : past)
    replace(timeline, from: image, metadata)
  }

  private mutating func replace(
    _ timeline: Timeline<Chip8>, from image: Image?, _ metadata: SessionMetadata
  ) {
    let engine = machine.engine
    self.timeline = timeline
    self.timeline.run { $0.engine = engine }
    recorder.forget()
    stand(from: image, metadata)
  }

  private mutating func stand(from image: Image?, _ metadata: SessionMetadata) {
    self.image = image
    self.metadata = metadata
    // A saved machine has already stopped at its breakpoint.
    debugger = Debugger(metadata)
    if image != nil { debugger.resumePast(machine) }
  }

  /// What was asked for beside the machine that holds for another one in its place.
  package func given(for next: Chip8) -> SessionMetadata { given.carried(to: next, after: machine) }

  // MARK: Saving

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
      image: image, metadata: metadata, recorder: withLastInstructions ? recorder : nil)
  }

  /// An image of the machine as it is.
  ///
  /// - Throws: `InputError` if its entry calls have no room any more.
  public func savedImage() throws -> Image { try moment().image() }
}

/// A machine at a moment, from which an image is made later, on any thread.
package struct SavedMoment: Sendable {
  let timeline: Timeline<Chip8>
  let pastByteLimit: Int?
  let entryCalls: [Int]
  let image: Image?
  let metadata: SessionMetadata
  /// The last instructions, for a machine that has faulted.
  let recorder: FlightRecorder?

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
    if let recorder { image.setLastInstructions(recorder, before: stopped) }
    if let time { image.setTime(time) }
    image.setPast(pastByteLimit.flatMap { saved.past(byteLimit: $0) })
    return image
  }
}

extension Restoration {
  /// Whether the machine will not continue as it would have where it was saved. What it was given here
  /// has no part in that.
  package var driftWarnings: [Warning] { image.driftWarnings(machineInImage, in: path) }

  /// The machine without its host and its arguments, unless the image has them.
  fileprivate var machineInImage: Chip8 { (try? image.machine()) ?? machine }
}
