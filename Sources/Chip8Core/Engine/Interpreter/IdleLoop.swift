// Loops that only wait: for the delay timer, or for keys. Neither changes within a frame, so once an
// iteration has left everything as it was, all further ones would, and are done in one go.

/// A jump back that may end a loop that only waits, as it was executed last.
struct IdleLoop {
  /// How far before its jump a loop may begin.
  static let maxByteCount = 64
  /// How many instructions an iteration may have. To look for one is worth it where more are left.
  static let maxLength = 64
  /// How often a loop may turn out to do something else before it is left alone.
  private static let maxDoubtCount = 3

  var jump: Op?
  /// How many instructions are left when it is executed again after an iteration of one way.
  private var leftAfter: UInt = 0
  private var v: UInt128 = 0
  private var index: UInt = 0
  private var doubtCount = 0
  fileprivate var oneWay = OneWay()

  /// A loop with one way through it, and one exit, at its end: only the last instruction before its jump can
  /// skip, the jump itself or another before it. Whatever that skips, something else is executed when it
  /// would be the jump's turn. So where the jump is executed again after as many instructions as the way has,
  /// that is the way that was taken.
  fileprivate struct OneWay {
    /// The bytes up to its jump's, among which it is.
    var code: UInt128 = 0
    var end = 0
    /// How many instructions it has with its jump; 0 if the code is not such a loop.
    var length: UInt = 0
  }

  /// Notes that the jump of a loop with one way is executed, and says whether that way has led to it.
  @inline(__always)
  fileprivate mutating func isRepeated(_ jump: Op, _ left: UInt) -> Bool {
    let isRepeated = self.jump == jump && leftAfter == left
    (self.jump, leftAfter) = (jump, left &- oneWay.length)
    return isRepeated
  }

  /// Notes that a jump is executed, and says whether the registers are what they were the last time.
  @inline(__always)
  fileprivate mutating func isUnchanged(_ jump: Op, _ v: UInt128, _ index: UInt) -> Bool {
    let isSame = self.jump == jump && self.index == index && self.v == v
    if self.jump != jump { doubtCount = 0 }
    (self.jump, self.v, self.index) = (jump, v, index)
    return isSame && doubtCount < IdleLoop.maxDoubtCount
  }

  fileprivate mutating func doubt() { doubtCount += 1 }
}

extension Core {
  /// Whether a loop that a jump at `end` closes may be one that only waits: its instructions change only
  /// registers, and none that the next iteration depends on. How it really runs is seen later.
  func mayWait(from start: Int, to end: Int) -> Bool {
    guard (start...start + IdleLoop.maxByteCount).contains(end) else { return false }
    var address = start
    var (read, written): (UInt32, UInt32) = (0, 0)
    while address < end {
      let instruction = instruction(at: address)
      guard instruction.changesOnlyRegisters else { return false }
      read |= instruction.registers(instruction.form.reads) & ~written
      written |= instruction.registers(instruction.form.writes)
      address += instruction.byteCount
    }
    return address == end && read & written == 0
  }

  /// Looks at the loop that a jump at `end` closes, unless that was done and its code is the same.
  @inline(__always)
  fileprivate mutating func lookAtOneWay(to end: Int) {
    let byteCount = MemoryLayout<UInt128>.size
    guard end &+ 2 >= byteCount, end < mask else { return idleLoop.oneWay = IdleLoop.OneWay() }
    let code = UnsafeRawPointer(ram + (end &+ 2 &- byteCount)).loadUnaligned(as: UInt128.self)
    if code == idleLoop.oneWay.code, end == idleLoop.oneWay.end { return }
    let start = Int(instruction(at: end).nnn)
    let isNear = end &+ 2 &- start <= byteCount && mayWait(from: start, to: end)
    idleLoop.oneWay = IdleLoop.OneWay(
      code: code, end: end, length: isNear ? lengthOfOneWay(from: start, to: end) : 0)
  }

  @inline(never)
  private func lengthOfOneWay(from start: Int, to end: Int) -> UInt {
    var (address, length) = (start, UInt(1))
    while address < end {
      let instruction = instruction(at: address)
      address += instruction.byteCount
      length += 1
      switch instruction.form.flow {
      case .next: continue
      case .skip where address == end: return length
      case .skip where address + 2 == end:
        return self.instruction(at: address).kind == .jump ? length : 0
      default: return 0
      }
    }
    return length
  }
}

extension UnsafeMutablePointer<Core> {
  /// How many of the instructions that are left after a jump back remain when as many whole iterations
  /// are done as there is time for; all of them unless the loop only waits.
  func leaveIdle(_ jump: Op, _ index: UInt, _ left: UInt) -> UInt {
    let end = UnsafeMutableRawPointer(self).address(of: jump)
    pointee.lookAtOneWay(to: Int(bitPattern: end))
    if pointee.idleLoop.oneWay.length > 0 {
      return pointee.idleLoop.isRepeated(jump, left) ? left % pointee.idleLoop.oneWay.length : left
    }
    let v = UnsafeRawPointer(pointee.place.v).loadUnaligned(as: UInt128.self)
    guard pointee.idleLoop.isUnchanged(jump, v, index) else { return left }
    let length = idleLength(UInt16(end), index)
    // Nothing has happened yet.
    UnsafeMutableRawPointer(pointee.place.v).storeBytes(of: v, as: UInt128.self)
    guard let length else {
      pointee.idleLoop.doubt()
      return left
    }
    return left % length
  }

  /// How many instructions there are from a jump to when it is next executed, if they change only
  /// registers, and those are then what they are now. Executes them to see that.
  @inline(never)
  private func idleLength(_ jump: UInt16, _ index: UInt) -> UInt? {
    var engine = Engine(self, isByRules: true)
    let v = UnsafeRawPointer(engine.v).loadUnaligned(as: UInt128.self)
    engine.state.pointee.i = UInt16(truncatingIfNeeded: index)
    engine.pc = jump
    for length in 0...UInt(IdleLoop.maxLength) {
      if engine.pc == jump, length > 0 {
        let isSame = v == UnsafeRawPointer(engine.v).loadUnaligned(as: UInt128.self)
        return isSame && engine.state.pointee.i == index ? length : nil
      }
      let instruction = engine.instruction(at: engine.pc)
      guard instruction.changesOnlyRegisters else { return nil }
      engine.pc &+= 2
      engine.execute(instruction)
      guard case .none = engine.event else { return nil }
    }
    return nil
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
