// The rule of every instruction. This is where to look first: here are jumps, calls and skips, in
// Handlers+Registers.swift, Handlers+Memory.swift and Handlers+Display.swift all others. Which handler an
// instruction gets is in Operation+Decoding.swift.
//
// A handler is a rule and the call of the next handler. In it `m` is the core, `v` the registers, `op`
// the operation, `i` is I, `left` how many instructions may follow, and `sp` how many return addresses
// there are; `op.next` is the operation two bytes further.

// MARK: Jumps, calls and skips

/// 1nnn: PC = nnn.
@inline(__always)
func handleJump(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  proceed(m, m.target(of: op), i, left, sp, v)
}

/// 1nnn at nnn: nothing can change any more, so the rest of the slice is done in one go.
@inline(__always)
func handleHalt(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.end = .halted
  pause(m, op, i, left &+ 1, sp, v)
}

/// 1nnn at the end of a loop that may only wait.
@inline(__always)
func handleIdleJump(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  // Apart, so that registers are saved only where a function is called.
  guard _fastPath(left <= IdleLoop.minLeft) else {
    return leaveIdle(m, op, i, left, sp, v)
  }
  proceed(m, m.target(of: op), i, left, sp, v)
}

@inline(never)
private func leaveIdle(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let rest = m.core.leaveIdle(Int(bitPattern: m.address(of: op)), i, left)
  proceed(m, m.target(of: op), i, rest, sp, v)
}

/// Bnnn: PC = nnn + V0, or with the quirk `jump` nnn + Vx.
@inline(__always)
func handleJumpIndexed(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let target = op.number &+ UInt(v[op.x])
  guard _fastPath(target < m.core.pointee.operationCount) else {
    return leave(for: target, m, i, left, sp, v)
  }
  let next = m.operation(at: target)
  guard next != op else {
    return handleHalt(m, op, i, left, sp, v)
  }
  proceed(m, next, i, left, sp, v)
}

/// 2nnn: pushes the address of the next instruction, and PC = nnn.
@inline(__always)
func handleCall(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard _fastPath(sp < UInt(bitPattern: m.core.pointee.dialect.maxStackCount)) else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  m.returnAddress(at: sp).pointee = op.link
  m.returnPoint(at: sp).pointee = op.next
  proceed(m, m.target(of: op), i, left, sp &+ 1, v)
}

/// 00EE: PC is popped.
@inline(__always)
func handleReturn(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard _fastPath(sp > m.core.pointee.earlierCallCount) else {
    return returnFromEarlierCall(m, op, i, left, sp, v)
  }
  let place = sp &- 1
  proceed(m, m.returnPoint(at: place).pointee, i, left, place, v)
}

/// 6xnn and 00EE: Vx = nn, and PC is popped.
@inline(__always)
func handleSetAndReturn(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] = op.byte
  returnNext(m, op, i, left, sp, v)
}

/// 7xnn and 00EE: Vx += nn, and PC is popped.
@inline(__always)
func handleAddAndReturn(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] &+= op.byte
  returnNext(m, op, i, left, sp, v)
}

/// Executes the return that comes next.
@inline(__always)
private func returnNext(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let (rest, isOver) = left.subtractingReportingOverflow(1)
  guard _fastPath(!isOver) else { return pause(m, op.next, i, 0, sp, v) }
  handleReturn(m, op.next, i, rest, sp, v)
}

/// Returns to an address that was on the stack when the run began, if there is any.
@inline(never)
private func returnFromEarlierCall(
  _ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  guard sp > 0 else { return leaveToRules(m, op, i, left, sp, v) }
  let place = sp &- 1
  m.core.pointee.earlierCallCount = place
  let target = UInt(m.returnAddress(at: place).pointee)
  guard target < m.core.pointee.operationCount else {
    return leave(for: target, m, i, left, place, v)
  }
  proceed(m, m.operation(at: target), i, left, place, v)
}

