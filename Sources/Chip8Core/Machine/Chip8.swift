import SaveState

/// A machine of the CHIP-8 family with a program in it.
///
/// It has no clock, no window and no randomness of its own: keys come in with each frame, and what
/// it shows and sounds is there to be asked for.
public struct Chip8: Sendable {
  /// Where programs are loaded and start.
  public static let programStart = 0x200

  /// The program that was loaded at power-on.
  public internal(set) var program: Program
  /// The machine as it is.
  public internal(set) var state: State
  var unsaved = Unsaved()

  /// What the machine keeps but nobody needs to save, for it follows from the state.
  struct Unsaved: Sendable {
    /// What executes instructions.
    var engine = EngineKind.fast
    /// The instructions that the fast engine has executed since the bytes there last changed.
    var code = Code()
    /// The sound of the frame that ended last.
    var tone: Tone?
  }

  /// Switches a machine on.
  ///
  /// - Parameter seed: what the random numbers follow from.
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

  /// This machine with another program in its RAM, for a program that is changed while it runs:
  /// all else is as it is, but what is left of a longer program is gone.
  public func replacing(_ program: Program) throws(ProgramError) -> Chip8 {
    let fresh = try Chip8(program, state.configuration)
    let longer = max(program.bytes.count, self.program.bytes.count)
    let area = Chip8.programStart..<Chip8.programStart + longer
    var state = state
    state.ram.replaceSubrange(area, with: fresh.state.ram[area])
    state.ram = state.shownRAM
    return Chip8(program, state)
  }

  /// The sound of the frame that ended last, nil if it was silent.
  public var tone: Tone? { unsaved.tone }

  /// The user flags, as many as the machine has: what Fx75 stores and Fx85 loads. Whoever keeps them
  /// while the machine is switched off sets them before the first instruction. Those that are missing
  /// are zero, and those that the machine lacks are ignored.
  public var userFlags: [UInt8] {
    get { (0..<state.configuration.platform.flagCount).map { state.flags[$0] } }
    set {
      for k in 0..<state.configuration.platform.flagCount {
        state.flags[k] = k < newValue.count ? newValue[k] : 0
      }
    }
  }

  /// Writes into the RAM before the first instruction, or between any two.
  ///
  /// - Throws: ``ProgramError/outsideRAM(address:_:)``; nothing is written then.
  public mutating func poke(_ address: Int, _ bytes: [UInt8]) throws(ProgramError) {
    guard address >= 0, address <= state.ram.count - bytes.count else {
      throw .outsideRAM(address: address, state.configuration.platform)
    }
    state.ram.replaceSubrange(address..<address + bytes.count, with: bytes)
    state.readWorkArea()
    unsaved.code = Code()
  }

  /// Why ``run(frames:instructions:keys:stopsAtHalt:)`` came back.
  public enum Stop: Hashable, Sendable {
    /// All frames or instructions that were asked for are done.
    case done
    /// The program jumps to itself, forever, and a frame has ended with that.
    case halt
    /// The program has left by its exit instruction, at which the machine stands.
    case exit
    /// The program cannot go on.
    case fault(Fault)
    /// The program calls the host, and the machine stands at that call until ``finish(_:)`` says
    /// what it comes to.
    case hostCall(HostCall)
  }

  /// Runs the machine.
  ///
  /// A machine that stands in the middle of a frame goes on there, with the keys of that frame.
  /// A run that ends with a frame's last instruction ends that frame.
  ///
  /// - Parameters:
  ///   - frames: how many frames to end, at most.
  ///   - instructions: how many instructions to execute, at most.
  ///   - keys: the keys that are down in every frame that begins.
  ///   - stopsAtHalt: whether to come back at the end of the first frame whose last instruction
  ///     jumps to itself; otherwise the program does so for the rest of the frames.
  public mutating func run(
    frames: Int = .max, instructions: Int = .max, keys: KeySet = [], stopsAtHalt: Bool = false
  ) -> Stop {
    let limits = Processor.Limits(
      frames: frames, instructions: instructions, stopsAtHalt: stopsAtHalt)
    return withProcessor { $0.run(limits, keys: keys) }
  }

  /// Calls with a processor for this machine.
  ///
  /// - Parameter replacement: an instruction that is executed in place of the one at its address, by
  ///   the reference engine.
  mutating func withProcessor(
    replacing replacement: (address: Int, instruction: Instruction)? = nil,
    _ body: (inout Processor) -> Stop
  ) -> Stop {
    // The memories are taken out, so that pointers to them and to the rest do not overlap.
    var (ram, code): ([UInt8], Code) = ([], Code())
    swap(&ram, &state.ram)
    swap(&code, &unsaved.code)
    defer {
      swap(&ram, &state.ram)
      swap(&code, &unsaved.code)
    }
    let isFast = unsaved.engine == .fast && replacement == nil && !state.isTwoPage
    return ram.withUnsafeMutableBufferPointer { ram in
      withUnsafeMutablePointer(to: &state) { state in
        func run(_ core: UnsafeMutablePointer<Core>?) -> Stop {
          var processor = Processor(Engine(state, ram: ram, core, replacing: replacement))
          let stop = body(&processor)
          if processor.hasEndedFrame { unsaved.tone = processor.tone }
          return stop
        }
        guard isFast else { return run(nil) }
        return code.withUnsafeMutablePointers(byteCount: ram.count) { operations, marks in
          var core = Core(state, ram, operations, marks)
          return withUnsafeMutablePointer(to: &core) { run($0) }
        }
      }
    }
  }

  /// Begins a frame if that ends a wait for a key, for whoever looks at the machine before every
  /// instruction. ``run(frames:instructions:keys:stopsAtHalt:)`` with the same keys goes on from
  /// there as it would have without.
  public mutating func endKeyWait(keys: KeySet) {
    guard state.instructionsLeftInFrame == nil, let (register, key) = state.endKeyWait(keys) else {
      return
    }
    state.v[Int(register)] = key
    state.ram = state.shownRAM
    state.pc &+= 2
    state.keys = keys
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
