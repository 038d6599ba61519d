/// What a machine has made ready to be executed fast. It follows from the RAM and the configuration, is
/// not state, and can be dropped at any time.
///
/// A machine changes it only while it is its only owner: a copy of a machine begins with none.
final class Code: @unchecked Sendable {
  /// How many operations stand after those of the RAM, so that the last instruction has something to
  /// continue to, whatever it skips.
  private static let margin = 8

  let core: UnsafeMutablePointer<Core>
  /// Whether there are operations yet.
  private var isPrepared = false

  init(_ state: UnsafeMutablePointer<State>, _ tone: UnsafeMutablePointer<Tone?>, ramStart: V) {
    let configuration = state.pointee.configuration
    let byteCount = configuration.platform.ramByteCount
    let operations = UnsafeMutablePointer<Operation>.allocate(capacity: byteCount + Code.margin)
    let marks = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount)
    marks.initialize(repeating: 0, count: byteCount)
    core = .allocate(capacity: 1)
    core.initialize(
      to: Core(
        operations, marks, mask: byteCount - 1, Dialect(configuration),
        Core.Place(state, tone), ramStart))
  }

  /// Makes the operations, 16 bytes for each of the RAM, before the first one is executed. Nothing is
  /// forgotten of them before, for nothing is marked.
  @inline(__always)
  func prepare() {
    if !isPrepared { makeOperations() }
  }

  private func makeOperations() {
    let (operations, byteCount) = (core.pointee.operations, core.pointee.mask + 1)
    operations.initialize(repeating: .undecoded, count: byteCount)
    (operations + byteCount).initialize(repeating: .end, count: Code.margin)
    isPrepared = true
  }

  deinit {
    core.pointee.operations.deallocate()
    core.pointee.marks.deallocate()
    core.deinitialize(count: 1)
    core.deallocate()
  }

  /// Forgets what was made from a part of the RAM.
  func forget(_ part: Range<Int>) {
    core.pointee.forget(part.lowerBound, count: part.count)
  }
}

extension Core {
  /// What the bits of a mark say.
  static let decoded: UInt8 = 1
  static let translated: UInt8 = 2

  /// Forgets what was made from some bytes of the RAM. Most operations are made from four at most: a skip
  /// and what it skips, or a long load of I. A jump may be made from a loop before it.
  func forget(_ address: Int, count: Int) {
    for k in 0..<count where marks[(address &+ k) & mask] != 0 {
      let written = address &+ k
      for first in written &- 3...written &+ IdleLoop.maxByteCount {
        operations[first & mask] = .undecoded
      }
      if marks[written & mask] & Core.translated != 0 { translations?.forget(written & mask) }
      marks[written & mask] = 0
    }
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
    for k in 0..<(looksAhead ? 4 : 2) { marks[(address &+ k) & mask] |= Core.decoded }
    return UInt(bitPattern: address)
  }
}
