// Loops that only wait: for the delay timer, or for a key. Neither changes within a frame, so once an
// iteration has left everything as it was, all further ones would, and are done in one go.

/// An iteration of a loop that is being watched.
struct IdleLoop {
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
    guard (start...start + 16).contains(end) else { return nil }
    var (address, count) = (start, 1)
    while address < end {
      let instruction = instruction(at: address)
      let isExit = instruction.form.flow == .skip && address + 2 == end
      let isPlain = instruction.form.flow == .next
      guard isExit || isPlain, instruction.form.writes.isSubset(of: .registers) else { return nil }
      address += instruction.byteCount
      count += 1
    }
    return address == end ? count : nil
  }

  /// How many of the instructions that are left remain when as many whole iterations are done as
  /// there is time for; all of them unless the last iteration has changed nothing.
  mutating func leaveIdle(_ jump: Op, _ index: UInt, _ left: UInt) -> UInt {
    let length = UInt(jump.number)
    let v = allRegisters
    let isIdle =
      idleLoop.jump == jump && idleLoop.left &- left == length && idleLoop.index == index
      && idleLoop.v == v
    idleLoop = IdleLoop(jump: jump, v: v, index: index, left: left)
    return isIdle ? left % length : left
  }
}

extension Instruction.Parts {
  /// V0 to VF and I.
  fileprivate static let registers: Self = [
    .v0, .v1, .vx, .vy, .vf, .v0ThroughVx, .vxThroughVy, .i,
  ]
}
