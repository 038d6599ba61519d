// Every instruction: how it is made ready, and its rule. This is where to look first.
//
// A handler is a rule and the call of the next handler. In it `m` is the core with the registers
// `m.v`, `op` the operation, `i` is I, `left` how many instructions may follow, and `sp` where the next
// return address goes; `op.next` is the operation two bytes further. The table and the rules are one
// file, so that the compiler makes each handler once.

extension Operation {
  /// What has to be decoded first.
  static let undecoded = Operation(handler: handleUndecoded)
  /// What stands after the end of the RAM.
  static let end = Operation(handler: handleEndOfRAM)

  /// - Parameters:
  ///   - address: where the instruction is.
  ///   - next: the two bytes after it.
  init(_ instruction: Instruction, at address: Int, followedBy next: UInt16, on machine: Dialect) {
    let quirks = machine.quirks
    let (x, y, nn, nnn) = (instruction.x, instruction.y, instruction.nn, instruction.nnn)
    var isLong: Bool { Instruction(opcode: next, for: machine.extensions).byteCount == 4 }
    self.init(handler: handleSlowly)
    // With this quirk VF keeps the result, and not the flag.
    if quirks.contains(.vfOrder), x == 0xF,
      instruction.form.writes.isSuperset(of: [.vx, .vf])
    {
      return
    }
    switch instruction.kind {
    case .jump:
      (handler, number) = (Int(nnn) == address ? handleHalt : handleJump, nnn)
    case .call:
      let link = UInt16(truncatingIfNeeded: address + 2)
      (handler, number) = (handleCall, nnn)
      (self.x, self.y) = (UInt8(truncatingIfNeeded: link), UInt8(truncatingIfNeeded: link >> 8))
    case .return: handler = handleReturn
    case .skipIfEqual:
      set(isLong ? handleSkipLongIfEqual : handleSkipIfEqual, x, number: nn)
    case .skipIfNotEqual:
      set(isLong ? handleSkipLongIfNotEqual : handleSkipIfNotEqual, x, number: nn)
    case .skipIfSame: set(isLong ? handleSkipLongIfSame : handleSkipIfSame, x, y)
    case .skipIfDifferent:
      set(isLong ? handleSkipLongIfDifferent : handleSkipIfDifferent, x, y)
    case .skipIfKey: set(isLong ? handleSkipLongIfKey : handleSkipIfKey, x)
    case .skipIfNoKey: set(isLong ? handleSkipLongIfNoKey : handleSkipIfNoKey, x)
    case .set: set(handleSet, x, number: nn)
    case .add: set(handleAdd, x, number: nn)
    case .copy: set(handleCopy, x, y)
    case .or: set(quirks.contains(.logic) ? handleOrClearingFlag : handleOr, x, y)
    case .and: set(quirks.contains(.logic) ? handleAndClearingFlag : handleAnd, x, y)
    case .xor: set(quirks.contains(.logic) ? handleXorClearingFlag : handleXor, x, y)
    case .addRegister: set(handleAddRegister, x, y)
    case .subtract: set(handleSubtract, x, y)
    case .subtractFrom: set(handleSubtractFrom, x, y)
    case .shiftRight: set(handleShiftRight, x, quirks.contains(.shift) ? x : y)
    case .shiftLeft: set(handleShiftLeft, x, quirks.contains(.shift) ? x : y)
    case .setIndex: (handler, number) = (handleSetIndex, nnn)
    case .setIndexLong: (handler, number) = (handleSetIndexLong, next)
    case .random: set(handleRandom, x, number: nn)
    case .draw: setDraw(x, y, instruction.n, on: machine)
    case .readDelay: set(handleReadDelay, x)
    case .setDelay: set(handleSetDelay, x)
    case .setSound: set(handleSetSound, x)
    case .bigDigit: set(handleBigDigit, x)
    case .jumpIndexed:
      let register = quirks.contains(.jump) ? UInt8(truncatingIfNeeded: nnn >> 8) : 0
      set(handleJumpIndexed, register, number: nnn)
    case .addToIndex:
      let isPlain = quirks.isDisjoint(with: [.indexOverflowFaults, .indexWraps, .indexOverflowFlag])
      if isPlain { set(handleAddToIndex, x) }
    case .smallDigit: set(handleSmallDigit, x)
    case .storeBCD: set(handleStoreDecimal, x)
    case .store: set(handleStore, x, number: quirks.indexStep(past: x))
    case .load: set(handleLoad, x, number: quirks.indexStep(past: x))
    case .clear, .scrollDown, .scrollUp, .scrollRight, .scrollLeft, .exit, .lores, .hires,
      .storeRange, .loadRange, .selectPlanes, .loadPattern, .waitForKey, .setPitch, .storeFlags,
      .loadFlags, .probeHost, .callHost, .machineCode, .illegal:
      break
    }
  }

