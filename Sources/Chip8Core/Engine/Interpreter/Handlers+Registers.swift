// The handlers that change registers: see Handlers.swift.
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
