/// The instructions of a RAM, made ready to be executed: each when it is executed first. What follows
/// from the RAM and the configuration is not state, and can be dropped at any time.
///
/// A machine changes it only while it is its only owner: a copy of a machine begins with none.
final class Code: @unchecked Sendable {
  /// How many operations stand after those of the RAM, so that the last instruction has something to
  /// continue to, whatever it skips.
  private static let margin = 8

  let dialect: Dialect
  /// Takes an address into the RAM, whose size is a power of two.
  let mask: Int
  /// One for each address, and ``margin`` more.
  let operations: UnsafeMutablePointer<Operation>
  /// A byte for each address: 0 where no operation was made from the byte there.
  let marks: UnsafeMutablePointer<UInt8>

  init(_ configuration: Configuration) {
    let byteCount = configuration.platform.ramByteCount
    dialect = Dialect(configuration)
    mask = byteCount - 1
    operations = .allocate(capacity: byteCount + Code.margin)
    operations.initialize(repeating: .undecoded, count: byteCount)
    (operations + byteCount).initialize(repeating: .end, count: Code.margin)
    marks = .allocate(capacity: byteCount)
    marks.initialize(repeating: 0, count: byteCount)
  }

  deinit {
    operations.deallocate()
    marks.deallocate()
  }

  /// Forgets the operations that were made from a part of the RAM.
  func forget(_ part: Range<Int>) {
    Core.forget(part.lowerBound, count: part.count, operations, marks, mask: mask)
  }
}

extension Core {
  /// Forgets the operations that were made from some bytes of the RAM. The longest is made from four:
  /// a skip and what it skips, or a long load of I.
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

  /// The instruction at an address.
  func instruction(at address: Int) -> Instruction {
    Instruction(opcode: word(at: address), for: dialect.extensions)
  }

  /// Makes an operation ready.
  ///
  /// - Returns: its address.
  func decode(_ operation: UnsafeRawPointer) -> UInt {
    let address = (operation - UnsafeRawPointer(operations)) / Operation.stride
    let instruction = instruction(at: address)
    operations[address] = Operation(instruction, at: address, on: self)
    let looksAhead = instruction.form.flow == .skip || instruction.byteCount == 4
    for k in 0..<(looksAhead ? 4 : 2) { marks[(address &+ k) & mask] = 1 }
    return UInt(bitPattern: address)
  }
}
