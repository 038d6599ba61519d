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
    core.deallocate()
  }

  /// Notes that a part of the RAM is written.
  func noteWrite(_ part: Range<Int>) {
    core.pointee.noteWrite(part.lowerBound, count: part.count)
  }
}

extension Core {
  /// Notes that some bytes of the RAM are written: the operations that were made from them are
  /// forgotten.
  mutating func noteWrite(_ address: Int, count: Int) {
    for written in address..<address &+ count {
      let mark = marks[written & mask]
      guard mark != 0 else { continue }
      if mark & Mark.watched != 0 { noteChange(at: written & mask) }
      if mark & Mark.decoded != 0 { forgetOperations(madeFrom: written & mask) }
    }
  }

  /// Forgets the operations that were made from a byte. The longest is made from four: a skip and what
  /// it skips, or a long load of I.
  func forgetOperations(madeFrom address: Int) {
    for first in address &- 3...address { operations[first & mask] = .undecoded }
    marks[address] &= ~Mark.decoded
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
  mutating func decode(_ operation: UnsafeRawPointer) -> UInt {
    let address = (operation - UnsafeRawPointer(operations)) / Operation.stride
    let instruction = instruction(at: address)
    operations[address] = Operation(instruction, at: address, on: self)
    let looksAhead = instruction.form.flow == .skip || instruction.byteCount == 4
    for k in 0..<(looksAhead ? 4 : 2) {
      let byte = (address &+ k) & mask
      marks[byte] |= Mark.decoded
      codePages.insert(byte / PagePool.pageByteCount)
    }
    return UInt(bitPattern: address)
  }
}
