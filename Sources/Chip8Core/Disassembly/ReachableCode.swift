/// The instructions of a program that can be reached from its start, as far as its bytes tell:
/// what it makes while it runs, and where an indexed jump leads, is not followed any further than
/// a table of jumps. The detection of platforms and the disassembly both build on this walk.
struct ReachableCode {
  let program: [UInt8]
  let extensions: Extensions
  private let skipsMachineCode: Bool
  /// Where the walk begins.
  let entryPoint: Int
  /// The instruction that begins at each byte of the program, nil where none was reached.
  private(set) var instructions: [Instruction?]

  init(
    _ program: [UInt8], for extensions: Extensions, _ quirks: Quirks = [],
    from entryPoint: Int = Chip8.programStart
  ) {
    self.program = program
    self.extensions = extensions
    skipsMachineCode = quirks.contains(.skipMachineCode)
    self.entryPoint = entryPoint
    instructions = Array(repeating: nil, count: program.count)
    if entryPoint != Chip8.programStart, let driver = decoded(at: Chip8.programStart) {
      // The machine has been there before, and the driver is not followed.
      instructions[0] = driver
    }
    var waiting = [entryPoint]
    while let address = waiting.popLast() {
      guard self[address] == nil, let instruction = decoded(at: address) else { continue }
      instructions[address - Chip8.programStart] = instruction
      forEachSuccessor(of: instruction, at: address) { waiting.append($0) }
    }
  }

  /// The instruction at an address, if it was reached.
  subscript(address: Int) -> Instruction? {
    let offset = address - Chip8.programStart
    return instructions.indices.contains(offset) ? instructions[offset] : nil
  }

  /// Two bytes of the program, the high one first; nil if it does not have both.
  func word(_ address: Int) -> UInt16? {
    let offset = address - Chip8.programStart
    guard offset >= 0, offset + 1 < program.count else { return nil }
    return UInt16(program[offset]) << 8 | UInt16(program[offset + 1])
  }

  /// The instruction that would be at an address; nil if the program does not have both bytes.
  private func decoded(at address: Int) -> Instruction? {
    word(address).map { Instruction(opcode: $0, for: extensions) }
  }

  /// Calls with every address where the program can be after an instruction. It does not come back
  /// from a call in this sense: see ``SelfModification``.
  func forEachSuccessor(of instruction: Instruction, at address: Int, _ body: (Int) -> Void) {
    let next = address + instruction.byteCount
    switch instruction.form.flow {
    case .next: body(next)
    case .skip:
      body(next)
      body(next + (decoded(at: next)?.byteCount ?? 2))
    case .jump: body(Int(instruction.nnn))
    case .jumpIndexed: forEachJump(inTableAt: Int(instruction.nnn), body)
    case .call:
      body(Int(instruction.nnn))
      body(next)
    case .end: break
    case .fault: if skipsMachineCode, instruction.opcode >> 12 == 0 { body(next) }
    }
  }

  /// An indexed jump leads to its base, and where a jump is there, to those which follow it
  /// without a gap: the register that is added goes up to 255.
  private func forEachJump(inTableAt base: Int, _ body: (Int) -> Void) {
    body(base)
    for address in stride(from: base + 2, to: base + 0x100, by: 2) {
      let (before, here) = (decoded(at: address - 2), decoded(at: address))
      guard before?.kind == .jump, here?.kind == .jump else { return }
      body(address)
    }
  }
}
