// Loops that only wait: for the delay timer, or for a key. Neither changes within a frame, so once an
// iteration has left everything as it was, all further ones would, and are done in one go.

/// An iteration of a loop that is being watched.
struct IdleLoop {
  /// How far before its jump a loop may begin.
  static let maxByteCount = 16

  /// The jump that ends it.
  var jump: Op?
  /// What was there when the jump was executed last. There is nothing else that the loop changes.
  var v = SIMD16<UInt8>()
  var index: UInt = 0
  var left: UInt = 0
}

extension Core {
  /// V0 to VF.
  private var allRegisters: SIMD16<UInt8> {
    UnsafeRawPointer(place.v).loadUnaligned(as: SIMD16<UInt8>.self)
  }

  /// How many instructions an iteration of a loop has that ends with a jump from `end` back to `start`;
  /// nil unless it does nothing but change registers, in a straight line: then whatever leaves the loop
  /// and comes back takes more instructions than an iteration.
  ///
  /// The only instruction that may skip another is the one before the jump, which leaves the loop.
  func idleLoopLength(from start: Int, to end: Int) -> Int? {
    guard (start...start + IdleLoop.maxByteCount).contains(end) else { return nil }
    var (address, count) = (start, 1)
    var (read, written): (UInt32, UInt32) = (0, 0)
    while address < end {
      let instruction = instruction(at: address)
      let isExit = instruction.form.flow == .skip && address + 2 == end
      let isPlain = instruction.form.flow == .next
      let (reads, writes) = (instruction.form.reads, instruction.form.writes)
      guard isExit || isPlain, writes.isSubset(of: .registers) else { return nil }
      read |= instruction.registers(reads) & ~written
      written |= instruction.registers(writes)
      address += instruction.byteCount
      count += 1
    }
    // What depends on what the iteration before has written, counts and does not wait.
    return address == end && read & written == 0 ? count : nil
  }

  /// How many of the instructions that are left remain when as many whole iterations are done as
  /// there is time for; all of them unless the last iteration has changed nothing.
  mutating func leaveIdle(_ jump: Op, ofLength length: UInt, _ index: UInt, _ left: UInt) -> UInt {
    let v = allRegisters
    let isIdle =
      idleLoop.jump == jump && idleLoop.left &- left == length && idleLoop.index == index
      && idleLoop.v == v
    idleLoop = IdleLoop(jump: jump, v: v, index: index, left: left)
    return isIdle ? left % length : left
  }
}

extension Instruction {
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
