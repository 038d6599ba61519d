import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// A run without a window: as fast as possible, to a stop, with a report.
struct HeadlessRun {
  /// How far a run goes that was given no stop.
  static let framesWithoutStop = 36_000

  /// Why a run ended, as the report calls it.
  enum Stop: String {
    case frames
    case instructions
    case halt
    case keyWait = "key-wait"
    case pc
    case screen
    case breakpoint
    case watchpoint
    /// There is no room in the recording for what comes next.
    case recording
    case fault
    case interrupt
    /// An output could not be written; there is no report then.
    case output
  }

  let options: HeadlessOptions
  let keys: KeyScript
  /// Who answers the program's calls.
  var host: Host
  /// What is called first where the saved machine is restored.
  private(set) var goals: [Int]
  var machine: Chip8
  var fault: Fault?
  var recorder = FlightRecorder()
  /// What stands beside the machine, and what of that the user has said.
  var setup: Setup
  private var given: Setup
  private let forgetsSaved: Bool
  var debugger: Debugger
  let appearance: Appearance
  var image: Image?
  let slotsRoot: String
  /// Where the user flags are kept, if they are; those that the run began with, if they were an
  /// input; and those that need not be written.
  let keptFlags: KeptFlags?
  private var writtenFlags: [UInt8]
  let mobility: MobilityOptions
  private let dependencies: DependencyOptions
  /// What the image is run with that is saved as a program.
  let runOptions: RunOptions?
  /// What the image that is saved will be the difference from.
  let base: BaseImage?
  /// Every file that was read for this run: none of them is written over.
  let inputs: InputFiles
  private var start: State
  /// What the run began with.
  private let program: Program
  /// What was run before the program restored another machine in its place.
  private var passed: (frames: UInt64, instructions: UInt64) = (0, 0)
  /// Where the run goes on, if not here.
  private var handOver: HandOver?
  private(set) var trace: Trace?
  /// What is recorded of the session, if it is.
  var session: SessionRecorder?
  /// What ends the run, with addresses for labels.
  private let until: [StopCondition]
  /// The file that a machine on the move is kept in.
  var safeCopy: SafeCopy?
  /// The slot that it is kept in, if there is no such file.
  var slotSave: (any ProvisionalSave)?
  /// What has gone wrong so far that has not kept the rest from being done.
  var failures = Failures()

  /// - Parameters:
  ///   - goals: what is called first where the saved machine is restored.
  ///   - keptFlags: where the user flags are kept, if they are.
  ///   - flagsAtStart: those that the machine was switched on with, if they are an input.
  init(
    _ options: HeadlessOptions, _ mobility: MobilityOptions, _ dependencies: DependencyOptions,
    _ opening: Opening, _ recording: Recording?, _ host: Host, basedOn base: BaseImage?,
    goals: [Int], slotsRoot: String, _ keptFlags: KeptFlags?, flagsAtStart: [UInt8]?
  ) throws {
    self.options = options
    self.mobility = mobility
    self.dependencies = dependencies
    self.host = host
    self.goals = goals
    runOptions = options.executable ? try options.with.map(RunOptions.init) ?? .empty : nil
    self.base = base
    inputs = opening.inputs
    machine = opening.machine
    program = opening.machine.program
    (setup, given, forgetsSaved) = (opening.setup, opening.given, opening.forgetsSaved)
    debugger = opening.debugger
    appearance = opening.appearance
    image = opening.image
    self.slotsRoot = slotsRoot
    self.keptFlags = keptFlags
    writtenFlags = machine.userFlags
    let names = setup.names
    until = try options.until.map { try names.resolve($0) }
    start = machine.state
    keys = recording?.keys ?? options.keys ?? .empty
    var saved = opening.machine
    try saved.addGoals(goals)
    try checkFiles()
    if let path = options.record {
      session = SessionRecorder(
        program, keys, hasHost: host.isThere, flags: flagsAtStart)
      guard session != nil else {
        throw Failure.data(path, "there are more keys than a recording can hold")
      }
    }
    try keptFlags?.prepare(for: machine)
    trace = try options.trace.map { try Trace($0, names, apartFrom: opening.inputs) }
  }

  /// Runs, saves and reports.
  ///
  /// - Returns: the process that does the rest, if the program has restored another one in its
  ///   place.
  mutating func run() throws -> HandOver? {
    let stop: Stop
    do {
      stop = try runToStop()
    } catch {
      // As it was when the run began.
      safeCopy?.keep()
      throw error
    }
    if let handOver, attempt({ run in try run.keepFlags() }) { return handOver }
    try end(at: stop)
    return nil
  }

