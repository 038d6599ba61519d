// The rule of every instruction. This is where to look first; which handler an instruction gets is in
// Operation+Decoding.swift.
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

@inline(__always)
private func setAndSkip(
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

// MARK: Registers
//
// VF is written last, so that it holds the flag even when it is an operand.

/// 6xnn: Vx = nn.
@inline(__always)
func handleSet(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] = op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// 7xnn: Vx += nn; VF stays.
@inline(__always)
func handleAdd(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] &+= op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy0: Vx = Vy.
@inline(__always)
func handleCopy(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] = v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy1: Vx |= Vy.
@inline(__always)
func handleOr(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] |= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy1: Vx |= Vy, and VF = 0: the quirk `logic`.
@inline(__always)
func handleOrClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] |= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy2: Vx &= Vy.
@inline(__always)
func handleAnd(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] &= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy2: Vx &= Vy, and VF = 0: the quirk `logic`.
@inline(__always)
func handleAndClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] &= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy3: Vx ^= Vy.
@inline(__always)
func handleXor(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] ^= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy3: Vx ^= Vy, and VF = 0: the quirk `logic`.
@inline(__always)
func handleXorClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] ^= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy4: Vx += Vy; VF is the carry.
@inline(__always)
func handleAddRegister(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let sum = UInt(v[op.x]) &+ UInt(v[op.y])
  v[op.x] = UInt8(truncatingIfNeeded: sum)
  v[0xF] = UInt8(truncatingIfNeeded: sum &>> 8)
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy5: Vx -= Vy; VF is 0 for a borrow, else 1.
@inline(__always)
func handleSubtract(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let (minuend, subtrahend) = (v[op.x], v[op.y])
  v[op.x] = minuend &- subtrahend
  v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy7: Vx = Vy - Vx; VF is 0 for a borrow, else 1.
@inline(__always)
func handleSubtractFrom(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let (minuend, subtrahend) = (v[op.y], v[op.x])
  v[op.x] = minuend &- subtrahend
  v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy6: Vx = Vy >> 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@inline(__always)
func handleShiftRight(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let source = v[op.y]
  v[op.x] = source &>> 1
  v[0xF] = source & 1
  proceed(m, op.next, i, left, sp, v)
}

/// 8xyE: Vx = Vy << 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@inline(__always)
func handleShiftLeft(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let source = v[op.y]
  v[op.x] = source &<< 1
  v[0xF] = source &>> 7
  proceed(m, op.next, i, left, sp, v)
}

/// Cxnn: Vx = a random number & nn.
@inline(__always)
func handleRandom(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let number = m.core.pointee.state.pointee.random.next() &>> 56
  v[op.x] = UInt8(truncatingIfNeeded: number) & op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// Fx07: Vx = the delay timer.
@inline(__always)
func handleReadDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  v[op.x] = m.core.pointee.state.pointee.delay
  proceed(m, op.next, i, left, sp, v)
}

/// Fx07 and 3xnn: Vx = the delay timer, and skips the next instruction if that is nn.
@inline(__always)
func handleReadDelayAndSkipIfEqual(
  _ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  let delay = m.core.pointee.state.pointee.delay
  setAndSkip(delay, if: delay == op.byte, m, op, i, left, sp, v)
}

/// Fx07 and 4xnn: Vx = the delay timer, and skips the next instruction if that is not nn.
@inline(__always)
func handleReadDelayAndSkipIfNotEqual(
  _ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  let delay = m.core.pointee.state.pointee.delay
  setAndSkip(delay, if: delay != op.byte, m, op, i, left, sp, v)
}

/// Fx15: the delay timer = Vx.
@inline(__always)
func handleSetDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.state.pointee.delay = v[op.x]
  proceed(m, op.next, i, left, sp, v)
}

/// Fx18: the sound timer = Vx.
@inline(__always)
func handleSetSound(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.state.pointee.setSound(v[op.x])
  proceed(m, op.next, i, left, sp, v)
}

// MARK: I and the memory
//
// Addresses wrap at the end of the RAM. Near it, and where bytes that are written belong to operations,
// the work is done elsewhere, so that the usual way is short.

/// Annn: I = nnn. F000 nnnn is the same with 16 bits, and four bytes long.
@inline(__always)
func handleSetIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  proceed(m, op.next, op.number, left, sp, v)
}

/// F000 nnnn: I = nnnn.
@inline(__always)
func handleSetIndexLong(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  proceed(m, op.afterNext, op.number, left, sp, v)
}

/// Fx1E: I += Vx, in 16 bits.
@inline(__always)
func handleAddToIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let sum = (i &+ UInt(v[op.x])) & 0xFFFF
  proceed(m, op.next, sum, left, sp, v)
}

