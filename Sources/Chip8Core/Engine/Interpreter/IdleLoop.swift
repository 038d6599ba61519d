// Loops that only wait: for the delay timer, or for keys. Neither changes within a frame, so once an
// iteration leaves everything as it was, all further ones do, and are done in one go.
//
// Whether one does is tried: its operations are executed on a copy of the registers. For that they are made
// once more, apart from all others. These pause where the loop jumps back, goes elsewhere, or does anything but
// change registers.

/// A loop that may be one that only waits.
struct IdleLoop {
  /// How many bytes a loop may have before its jump.
  static let maxByteCount = 96
  /// How many instructions an iteration may have.
  static let maxLength: UInt = 128
  /// How many instructions must be left for it to be worth trying an iteration.
  static let minLeft: UInt = 64
  /// For how many addresses a loop has operations, with those that a last skip may lead to.
  static let operationCount = maxByteCount + 8

  /// What it was made from: the bytes from where it begins to the end of its jump, and those that its
  /// operations look at beyond; none once one of them is written.
  fileprivate var bytes = 0..<0
  /// Where its jump is; an address of no instruction once one of the bytes is written.
  fileprivate var end = -1
  /// Where its operations begin.
  fileprivate var start = 0
  /// Where the program counter is after an iteration.
  fileprivate var pcAfterIteration: UInt16 = 0
}

/// Loops that may only wait: those whose jumps back were executed last.
struct IdleLoops {
  /// How many are kept: a power of two.
  static let count = 4
  /// How often a loop may turn out to do something else in a slice before it is left alone.
  private static let maxDoubtCount: UInt8 = 4

  fileprivate var loops = InlineArray<4, IdleLoop>(repeating: IdleLoop())
  /// How often in this slice each has turned out to do something else, or has taken another's place.
  private var doubtCounts = SIMD4<UInt8>.zero
  /// For how many bytes operations may be made. Executed instructions earn more, so that making them never
  /// takes longer than the program, however many loops it has or rewrites.
  private var credit = IdleLoops.maxCredit
  private static let maxCredit = 1024
  private static let instructionsPerByte = 32
  /// Whether there are doubts, or less than the most credit.
  private var isInDoubt = false

  /// In which place a loop is kept.
  fileprivate static func number(end: Int) -> Int { end >> 1 & (count - 1) }

  fileprivate func isWorthTrying(_ number: Int) -> Bool {
    doubtCounts[number] < IdleLoops.maxDoubtCount
  }

  fileprivate mutating func doubt(_ number: Int) {
    doubtCounts[number] &+= 1
    isInDoubt = true
  }

  /// Whether operations may be made of so many bytes, which are then paid for.
  fileprivate mutating func pay(_ byteCount: Int) -> Bool {
    guard credit >= byteCount else { return false }
    credit -= byteCount
    return true
  }

  /// Begins another slice, of so many instructions.
  @inline(__always)
  mutating func begin(_ count: Int) { if isInDoubt { recover(count) } }

  @inline(never)
  private mutating func recover(_ count: Int) {
    doubtCounts = .zero
    credit = min(credit + count / IdleLoops.instructionsPerByte, IdleLoops.maxCredit)
    isInDoubt = credit < IdleLoops.maxCredit
  }

  /// Forgets those that were made from a byte.
  mutating func forget(_ address: Int) {
    for number in 0..<IdleLoops.count where loops[number].bytes.contains(address) {
      loops[number] = IdleLoop()
    }
  }
}

extension Core {
  /// Whether a loop that a jump at `end` closes may be one that only waits. How it really runs is seen later.
  func mayWait(from start: Int, to end: Int) -> Bool { waitingWays(from: start, to: end) != 0 }

  /// The instructions of a loop that a jump at `end` closes which can be reached by those alone that change
  /// only registers: a bit for the distance of each from the first. None unless the jump is one of them, and
  /// none of the registers that they change is one that the next iteration depends on.
  private func waitingWays(from start: Int, to end: Int) -> UInt128 {
    guard (start...start + IdleLoop.maxByteCount).contains(end) else { return 0 }
    var ways: UInt128 = 1
    var (read, written): (UInt32, UInt32) = (0, 0)
    for address in start..<end where ways >> (address - start) & 1 != 0 {
      let instruction = instruction(at: address)
      guard instruction.changesOnlyRegisters else { continue }
      read |= instruction.registers(instruction.form.reads) & ~written
      written |= instruction.registers(instruction.form.writes)
      for next in successors(of: instruction, at: address) where (start...end).contains(next) {
        ways |= 1 << (next - start)
      }
    }
    return ways >> (end - start) & 1 != 0 && read & written == 0 ? ways : 0
  }

  /// Where an instruction may lead to that changes only registers.
  private func successors(of instruction: Instruction, at address: Int) -> [Int] {
    let next = address + instruction.byteCount
    return switch instruction.form.flow {
    case .jump: [Int(instruction.nnn)]
    case .skip: [next, next + self.instruction(at: next).byteCount]
    default: [next]
    }
  }