  private mutating func set(
    _ handler: Handler, _ x: UInt8, _ y: UInt8 = 0, number: some UnsignedInteger = UInt16(0)
  ) {
    (self.handler, self.x, self.y) = (handler, x, y)
    self.number = UInt16(number)
  }

  /// Most programs draw 8 pixels wide on a screen of 64×32, where sprites are clipped.
  private mutating func setDraw(_ x: UInt8, _ y: UInt8, _ n: UInt8, on machine: Dialect) {
    guard machine.hasPlainDisplay, !machine.quirks.contains(.wrap) else { return }
    set(machine.quirks.contains(.vblank) ? handleDrawAndWait : handleDraw, x, y, number: n)
  }
}

// MARK: Jumps, calls and skips

/// 1nnn: PC = nnn.
@_cdecl("chip8_handle_jump") @inline(__always)
func handleJump(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  proceed(m, m.operation(at: op.number), i, left, sp)
}

/// 1nnn at nnn: nothing can change any more, so the rest of the slice is done in one go.
@_cdecl("chip8_handle_halt") @inline(__always)
func handleHalt(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.core.pointee.end = .halted
  pause(m, op, i, left &+ 1, sp)
}

/// Bnnn: PC = nnn + V0, or with the quirk `jump` nnn + Vx.
@_cdecl("chip8_handle_jump_indexed") @inline(__always)
func handleJumpIndexed(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let target = op.number &+ UInt(m.v[op.x])
  guard target <= UInt(bitPattern: m.core.pointee.mask) else {
    return leave(for: target, m, i, left, sp)
  }
  let next = m.operation(at: target)
  guard next != op else {
    return handleHalt(m, op, i, left, sp)
  }
  proceed(m, next, i, left, sp)
}

/// 2nnn: pushes the address of the next instruction, and PC = nnn.
@_cdecl("chip8_handle_call") @inline(__always)
func handleCall(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard sp < m.core.pointee.stackEnd else {
    return leaveToRules(m, op, i, left, sp)
  }
  sp.storeBytes(of: op.link, as: UInt16.self)
  proceed(m, m.operation(at: op.number), i, left, sp + 2)
}

/// 00EE: PC is popped.
@_cdecl("chip8_handle_return") @inline(__always)
func handleReturn(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard sp > m.core.pointee.stackStart else {
    return leaveToRules(m, op, i, left, sp)
  }
  let target = UInt((sp - 2).load(as: UInt16.self))
  guard target <= UInt(bitPattern: m.core.pointee.mask) else {
    return leave(for: target, m, i, left, sp - 2)
  }
  proceed(m, m.operation(at: target), i, left, sp - 2)
}

/// 3xnn: skips the next instruction if Vx is nn.
@_cdecl("chip8_handle_skip_if_equal") @inline(__always)
func handleSkipIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// 3xnn: skips the next instruction if Vx is nn. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_equal") @inline(__always)
func handleSkipLongIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

/// 4xnn: skips it if Vx is not nn.
@_cdecl("chip8_handle_skip_if_not_equal") @inline(__always)
func handleSkipIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// 4xnn: skips it if Vx is not nn. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_not_equal") @inline(__always)
func handleSkipLongIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

/// 5xy0: skips it if Vx is Vy.
@_cdecl("chip8_handle_skip_if_same") @inline(__always)
func handleSkipIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] == m.v[op.y] else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// 5xy0: skips it if Vx is Vy. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_same") @inline(__always)
func handleSkipLongIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] == m.v[op.y] else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

/// 9xy0: skips it if Vx is not Vy.
@_cdecl("chip8_handle_skip_if_different") @inline(__always)
func handleSkipIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] != m.v[op.y] else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// 9xy0: skips it if Vx is not Vy. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_different") @inline(__always)
func handleSkipLongIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.v[op.x] != m.v[op.y] else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down.
@_cdecl("chip8_handle_skip_if_key") @inline(__always)
func handleSkipIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.isDown(m.v[op.x]) else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_key") @inline(__always)
func handleSkipLongIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.isDown(m.v[op.x]) else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

