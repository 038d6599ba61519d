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
    case fault
    case interrupt
  }

  let options: HeadlessOptions
  let keys: KeyScript
  /// Who answers the program's calls.
  private var host: Host
  /// What is called first where the saved machine is restored.
  private let goals: [Int]
  var machine: Chip8
  private var fault: Fault?
  private var recorder = FlightRecorder()
  /// What stands beside the machine, and what of that the user has said.
  private var setup: Setup
  private var given: Setup
  private let forgetsSaved: Bool
  private var debugger: Debugger
  private let appearance: Appearance
  private var image: Image?
  private let slotsRoot: String
  /// Where the user flags are kept, if they are; those that the run began with, if they were an
  /// input; and those that need not be written.
  private let keptFlags: KeptFlags?
  private let flagsAtStart: [UInt8]?
  private var writtenFlags: [UInt8]
  private let mobility: MobilityOptions
  private let dependencies: DependencyOptions
  /// What the image is run with that is saved as a program.
  private let runOptions: RunOptions?
  /// What the image that is saved will be the difference from.
  private let base: BaseImage?
  private var start: State
  /// What the run began with.
  private let program: Program
  /// What was run before the program restored another machine in its place.
  private var passed: (frames: UInt64, instructions: UInt64) = (0, 0)
  /// Where the run goes on, if not here.
  private var handOver: HandOver?
  private let trace: Trace?
  /// What ends the run, with addresses for labels.
  private let until: [StopCondition]

  /// - Parameters:
  ///   - goals: what is called first where the saved machine is restored.
  ///   - keptFlags: where the user flags are kept, if they are.
  ///   - flagsAtStart: those that the machine was switched on with, if they are an input.
  init(
    _ options: HeadlessOptions, _ mobility: MobilityOptions, _ dependencies: DependencyOptions,
    _ opening: Opening, _ recording: Recording?, _ host: Host, goals: [Int], slotsRoot: String,
    _ keptFlags: KeptFlags?, flagsAtStart: [UInt8]?
  ) throws {
    self.options = options
    self.mobility = mobility
    self.dependencies = dependencies
    self.host = host
    self.goals = goals
    runOptions = options.executable ? try options.with.map(RunOptions.init) ?? .empty : nil
    base = try options.base.map { path in
      try BaseImage(path, dependencies, isFor: options.save ?? "-")
    }
    machine = opening.machine
    program = opening.machine.program
    (setup, given, forgetsSaved) = (opening.setup, opening.given, opening.forgetsSaved)
    debugger = opening.debugger
    appearance = opening.appearance
    image = opening.image
    self.slotsRoot = slotsRoot
    (self.keptFlags, self.flagsAtStart) = (keptFlags, flagsAtStart)
    writtenFlags = machine.userFlags
    let names = setup.names
    until = try options.until.map { try names.resolve($0) }
    start = machine.state
    keys = recording?.keys ?? options.keys ?? .empty
    var saved = opening.machine
    try saved.addGoals(goals)
    // A machine that is on its way must not end where it cannot be kept.
    if let refuge = mobility.elseSave { try Storage.checkReplacing(refuge) }
    if mobility.acknowledge, let path = options.save { try Storage.checkReplacing(path) }
    try keptFlags?.prepare(for: machine)
    trace = try options.trace.map { try Trace($0, names) }
  }

  /// Runs, reports and saves.
  ///
  /// - Returns: the process that does the rest, if the program has restored another one in its
  ///   place.
  mutating func run() throws -> HandOver? {
    Interrupt.catchSignals()
    let stop = try runToStop()
    if let handOver {
      try keepFlags()
      return handOver
    }
    try trace?.finish()
    if let path = options.record { try Storage.replace(path, with: Array(recorded.utf8)) }
    let stays = try save(stop)
    if let slot = try options.slot() {
      var image = try savedImage()
      image.setTime(WallClock.now())
      try Slots(root: slotsRoot, program: machine.program.sha1).save(image, to: slot)
    }
    if let path = options.screenshot {
      try Storage.replace(
        path, with: Screenshot.png(machine, appearance, scale: options.scale ?? 8))
    }
    // Standard output may belong to whoever has sent the machine.
    if !mobility.acknowledge { try report(stop).print(options) }
    try keepFlags()
    if let fault { throw Failure.fault(fault, in: machine.program) }
    if stop == .interrupt { throw Failure(message: "interrupted", code: 130) }
    if let stays { throw stays }
    return nil
  }

  /// Writes the user flags if the machine has changed them.
  private mutating func keepFlags() throws(NonVolatileMemoryError) {
    guard let keptFlags, machine.userFlags != writtenFlags else { return }
    try keptFlags.memory(of: machine.program).write(machine.userFlags)
    writtenFlags = machine.userFlags
  }

  /// All that came from outside.
  private var recorded: String {
    let begun: UInt64 = machine.state.frameRest == nil ? 0 : 1
    return Recording.text(
      keys, frames: framesDone + begun, calls: host.isThere ? host.answered : nil,
      flags: flagsAtStart, of: program)
  }

  private func report(_ stop: Stop) -> Report {
    Report(machine, stop, fault, debugger.pause.map { PointReport($0, setup.names) })
  }

  /// Writes the machine to where it is to go.
  ///
  /// - Returns: why a machine that was to move stays here, where it is in a file then. One that
  ///   cannot go on stays for that reason, and so does one whose user has ended the run.
  private func save(_ stop: Stop) throws -> Failure? {
    guard let path = options.save else { return nil }
    let image = try savedImage(holdsProgram: !options.leavesOutProgram, basedOn: base)
    guard mobility.move, let refuge = mobility.elseSave else {
      try image.save(to: path, executable: runOptions)
      return nil
    }
    let machine = try withGoals()
    let reason: String
    if stop == .fault || stop == .interrupt {
      reason = "\(stop)"
    } else {
      do throws(MoveError) {
        try mobility.conversation.move(machine, as: image)
        return nil
      } catch { reason = "\(error)" }
    }
    // Complete, for the place of refuge may be one that it was based on.
    try savedImage().save(to: refuge)
    return Failure(
      message: "the machine has not moved, it is in \(refuge): \(reason)", code: EX_TEMPFAIL)
  }

  /// The machine as it stands, as it is saved: what its goals are, it does when it is restored.
  private func withGoals() throws(Failure) -> Chip8 {
    var machine = machine
    try machine.addGoals(goals)
    return machine
  }

  /// An image of that. One of a machine that cannot go on comes with what led there.
  private func savedImage(
    holdsProgram: Bool = true, basedOn base: BaseImage? = nil
  ) throws(Failure) -> Image {
    var saved = Image(
      of: try withGoals(), carrying: image, holdsProgram: holdsProgram, basedOn: base)
    setup.put(into: &saved, of: machine)
    if fault != nil { saved.setLastInstructions(recorder, before: machine) }
    return saved
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
  private var framesDone: UInt64 { passed.frames + machine.state.frames - start.frames }
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
    if let trace, let line, machine.state.instructions > instructionsBefore || stop.isEnd {
      try trace.write(line)
    }
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
    switch try answered(call) {
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
        try adopt(restoration)
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

  private mutating func adopt(_ restoration: Restoration) throws {
    try keepFlags()
    given = given.carried(to: restoration.machine, after: machine)
    machine = restoration.machine
    writtenFlags = machine.userFlags
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
      to: restoration.path, restoration.arguments,
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
  /// Reads a base from its file.
  ///
  /// - Parameter output: where the image goes that is to be the difference from it.
  fileprivate init(
    _ path: String, _ dependencies: DependencyOptions, isFor output: String
  ) throws {
    let file = try LoadedFile(path, isRestore: true)
    var files = dependencies.files(beside: path)
    do throws(ImageError) {
      try self.init(
        Image(file.bytes), named: Storage.leafName(of: path), Chip8.self, by: &files)
    } catch { throw Failure.data(path, error) }
    if let needed = ([path] + files.paths).first(where: { Storage.isSameFile($0, output) }) {
      throw Failure.usage(
        "--save would overwrite \(fileName(needed)), which is needed to load what is saved: "
          + "name another file")
    }
  }
}
