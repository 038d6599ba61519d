import Chip8Core
import SaveState

/// A line for each instruction, before it is executed: frame and instruction since power-on, PC,
/// opcode, I, V0 to VF, and the instruction in Octo's language.
final class Trace {
  private let file: StreamWriter

  init(_ path: String) throws(StorageError) {
    file = try StreamWriter(path)
  }

  func write(_ machine: Chip8) throws(StorageError) {
    let state = machine.state
    let (opcode, instruction) = machine.nextInstruction
    let registers = (0..<16).map { hexadecimal(state.v[$0], 2) }.joined(separator: " ")
    let text = instruction.octo(opcode: opcode, next: state.word(at: state.pc &+ 2))
    try file.append(
      "\(state.frames) \(state.instructions) \(hexadecimal(state.pc, 4)) "
        + "\(hexadecimal(opcode, 4)) I=\(hexadecimal(state.i, 4)) V=\(registers) \(text)\n")
  }

  /// Everything that was written is in the file, or this throws.
  func finish() throws(StorageError) {
    try file.flush()
  }
}
