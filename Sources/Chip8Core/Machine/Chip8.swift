import SaveState

/// A machine of the CHIP-8 family with a program in it.
///
/// It has no clock, no window and no randomness of its own: keys come in with each frame, and its
/// screen and sound can be read at any time.
public struct Chip8: Sendable {
  /// Where programs are loaded and start.
  public static let programStart = 0x200

  /// The program that was loaded at power-on.
  public internal(set) var program: Program
  /// The machine as it is.
  public internal(set) var state: State
  var unsaved = Unsaved()

  /// What is derived from the state and not saved.
  struct Unsaved: Sendable {
    /// What executes instructions.
    var engine = EngineKind.reference
    /// When the translator translates.
    var translationLimits = TranslationLimits()
    /// Whether each instruction is executed as its rule reads, for tests to compare with.
    var isByRules = false
    /// The instructions that were executed since the bytes there last changed; nil before the first.
    var code: Code?
    /// How many instructions were to be executed by their rules because there were few.
    var instructionsByRules = 0
    /// The sound of the frame that ended last.
    var tone: Tone?
    /// What no state has, for it is input: see ``Chip8/heldKeys``.
    var heldKeys: KeySet = []
  }

  /// Switches a machine on.
  ///
  /// - Parameter seed: the seed of the random numbers.
  /// - Throws: ``ProgramError`` if the program does not fit.
  public init(
    _ program: Program, _ configuration: Configuration, seed: UInt64 = 0
  ) throws(ProgramError) {
    guard !program.bytes.isEmpty else { throw .empty }
    guard program.bytes.count <= configuration.platform.maxProgramByteCount else {
      throw .tooLarge(byteCount: program.bytes.count, configuration.platform)
    }
    self.init(program, State(configuration, program: program.bytes, seed: seed))
  }

  /// A machine in a given state.
  init(_ program: Program, _ state: State) {
    self.program = program
    self.state = state
  }

  /// The same machine with other quirks and another speed, as if its past had had them: another machine, and
  /// no input to this one.
  public func reconfigured(_ quirks: Quirks, instructionsPerFrame: Int) -> Chip8 {
    var state = state
    state.configuration.quirks = quirks
    state.configuration.instructionsPerFrame = instructionsPerFrame
    // A frame that has begun has at most a whole frame's instructions left.
    state.instructionsLeftInFrame = state.instructionsLeftInFrame.map {
      min($0, UInt32(instructionsPerFrame))
    }
    var machine = Chip8(program, state)
    machine.unsaved.engine = unsaved.engine
    machine.applyAccepted(.keys(heldKeys))
    return machine
  }

  /// The sound of the frame that ended last, nil if it was silent.
  public var tone: Tone? { unsaved.tone }

  /// What executes the machine's instructions. It is not part of the state, and changes nothing
  /// about what becomes of it.
  public var engine: EngineKind {
    get { unsaved.engine }
    set {
      unsaved.engine = newValue
      ownCore?.pointee.beUnprepared()
    }
  }

  /// The keys that are held down outside. The program sees them as they are where a frame begins, so
  /// they are not part of the state.
  public var heldKeys: KeySet { unsaved.heldKeys }

  /// The user flags, as many as the machine has: Fx75 stores them and Fx85 loads them. A front end that
  /// keeps them while the machine is switched off applies ``InputEvent/userFlags(_:)`` before the first
  /// instruction.
  public var userFlags: [UInt8] {
    (0..<state.configuration.platform.flagCount).map { state.flags[$0] }
  }

  /// Why ``run(frames:instructions:keys:stopsAtHalt:)`` came back.
  public enum Stop: Hashable, Sendable {
    /// All requested frames or instructions are done.
    case done
    /// The program jumps to itself, forever, and a frame has ended with that.
    case halt
    /// The program has ended by its exit instruction, which remains the next one.
    case exit
    /// The program has faulted.
    case fault(Fault)
    /// The program calls the host, and the machine waits at that call until
    /// ``InputEvent/hostAnswer(_:)`` says its status.
    indirect case hostCall(HostCall)
  }