  /// Writes the user flags if the machine has changed them.
  mutating func keepFlags() throws(NonVolatileMemoryError) {
    guard let keptFlags, machine.userFlags != writtenFlags else { return }
    try keptFlags.memory(of: machine.program).write(machine.userFlags)
    writtenFlags = machine.userFlags
  }

  // MARK: Stops

  private var conditions: [StopCondition] {
    hasNoStop ? [.halt, .keyWait] : until
  }

  private var hasNoStop: Bool {
    options.frames == nil && options.instructions == nil && until.isEmpty
  }

  private var framesMax: Int {
    options.frames ?? (hasNoStop ? HeadlessRun.framesWithoutStop : .max)
  }

  /// Without a number of frames, a run that waits for a key that nobody presses would never end,
  /// whatever it was asked to wait for; so it ends there.
  private var stopsAtKeyWait: Bool { conditions.contains(.keyWait) || options.frames == nil }

  /// The same for a program that jumps to itself, unless its jumps are counted.
  private var stopsAtHalt: Bool {
    conditions.contains(.halt) || options.frames == nil && options.instructions == nil
  }

  /// Frames that this run has ended.
  var framesDone: UInt64 { passed.frames + machine.state.frames - start.frames }
  private var instructionsDone: UInt64 {
    passed.instructions + machine.state.instructions - start.instructions
  }

  private mutating func runToStop() throws -> Stop {
    let stride = Stride(conditions, isTraced: trace != nil)
    while true {
      if let stop = stopBetweenStretches() { return stop }
      if stride.isSingleStep {
        machine.endKeyWait(keys: keys.keys(in: framesDone).keys)
        if isAtAddress { return .pc }
      }
      if let stop = try runStretch(stride) { return stop }
    }
  }

  /// A stop that can be told from the machine as it stands.
  private func stopBetweenStretches() -> Stop? {
    if Interrupt.wasCaught { return .interrupt }
    if framesDone >= UInt64(framesMax) { return .frames }
    if let most = options.instructions, instructionsDone >= UInt64(most) { return .instructions }
    if stopsAtKeyWait, isWaitingForAKeyInVain { return .keyWait }
    return showsScreen ? .screen : nil
  }

  /// Whether the screen is one that the run is to stop at.
  private var showsScreen: Bool {
    conditions.contains {
      if case .screen(let digest) = $0 {
        machine.state.screen.digest.description == digest
      } else {
        false
      }
    }
  }

  private var isWaitingForAKeyInVain: Bool {
    guard let wait = machine.state.keyWait else { return false }
    return wait.pressed.isEmpty && !keys.hasKeys(from: framesDone)
  }

  private var isAtAddress: Bool {
    conditions.contains {
      if case .pc(let address) = $0 { machine.isAboutToExecute(address) } else { false }
    }
  }

  /// Runs until something has to be looked at: the keys change, or a condition could be met.
  private mutating func runStretch(_ stride: Stride) throws -> Stop? {
    // A frame that has begun has its keys already.
    let (keys, until) = keys.keys(in: framesDone)
    let frames = min(
      stride.frames, framesMax - Int(framesDone), Int(clamping: until - framesDone))
    let instructions = min(
      stride.instructions, (options.instructions ?? .max) - Int(clamping: instructionsDone))
    let instructionsBefore = machine.state.instructions
    let line = trace.map { $0.line(machine) }
    recorder.willRun(machine, keys: keys)
    let stop = debugger.run(
      &machine, frames: frames, instructions: instructions, keys: keys,
      stopsAtHalt: stopsAtHalt)
    // A frame can end without an instruction, and one that faults is not counted.
    if let line, machine.state.instructions > instructionsBefore || stop.isEnd { write(line) }
    return try end(of: stop) ?? (failures.isEmpty ? nil : .output)
  }

  private mutating func write(_ line: String) {
    guard let trace else { return }
    if !failures.attempt({ try trace.write(line) }) { self.trace = nil }
  }

  /// Does something that keeps nothing else from being done if it fails, and says whether it did.
  @discardableResult
  private mutating func attempt(_ body: (inout HeadlessRun) throws -> Void) -> Bool {
    var failures = failures
    let isDone = failures.attempt { try body(&self) }
    self.failures = failures
    return isDone
  }

  private mutating func end(of stop: Chip8.Stop) throws -> Stop? {
    switch stop {
    case .done: return debugger.pause.map(Stop.init)
    case .halt, .exit: return showsScreen ? .screen : .halt
    case .fault(let fault):
      self.fault = fault
      return .fault
    case .hostCall(let call): return try answer(call)
    }
  }

