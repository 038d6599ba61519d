// Short ways to a machine in a test.

import Chip8Core
import SaveState

/// A program of these instructions.
func program(_ words: [UInt16]) -> Program {
  Program(name: "test", bytes: words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
}

/// A machine with these instructions in it, just switched on.
func machine(
  _ platform: Platform, _ words: UInt16..., adding added: Quirks = [], removing removed: Quirks = []
) throws -> Chip8 {
  var configuration = Configuration(platform)
  configuration.quirks.formUnion(added)
  configuration.quirks.subtract(removed)
  return try Chip8(loaded: program(words), configuration)
}

/// The machine's state after all of these instructions, executed once each.
func executed(
  _ platform: Platform, _ words: UInt16..., adding added: Quirks = [],
  removing removed: Quirks = [], from change: (inout State) -> Void = { _ in }
) throws -> State {
  var configuration = Configuration(platform)
  configuration.quirks.formUnion(added)
  configuration.quirks.subtract(removed)
  var machine = try Chip8(loaded: program(words), configuration).changed(change)
  _ = machine.run(instructions: words.count)
  return machine.state
}

/// A COSMAC VIP whose time is counted in cycles.
func cyclesMachine(_ words: UInt16..., on platform: Platform = .vip) throws -> Chip8 {
  var configuration = Configuration(platform)
  configuration.timing = .cycles
  return try Chip8(loaded: program(words), configuration)
}

extension Chip8 {
  /// A machine that begins where a program is loaded, also where programs begin somewhere else.
  init(loaded program: Program, _ configuration: Configuration, seed: UInt64 = 0) throws {
    let machine = try Chip8(program, configuration, seed: seed)
    self = machine.changed { state in
      state.pc = 0x200
      for offset in 0..<min(2, program.bytes.count) {
        state.ram[0x200 + offset] = program.bytes[offset]
      }
    }
  }

  /// The same machine with something about its state changed.
  func changed(_ change: (inout State) throws -> Void) rethrows -> Chip8 {
    var state = state
    try change(&state)
    return Chip8(testing: program, in: state)
  }

  /// Runs for some instructions, all with the same keys.
  mutating func step(_ count: Int = 1, keys: KeySet = []) {
    _ = run(instructions: count, keys: keys)
  }
}

extension Platform {
  /// Those with SUPER-CHIP's instructions.
  static let withHires: [Platform] = [.schip10, .schip11, .schip, .xochip]
}

extension State {
  /// The registers V0 to VF.
  var registers: [UInt8] {
    get { (0..<16).map { v[$0] } }
    set { for k in 0..<16 { v[k] = newValue[k] } }
  }
}

extension Screen {
  /// The pixels that are not 0, as `[x, y, value]`, from left to right and from top to bottom.
  var lit: [[Int]] {
    pixels.indices.filter { pixels[$0] != 0 }
      .map { [$0 % width, $0 / width, Int(pixels[$0])] }
  }
}

/// Random numbers that repeat for the same seed.
struct Seeded: RandomNumberGenerator {
  private var generator: SplitMix64

  init(_ seed: UInt64) { generator = SplitMix64(testing: seed) }

  mutating func next() -> UInt64 { generator.next() }
}