/// ExA1: skips it if that key is up.
@_cdecl("chip8_handle_skip_if_no_key") @inline(__always)
func handleSkipIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard !m.isDown(m.v[op.x]) else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterNext, i, left, sp)
}

/// ExA1: skips it if that key is up. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_no_key") @inline(__always)
func handleSkipLongIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard !m.isDown(m.v[op.x]) else {
    return proceed(m, op.next, i, left, sp)
  }
  proceed(m, op.afterLong, i, left, sp)
}

extension UnsafeMutableRawPointer {
  /// Whether a key is down, by the low four bits of its number.
  @inline(__always)
  fileprivate func isDown(_ key: UInt8) -> Bool {
    core.pointee.state.pointee.keys.contains(KeySet(key: key))
  }
}

/// Continues past the RAM, where there are no operations.
@inline(never)
private func leave(
  for target: UInt, _ m: Raw, _ i: UInt, _ left: Int, _ sp: Raw
) {
  pause(m, m.operation(at: 0), i, left, sp)
  m.core.pointee.pc = UInt16(truncatingIfNeeded: target)
}

/// The program counter has run over the end of the RAM, or on XO-CHIP around it.
@_cdecl("chip8_handle_end_of_ram") @inline(never)
func handleEndOfRAM(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  pause(m, op, i, left &+ 1, sp)
}

// MARK: Registers
//
// VF is written last, so that it holds the flag even when it is an operand.

/// 6xnn: Vx = nn.
@_cdecl("chip8_handle_set") @inline(__always)
func handleSet(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] = op.byte
  proceed(m, op.next, i, left, sp)
}

/// 7xnn: Vx += nn; VF stays.
@_cdecl("chip8_handle_add") @inline(__always)
func handleAdd(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] &+= op.byte
  proceed(m, op.next, i, left, sp)
}

/// 8xy0: Vx = Vy.
@_cdecl("chip8_handle_copy") @inline(__always)
func handleCopy(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] = m.v[op.y]
  proceed(m, op.next, i, left, sp)
}

/// 8xy1: Vx |= Vy.
@_cdecl("chip8_handle_or") @inline(__always)
func handleOr(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] |= m.v[op.y]
  proceed(m, op.next, i, left, sp)
}

/// 8xy1: Vx |= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_or_clearing_flag") @inline(__always)
func handleOrClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] |= m.v[op.y]
  m.v[0xF] = 0
  proceed(m, op.next, i, left, sp)
}

/// 8xy2: Vx &= Vy.
@_cdecl("chip8_handle_and") @inline(__always)
func handleAnd(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] &= m.v[op.y]
  proceed(m, op.next, i, left, sp)
}

/// 8xy2: Vx &= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_and_clearing_flag") @inline(__always)
func handleAndClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] &= m.v[op.y]
  m.v[0xF] = 0
  proceed(m, op.next, i, left, sp)
}

/// 8xy3: Vx ^= Vy.
@_cdecl("chip8_handle_xor") @inline(__always)
func handleXor(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] ^= m.v[op.y]
  proceed(m, op.next, i, left, sp)
}

/// 8xy3: Vx ^= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_xor_clearing_flag") @inline(__always)
func handleXorClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] ^= m.v[op.y]
  m.v[0xF] = 0
  proceed(m, op.next, i, left, sp)
}

/// 8xy4: Vx += Vy; VF is the carry.
@_cdecl("chip8_handle_add_register") @inline(__always)
func handleAddRegister(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let sum = UInt(m.v[op.x]) &+ UInt(m.v[op.y])
  m.v[op.x] = UInt8(truncatingIfNeeded: sum)
  m.v[0xF] = UInt8(truncatingIfNeeded: sum &>> 8)
  proceed(m, op.next, i, left, sp)
}

/// 8xy5: Vx -= Vy; VF is 0 for a borrow, else 1.
@_cdecl("chip8_handle_subtract") @inline(__always)
func handleSubtract(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let (minuend, subtrahend) = (m.v[op.x], m.v[op.y])
  m.v[op.x] = minuend &- subtrahend
  m.v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp)
}

/// 8xy7: Vx = Vy - Vx; VF is 0 for a borrow, else 1.
@_cdecl("chip8_handle_subtract_from") @inline(__always)
func handleSubtractFrom(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let (minuend, subtrahend) = (m.v[op.y], m.v[op.x])
  m.v[op.x] = minuend &- subtrahend
  m.v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp)
}