  /// Runs the machine.
  ///
  /// A machine in the middle of a frame continues there, with the keys of that frame.
  /// A run that ends with a frame's last instruction ends that frame.
  ///
  /// - Parameters:
  ///   - frames: how many frames to end, at most.
  ///   - instructions: how many instructions to execute, at most.
  ///   - keys: applied first, as ``InputEvent/keys(_:)``; nil if the keys stay as they are. They are those of
  ///     every frame that begins.
  ///   - stopsAtHalt: whether to come back at the end of the first frame whose last instruction
  ///     jumps to itself; otherwise the program does so for the rest of the frames.
  public mutating func run(
    frames: Int = .max, instructions: Int = .max, keys: KeySet? = nil, stopsAtHalt: Bool = false
  ) -> Stop {
    if let keys { applyAccepted(.keys(keys)) }
    var instructions = instructions
    if frames == 1, !stopsAtHalt, runWholeFrame(&instructions) { return .done }
    return runAnyFrames(
      Processor.Limits(frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt))
  }

  /// Runs a frame without what most do not need: that of a machine that is where it has run before, if it is
  /// whole. One call for a frame is to cost little more than the frame.
  @inline(__always)
  private mutating func runWholeFrame(_ instructions: inout Int) -> Bool {
    guard let core = unsaved.code?.core else { return false }
    let keys = unsaved.heldKeys
    let isDone = withUnsafeMutablePointer(to: &state) { state in
      // The RAM is this machine's alone from here on, and another one if it was shared. Copies of a machine
      // share their code only as long as they share the RAM that it was made from: so the code of a machine
      // that still has that RAM is its own, too, and need not be asked. The RAM stays where it is while the
      // machine runs. The compiler would hold it for a longer closure, which takes as long as a third of a frame.
      guard let ram = state.pointee.ram.withUnsafeMutableBufferPointer({ $0.baseAddress }),
        core.pointee.isBound(to: state, ram), state.pointee.isBetweenPlainFrames
      else { return false }
      return core.pointee.runWholeFrame(&instructions, keys, state)
    }
    assert(!isDone || ownCore != nil, "the code is of this machine alone")
    return isDone
  }

  /// Runs any frames in any way.
  @inline(never)
  private mutating func runAnyFrames(_ limits: Processor.Limits) -> Stop {
    let (keys, isByRules) = (unsaved.heldKeys, unsaved.isByRules || isShort(limits))
    return withCore(prepared: !isByRules) { core in
      var (frames, instructions) = (limits.frames, limits.instructions)
      if !isByRules, !limits.stopsAtHalt, core.pointee.state.pointee.isBetweenPlainFrames {
        core.pointee.runWholeFrames(&frames, &instructions, keys, core.pointee.state)
        if frames == 0 { return .done }
      }
      var processor = Processor(Engine(core, isByRules: isByRules))
      let rest = Processor.Limits(
        frames: frames, instructions: instructions, stopsAtHalt: limits.stopsAtHalt)
      return processor.run(rest, keys: keys)
    }
  }

  /// Executes another instruction in place of the one at its address, by its rule.
  mutating func run(
    _ instruction: Instruction, at address: Int, _ limits: Processor.Limits
  ) -> Stop {
    let held = unsaved.heldKeys
    return withCore(prepared: false) { core in
      var processor = Processor(
        Engine(core, isByRules: true, replacing: (address, instruction)))
      return processor.run(limits, keys: held)
    }
  }

  /// Whether so few instructions are run, with those before, that they are executed by their rules sooner
  /// than operations are made for all of the RAM.
  private mutating func isShort(_ limits: Processor.Limits) -> Bool {
    let limit = state.ram.count / 8
    guard unsaved.instructionsByRules <= limit else { return false }
    let (all, isMore) = limits.frames.multipliedReportingOverflow(
      by: state.configuration.instructionsPerFrame)
    unsaved.instructionsByRules += min(isMore ? .max : all, limits.instructions, limit + 1)
    return unsaved.instructionsByRules <= limit
  }

