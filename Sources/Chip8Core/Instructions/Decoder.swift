/// Finds the form of an opcode: of few candidates, those that share its first and its last digit.
struct Decoder: Sendable {
  private struct Candidate: Sendable {
    let bits: UInt16
    let mask: UInt16
    let extensions: Extensions
    let kind: Instruction.Kind
    let row: UInt8
  }

  private let candidates: [Candidate]
  /// Where the candidates of a first and a last digit begin. The last of them fits every opcode.
  private let starts: [Int]

  init(_ forms: [Instruction.Form]) {
    var (candidates, starts): ([Candidate], [Int]) = ([], [])
    for digits in 0..<0x100 as Range<UInt16> {
      let opcode = (digits & 0xF0) << 8 | digits & 0xF
      starts.append(candidates.count)
      for (row, form) in forms.enumerated() where (opcode ^ form.bits) & form.mask & 0xF00F == 0 {
        candidates.append(
          Candidate(
            bits: form.bits, mask: form.mask, extensions: form.extensions, kind: form.kind,
            row: UInt8(row)))
      }
    }
    (self.candidates, self.starts) = (candidates, starts)
  }

  /// What an opcode is on a machine.
  @inline(__always)
  func instruction(_ opcode: UInt16, on machine: Extensions) -> Instruction {
    var index = starts[Int(opcode >> 8 & 0xF0 | opcode & 0xF)]
    while true {
      let candidate = candidates[index]
      if opcode & candidate.mask == candidate.bits, machine.isSuperset(of: candidate.extensions) {
        return Instruction(opcode, candidate.kind, row: candidate.row)
      }
      index &+= 1
    }
  }
}
