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

  /// Whether it was made from a loop before it.
  var isIdleJump: Bool {
    unsafeBitCast(handler, to: UInt.self)
      == unsafeBitCast(handleIdleJump as Handler, to: UInt.self)
  }

  /// - Parameter address: where the instruction is.
  init(_ instruction: Instruction, at address: Int, on core: Core) {
    let quirks = core.dialect.quirks
    let (x, y, nn, nnn) = (instruction.x, instruction.y, instruction.nn, instruction.nnn)
    self.init(handler: handleSlowly)
    // With this quirk VF keeps the result, and not the flag.
    if quirks.contains(.vfOrder), x == 0xF,
      instruction.form.writes.isSuperset(of: [.vx, .vf])
    {
      return
    }
    switch instruction.kind {
    case .jump: setJump(from: address, to: nnn, on: core)
    case .call:
      set(handleCall, x, number: UInt16(truncatingIfNeeded: address &+ 2))
      target = UInt32(nnn) * UInt32(Operation.stride)
    case .return: handler = handleReturn
    case .skipIfEqual, .skipIfNotEqual, .skipIfSame, .skipIfDifferent, .skipIfKey, .skipIfNoKey:
      setSkip(instruction, at: address, on: core)
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
    case .setIndexLong: (handler, number) = (handleSetIndexLong, core.word(at: address &+ 2))
    case .random: set(handleRandom, x, number: nn)
    case .clear: handler = handleClear
    case .draw: setDraw(x, y, instruction.n, on: core.dialect)
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
    case .scrollDown, .scrollUp, .scrollRight, .scrollLeft, .exit, .lores, .hires,
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

  private mutating func setJump(from address: Int, to nnn: UInt16, on core: Core) {
    target = UInt32(nnn) * UInt32(Operation.stride)
    if Int(nnn) == address {
      handler = handleHalt
    } else if let length = core.idleLoopLength(from: Int(nnn), to: address) {
      set(handleIdleJump, 0, number: UInt16(length))
    } else {
      handler = handleJump
    }
  }

  /// A skip knows what follows: a long instruction, or a jump. Both together are how programs branch,
  /// and are one operation, unless the jump is watched.
  private mutating func setSkip(_ instruction: Instruction, at address: Int, on core: Core) {
    let handlers = instruction.kind.skipHandlers
    let next = core.instruction(at: address &+ 2)
    set(
      next.byteCount == 4 ? handlers.long : handlers.plain, instruction.x, instruction.y,
      number: UInt16(instruction.nn))
    let jump = address &+ 2
    guard next.kind == .jump, jump <= core.mask, Int(next.nnn) != jump,
      core.idleLoopLength(from: Int(next.nnn), to: jump) == nil
    else { return }
    handler = handlers.beforeJump
    target = UInt32(next.nnn) * UInt32(Operation.stride)
  }

  private mutating func setDraw(_ x: UInt8, _ y: UInt8, _ n: UInt8, on machine: Dialect) {
    let waits = machine.quirks.contains(.vblank)
    // Most programs draw 8 pixels wide on a screen of 64×32, where sprites are clipped.
    if machine.hasPlainDisplay, !machine.quirks.contains(.wrap) {
      set(waits ? handleDrawAndWait : handleDraw, x, y, number: n)
    } else {
      set(handleDrawAnySprite, x, y, number: n)
    }
  }
}

extension Instruction.Kind {
  /// What executes a skip: before any instruction of two bytes, before one of four, and before a jump.
  fileprivate var skipHandlers: (plain: Handler, long: Handler, beforeJump: Handler) {
    switch self {
    case .skipIfEqual: (handleSkipIfEqual, handleSkipLongIfEqual, handleJumpUnlessEqual)
    case .skipIfNotEqual: (handleSkipIfNotEqual, handleSkipLongIfNotEqual, handleJumpIfEqual)
    case .skipIfSame: (handleSkipIfSame, handleSkipLongIfSame, handleJumpUnlessSame)
    case .skipIfDifferent: (handleSkipIfDifferent, handleSkipLongIfDifferent, handleJumpIfSame)
    case .skipIfKey: (handleSkipIfKey, handleSkipLongIfKey, handleJumpUnlessKey)
    case .skipIfNoKey: (handleSkipIfNoKey, handleSkipLongIfNoKey, handleJumpIfKey)
    default: (handleSlowly, handleSlowly, handleSlowly)
    }
  }
}

// MARK: Jumps, calls and skips

/// 1nnn: PC = nnn.
@_cdecl("chip8_handle_jump") @inline(__always)
func handleJump(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  proceed(m, m.target(of: op), i, left, sp, v)
}

/// 1nnn at nnn: nothing can change any more, so the rest of the slice is done in one go.
@_cdecl("chip8_handle_halt") @inline(__always)
func handleHalt(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.end = .halted
  pause(m, op, i, left &+ 1, sp, v)
}

/// 1nnn at the end of a loop that may only wait.
@_cdecl("chip8_handle_idle_jump") @inline(__always)
func handleIdleJump(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  // To look is worth it where there is much to be skipped.
  let remaining = left > 64 ? m.core.pointee.leaveIdle(op, ofLength: op.number, i, left) : left
  proceed(m, m.target(of: op), i, remaining, sp, v)
}

/// Bnnn: PC = nnn + V0, or with the quirk `jump` nnn + Vx.
@_cdecl("chip8_handle_jump_indexed") @inline(__always)
func handleJumpIndexed(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let target = op.number &+ UInt(v[op.x])
  guard _fastPath(target <= UInt(bitPattern: m.core.pointee.mask)) else {
    return leave(for: target, m, i, left, sp, v)
  }
  let next = m.operation(at: target)
  guard next != op else {
    return handleHalt(m, op, i, left, sp, v)
  }
  proceed(m, next, i, left, sp, v)
}

/// 2nnn: pushes the address of the next instruction, and PC = nnn.
@_cdecl("chip8_handle_call") @inline(__always)
func handleCall(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard _fastPath(sp < m.core.pointee.stackEnd) else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  sp.storeBytes(of: op.link, as: UInt16.self)
  proceed(m, m.target(of: op), i, left, sp + 2, v)
}

/// 00EE: PC is popped.
@_cdecl("chip8_handle_return") @inline(__always)
func handleReturn(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard _fastPath(sp > m.core.pointee.stackStart) else {
    return leaveToRules(m, op, i, left, sp, v)
  }
  let target = UInt((sp - 2).load(as: UInt16.self))
  guard _fastPath(target <= UInt(bitPattern: m.core.pointee.mask)) else {
    return leave(for: target, m, i, left, sp - 2, v)
  }
  proceed(m, m.operation(at: target), i, left, sp - 2, v)
}

/// 3xnn: skips the next instruction if Vx is nn.
@_cdecl("chip8_handle_skip_if_equal") @inline(__always)
func handleSkipIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 3xnn: skips the next instruction if Vx is nn. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_equal") @inline(__always)
func handleSkipLongIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 4xnn: skips it if Vx is not nn.
@_cdecl("chip8_handle_skip_if_not_equal") @inline(__always)
func handleSkipIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 4xnn: skips it if Vx is not nn. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_not_equal") @inline(__always)
func handleSkipLongIfNotEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != op.byte else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 5xy0: skips it if Vx is Vy.
@_cdecl("chip8_handle_skip_if_same") @inline(__always)
func handleSkipIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 5xy0: skips it if Vx is Vy. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_same") @inline(__always)
func handleSkipLongIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 9xy0: skips it if Vx is not Vy.
@_cdecl("chip8_handle_skip_if_different") @inline(__always)
func handleSkipIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 9xy0: skips it if Vx is not Vy. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_different") @inline(__always)
func handleSkipLongIfDifferent(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != v[op.y] else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down.
@_cdecl("chip8_handle_skip_if_key") @inline(__always)
func handleSkipIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Ex9E: skips it if the key of the low four bits of Vx is down. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_key") @inline(__always)
func handleSkipLongIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// ExA1: skips it if that key is up.
@_cdecl("chip8_handle_skip_if_no_key") @inline(__always)
func handleSkipIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard !m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// ExA1: skips it if that key is up. The next instruction has four bytes.
@_cdecl("chip8_handle_skip_long_if_no_key") @inline(__always)
func handleSkipLongIfNoKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard !m.isDown(v[op.x]) else {
    return proceed(m, op.next, i, left, sp, v)
  }
  proceed(m, op.afterLong, i, left, sp, v)
}

/// 3xnn and 1nnn: PC = nnn unless Vx is nn.
@_cdecl("chip8_handle_jump_unless_equal") @inline(__always)
func handleJumpUnlessEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == op.byte else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 4xnn and 1nnn: PC = nnn if Vx is nn.
@_cdecl("chip8_handle_jump_if_equal") @inline(__always)
func handleJumpIfEqual(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != op.byte else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 5xy0 and 1nnn: PC = nnn unless Vx is Vy.
@_cdecl("chip8_handle_jump_unless_same") @inline(__always)
func handleJumpUnlessSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] == v[op.y] else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// 9xy0 and 1nnn: PC = nnn if Vx is Vy.
@_cdecl("chip8_handle_jump_if_same") @inline(__always)
func handleJumpIfSame(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard v[op.x] != v[op.y] else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Ex9E and 1nnn: PC = nnn unless the key is down.
@_cdecl("chip8_handle_jump_unless_key") @inline(__always)
func handleJumpUnlessKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.isDown(v[op.x]) else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// ExA1 and 1nnn: PC = nnn if the key is down.
@_cdecl("chip8_handle_jump_if_key") @inline(__always)
func handleJumpIfKey(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard !m.isDown(v[op.x]) else { return jumpAfterSkip(m, op, i, left, sp, v) }
  proceed(m, op.afterNext, i, left, sp, v)
}

/// Executes the jump after a skip that has not skipped it.
@inline(__always)
private func jumpAfterSkip(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
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

/// Continues past the RAM, where there are no operations.
@inline(never)
private func leave(
  for target: UInt, _ m: Raw, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V
) {
  pause(m, m.operation(at: 0), i, left, sp, v)
  m.core.pointee.pc = UInt16(truncatingIfNeeded: target)
}

/// The program counter has run over the end of the RAM, or on XO-CHIP around it.
@_cdecl("chip8_handle_end_of_ram") @inline(never)
func handleEndOfRAM(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  pause(m, op, i, left &+ 1, sp, v)
}

// MARK: Registers
//
// VF is written last, so that it holds the flag even when it is an operand.

/// 6xnn: Vx = nn.
@_cdecl("chip8_handle_set") @inline(__always)
func handleSet(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] = op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// 7xnn: Vx += nn; VF stays.
@_cdecl("chip8_handle_add") @inline(__always)
func handleAdd(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] &+= op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy0: Vx = Vy.
@_cdecl("chip8_handle_copy") @inline(__always)
func handleCopy(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] = v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy1: Vx |= Vy.
@_cdecl("chip8_handle_or") @inline(__always)
func handleOr(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] |= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy1: Vx |= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_or_clearing_flag") @inline(__always)
func handleOrClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] |= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy2: Vx &= Vy.
@_cdecl("chip8_handle_and") @inline(__always)
func handleAnd(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] &= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy2: Vx &= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_and_clearing_flag") @inline(__always)
func handleAndClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] &= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy3: Vx ^= Vy.
@_cdecl("chip8_handle_xor") @inline(__always)
func handleXor(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] ^= v[op.y]
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy3: Vx ^= Vy, and VF = 0: the quirk `logic`.
@_cdecl("chip8_handle_xor_clearing_flag") @inline(__always)
func handleXorClearingFlag(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] ^= v[op.y]
  v[0xF] = 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy4: Vx += Vy; VF is the carry.
@_cdecl("chip8_handle_add_register") @inline(__always)
func handleAddRegister(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let sum = UInt(v[op.x]) &+ UInt(v[op.y])
  v[op.x] = UInt8(truncatingIfNeeded: sum)
  v[0xF] = UInt8(truncatingIfNeeded: sum &>> 8)
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy5: Vx -= Vy; VF is 0 for a borrow, else 1.
@_cdecl("chip8_handle_subtract") @inline(__always)
func handleSubtract(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let (minuend, subtrahend) = (v[op.x], v[op.y])
  v[op.x] = minuend &- subtrahend
  v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy7: Vx = Vy - Vx; VF is 0 for a borrow, else 1.
@_cdecl("chip8_handle_subtract_from") @inline(__always)
func handleSubtractFrom(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let (minuend, subtrahend) = (v[op.y], v[op.x])
  v[op.x] = minuend &- subtrahend
  v[0xF] = minuend >= subtrahend ? 1 : 0
  proceed(m, op.next, i, left, sp, v)
}

/// 8xy6: Vx = Vy >> 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@_cdecl("chip8_handle_shift_right") @inline(__always)
func handleShiftRight(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let source = v[op.y]
  v[op.x] = source &>> 1
  v[0xF] = source & 1
  proceed(m, op.next, i, left, sp, v)
}

/// 8xyE: Vx = Vy << 1; VF is the bit that is lost. With the quirk `shift`, y is x.
@_cdecl("chip8_handle_shift_left") @inline(__always)
func handleShiftLeft(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let source = v[op.y]
  v[op.x] = source &<< 1
  v[0xF] = source &>> 7
  proceed(m, op.next, i, left, sp, v)
}

/// Cxnn: Vx = a random number & nn.
@_cdecl("chip8_handle_random") @inline(__always)
func handleRandom(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let number = m.core.pointee.state.pointee.random.next() &>> 56
  v[op.x] = UInt8(truncatingIfNeeded: number) & op.byte
  proceed(m, op.next, i, left, sp, v)
}

/// Fx07: Vx = the delay timer.
@_cdecl("chip8_handle_read_delay") @inline(__always)
func handleReadDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  v[op.x] = m.core.pointee.state.pointee.delay
  proceed(m, op.next, i, left, sp, v)
}

/// Fx15: the delay timer = Vx.
@_cdecl("chip8_handle_set_delay") @inline(__always)
func handleSetDelay(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.state.pointee.delay = v[op.x]
  proceed(m, op.next, i, left, sp, v)
}

/// Fx18: the sound timer = Vx.
@_cdecl("chip8_handle_set_sound") @inline(__always)
func handleSetSound(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.state.pointee.setSound(v[op.x])
  proceed(m, op.next, i, left, sp, v)
}

// MARK: I and the memory
//
// Addresses wrap at the end of the RAM. Near it, and where bytes that are written belong to operations,
// the work is done elsewhere, so that the usual way is short.

/// Annn: I = nnn. F000 nnnn is the same with 16 bits, and four bytes long.
@_cdecl("chip8_handle_set_index") @inline(__always)
func handleSetIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  proceed(m, op.next, op.number, left, sp, v)
}

/// F000 nnnn: I = nnnn.
@_cdecl("chip8_handle_set_index_long") @inline(__always)
func handleSetIndexLong(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  proceed(m, op.afterNext, op.number, left, sp, v)
}

/// Fx1E: I += Vx, in 16 bits.
@_cdecl("chip8_handle_add_to_index") @inline(__always)
func handleAddToIndex(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let sum = (i &+ UInt(v[op.x])) & 0xFFFF
  proceed(m, op.next, sum, left, sp, v)
}

/// Fx29: I = the digit of the low four bits of Vx.
@_cdecl("chip8_handle_small_digit") @inline(__always)
func handleSmallDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let digit = UInt(v[op.x] & 0xF)
  let address = UInt(Font.smallAddress) &+ digit &* UInt(Font.smallRowCount)
  proceed(m, op.next, address, left, sp, v)
}

