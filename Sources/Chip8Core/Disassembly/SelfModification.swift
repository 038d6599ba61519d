/// Which bytes of a program its own instructions write to, as far as the index register can be
/// followed from where it is set.
struct SelfModification {
  /// What wrote to a byte.
  struct Write: Equatable {
    /// The address of the instruction that writes.
    var writer: Int
    /// Whether it writes there for sure when it is executed; else something was added to the
    /// index before, and the byte is where the index pointed to before that.
    var isCertain: Bool
  }

  /// What is known of the index register before an instruction.
  private enum Index: Equatable {
    case exact(Int)
    /// Something was added to this address.
    case near(Int)
    case unknown

    func merged(with other: Index) -> Index {
      switch (self, other) {
      case (.exact(let a), .exact(let b)) where a == b: self
      case (.exact(let a), .near(let b)), (.near(let a), .exact(let b)),
        (.near(let a), .near(let b)):
        a == b ? .near(a) : .unknown
      default: .unknown
      }
    }
  }

  private let code: ReachableCode
  private let quirks: Quirks
  private var indices: [Index?]
  /// The first write that was found to each byte of the program.
  private(set) var writes: [Write?]

  /// Follows the index register through the program, from instruction to instruction, until nothing
  /// new is learnt. What is known of it can only become less, twice at most, so that this ends.
  init(_ code: ReachableCode, _ quirks: Quirks) {
    self.code = code
    self.quirks = quirks
    indices = Array(repeating: nil, count: code.program.count)
    writes = Array(repeating: nil, count: code.program.count)
    var waiting: [Int] = []
    // The index is 0 at power-on, where no program would write.
    meet(.unknown, at: code.entryPoint, &waiting)
    while let address = waiting.popLast() {
      guard let instruction = code[address] else { continue }
      let before = indices[address - Chip8.programStart] ?? .unknown
      let after = index(after: instruction, at: address, before)
      code.forEachSuccessor(of: instruction, at: address) {
        // A subroutine can come back with any index.
        let isReturn = instruction.form.flow == .call && $0 == address + 2
        meet(isReturn ? .unknown : after, at: $0, &waiting)
      }
    }
    for offset in indices.indices {
      guard let index = indices[offset], let instruction = code.instructions[offset] else {
        continue
      }
      note(index, instruction, writer: offset + Chip8.programStart)
    }
  }

  private mutating func meet(_ index: Index, at address: Int, _ waiting: inout [Int]) {
    guard code[address] != nil else { return }
    let offset = address - Chip8.programStart
    let merged = indices[offset].map { $0.merged(with: index) } ?? index
    guard indices[offset] != merged else { return }
    indices[offset] = merged
    waiting.append(address)
  }

  private func index(after instruction: Instruction, at address: Int, _ before: Index) -> Index {
    guard instruction.form.writes.contains(.i) else { return before }
    switch (instruction.kind, before) {
    case (.setIndex, _), (.setIndexLong, _):
      let address = instruction.address(next: code.word(address + 2))
      return address.map { .exact(Int($0)) } ?? .unknown
    case (.addToIndex, .exact(let base)), (.addToIndex, .near(let base)): return .near(base)
    case (.store, .exact(let base)), (.load, .exact(let base)):
      return .exact(base + Int(quirks.indexStep(past: instruction.x)))
    case (.store, _), (.load, _): return before
    default: return .unknown
    }
  }

  private mutating func note(_ index: Index, _ instruction: Instruction, writer: Int) {
    guard let count = instruction.writtenByteCount else { return }
    switch index {
    case .exact(let address):
      for address in address..<address + count {
        note(Write(writer: writer, isCertain: true), address)
      }
    case .near(let address): note(Write(writer: writer, isCertain: false), address)
    case .unknown: break
    }
  }

  private mutating func note(_ write: Write, _ address: Int) {
    let offset = address - Chip8.programStart
    guard writes.indices.contains(offset) else { return }
    if let known = writes[offset], known.isCertain || !write.isCertain { return }
    writes[offset] = write
  }
}