/// 3xnn: skips the next instruction if Vx is nn.
@inline(__always)
func handleSkipIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 3xnn: skips the next instruction if Vx is nn. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 4xnn: skips it if Vx is not nn.
@inline(__always)
func handleSkipIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 4xnn: skips it if Vx is not nn. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 5xy0: skips it if Vx is Vy.
@inline(__always)
func handleSkipIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 5xy0: skips it if Vx is Vy. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 9xy0: skips it if Vx is not Vy.
@inline(__always)
func handleSkipIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 9xy0: skips it if Vx is not Vy. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down.
@inline(__always)
func handleSkipIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// ExA1: skips it if that key is up.
@inline(__always)
func handleSkipIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard !m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 6xkk and Ex9E: Vx = kk, and skips the next instruction if that key is down.
@inline(__always)
func handleSetAndSkipIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  setAndSkip(op.byte, if: m.isDown(op.byte), m, op, i, left, sp, v)
}

/// 6xkk and ExA1: Vx = kk, and skips the next instruction if that key is up.
@inline(__always)
func handleSetAndSkipIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  setAndSkip(op.byte, if: !m.isDown(op.byte), m, op, i, left, sp, v)
}

/// Sets Vx, and executes the skip that comes next.
@inline(__always)
func setAndSkip(
  _ value: UInt8, if skips: Bool, _ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  v[op.x] = value
  let (rest, isOver) = left.subtractingReportingOverflow(1)
  guard _fastPath(!isOver) else { return pause(m, op.next, i, 0, sp, v) }
  guard skips else { return proceed(m, op.afterNext, i, rest, sp, v) }
  proceed(m, op.afterLong, i, rest, sp, v)
}

/// ExA1: skips it if that key is up. The next instruction has four bytes.
@inline(__always)
func handleSkipLongIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard !m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 3xnn and 1nnn: PC = nnn unless Vx is nn.
@inline(__always)
func handleJumpUnlessEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == op.byte else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 4xnn and 1nnn: PC = nnn if Vx is nn.
@inline(__always)
func handleJumpIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != op.byte else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 5xy0 and 1nnn: PC = nnn unless Vx is Vy.
@inline(__always)
func handleJumpUnlessSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] == v[op.y] else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 9xy0 and 1nnn: PC = nnn if Vx is Vy.
@inline(__always)
func handleJumpIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard v[op.x] != v[op.y] else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Ex9E and 1nnn: PC = nnn unless the key is down.
@inline(__always)
func handleJumpUnlessKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.isDown(v[op.x]) else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// ExA1 and 1nnn: PC = nnn if the key is down.
@inline(__always)
func handleJumpIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard !m.isDown(v[op.x]) else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Executes the jump after a skip that has not skipped it.
@inline(__always)
private func jumpAfterSkip(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let (rest, isOver) = left.subtractingReportingOverflow(1)
  guard _fastPath(!isOver) else { return pause(m, op.next, i, 0, sp, v) }
  proceed(m, m.target(of: op), i, rest, sp, v)
}

extension UnsafeMutableRawPointer {
  /// Whether a key is down, by the low four bits of its number.
  @inline(__always)
  fileprivate func isDown(_ key: UInt8) -> Bool {
    core.pointee.state.pointee.keys.contains(KeySet(key: key))
  }
}

/// Continues where there are no operations: past the RAM, or where the program has not been yet.
@inline(never)
private func leave(
  for target: UInt, _ m: Raw, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  pause(m, m.operation(at: 0), i, left, sp, v)
  m.core.pointee.pc = UInt16(truncatingIfNeeded: target)
}

/// The program counter has run over the last operation; at the end of XO-CHIP's RAM, around it.
@inline(never)
func handleEndOfRAM(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  pause(m, op, i, left &+ 1, sp, v)
}

// MARK: Everything else

/// An instruction that its rule executes.
@inline(never)
func handleSlowly(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  leaveToRules(m, op, i, left, sp, v)
}

/// The instruction at an address was not decoded since the bytes there changed.
@inline(never)
func handleUndecoded(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let address = m.core.pointee.decode(op)
  m.operation(at: address).handler(m, op, i, left, sp, v)
}
