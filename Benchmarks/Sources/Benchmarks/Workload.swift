import Chip8Core

/// A synthetic program that does one kind of work forever.
struct Workload {
  let name: String
  /// The program's instructions, from 0x200 on.
  let opcodes: [UInt16]
  /// A frame long enough that its end costs nothing, but for the one that waits for frames.
  var instructionsPerFrame = 100_000

  var program: [UInt8] {
    opcodes.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }

  static let all = [
    // Every arithmetic instruction on registers that keep changing.
    Workload(
      name: "arithmetic",
      opcodes: [
        0x6000, 0x6101, 0x6203, 0x63A5, 0x6407, 0x650B, 0x660D,
        0x6A07, 0x7001, 0x8104, 0x8215, 0x8336, 0x7355, 0x8434, 0x8545, 0x86F4, 0x3000, 0x120E,
        0x120E,
      ]),
    // Registers to memory and back, eight and three at a time, and the index moved about.
    Workload(
      name: "memory",
      opcodes: [
        0x6001, 0x6102, 0x6203, 0x6304, 0x6405, 0x6506, 0x6607, 0x6708,
        0xA400, 0xF755, 0xA408, 0xF01E, 0xF233, 0xA404, 0xF765, 0x7001, 0x7203, 0x7435, 0x7657,
        0x8124, 0x1210,
      ]),
    // Sprites of 15 rows all over the screen.
    Workload(
      name: "draw",
      opcodes: [
        0xA21A, 0x6000, 0x6100,
        0xD01F, 0x7003, 0x7105, 0xD01F, 0x7007, 0x7101, 0x83F4, 0x7201, 0x1206, 0x0000,
        0xFF81, 0xBDA5, 0xA5BD, 0x81FF, 0x183C, 0x7EFF, 0x7E3C, 0x1800,
      ]),
    // Calls two deep.
    Workload(
      name: "call",
      opcodes: [0x220A, 0x2210, 0x7201, 0x1200, 0x0000, 0x7001, 0x2210, 0x00EE, 0x7103, 0x00EE]),
    // Waits for the delay timer, as games do between their frames.
    Workload(
      name: "idle",
      opcodes: [0x6A0A, 0xFA15, 0xF007, 0x3000, 0x1204, 0x7101, 0x1200],
      instructionsPerFrame: 1000),
  ]
}
