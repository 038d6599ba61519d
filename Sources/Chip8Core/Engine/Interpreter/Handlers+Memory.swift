// The handlers of I and the memory: see Handlers.swift.
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
