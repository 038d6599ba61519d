/// The instructions of a program that can be reached from its start, as far as its bytes tell:
/// what it makes while it runs, and where an indexed jump leads, is not followed any further than
/// a table of jumps. The detection of platforms and the disassembly both stand on this walk.
struct ReachableCode {
  let program: [UInt8]
  let instructionSet: InstructionSet
  private let skipsMachineCode: Bool
  /// Where the walk begins.
  let entryPoint: Int
  /// The instruction that begins at each byte of the program, nil where none was reached.
  private(set) var instructions: [Instruction?]

  init(
    _ program: [UInt8], for instructionSet: InstructionSet, _ quirks: Quirks = [],
    from entryPoint: Int = Chip8.programStart
  ) {
    self.program = program
    self.instructionSet = instructionSet
    skipsMachineCode = quirks.contains(.skipMachineCode)
    self.entryPoint = entryPoint
    instructions = Array(repeating: nil, count: program.count)
    if entryPoint != Chip8.programStart, let opcode = word(Chip8.programStart) {
      // The machine has been there before, and the driver is not followed.
      instructions[0] = Instruction(opcode: opcode, for: instructionSet)
    }
    var waiting = [entryPoint]
    while let address = waiting.popLast() {
      guard let opcode = word(address), self[address] == nil else { continue }
      let instruction = Instruction(opcode: opcode, for: instructionSet)
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

  /// How many bytes an instruction at an address would have.
  private func byteCount(at address: Int) -> Int {
    let isLong =
      word(address).map { Instruction(opcode: $0, for: instructionSet) == .setIndexLong }
    return isLong == true ? 4 : 2
  }

  /// Calls with every address where the program can be after an instruction. It does not come back
  /// from a call in this sense: see ``Instruction/isCall``.
  func forEachSuccessor(of instruction: Instruction, at address: Int, _ body: (Int) -> Void) {
    switch instruction {
    case .illegal, .machineCode:
      if skipsMachineCode, word(address).map({ $0 >> 12 == 0 }) == true { body(address + 2) }
    case .exit, .return: break
    case .jump(let nnn): body(Int(nnn))
    case .jumpIndexed(let nnn): forEachJump(inTableAt: Int(nnn), body)
    case .call(let nnn):
      body(Int(nnn))
      body(address + 2)
    case .skipIfEqual, .skipIfNotEqual, .skipIfSame, .skipIfDifferent, .skipIfKey, .skipIfNoKey:
      body(address + 2)
      body(address + 2 + byteCount(at: address + 2))
    case .setIndexLong: body(address + 4)
    default: body(address + 2)
    }
  }

  /// An indexed jump leads to its base, and where a jump is there, to those which follow it
  /// without a gap: the register that is added goes up to 255.
  private func forEachJump(inTableAt base: Int, _ body: (Int) -> Void) {
    body(base)
    for address in stride(from: base + 2, to: base + 0x100, by: 2) {
      guard let before = word(address - 2), let here = word(address) else { return }
      guard before >> 12 == 1, here >> 12 == 1 else { return }
      body(address)
    }
  }
}
