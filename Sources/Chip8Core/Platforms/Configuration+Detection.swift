import SaveState

extension Configuration {
  /// The machine that a program is for: by what is known of it, else by its start if it is a
  /// two-page program, else by its instructions.
  ///
  /// - Parameter least: instructions that an unknown program needs whatever it looks like, as the
  ///   name of its file says.
  public init(for program: Program, atLeast least: InstructionSet = .chip8) {
    self =
      Configuration(known: program)
      ?? Configuration(Platform(guessedFrom: program.bytes, atLeast: least))
  }

  /// The machine that a program is for which was just assembled: by what is known of it, else Octo.
  public init(forSourceOf program: Program) {
    self = Configuration(known: program) ?? .octo
  }

  /// Octo as it is set up by default. Its quirks are those of its platform.
  public static let octo = {
    var configuration = Configuration(.xochip)
    configuration.instructionsPerFrame = 20
    return configuration
  }()

  /// The machine that a program is known to be for; nil if it is not known.
  private init?(known program: Program) {
    guard let known = KnownProgram.find(program) else { return nil }
    self = known.configuration.withRoom(forByteCount: program.bytes.count)
  }

  /// This machine, or one that behaves like it and has room for more: some known programs are
  /// larger than the machine that they are known to be for.
  func withRoom(forByteCount count: Int) -> Configuration {
    guard count > platform.programByteCountMax else { return self }
    guard let fitting = platform.roomier(forByteCount: count) else { return self }
    var configuration = Configuration(fitting)
    configuration.quirks = quirks
    configuration.instructionsPerFrame = instructionsPerFrame
    configuration.font = font
    return configuration
  }
}

extension Platform {
  /// A machine with all of this one's instructions and room for a larger program.
  func roomier(forByteCount count: Int) -> Platform? {
    guard self != .hires else { return nil }
    return [.chip8, .xochip].first {
      $0.instructionSet >= instructionSet && $0.programByteCountMax >= count
    }
  }

  /// The machine that an unknown program is for. Two-page programs begin with a jump over the place
  /// of their driver; others are judged by the instructions that can be reached from their start:
  /// they get the first machine that has them all, of those that people write for today.
  public init(guessedFrom program: [UInt8], atLeast least: InstructionSet = .chip8) {
    if least == .chip8, program.isTwoPage {
      self = .hires
      return
    }
    let needed = max(least, neededInstructionSet(program))
    let candidates: [Platform] = [.chip8, .schip, .xochip]
    self =
      candidates.first {
        $0.instructionSet >= needed && $0.programByteCountMax >= program.count
      } ?? .xochip
  }
}

extension [UInt8] {
  /// Whether this is a two-page program, by its first instruction and its length. What it draws or
  /// clears with says nothing: others may call machine code at 0230 too.
  fileprivate var isTwoPage: Bool {
    let driver = TwoPage.entryPoint - Chip8.programStart
    return starts(with: TwoPage.jumpToDriver)
      && (driver + 2...Platform.hires.programByteCountMax).contains(count)
  }
}

/// The least instruction set that has all instructions that can be reached. Bytes that are no
/// instruction anywhere say nothing: the walk took data for code, or code that is made later.
private func neededInstructionSet(_ program: [UInt8]) -> InstructionSet {
  let code = ReachableCode(program, for: .xochip)
  var needed = InstructionSet.chip8
  for (offset, instruction) in code.instructions.enumerated() {
    guard let instruction, let opcode = code.word(offset + Chip8.programStart) else { continue }
    needed = max(needed, instruction.leastSet(opcode))
  }
  return needed
}

extension Instruction {
  fileprivate func leastSet(_ opcode: UInt16) -> InstructionSet {
    if self == .illegal { return .chip8 }
    return [InstructionSet.chip8, .schip10, .schip]
      .first { Instruction(opcode: opcode, for: $0) == self } ?? .xochip
  }
}
