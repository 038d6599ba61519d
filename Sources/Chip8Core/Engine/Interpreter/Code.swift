/// What a machine has made ready to be executed fast. It follows from the RAM and the configuration, is
/// not state, and can be dropped at any time.
///
/// A machine changes it only while it is its only owner: a copy of a machine begins with none.
final class Code: @unchecked Sendable {
  let core: UnsafeMutablePointer<Core>
  init(_ state: UnsafeMutablePointer<State>, _ tone: UnsafeMutablePointer<Tone?>, ramStart: V) {
    let configuration = state.pointee.configuration
    let byteCount = configuration.platform.ramByteCount
    let operations = UnsafeMutablePointer<Operation>.allocate(
      capacity: byteCount + Core.margin + IdleLoops.count * IdleLoop.operationCount)
    let marks = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount)
    marks.initialize(repeating: 0, count: byteCount)
    let dialect = Dialect(configuration)
    core = .allocate(capacity: 1)
    core.initialize(
      to: Core(
        operations, marks, mask: byteCount - 1, dialect, Core.Place(state, tone), ramStart))
  }

  deinit {
    core.pointee.operations.deallocate()
    core.pointee.marks.deallocate()
    core.deinitialize(count: 1)
    core.deallocate()
  }
}

extension Core {
  /// How many operations come after the last one, so that it has something to continue to, whatever
  /// it skips.
  fileprivate static let margin = 8
  /// For how many addresses operations are made at once: a divisor of every platform's RAM.
  private static let operationStep = 4096

  /// Where the operations of ``idleLoops`` begin.
  var idleOperationStart: Int { mask &+ 1 &+ Core.margin }

  /// Gets ready to execute operations.
  @inline(never)
  mutating func prepare(_ limits: TranslationLimits) {
    translationLimits = limits
    isPrepared = true
    setWholeFrameLength()
    if operationCount == 0 { makeOperations(to: 0) }
  }

  /// Gets ready again, perhaps for another engine, before the next instruction is executed.
  mutating func beUnprepared() {
    isPrepared = false
    wholeFrameLength = 0
  }

  /// Makes the operations of all addresses up to one, 16 bytes for each, before the first of them is
  /// executed. Programs rarely go beyond the first 4 KiB, which is as far as a jump's operand reaches.
  @inline(never)
  mutating func makeOperations(to address: Int) {
    let count = (address / Core.operationStep + 1) * Core.operationStep
    let before = Int(operationCount)
    (operations + before).initialize(repeating: .undecoded, count: count - before)
    (operations + count).initialize(repeating: .end, count: Core.margin)
    operationCount = UInt(count)
  }

  /// Notes that some bytes of the RAM are written: what was made from them is forgotten.
  mutating func noteWrite(_ address: Int, count: Int) {
    for written in address..<address &+ count {
      let mark = marks[written & mask]
      guard mark != 0 else { continue }
      if mark & Mark.watched != 0 { noteChange(at: written & mask) }
      if mark & Mark.made != 0 { forgetWhatWasMade(from: written & mask) }
    }
  }

  /// Forgets the operations that were made from those bytes of a page that become others.
  @inline(__always)
  mutating func forgetDifferences(
    _ old: UnsafeRawPointer, _ new: UnsafeRawPointer, inPage page: Int
  ) {
    let lines = codeLines.lines(ofPage: page)
    if lines != 0 { forgetDifferences(old, new, page, lines) }
  }

  @inline(never)
  private mutating func forgetDifferences(
    _ old: UnsafeRawPointer, _ new: UnsafeRawPointer, _ page: Int, _ lines: UInt64
  ) {
    var lines = lines
    let marks = UnsafeRawPointer(marks + page &* PagePool.pageByteCount)
    var made = SIMD16<UInt8>.zero
    // Code ends and data begins in most pages that have both: then few lines have code.
    while lines != 0 {
      let line = lines.trailingZeroBitCount &* LineSet.lineByteCount
      for k in stride(from: line, to: line &+ LineSet.lineByteCount, by: 16) {
        let isSame =
          old.loadUnaligned(fromByteOffset: k, as: SIMD16<UInt8>.self)
          .== new.loadUnaligned(fromByteOffset: k, as: SIMD16<UInt8>.self)
        let marked = marks.loadUnaligned(fromByteOffset: k, as: SIMD16<UInt8>.self)
        made |= marked.replacing(with: 0, where: isSame)
      }
      lines &= lines &- 1
    }
    // Where nothing becomes another byte, or nothing was made of it, there is nothing to forget.
    if (made & SIMD16(repeating: Mark.made)).hasBits { forgetDifferentBytes(old, new, page) }
  }

  @inline(never)
  private mutating func forgetDifferentBytes(
    _ old: UnsafeRawPointer, _ new: UnsafeRawPointer, _ page: Int
  ) {
    let first = page &* PagePool.pageByteCount
    for byte in 0..<PagePool.pageByteCount
    where old.load(fromByteOffset: byte, as: UInt8.self)
      != new.load(fromByteOffset: byte, as: UInt8.self) && marks[first &+ byte] & Mark.made != 0
    {
      forgetWhatWasMade(from: first &+ byte)
    }
  }

  /// Forgets what was made from a byte. Operations are made from six at most: a number or the timer, a skip, and
  /// what it skips.
  mutating func forgetWhatWasMade(from address: Int) {
    for first in address &- 5...address where first & mask < operationCount {
      operations[first & mask] = .undecoded
    }
    idleLoops.forget(address)
    if marks[address] & Mark.translated != 0 { translations?.forget(address) }
    marks[address] &= ~Mark.made
  }

  /// Marks bytes that something was made from.
  mutating func mark(_ bytes: Range<Int>, _ mark: UInt8) {
    for byte in bytes {
      marks[byte & mask] |= mark
      codeLines.insert(lineOf: byte & mask)
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

  /// From how many bytes an operation is made: a skip looks at what follows.
  func byteCount(of instruction: Instruction, at address: Int) -> Int {
    if skipTogether(after: instruction, at: address) != nil { return 6 }
    let isFollowed =
      instruction.form.flow == .skip || returns(after: instruction, at: address)
    return isFollowed || instruction.byteCount == 4 ? 4 : 2
  }

  /// Makes an operation ready.
  ///
  /// - Returns: its address.
  mutating func decode(_ operation: UnsafeRawPointer) -> UInt {
    let address = (operation - UnsafeRawPointer(operations)) / Operation.stride
    let instruction = instruction(at: address)
    operations[address] =
      mayStop(before: instruction, at: address)
      ? .trap : Operation(instruction, at: address, on: &self)
    mark(address..<address &+ byteCount(of: instruction, at: address), Mark.decoded)
    return UInt(bitPattern: address)
  }
}

/// A set of a RAM's lines of 64 bytes: a bit for each.
struct LineSet {
  static let lineByteCount = 64

  /// A word for each 4 KiB.
  private var words = InlineArray<16, UInt64>(repeating: 0)

  mutating func insert(lineOf address: Int) {
    let line = address / LineSet.lineByteCount
    words[line &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: line)
  }

  /// Those of a page of 256 bytes: four bits.
  @inline(__always)
  func lines(ofPage page: Int) -> UInt64 {
    words[page &>> 4] &>> UInt64(truncatingIfNeeded: 4 &* page) & 0xF
  }
}