/// Fx30: I = the big digit of the low four bits of Vx.
@_cdecl("chip8_handle_big_digit") @inline(__always)
func handleBigDigit(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let digit = UInt(v[op.x] & 0xF)
  let address = UInt(Font.bigAddress) &+ digit &* UInt(Font.bigRowCount)
  proceed(m, op.next, address, left, sp, v)
}

/// Fx33: the three decimal digits of Vx go to I, the highest first.
@_cdecl("chip8_handle_store_decimal") @inline(__always)
func handleStoreDecimal(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
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
@_cdecl("chip8_handle_store") @inline(__always)
func handleStore(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
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
@_cdecl("chip8_handle_load") @inline(__always)
func handleLoad(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
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
private func forgetDecimal(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.noteWrite(Int(bitPattern: i), count: 3)
  proceed(m, op.next, i, left, sp, v)
}

/// Continues after Fx55 has done so.
@inline(never)
private func forgetStored(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  // It may be this instruction that was overwritten.
  let moved = (i &+ op.number) & 0xFFFF
  m.core.pointee.noteWrite(Int(bitPattern: i), count: op.x + 1)
  proceed(m, op.next, moved, left, sp, v)
}

// MARK: The display

/// 00E0: the selected planes are erased.
@_cdecl("chip8_handle_clear") @inline(__always)
func handleClear(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.watch.isDisplayChanged = true
  m.core.pointee.state.pointee.display.clear()
  proceed(m, op.next, i, left, sp, v)
}

/// Dxyn on one plane of 64×32 pixels: a sprite of n rows at I is drawn at (Vx, Vy) with exclusive or,
/// clipped at the right and at the bottom; VF is whether it hits a pixel.
@_cdecl("chip8_handle_draw") @inline(__always)
func handleDraw(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.draw(op, at: i, v) else { return leaveToRules(m, op, i, left, sp, v) }
  proceed(m, op.next, i, left, sp, v)
}

/// The same with the quirk `vblank`: the frame is over.
@_cdecl("chip8_handle_draw_and_wait") @inline(__always)
func handleDrawAndWait(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.draw(op, at: i, v) else { return leaveToRules(m, op, i, left, sp, v) }
  m.core.pointee.end = .frameOver
  pause(m, op.next, i, left, sp, v)
}

/// Dxyn on any display.
@_cdecl("chip8_handle_draw_any_sprite") @inline(__always)
func handleDrawAnySprite(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  guard m.core.pointee.drawAnySprite(op, at: i) else { return proceed(m, op.next, i, left, sp, v) }
  m.core.pointee.end = .frameOver
  pause(m, op.next, i, left, sp, v)
}

extension Core {
  /// Draws a sprite, and says whether the frame is over then.
  @inline(never)
  fileprivate mutating func drawAnySprite(_ op: Op, at i: UInt) -> Bool {
    watch.isDisplayChanged = true
    let v = place.v
    let sprite = Sprite(x: v[op.x], y: v[op.y], rowCount: op.byte, address: Int(bitPattern: i))
    v[0xF] = dialect.draw(sprite, on: &state.pointee.display) { [ram, mask] in ram[$0 & mask] }
    return dialect.waitsForDisplay(state.pointee.display)
  }
}

extension UnsafeMutableRawPointer {
  /// Draws a sprite, unless it may reach past the end of the RAM; says whether it did.
  @inline(__always)
  fileprivate func draw(_ op: Op, at i: UInt, _ v: V) -> Bool {
    let address = Int(bitPattern: i)
    guard address &+ 16 <= core.pointee.mask else { return false }
    let (column, line) = (UInt64(v[op.x] & 63), Int(v[op.y] & 31))
    let rowCount = min(Int(op.number), 32 &- line)
    let (bytes, rows) = (core.pointee.ram + address, core.pointee.place.rows + 8 &* line)
    let hasHit =
      rowCount < 8
      ? drawRows(rowCount, bytes, rows, column) : drawManyRows(rowCount, bytes, rows, column)
    core.pointee.watch.isDisplayChanged = true
    v[0xF] = hasHit ? 1 : 0
    return true
  }
}

/// Draws the rows of a small sprite, and says whether one has hit a pixel.
@inline(__always)
private func drawRows(_ count: Int, _ bytes: V, _ rows: Raw, _ column: UInt64) -> Bool {
  let rows = rows.assumingMemoryBound(to: UInt64.self)
  var hits: UInt64 = 0
  var row = 0
  while row < count {
    let pixels = (UInt64(bytes[row]) &<< 56) &>> column
    let shown = rows[row]
    rows[row] = shown ^ pixels
    hits |= shown & pixels
    row &+= 1
  }
  return hits != 0
}

/// The same for a larger one, eight rows at a time.
@inline(__always)
private func drawManyRows(_ count: Int, _ bytes: V, _ rows: Raw, _ column: UInt64) -> Bool {
  var hits = SIMD8<UInt64>.zero
  var row = 0
  while row < count {
    // Of rows that it does not have, the sprite has no pixels.
    let unused = max(8 &- (count &- row), 0)
    let eight = UnsafeRawPointer(bytes + row).loadUnaligned(as: UInt64.self).littleEndian
    let used = eight & UInt64.max &>> UInt64(truncatingIfNeeded: 8 &* unused)
    let pixels = atHighestBits(used) &>> SIMD8(repeating: column)
    let shown = rows.loadUnaligned(fromByteOffset: 8 &* row, as: SIMD8<UInt64>.self)
    rows.storeBytes(of: shown ^ pixels, toByteOffset: 8 &* row, as: SIMD8<UInt64>.self)
    hits |= shown & pixels
    row &+= 8
  }
  let half = hits.lowHalf | hits.highHalf
  let pair = half.lowHalf | half.highHalf
  return pair.x | pair.y != 0
}

/// Eight bytes, each in the highest bits of a number.
@inline(__always)
private func atHighestBits(_ bytes: UInt64) -> SIMD8<UInt64> {
  var pairs = SIMD16<UInt8>.zero
  pairs.oddHalf = unsafeBitCast(bytes, to: SIMD8<UInt8>.self)
  var fours = SIMD16<UInt16>.zero
  fours.oddHalf = unsafeBitCast(pairs, to: SIMD8<UInt16>.self)
  var eights = SIMD16<UInt32>.zero
  eights.oddHalf = unsafeBitCast(fours, to: SIMD8<UInt32>.self)
  return unsafeBitCast(eights, to: SIMD8<UInt64>.self)
}

// MARK: Everything else

/// An instruction that its rule executes.
@_cdecl("chip8_handle_slowly") @inline(never)
func handleSlowly(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  leaveToRules(m, op, i, left, sp, v)
}

/// The instruction at an address was not decoded since the bytes there changed.
@_cdecl("chip8_handle_undecoded") @inline(never)
func handleUndecoded(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let address = m.core.pointee.decode(op)
  m.operation(at: address).handler(m, op, i, left, sp, v)
}