  // MARK: Host calls

  private mutating func answered(_ call: HostCall) throws(Failure) -> Host.Outcome {
    do throws(ReplayError) {
      return try host.answer(call, of: machine, carrying: image, setup)
    } catch { throw .data(options.input ?? "", error) }
  }

  private mutating func answer(_ call: HostCall) throws -> Stop? {
    guard session?.hasRoom ?? true else { return .recording }
    let outcome = try answered(call)
    guard session?.record(call, outcome) ?? true else { return .recording }
    switch outcome {
    case .finished(let status):
      machine.finish(status)
      // Nobody could run that again.
      recorder.forget()
      return nil
    case .exits:
      machine = machine.asleep
      return .halt
    case .restores(let restoration):
      // The call is executed, and its frame is over.
      passed = (framesDone + 1, instructionsDone + 1)
      start = machine.state
      if staysInProcess {
        adopt(restoration)
      } else {
        handOver = self.handOver(to: restoration)
      }
      return handOver == nil ? nil : .halt
    }
  }

  /// What belongs together stays together: a recording, a trace, and what is said to the process at
  /// the other end of a pipe.
  private var staysInProcess: Bool {
    options.input != nil || options.record != nil || trace != nil || mobility.move
      || mobility.acknowledge
  }

  private mutating func adopt(_ restoration: Restoration) {
    attempt { run in try run.keepFlags() }
    given = given.carried(to: restoration.machine, after: machine)
    machine = restoration.machine
    writtenFlags = machine.userFlags
    // They are subroutines of the program that is gone.
    goals = []
    recorder.forget()
    let saved = forgetsSaved ? restoration.image.withoutSetup : restoration.image
    image = saved
    setup = given.over(Setup(saved, of: machine, in: restoration.path))
    debugger = Debugger(setup.settings)
    debugger.pass(machine)
    start = machine.state
    restoration.warnOfDrift()
  }

  private func handOver(to restoration: Restoration) -> HandOver {
    let hasFrames = options.frames != nil || hasNoStop
    let instructions = options.instructions.map { max(0, $0 - Int(clamping: instructionsDone)) }
    return HandOver(
      to: restoration.path, restoration.image.bytes, restoration.arguments,
      options: host.options + dependencies.arguments + ["--slots=\(slotsRoot)"]
        + given.carried(to: restoration.machine, after: machine).arguments
        + (forgetsSaved ? ["--no-settings"] : []) + KeptFlags.arguments(for: keptFlags)
        + options.rest(
          frames: hasFrames ? max(0, framesMax - Int(clamping: framesDone)) : nil,
          instructions: instructions, until: conditions, keys: keys.rest(from: framesDone)))
  }
}

extension Chip8.Stop {
  /// Whether the program does not go on.
  fileprivate var isEnd: Bool {
    switch self {
    case .done, .hostCall: false
    case .halt, .exit, .fault: true
    }
  }
}

extension HeadlessRun.Stop {
  fileprivate init(_ pause: Debugger.Pause) {
    switch pause {
    case .breakpoint: self = .breakpoint
    case .watchpoint: self = .watchpoint
    }
  }
}

/// How long a stretch may be, so that no condition is missed.
private struct Stride {
  var frames = 1000
  var instructions = 10_000_000

  /// Whether every instruction has to be looked at.
  var isSingleStep: Bool { instructions == 1 }

  init(_ conditions: [StopCondition], isTraced: Bool) {
    for condition in conditions {
      switch condition {
      case .halt: continue
      case .keyWait, .screen: frames = 1
      case .pc, .label: instructions = 1
      }
    }
    if isTraced { (frames, instructions) = (1, 1) }
  }
}

extension Chip8 {
  /// Whether the instruction at an address is the next thing to happen.
  fileprivate func isAboutToExecute(_ address: UInt16) -> Bool {
    state.pc == address && state.keyWait == nil && state.drawWait == nil
  }
}

extension Screen {
  /// The SHA-1 of the screen, a byte a pixel.
  var digest: Digest { Digest.sha1(pixels) }
}

extension BaseImage {
  /// Reads a base from its file, and says which files it needs.
  init(_ path: String, _ dependencies: DependencyOptions, _ inputs: inout InputFiles) throws {
    let bytes = try inputs.readEnd(path, limit: Image.byteCountMax, for: .base)
    var files = dependencies.files(beside: path)
    defer { inputs.add(files.inputs) }
    do throws(ImageError) {
      try self.init(Image(bytes), named: Storage.leafName(of: path), Chip8.self, by: &files)
    } catch { throw Failure.data(path, error) }
  }
}