/// 8xy6: Vx = Vy >> 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@_cdecl("chip8_handle_shift_right") @inline(__always)
func handleShiftRight(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let source = m.v[op.y]
  m.v[op.x] = source &>> 1
  m.v[0xF] = source & 1
  proceed(m, op.next, i, left, sp)
}

/// 8xyE: Vx = Vy << 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@_cdecl("chip8_handle_shift_left") @inline(__always)
func handleShiftLeft(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let source = m.v[op.y]
  m.v[op.x] = source &<< 1
  m.v[0xF] = source &>> 7
  proceed(m, op.next, i, left, sp)
}

/// Cxnn: Vx = a random number & nn.
@_cdecl("chip8_handle_random") @inline(__always)
func handleRandom(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let number = m.core.pointee.state.pointee.random.next() &>> 56
  m.v[op.x] = UInt8(truncatingIfNeeded: number) & op.byte
  proceed(m, op.next, i, left, sp)
}

/// Fx07: Vx = the delay timer.
@_cdecl("chip8_handle_read_delay") @inline(__always)
func handleReadDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.v[op.x] = m.core.pointee.state.pointee.delay
  proceed(m, op.next, i, left, sp)
}

/// Fx15: the delay timer = Vx.
@_cdecl("chip8_handle_set_delay") @inline(__always)
func handleSetDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.core.pointee.state.pointee.delay = m.v[op.x]
  proceed(m, op.next, i, left, sp)
}

/// Fx18: the sound timer = Vx.
@_cdecl("chip8_handle_set_sound") @inline(__always)
func handleSetSound(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.core.pointee.state.pointee.setSound(m.v[op.x])
  proceed(m, op.next, i, left, sp)
}

// MARK: I and the memory
//
// Addresses wrap at the end of the RAM. Near it, and where bytes that are written belong to operations,
// the work is done elsewhere, so that the usual way is short.

/// Annn: I = nnn. F000 nnnn is the same with 16 bits, and four bytes long.
@_cdecl("chip8_handle_set_index") @inline(__always)
func handleSetIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  proceed(m, op.next, op.number, left, sp)
}

/// F000 nnnn: I = nnnn.
@_cdecl("chip8_handle_set_index_long") @inline(__always)
func handleSetIndexLong(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  proceed(m, op.afterNext, op.number, left, sp)
}

/// Fx1E: I += Vx, in 16 bits.
@_cdecl("chip8_handle_add_to_index") @inline(__always)
func handleAddToIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let sum = (i &+ UInt(m.v[op.x])) & 0xFFFF
  proceed(m, op.next, sum, left, sp)
}

/// Fx29: I = the digit of the low four bits of Vx.
@_cdecl("chip8_handle_small_digit") @inline(__always)
func handleSmallDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let digit = UInt(m.v[op.x] & 0xF)
  let address = UInt(Font.smallAddress) &+ digit &* UInt(Font.smallRowCount)
  proceed(m, op.next, address, left, sp)
}

/// Fx30: I = the big digit of the low four bits of Vx.
@_cdecl("chip8_handle_big_digit") @inline(__always)
func handleBigDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let digit = UInt(m.v[op.x] & 0xF)
  let address = UInt(Font.bigAddress) &+ digit &* UInt(Font.bigRowCount)
  proceed(m, op.next, address, left, sp)
}

/// Fx33: the three decimal digits of Vx go to I, the highest first.
@_cdecl("chip8_handle_store_decimal") @inline(__always)
func handleStoreDecimal(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let value = UInt32(m.v[op.x])
  let address = Int(bitPattern: i)
  guard address &+ 3 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp)
  }
  let ram = m.core.pointee.ram + address
  ram[0] = UInt8(truncatingIfNeeded: value / 100)
  ram[1] = UInt8(truncatingIfNeeded: value / 10 % 10)
  ram[2] = UInt8(truncatingIfNeeded: value % 10)
  let marks = m.core.pointee.marks + address
  guard marks[0] | marks[1] | marks[2] == 0 else {
    return forgetDecimal(m, op, i, left, sp)
  }
  proceed(m, op.next, i, left, sp)
}

