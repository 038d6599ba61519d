import Chip8Core
import SaveState

/// A line for each instruction, as the machine was before it: frame and instruction since power-on,
/// PC, opcode, I, V0 to VF, and the instruction in Octo's language; with symbols, where it is
/// from the last label on, and labels instead of addresses in it.
package final class Trace {
  private let file: StreamWriter
  private let names: AddressNames

  package init(
    _ path: String, _ names: AddressNames, apartFrom inputs: InputFiles
  ) throws(StorageError) {
    file = try StreamWriter(path, apartFrom: inputs)
    self.names = names
  }

  /// What the next instruction of a machine is, if it does not wait.
  package func line(_ machine: Chip8) -> String {
    let state = machine.state
    let instruction = machine.nextInstruction
    let registers = state.registers.map { hexadecimal($0, 2) }.joined(separator: " ")
    let text = instruction.octo(
      next: state.word(at: state.pc &+ 2), naming: names.name)
    let place = names.place(of: state.pc).map { $0 + ": " } ?? ""
    return "\(state.frames) \(state.instructions) \(hexadecimal(state.pc, 4)) "
      + "\(hexadecimal(instruction.opcode, 4)) I=\(hexadecimal(state.i, 4)) V=\(registers) \(place)\(text)"
  }

  package func write(_ line: String) throws(StorageError) {
    // Labels come from files, and a trace is read line by line, and in terminals.
    try file.append(line.displayText + "\n")
  }

  /// Finds out whether the file takes lines.
  package func check() throws(StorageError) { try file.check() }

  /// Everything that was written is in the file, or this throws.
  package func finish() throws(StorageError) {
    try file.flush()
  }
}
