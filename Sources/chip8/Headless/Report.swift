import Chip8Core
import Chip8Player
import SaveState

/// How a headless run ended.
struct Report: Encodable {
  struct FaultReport: Encodable {
    let kind: String
    let pc: UInt16
    let opcode: UInt16
    let message: String

    init(_ fault: Fault) {
      kind = fault.kind.rawValue
      pc = fault.pc
      opcode = fault.opcode
      message = fault.advice
    }
  }

  struct ScreenReport: Encodable {
    let width: Int
    let height: Int
    let sha1: String

    init(_ screen: Screen) {
      (width, height) = (screen.width, screen.height)
      sha1 = "\(screen.digest)"
    }
  }

  struct Hashed: Encodable {
    let bytes: Int
    let sha1: String
  }

  struct StateReport: Encodable {
    let bytes: Int
    let sha256: String
  }

  struct Registers: Encodable {
    let pc: UInt16
    let i: UInt16
    let sp: UInt8
    let dt: UInt8
    let st: UInt8
    let v: [UInt8]
  }

  let program: String
  let platform: String
  let ipf: Int
  let frames: UInt64
  let instructions: UInt64
  let stop: String
  /// What has stopped the machine, if that is a breakpoint or a watchpoint.
  let point: PointReport?
  let fault: FaultReport?
  let screen: ScreenReport
  let ram: Hashed
  let state: StateReport
  let registers: Registers
  private let screenLines: [String]

  private enum CodingKeys: CodingKey {
    case program, platform, ipf, frames, instructions, stop, point, fault, screen, ram, state
    case registers
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(program, forKey: .program)
    try container.encode(platform, forKey: .platform)
    try container.encode(ipf, forKey: .ipf)
    try container.encode(frames, forKey: .frames)
    try container.encode(instructions, forKey: .instructions)
    try container.encode(stop, forKey: .stop)
    try container.encodeIfPresent(point, forKey: .point)
    // A run without a fault says so with null.
    try container.encode(fault, forKey: .fault)
    try container.encode(screen, forKey: .screen)
    try container.encode(ram, forKey: .ram)
    try container.encode(state, forKey: .state)
    try container.encode(registers, forKey: .registers)
  }

  init(
    _ machine: Chip8, _ stop: RunStop, _ fault: Fault?, _ point: PointReport? = nil
  ) {
    let now = machine.state
    let shown = now.screen
    let encoding = machine.canonicalState
    program = machine.program.name
    platform = now.configuration.platform.rawValue
    ipf = now.configuration.instructionsPerFrame
    frames = now.frames
    instructions = now.instructions
    self.stop = stop.rawValue
    self.point = point
    self.fault = fault.map(FaultReport.init)
    screen = ScreenReport(shown)
    ram = Hashed(bytes: now.ram.count, sha1: "\(Digest.sha1(now.ram))")
    state = StateReport(bytes: encoding.count, sha256: "\(Digest.sha256(encoding))")
    registers = Registers(
      pc: now.pc, i: now.i, sp: now.stackCount, dt: now.delay, st: now.sound,
      v: (0..<16).map { now.v[$0] })
    screenLines = shown.lines
  }

  /// Prints what the options ask for; without any, one line that says how the run ended. Nothing
  /// if something else is written to standard output.
  func print(_ options: HeadlessOptions) throws {
    if options.json {
      try printJSON(self)
    } else if !options.print.isEmpty {
      try printLines(options.print.flatMap(lines))
    } else if ![options.save, options.screenshot, options.trace, options.record].contains("-") {
      try printLines([
        "\(program) on \(platform): stopped by \(stop)\(point.map { " \($0.text)" } ?? ""), "
          + "\(frames) frames and \(instructions) instructions after power-on"
      ])
    }
  }

  private func lines(_ part: Printed) -> [String] {
    switch part {
    case .screen:
      return screenLines
    case .registers:
      let v = registers.v.enumerated()
        .map { "V\(hexadecimal($0, 1))=\(hexadecimal($1, 2))" }.joined(separator: " ")
      return [
        "PC=\(hexadecimal(registers.pc, 4)) I=\(hexadecimal(registers.i, 4)) "
          + "SP=\(registers.sp) DT=\(registers.dt) ST=\(registers.st)",
        v,
      ]
    case .hashes:
      return ["screen \(screen.sha1)", "ram    \(ram.sha1)", "state  \(state.sha256)"]
    }
  }
}