/// Fx55: V0 to Vx go to I, which then moves.
@_cdecl("chip8_handle_store") @inline(__always)
func handleStore(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let address = Int(bitPattern: i)
  guard address &+ 16 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp)
  }
  let isStored = firstBytes(op.x)
  let ram = UnsafeMutableRawPointer(m.core.pointee.ram + address)
  let old = ram.loadUnaligned(as: SIMD16<UInt8>.self)
  ram.storeBytes(of: old.replacing(with: m.core.pointee.v, where: isStored), as: SIMD16<UInt8>.self)
  let marks = UnsafeRawPointer(m.core.pointee.marks + address).loadUnaligned(as: SIMD16<UInt8>.self)
  let words = unsafeBitCast(
    SIMD16<UInt8>.zero.replacing(with: marks, where: isStored), to: SIMD2<UInt64>.self)
  guard words.x | words.y == 0 else {
    return forgetStored(m, op, i, left, sp)
  }
  proceed(m, op.next, (i &+ op.number) & 0xFFFF, left, sp)
}

/// Fx65: V0 to Vx come from I, which then moves.
@_cdecl("chip8_handle_load") @inline(__always)
func handleLoad(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let address = Int(bitPattern: i)
  guard address &+ 16 <= m.core.pointee.mask else {
    return leaveToRules(m, op, i, left, sp)
  }
  let ram = UnsafeRawPointer(m.core.pointee.ram + address).loadUnaligned(as: SIMD16<UInt8>.self)
  m.core.pointee.v.replace(with: ram, where: firstBytes(op.x))
  proceed(m, op.next, (i &+ op.number) & 0xFFFF, left, sp)
}

/// The bytes 0 to x of 16.
@inline(__always)
private func firstBytes(_ x: Int) -> SIMDMask<SIMD16<Int8>> {
  SIMD16<UInt8>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    .<= SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: x))
}

/// Continues after Fx33 has written into instructions.
@inline(never)
private func forgetDecimal(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  m.core.pointee.forget(Int(bitPattern: i), count: 3)
  proceed(m, op.next, i, left, sp)
}

/// Continues after Fx55 has written into instructions.
@inline(never)
private func forgetStored(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  // It may be this instruction that was overwritten.
  let moved = (i &+ op.number) & 0xFFFF
  m.core.pointee.forget(Int(bitPattern: i), count: op.x + 1)
  proceed(m, op.next, moved, left, sp)
}

// MARK: The display

/// Dxyn on one plane of 64×32 pixels: a sprite of n rows at I is drawn at (Vx, Vy) with exclusive or,
/// clipped at the right and at the bottom; VF is whether it hits a pixel.
@_cdecl("chip8_handle_draw") @inline(__always)
func handleDraw(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.draw(op, at: i) else { return leaveToRules(m, op, i, left, sp) }
  proceed(m, op.next, i, left, sp)
}

/// The same with the quirk `vblank`: the frame is over.
@_cdecl("chip8_handle_draw_and_wait") @inline(__always)
func handleDrawAndWait(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  guard m.draw(op, at: i) else { return leaveToRules(m, op, i, left, sp) }
  m.core.pointee.end = .frameOver
  pause(m, op.next, i, left, sp)
}

extension UnsafeMutableRawPointer {
  /// Draws a sprite, unless it may reach past the end of the RAM; says whether it did.
  @inline(__always)
  fileprivate func draw(_ op: Op, at i: UInt) -> Bool {
    let address = Int(bitPattern: i)
    guard address &+ 16 <= core.pointee.mask else { return false }
    let (column, line) = (UInt64(v[op.x] & 63), Int(v[op.y] & 31))
    let rowCount = min(Int(bitPattern: op.number), 32 &- line)
    let (bytes, rows) = (core.pointee.ram + address, core.pointee.rows + 2 &* line)
    var hits: UInt64 = 0
    var row = 0
    while row < rowCount {
      let pixels = (UInt64(bytes[row]) &<< 56) &>> column
      hits |= rows[2 &* row] & pixels
      rows[2 &* row] ^= pixels
      row &+= 1
    }
    v[0xF] = hits == 0 ? 0 : 1
    return true
  }
}

// MARK: Everything else

/// An instruction that its rule executes.
@_cdecl("chip8_handle_slowly") @inline(never)
func handleSlowly(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  leaveToRules(m, op, i, left, sp)
}

/// The instruction at an address was not decoded since the bytes there changed.
@_cdecl("chip8_handle_undecoded") @inline(never)
func handleUndecoded(_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) {
  let address = m.core.pointee.decode(op)
  m.operation(at: address).handler(m, op, i, left, sp)
}