/// The same with quirks that ask for more where I would pass the end of the RAM.
@inline(__always)
func handleAddToIndexInRAM(
  _ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V
) {
  let sum = i &+ UInt(v[op.x])
  guard sum <= UInt(bitPattern: m.core.pointee.mask) else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  proceed(m, op.next, sum, left, sp, v)
}

/// Fx29: I = the digit of the low four bits of Vx.
@inline(__always)
func handleSmallDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let digit = UInt(v[op.x] & 0xF)
  let address = UInt(Font.smallAddress) &+ digit &* UInt(Font.smallRowCount)
  proceed(m, op.next, address, left, sp, v)
}

/// Fx30: I = the big digit of the low four bits of Vx.
@inline(__always)
func handleBigDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let digit = UInt(v[op.x] & 0xF)
  let address = UInt(Font.bigAddress) &+ digit &* UInt(Font.bigRowCount)
  proceed(m, op.next, address, left, sp, v)
}

/// Fx33: the three decimal digits of Vx go to I, the highest first.
@inline(__always)
func handleStoreBCD(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let value = UInt32(v[op.x])
  let address = Int(bitPattern: i)
  guard address &+ 3 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  let ram = m.core.pointee.ram + address
  ram[0] = UInt8(truncatingIfNeeded: value / 100)
  ram[1] = UInt8(truncatingIfNeeded: value / 10 % 10)
  ram[2] = UInt8(truncatingIfNeeded: value % 10)
  let marks = m.core.pointee.marks + address
  guard marks[0] | marks[1] | marks[2] == 0 else {
    return forgetDecimal(m, op, i, left, sp, v)
  }
  proceed(m, op.next, i, left, sp, v)
}

/// Fx55: V0 to Vx go to I, which then moves.
@inline(__always)
func handleStore(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let address = Int(bitPattern: i)
  guard address &+ 16 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  let isStored = firstBytes(op.x)
  let ram = UnsafeMutableRawPointer(m.core.pointee.ram + address)
  let old = ram.loadUnaligned(as: SIMD16<UInt8>.self)
  let registers = UnsafeRawPointer(v).loadUnaligned(as: SIMD16<UInt8>.self)
  ram.storeBytes(of: old.replacing(with: registers, where: isStored), as: SIMD16<UInt8>.self)
  let marks = UnsafeRawPointer(m.core.pointee.marks + address).loadUnaligned(as: SIMD16<UInt8>.self)
  let words = unsafeBitCast(
    SIMD16<UInt8>.zero.replacing(with: marks, where: isStored), to: SIMD2<UInt64>.self)
  guard words.x | words.y == 0 else {
    return forgetStored(m, op, i, left, sp, v)
  }
  proceed(m, op.next, (i &+ op.number) & 0xFFFF, left, sp, v)
}

/// Fx65: V0 to Vx come from I, which then moves.
@inline(__always)
func handleLoad(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let address = Int(bitPattern: i)
  guard address &+ 16 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  let ram = UnsafeRawPointer(m.core.pointee.ram + address).loadUnaligned(as: SIMD16<UInt8>.self)
  let registers = UnsafeMutableRawPointer(v)
  let old = registers.loadUnaligned(as: SIMD16<UInt8>.self)
  registers.storeBytes(
    of: old.replacing(with: ram, where: firstBytes(op.x)), as: SIMD16<UInt8>.self)
  proceed(m, op.next, (i &+ op.number) & 0xFFFF, left, sp, v)
}

/// The bytes 0 to x of 16.
@inline(__always)
private func firstBytes(_ x: Int) -> SIMDMask<SIMD16<Int8>> {
  SIMD16<UInt8>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    .<= SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: x))
}

/// Continues after Fx33 has written into instructions, or where a pool watches.
@inline(never)
private func forgetDecimal(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.noteWrite(Int(bitPattern: i), count: 3)
  proceed(m, op.next, i, left, sp, v)
}

/// Continues after Fx55 has done so.
@inline(never)
private func forgetStored(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  // It may be this instruction that was overwritten.
  let moved = (i &+ op.number) & 0xFFFF
  m.core.pointee.noteWrite(Int(bitPattern: i), count: op.x + 1)
  proceed(m, op.next, moved, left, sp, v)
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
