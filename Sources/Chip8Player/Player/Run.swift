import Chip8Core
import SaveState

/// How far a machine is to run, and which keys are pressed meanwhile.
public struct RunRequest: Sendable {
  /// How many frames to end, at most.
  public var frames: Int?
  /// How many instructions to execute, exactly unless something else ends the run.
  public var instructions: Int?
  /// What else ends the run.
  public var until: [StopCondition] = []
  /// The keys, by frames from where the run begins.
  public var keys: KeyScript = .empty

  /// Runs until the program halts or waits for a key that is never pressed, and for no more than
  /// ``Run/framesWithoutStop`` frames.
  public init() {}

  /// Whether it is to run to where the program can do nothing more by itself.
  var hasNoStop: Bool { frames == nil && instructions == nil && until.isEmpty }
}

/// Why a run ended.
public enum RunStop: String, Sendable {
  /// All frames that were asked for have ended.
  case frames
  /// All instructions that were asked for are executed.
  case instructions
  /// The program jumps to itself, or has left.
  case halt
  /// The program waits for a key.
  case keyWait = "key-wait"
  /// The program has come to an address.
  case pc
  /// The screen is the one that was asked for.
  case screen
  /// The program has come to a breakpoint.
  case breakpoint
  /// A watched byte was accessed.
  case watchpoint
  /// The movie that is played has ended.
  case movie
  /// The program has faulted.
  case fault
  /// The run was interrupted.
  case interrupt
  /// The trace could not be written.
  case output
}

/// A player on its way to a stop.
public struct Run {
  /// How far a run goes that was given no stop.
  public static let framesWithoutStop = 36_000

  /// The player.
  public private(set) var player: Player
  /// Why the program has stopped, if it has.
  public private(set) var fault: Fault?
  /// The breakpoint or watchpoint that has ended the run, if one has.
  public private(set) var point: Debugger.StopReason?
  /// Takes a line for each instruction.
  package var trace: Trace?
  /// Why the trace could not be written, if it could not.
  package private(set) var traceError: StorageError?

  /// Beyond how many instructions the run is interrupted.
  package var maxInstructions: UInt64 = .max

  /// A run goes forward. Going back in it all the same takes a tenth of a second.
  private static let snapshotSpacing: UInt64 = 1 << 26

  private let request: RunRequest
  /// Whether a movie is played, at whose end the run ends if nothing else ends it.
  private let playsMovie: Bool
  /// What ends the run, with addresses for labels.
  private let until: [StopCondition]
  private var start: State
  /// What was run before the program restored another machine in its place.
  private var before: (frames: UInt64, instructions: UInt64) = (0, 0)

  /// - Throws: ``PlayerError/request(_:)`` for a label that is not known.
  public init(_ player: Player, _ request: RunRequest) throws {
    self.player = player
    self.player.timeline.spacing = Run.snapshotSpacing
    self.request = request
    playsMovie = player.isPlayingMovie
    let names = player.metadata.names
    until = try request.until.map { condition in
      guard case .pc(let place) = condition else { return condition }
      let address = UInt16(truncatingIfNeeded: try names.address(of: place, for: .stop))
      return .pc(.address(Int(address)))
    }
    start = player.machine.state
  }

  /// Changes the player between two stops.
  package mutating func withPlayer<Result>(_ body: (inout Player) -> Result) -> Result {
    body(&player)
  }

  /// How a run comes back.
  public enum End: Sendable {
    /// It has ended.
    case stop(RunStop)
    /// The program has restored another machine in its place: ``adopt(_:)`` it and continue here, or
    /// elsewhere.
    case restores(Restoration)
  }

  /// Runs to a stop.
  ///
  /// - Parameter isInterrupted: asked from time to time whether the run is to end at once.
  /// - Throws: `ReplayError` if calls are replayed, and the recording is not one of this session.
  public mutating func toStop(
    isInterrupted: () -> Bool = { false }
  ) throws -> End {
    let slice = Slice(
      conditions, isTraced: trace != nil, isSingleFrame: player.isParanoid)
    while true {
      if isInterrupted() || instructionsDone > maxInstructions { return .stop(.interrupt) }
      if let stop = stopBetweenSlices() { return .stop(stop) }
      if slice.isSingleStep {
        player.endKeyWait(keys: request.keys.keys(in: framesDone).keys)
        if isAtAddress { return .stop(.pc) }
      }
      if let end = try runSlice(slice) { return end }
      if traceError != nil { return .stop(.output) }
    }
  }

  /// Continues with the machine that the program has restored.
  public mutating func adopt(_ restoration: Restoration) {
    countRestoringCall()
    player.adopt(restoration)
    start = player.machine.state
  }

  /// Counts the call that restores another machine: it is executed, and its frame is over.
  private mutating func countRestoringCall() { before = (framesDone + 1, instructionsDone + 1) }

  /// An image of the machine as it is now. One of a machine that cannot continue comes with what led there.
  package func savedImage(
    embedsProgram: Bool = true, parent: ParentImage? = nil, time: UInt64? = nil
  ) throws -> Image {
    try player.moment(withLastInstructions: fault != nil).image(
      embedsProgram: embedsProgram, parent: parent, time: time)
  }

  /// What is left to run where the program has restored another machine, by another process.
  package func remainingAfterRestoring() -> RunRequest {
    var rest = self
    rest.countRestoringCall()
    rest.start = player.machine.state
    var request = RunRequest()
    if self.request.frames != nil || self.request.hasNoStop {
      request.frames = max(0, maxFrames - Int(clamping: rest.framesDone))
    }
    request.instructions = self.request.instructions.map {
      max(0, $0 - Int(clamping: rest.instructionsDone))
    }
    request.until = conditions
    request.keys = self.request.keys.rest(from: rest.framesDone)
    return request
  }

