import Chip8Core
import SaveState

/// A program that is run to see how fast that is.
struct Workload {
  let name: String
  let program: [UInt8]
  var platform = Platform.chip8
  let instructionsPerFrame: Int
  /// How many frames one call runs.
  let framesPerCall: Int
  /// What the speed must be at least, by the yardstick's: of the interpreter, and of the translator;
  /// nil for a program that the yardstick cannot run.
  var atLeast: (reference: Double, fast: Double)?

  /// The machine that runs it.
  func machine(_ engine: EngineKind) throws -> Chip8 {
    var configuration = Configuration(platform)
    configuration.instructionsPerFrame = instructionsPerFrame
    var machine = try Chip8(Program(name: name, bytes: program), configuration)
    machine.engine = engine
    return machine
  }
}

extension Workload {
  /// The programs that do one kind of work, and two of ours: a game for the plain machine, as it is
  /// played and as fast machines are asked to run it, and a demo for the largest machine.
  static var all: [Workload] {
    get throws { synthetic + [waiting] + (try games([Subject.path("backfire")])) + [try loom] }
  }

  /// Waits for the delay timer in most frames, and sets it in the others.
  private static let waiting = Workload(
    "waiting", [0x600A, 0xF015, 0xF007, 0x3000, 0x1204, 0x1200], instructionsPerFrame: 1000,
    framesPerCall: 1000, atLeast: (20, 15))

  private static var loom: Workload {
    get throws {
      let program = try Subject.program(Subject.path("loom"))
      return Workload(
        name: "loom", program: program.bytes, platform: .xochip, instructionsPerFrame: 1000,
        framesPerCall: 1)
    }
  }

  /// Each does one kind of work forever, in frames so long that their ends cost nothing.
  static let synthetic = [
    // Every arithmetic instruction on registers that keep changing.
    Workload(
      "arithmetic",
      [
        0x6000, 0x6101, 0x6203, 0x63A5, 0x6407, 0x650B, 0x660D, 0x6700, 0x6800,
        0x6A07, 0x7001, 0x8104, 0x8215, 0x8336, 0x7355, 0x8434, 0x8545, 0x86F4, 0x3000, 0x1212,
        0x7701, 0x1212,
      ], atLeast: (1.1, 2.5)),
    // Registers to memory and back, eight and three at a time, and the index moved about.
    Workload(
      "memory",
      [
        0x6001, 0x6102, 0x6203, 0x6304, 0x6405, 0x6506, 0x6607, 0x6708, 0x6800, 0x6900,
        0xA400, 0xF755, 0xA408, 0xF01E, 0xF233, 0xA404, 0xF765, 0x7001, 0x7203, 0x7435, 0x7657,
        0x8124, 0x1214,
      ], atLeast: (1.1, 1.8)),
    // Sprites of 15 rows all over the screen.
    Workload(
      "drawing",
      [
        0xA21E, 0x6000, 0x6100, 0x6200,
        0xD01F, 0x7003, 0x7105, 0xD01F, 0x7007, 0x7101, 0x83F4, 0x7201, 0x3200, 0x1208, 0x1208,
        0xFF81, 0xBDA5, 0xA5BD, 0x81FF, 0x183C, 0x7EFF, 0x7E3C, 0x1800,
      ], atLeast: (1.0, 1.25)),
    // Calls two deep.
    Workload(
      "calls",
      [0x2208, 0x220E, 0x1200, 0x0000, 0x7001, 0x220E, 0x00EE, 0x7103, 0x00EE],
      atLeast: (1.1, 1.5)),
  ]

  private init(
    _ name: String, _ opcodes: [UInt16], instructionsPerFrame: Int = 100_000,
    framesPerCall: Int = 1,
    atLeast: (Double, Double)
  ) {
    self.init(
      name: name, program: opcodes.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
      instructionsPerFrame: instructionsPerFrame, framesPerCall: framesPerCall, atLeast: atLeast)
  }

  /// Games at the speed that they were written for, and at one where they wait for the timer nearly
  /// all the time.
  static func games(_ paths: [String]) throws -> [Workload] {
    try paths.flatMap { path in
      let program = try Subject.program(path)
      return [(15, 1000, 1.0, 1.0), (15, 1, 0.9, 0.9), (1000, 1000, 1.2, 2.0)].map {
        speed, frames, reference, fast in
        let call = frames == 1 ? "1 frame a call" : "\(frames) frames a call"
        return Workload(
          name: "\(program.name), \(speed) a frame, \(call)", program: program.bytes,
          instructionsPerFrame: speed, framesPerCall: frames, atLeast: (reference, fast))
      }
    }
  }
}