  /// Calls with what executes this machine's instructions.
  ///
  /// - Parameter isPrepared: whether some will be executed that are made ready.
  @inline(__always)
  mutating func withCore<Result>(
    prepared isPrepared: Bool, _ body: (UnsafeMutablePointer<Core>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &self) { machine in
      // While it runs, the machine is reached by pointers to its parts alone.
      guard let stateOffset = MemoryLayout<Chip8>.offset(of: \.state),
        let toneOffset = MemoryLayout<Chip8>.offset(of: \.unsaved.tone)
      else { preconditionFailure("a machine is a struct") }
      let start = UnsafeMutableRawPointer(machine)
      let state = (start + stateOffset).assumingMemoryBound(to: State.self)
      let tone = (start + toneOffset).assumingMemoryBound(to: Tone?.self)
      return machine.pointee.state.ram.withUnsafeMutableBufferPointer { ram in
        guard let ram = ram.baseAddress else { preconditionFailure("a machine has RAM") }
        if !isKnownUniquelyReferenced(&machine.pointee.unsaved.code) {
          machine.pointee.unsaved.code = Code(state, tone, ramStart: ram)
        }
        guard let core = machine.pointee.unsaved.code?.core else {
          preconditionFailure("the code was just made")
        }
        core.pointee.bind(state, tone, ram)
        if isPrepared, !core.pointee.isPrepared {
          let isFast = machine.pointee.unsaved.engine == .fast
          core.pointee.prepare(isFast ? machine.pointee.unsaved.translationLimits : .never)
        }
        return body(core)
      }
    }
  }

  /// Begins a frame if the keys that are held down end a wait for one, to look at the machine before every
  /// instruction. ``run(frames:instructions:keys:stopsAtHalt:)`` continues from there as it would have.
  public mutating func endKeyWait() {
    if state.keyWait != nil { beginFrame() }
  }

  /// Begins the frame that is next, unless the program waits for a key in it and gets none.
  mutating func beginFrame() {
    guard state.instructionsLeftInFrame == nil else { return }
    if state.keyWait != nil {
      guard let (register, key) = state.endKeyWait(heldKeys) else { return }
      state.v[Int(register)] = key
      state.ram = state.shownRAM
      state.pc &+= 2
    }
    state.keys = heldKeys
    state.instructionsLeftInFrame =
      state.configuration.timing == .cycles ? 0 : UInt32(state.configuration.instructionsPerFrame)
  }

  /// The instruction that is executed next.
  public var nextInstruction: Instruction {
    Instruction(
      opcode: state.word(at: state.pc), for: state.configuration.platform.extensions)
  }
}

/// Why a program cannot be started.
public enum ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It has no bytes.
  case empty
  /// It has more bytes than the platform has room for.
  case tooLarge(byteCount: Int, Platform)
  /// A poke goes past the RAM.
  case outsideRAM(address: Int, Platform)

  /// The platform that has room for a program that is too large for this one; nil if none has.
  public var fitting: Platform? {
    guard case .tooLarge(let byteCount, let platform) = self else { return nil }
    return platform.fitting(byteCount: byteCount)
  }

  /// One sentence for the user, without the file's name.
  public var description: String {
    switch self {
    case .empty:
      return "the program is empty"
    case .tooLarge(let byteCount, let platform):
      let room =
        "the program has \(byteCount) bytes, and \(platform.title) has room for "
        + "\(platform.maxProgramByteCount)"
      return fitting == nil ? room + "; no platform has room for it" : room
    case .outsideRAM(let address, let platform):
      return
        "0x\(hexadecimal(address, 3)) is outside the \(platform.ramByteCount) bytes of RAM of "
        + platform.title
    }
  }
}