  /// Frames that this run has ended.
  public var framesDone: UInt64 { before.frames + player.machine.state.frames - start.frames }
  /// Instructions that this run has executed.
  public var instructionsDone: UInt64 {
    before.instructions + player.machine.state.instructions - start.instructions
  }

  // MARK: Stops

  private var conditions: [StopCondition] {
    request.hasNoStop && !playsMovie ? [.halt, .keyWait] : until
  }

  private var maxFrames: Int {
    request.frames ?? (request.hasNoStop && !playsMovie ? Run.framesWithoutStop : .max)
  }

  /// The end of a movie is the end of a run that has no other, as it was when it was recorded.
  private mutating func stopAtEndOfMovie() -> RunStop? {
    guard playsMovie, request.hasNoStop, !player.isPlayingMovie else { return nil }
    var machine = player.machine
    let stop = machine.run(frames: 1, instructions: 1)
    guard machine.position == player.machine.position, case .fault(let fault) = stop else {
      return .movie
    }
    self.fault = fault
    return .fault
  }

  /// Without a number of frames, a run that waits for a key that is never pressed would never end,
  /// whatever it was to wait for; so it ends there.
  private var stopsAtKeyWait: Bool {
    conditions.contains(.keyWait) || request.frames == nil && !player.isPlayingMovie
  }

  /// The same for a program that jumps to itself, unless its jumps are counted.
  private var stopsAtHalt: Bool {
    conditions.contains(.halt)
      || request.frames == nil && request.instructions == nil && !player.isPlayingMovie
  }

  /// A stop that shows in the machine's current state.
  private mutating func stopBetweenSlices() -> RunStop? {
    if let stop = stopAtEndOfMovie() { return stop }
    if framesDone >= UInt64(maxFrames) { return .frames }
    if let most = request.instructions, instructionsDone >= UInt64(most) { return .instructions }
    if stopsAtKeyWait, isBlockedOnInput { return .keyWait }
    return showsScreen ? .screen : nil
  }

  /// Whether the screen is one of the run's stops.
  private var showsScreen: Bool {
    conditions.contains {
      if case .screen(let digest) = $0 {
        player.machine.state.screen.digest.description == digest
      } else {
        false
      }
    }
  }

  /// Whether the program waits for a key, and the keys will never be others than they are now: the
  /// wait ends when a key is released that was pressed in it.
  private var isBlockedOnInput: Bool {
    guard !player.isPlayingMovie, let wait = player.machine.state.keyWait else { return false }
    let (keys, until) = request.keys.keys(in: framesDone)
    return wait.pressed.isSubset(of: keys) && until >= UInt64(Int.max)
  }

  private var isAtAddress: Bool {
    let state = player.machine.state
    return state.keyWait == nil && state.drawWait == nil
      && conditions.contains(.pc(.address(Int(state.pc))))
  }

  /// Runs until something has to be looked at: the keys change, or a condition could be met.
  private mutating func runSlice(_ slice: Slice) throws -> End? {
    // A frame that has begun has its keys already.
    let (keys, until) = request.keys.keys(in: framesDone)
    let frames = min(
      slice.frames, maxFrames - Int(framesDone), Int(clamping: until - framesDone))
    let instructions = min(
      slice.instructions, (request.instructions ?? .max) - Int(clamping: instructionsDone))
    let instructionsBefore = player.machine.state.instructions
    let line = trace.map { $0.line(player.machine) }
    let stop = player.run(
      frames: frames, instructions: instructions, keys: keys, stopsAtHalt: stopsAtHalt)
    // A frame can end without an instruction, and one that faults is not counted.
    if let line, player.machine.state.instructions > instructionsBefore || stop.isEnd {
      write(line)
    }
    return try end(of: stop)
  }

  private mutating func write(_ line: String) {
    do throws(StorageError) {
      try trace?.write(line)
    } catch { (traceError, trace) = (error, nil) }
  }

  private mutating func end(of stop: Player.Stop) throws -> End? {
    switch stop {
    case .done: return nil
    case .point(let point):
      self.point = point
      if case .breakpoint = point { return .stop(.breakpoint) }
      return .stop(.watchpoint)
    case .halt, .exit: return .stop(showsScreen ? .screen : .halt)
    case .fault(let fault):
      self.fault = fault
      return .stop(.fault)
    case .differs(let difference): throw difference
    case .hostCall(let call):
      switch try player.answer(call) {
      case .finished: return nil
      case .exits: return .stop(.halt)
      case .restores(let restoration): return .restores(restoration)
      }
    }
  }
}

extension Player.Stop {
  /// Whether the program has ended.
  fileprivate var isEnd: Bool {
    switch self {
    case .done, .point, .hostCall, .differs: false
    case .halt, .exit, .fault: true
    }
  }
}

/// How much is run at once, so that no condition is missed.
private struct Slice {
  /// So many that what is done between slices does not count.
  var frames = 100_000
  var instructions = 10_000_000

  /// Whether every instruction has to be looked at.
  var isSingleStep: Bool { instructions == 1 }

  init(_ conditions: [StopCondition], isTraced: Bool, isSingleFrame: Bool) {
    if isSingleFrame { frames = 1 }
    for condition in conditions {
      switch condition {
      case .halt: continue
      case .keyWait, .screen: frames = 1
      case .pc: instructions = 1
      }
    }
    if isTraced { (frames, instructions) = (1, 1) }
  }
}

extension Screen {
  /// The SHA-1 of the screen, a byte a pixel.
  public var digest: Digest { Digest.sha1(pixels) }
}
