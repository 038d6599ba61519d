import Chip8Core
import SaveState

/// A line for each instruction, as the machine was before it: frame and instruction since power-on,
/// PC, opcode, I, V0 to VF, and the instruction in Octo's language.
final class Trace {
  private let file: StreamWriter

  init(_ path: String) throws(StorageError) {
    file = try StreamWriter(path)
  }

  /// What the next instruction of a machine is, if it does not wait.
  static func line(_ machine: Chip8) -> String {
    let state = machine.state
    let (opcode, instruction) = machine.nextInstruction
    let registers = (0..<16).map { hexadecimal(state.v[$0], 2) }.joined(separator: " ")
    let text = instruction.octo(opcode: opcode, next: state.word(at: state.pc &+ 2))
    return "\(state.frames) \(state.instructions) \(hexadecimal(state.pc, 4)) "
      + "\(hexadecimal(opcode, 4)) I=\(hexadecimal(state.i, 4)) V=\(registers) \(text)\n"
  }

  func write(_ line: String) throws(StorageError) {
    try file.append(line)
  }

  /// Everything that was written is in the file, or this throws.
  func finish() throws(StorageError) {
    try file.flush()
  }
}