  /// Makes the operations ready by which an iteration is tried of the loop that a jump at `end` closes.
  @inline(never)
  fileprivate mutating func lookAtLoop(_ number: Int, to end: Int) {
    idleLoops.doubt(number)
    let (jump, first) = (instruction(at: end), Int(instruction(at: end).nnn))
    guard jump.kind == .jump, first <= end, idleLoops.pay(end + 2 - first) else { return }
    let ways = waitingWays(from: first, to: end)
    guard ways != 0 else { return }
    let addresses = (first..<end).filter { ways >> ($0 - first) & 1 != 0 }
    let last = addresses.reduce(end + 2) {
      max($0, $1 + byteCount(of: instruction(at: $1), at: $1))
    }
    guard last <= mask + 1 else { return }
    let start = idleOperationStart + number * IdleLoop.operationCount
    let loop = IdleLoop(
      bytes: first..<last, end: end, start: start,
      pcAfterIteration: UInt16(truncatingIfNeeded: start + end - first))
    idleLoops.loops[number] = loop
    mark(loop.bytes, Mark.decoded)
    (0..<IdleLoop.operationCount).forEach { operations[start + $0] = .pause }
    for address in addresses {
      operations[start + address - first] = idleOperation(at: address, of: loop)
    }
  }

  /// What is executed for an instruction when an iteration is tried.
  private mutating func idleOperation(at address: Int, of loop: IdleLoop) -> Operation {
    let instruction = instruction(at: address)
    guard instruction.changesOnlyRegisters, !mayStop(before: instruction, at: address) else {
      return .pause
    }
    var operation = Operation(instruction, at: address, on: &self, tryingTo: loop.end)
    let target = Int(operation.target) / Operation.stride
    let first = loop.bytes.lowerBound
    let distance =
      (first...loop.end).contains(target) ? target - first : IdleLoop.operationCount - 1
    operation.target = UInt32((loop.start + distance) * Operation.stride)
    return operation
  }
}

extension UnsafeMutablePointer<Core> {
  /// How many of the instructions that are left after a jump back at `end` remain when as many whole
  /// iterations are done as there is time for; all of them unless the loop only waits. The registers are
  /// then as an iteration leaves them.
  func leaveIdle(_ end: Int, _ index: UInt, _ left: UInt) -> UInt {
    let number = IdleLoops.number(end: end)
    guard pointee.idleLoops.isWorthTrying(number) else { return left }
    if pointee.idleLoops.loops[number].end != end { pointee.lookAtLoop(number, to: end) }
    let loop = pointee.idleLoops.loops[number]
    guard loop.end == end else { return left }
    let v = UnsafeMutableRawPointer(pointee.place.v)
    var (registers, rest) = (v.loadUnaligned(as: UInt128.self), left)
    // The first iteration may find other keys or another time than the one before this frame.
    for _ in 0..<2 {
      let before = registers
      let limit = min(rest, IdleLoop.maxLength + 1)
      guard let length = iterate(loop, &registers, index, limit) else { break }
      if registers == before {
        v.storeBytes(of: registers, as: UInt128.self)
        return rest % length
      }
      rest &-= length
    }
    pointee.idleLoops.doubt(number)
    return left
  }

  /// Executes an iteration on some registers, and says how many instructions it has with its jump, which
  /// are fewer than `limit`; nil if it has more, or does something else.
  private func iterate(
    _ loop: IdleLoop, _ registers: inout UInt128, _ index: UInt, _ limit: UInt
  ) -> UInt? {
    let m = UnsafeMutableRawPointer(self)
    withUnsafeMutableBytes(of: &registers) { v in
      guard let v = v.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      proceed(m, m.operation(at: UInt(bitPattern: loop.start)), index, limit, 0, v)
    }
    pointee.end = .limit
    let isIteration = pointee.pc == loop.pcAfterIteration && pointee.index == index
    return isIteration && pointee.remaining > 0 ? limit &- pointee.remaining : nil
  }
}

extension Instruction {
  /// Whether it changes nothing but V0 to VF, I and the program counter, which goes where the
  /// instruction says.
  fileprivate var changesOnlyRegisters: Bool {
    switch form.flow {
    case .next, .skip, .jump: form.writes.isSubset(of: .registers)
    case .jumpIndexed, .call, .end, .fault: false
    }
  }

  /// The registers among some parts of a machine that it has to do with, a bit for each, and one for I.
  func registers(_ parts: Parts) -> UInt32 {
    let (x, y) = (UInt32(x), UInt32(y))
    var registers: UInt32 = 0
    if parts.contains(.v0) { registers |= 1 << 0 }
    if parts.contains(.v1) { registers |= 1 << 1 }
    if parts.contains(.vx) { registers |= 1 << x }
    if parts.contains(.vy) { registers |= 1 << y }
    if parts.contains(.vf) { registers |= 1 << 0xF }
    if parts.contains(.v0ThroughVx) { registers |= 2 << x - 1 }
    if parts.contains(.vxThroughVy) { for k in min(x, y)...max(x, y) { registers |= 1 << k } }
    if parts.contains(.i) { registers |= 1 << 16 }
    return registers
  }
}

extension Instruction.Parts {
  /// V0 to VF and I.
  fileprivate static let registers: Self = [
    .v0, .v1, .vx, .vy, .vf, .v0ThroughVx, .vxThroughVy, .i,
  ]
}
