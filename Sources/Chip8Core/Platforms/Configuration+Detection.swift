import SaveState

extension Configuration {
  /// The machine that a program is for: by what is known of it, else by its start if it is a
  /// two-page program, else by its instructions.
  ///
  /// - Parameter least: what an unknown program needs whatever it looks like, as the name of its file
  ///   says.
  public init(for program: Program, atLeast least: Extensions = []) {
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
    guard count > platform.maxProgramByteCount else { return self }
    guard let fitting = platform.fitting(byteCount: count) else { return self }
    var configuration = Configuration(fitting)
    configuration.quirks = quirks
    configuration.instructionsPerFrame = instructionsPerFrame
    configuration.font = font
    return configuration
  }
}

extension Platform {
  /// A machine with all of this one's instructions and room for a larger program. Calls of machine
  /// code are supported by none.
  func fitting(byteCount: Int) -> Platform? {
    Platform.targets.first {
      $0.extensions.isSuperset(of: extensions.subtracting(.machineCode))
        && $0.maxProgramByteCount >= byteCount
    }
  }

  /// The machine that an unknown program is for. Two-page programs begin with a jump over the place
  /// of their driver; others are judged by the instructions that can be reached from their start:
  /// they get the first machine that has them all, of those that people write for today.
  public init(guessedFrom program: [UInt8], atLeast least: Extensions = []) {
    if least.isEmpty, program.isTwoPage {
      self = .hires
      return
    }
    let needed = least.union(neededExtensions(program))
    self =
      Platform.targets.first {
        $0.extensions.isSuperset(of: needed) && $0.maxProgramByteCount >= program.count
      } ?? .xochip
  }
}

extension [UInt8] {
  /// Whether this is a two-page program, by its first instruction and its length. What it draws or
  /// clears with says nothing: others may call machine code at 0230 too.
  fileprivate var isTwoPage: Bool {
    let driver = TwoPage.entryPoint - Chip8.programStart
    return starts(with: TwoPage.jumpToDriver)
      && (driver + 2...Platform.hires.maxProgramByteCount).contains(count)
  }
}

/// What a machine must have for all instructions that can be reached. Bytes that are not an instruction
/// anywhere say nothing: the walk took data for code, or code that is made later.
private func neededExtensions(_ program: [UInt8]) -> Extensions {
  ReachableCode(program, for: Platform.xochip.extensions).instructions.reduce(into: []) {
    if let instruction = $1 { $0.formUnion(instruction.form.extensions) }
  }
}
