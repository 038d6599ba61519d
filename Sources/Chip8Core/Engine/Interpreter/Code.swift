/// The instructions of a RAM, made ready to be executed: each when it is executed first. What follows
/// from the RAM and the configuration is not state, and can be dropped at any time.
struct Code: Sendable {
  /// How many operations stand after those of the RAM, so that the last instruction has something to
  /// continue to, whatever it skips.
  static let margin = 8

  /// One for each address, and ``margin`` more; empty until the machine runs.
  private(set) var operations: [Operation] = []
  /// A byte for each address: 0 where no operation was made from the byte there.
  private(set) var marks: [UInt8] = []

  /// Calls with the addresses of all of it, for a RAM of so many bytes.
  mutating func withUnsafeMutablePointers<Result>(
    byteCount: Int,
    _ body: (UnsafeMutablePointer<Operation>, UnsafeMutablePointer<UInt8>) -> Result
  ) -> Result {
    if operations.isEmpty {
      operations =
        Array(repeating: .undecoded, count: byteCount) + Array(repeating: .end, count: Code.margin)
      marks = Array(repeating: 0, count: byteCount)
    }
    return operations.withUnsafeMutableBufferPointer { operations in
      marks.withUnsafeMutableBufferPointer { marks in
        guard let first = operations.baseAddress, let mark = marks.baseAddress else {
          preconditionFailure("a RAM has bytes")
        }
        return body(first, mark)
      }
    }
  }

  /// Forgets the operations that were made from a part of the RAM.
  mutating func forget(_ part: Range<Int>) {
    guard !operations.isEmpty else { return }
    let byteCount = marks.count
    withUnsafeMutablePointers(byteCount: byteCount) { operations, marks in
      Core.forget(part.lowerBound, count: part.count, operations, marks, mask: byteCount - 1)
    }
  }
}

extension Core {
  /// Forgets the operations that were made from some bytes of the RAM. The longest is made from four:
  /// a skip, and a long load of I after it.
  static func forget(
    _ address: Int, count: Int, _ operations: UnsafeMutablePointer<Operation>,
    _ marks: UnsafeMutablePointer<UInt8>, mask: Int
  ) {
    for k in 0..<count where marks[(address &+ k) & mask] != 0 {
      let written = address &+ k
      for first in written &- 3...written { operations[first & mask] = .undecoded }
      marks[written & mask] = 0
    }
  }

  /// The same while instructions run.
  func forget(_ address: Int, count: Int) {
    Core.forget(address, count: count, operations, marks, mask: mask)
  }

  /// The two bytes at an address, the high one first.
  @inline(__always)
  func word(at address: Int) -> UInt16 {
    UInt16(ram[address & mask]) << 8 | UInt16(ram[(address &+ 1) & mask])
  }

  /// Makes an operation ready.
  ///
  /// - Returns: its address.
  func decode(_ operation: UnsafeRawPointer) -> UInt {
    let address = (operation - UnsafeRawPointer(operations)) / Operation.stride
    let instruction = Instruction(opcode: word(at: address), for: dialect.extensions)
    operations[address] = Operation(
      instruction, at: address, followedBy: word(at: address &+ 2), on: dialect)
    let byteCount = dialect.extensions.contains(.xoChip) ? 4 : 2
    for k in 0..<byteCount { marks[(address &+ k) & mask] = 1 }
    return UInt(bitPattern: address)
  }
}
