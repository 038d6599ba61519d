// What is translated at once: instructions that follow each other in the RAM.

/// An instruction of a block.
struct Step {
  /// What happens after it.
  enum Flow {
    case next
    /// The next instruction may be skipped.
    case skip
    /// Whatever it is, not the instruction after it.
    case elsewhere
  }

  let address: Int
  let instruction: Instruction
  /// The two bytes after its first two.
  let operand: UInt16
  let flow: Flow
  /// Whether it is left to its rule.
  let isSlow: Bool
  /// Whether it ends a loop that may only wait.
  var mayWait = false
  /// Whether it is not translated here, but may be skipped.
  var isOfAnotherBlock = false

  var kind: Instruction.Kind { instruction.kind }

  /// - Parameter isLast: whether the instruction may reach past the end of the RAM.
  init(
    _ instruction: Instruction, at address: Int, followedBy operand: UInt16, isLast: Bool,
    on machine: Dialect
  ) {
    (self.address, self.instruction, self.operand) = (address, instruction, operand)
    isSlow = isLast || instruction.isLeftToRule(machine.quirks)
    let endsFrame =
      instruction.kind == .draw && machine.drawsPlainly && machine.quirks.contains(.vblank)
    flow =
      switch instruction.form.flow {
      case _ where isSlow || endsFrame: .elsewhere
      case .next: .next
      case .skip: .skip
      case .jump, .jumpIndexed, .call, .end, .fault: .elsewhere
      }
  }

  /// An instruction that another block begins with.
  init(_ instruction: Instruction, ofAnotherBlockAt address: Int) {
    (self.address, self.instruction, operand) = (address, instruction, 0)
    (isSlow, isOfAnotherBlock, flow) = (false, true, .elsewhere)
  }
}

/// The instructions from an address on, until control flows elsewhere.
struct Block {
  /// How many there are at most, and one more after a skip.
  static let maxStepCount = 48
  /// How many bytes of the RAM they have at most.
  static let maxByteCount = 4 * (maxStepCount + 1)

  let start: Int
  private(set) var steps: [Step] = []
  /// The address after it.
  private(set) var end: Int

  init(at start: Int, in core: Core) {
    (self.start, end) = (start, start)
    var isSkipped = false
    while true {
      let instruction = core.instruction(at: end)
      var step = Step(
        instruction, at: end, followedBy: core.word(at: end + 2), isLast: end > core.mask - 8,
        on: core.dialect)
      if step.kind == .jump, Int(instruction.nnn) >= start {
        step.mayWait = core.mayWait(from: Int(instruction.nnn), to: end)
      }
      if steps.count >= Block.maxStepCount {
        guard isSkipped else { break }
        step = Step(instruction, ofAnotherBlockAt: end)
      }
      steps.append(step)
      end += instruction.byteCount
      if step.flow == .elsewhere, !isSkipped { break }
      isSkipped = step.flow == .skip
    }
  }

  /// Whether it ends with a jump to its beginning.
  var isLoop: Bool {
    steps.contains { $0.kind == .jump && Int($0.instruction.nnn) == start && !$0.isSlow }
  }

  /// The registers that it uses most often, those first.
  var mostUsed: [UInt8] {
    var counts = InlineArray<16, Int>(repeating: 0)
    for instruction in steps.lazy.filter({ !$0.isSlow }).map(\.instruction) {
      let form = instruction.form
      let used = instruction.registers(form.reads.union(form.writes))
      for k in 0..<16 where used & 1 << UInt32(k) != 0 { counts[k] += 1 }
    }
    let least = isLoop ? 1 : 2
    return (0..<16).filter { counts[Int($0)] >= least }.sorted {
      (counts[Int($1)], $0) < (counts[Int($0)], $1)
    }
  }
}
