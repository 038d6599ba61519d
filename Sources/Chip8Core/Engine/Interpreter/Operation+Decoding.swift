// How each instruction becomes an operation: which handler executes it, with which operands.

extension Operation {
  /// What has to be decoded first.
  static let undecoded = Operation(handler: handleUndecoded)
  /// What may be stopped before.
  static let trap = Operation(handler: handleSlowly)
  /// What ends the slice.
  static let pause = Operation(handler: { Chip8Core.pause($0, $1, $2, $3, $4, $5) })
  /// What comes after the end of the RAM.
  static let end = Operation(handler: handleEndOfRAM)

  /// - Parameters:
  ///   - address: where the instruction is.
  ///   - core: is not changed, and not copied either, as a value of its size would be.
  ///   - loopEnd: where the jump is that ends an iteration, if one is tried: what comes before it is not
  ///     executed together with it, and no other loop is tried meanwhile.
  init(
    _ instruction: Instruction, at address: Int, on core: inout Core, tryingTo loopEnd: Int? = nil
  ) {
    let quirks = core.dialect.quirks
    let (x, y, nn, nnn) = (instruction.x, instruction.y, instruction.nn, instruction.nnn)
    self.init(handler: handleSlowly)
    switch instruction.kind {
    case _ where instruction.isLeftToRule(quirks): break
    case _ where instruction.form.flow == .skip:
      setSkip(instruction, at: address, on: &core, tryingTo: loopEnd)
    case .jump: setJump(from: address, to: nnn, on: &core, tryingTo: loopEnd)
    case .call:
      set(handleCall, x, number: UInt16(truncatingIfNeeded: address &+ 2))
      target = UInt32(nnn) * UInt32(Operation.stride)
    case .return: handler = handleReturn
    case .set: setSet(instruction, at: address, on: &core)
    case .add:
      let returns = core.returns(after: instruction, at: address)
      set(returns ? handleAddAndReturn : handleAdd, x, number: nn)
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
    case .readDelay: setReadDelay(instruction, at: address, on: &core)
    case .setDelay: set(handleSetDelay, x)
    case .setSound: set(handleSetSound, x)
    case .bigDigit: set(handleBigDigit, x)
    case .jumpIndexed:
      let register = quirks.contains(.jump) ? UInt8(truncatingIfNeeded: nnn >> 8) : 0
      set(handleJumpIndexed, register, number: nnn)
    case .addToIndex where !quirks.contains(.indexOverflowFlag):
      let isPlain = quirks.isDisjoint(with: [.indexOverflowFaults, .indexWraps])
      set(isPlain ? handleAddToIndex : handleAddToIndexInRAM, x)
    case .smallDigit: set(handleSmallDigit, x)
    case .storeBCD: set(handleStoreBCD, x)
    case .store: set(handleStore, x, number: quirks.indexStep(past: x))
    case .load: set(handleLoad, x, number: quirks.indexStep(past: x))
    // Those of `save vx - vy` and `load vx - vy` have no handler either.
    default: break
    }
  }

  private mutating func set(
    _ handler: Handler, _ x: UInt8, _ y: UInt8 = 0, number: some UnsignedInteger = UInt16(0)
  ) {
    (self.handler, self.x, self.y) = (handler, x, y)
    self.number = UInt16(number)
  }

  private mutating func setJump(
    from address: Int, to nnn: UInt16, on core: inout Core, tryingTo loopEnd: Int?
  ) {
    target = UInt32(nnn) * UInt32(Operation.stride)
    if Int(nnn) == address {
      handler = handleHalt
    } else {
      let mayWait = loopEnd == nil && core.mayWait(from: Int(nnn), to: address)
      handler = mayWait ? handleIdleJump : handleJump
    }
  }

  /// A skip knows what follows: a long instruction, or a jump. Both together are how programs branch,
  /// and are one operation, unless the jump is watched.
  private mutating func setSkip(
    _ instruction: Instruction, at address: Int, on core: inout Core, tryingTo loopEnd: Int?
  ) {
    let handlers = instruction.kind.skipHandlers
    let next = core.instruction(at: address &+ 2)
    set(
      next.byteCount == 4 ? handlers.long : handlers.plain, instruction.x, instruction.y,
      number: UInt16(instruction.nn))
    let jump = address &+ 2
    guard next.kind == .jump, jump <= core.mask, Int(next.nnn) != jump,
      !core.mayStop(before: next, at: jump),
      loopEnd.map({ $0 != jump }) ?? !core.mayWait(from: Int(next.nnn), to: jump)
    else { return }
    handler = handlers.beforeJump
    target = UInt32(next.nnn) * UInt32(Operation.stride)
  }

  /// A number and the question whether that key is down are how programs ask for keys, and one operation.
  private mutating func setSet(
    _ instruction: Instruction, at address: Int, on core: inout Core
  ) {
    let returns = core.returns(after: instruction, at: address)
    set(returns ? handleSetAndReturn : handleSet, instruction.x, number: instruction.nn)
    guard let skip = core.skipTogether(after: instruction, at: address) else { return }
    handler = skip.kind == .skipIfKey ? handleSetAndSkipIfKey : handleSetAndSkipIfNoKey
  }

  /// The delay timer and the question what it is are how programs wait, and one operation.
  private mutating func setReadDelay(
    _ instruction: Instruction, at address: Int, on core: inout Core
  ) {
    set(handleReadDelay, instruction.x)
    guard let skip = core.skipTogether(after: instruction, at: address) else { return }
    number = UInt16(skip.nn)
    handler =
      skip.kind == .skipIfEqual ? handleReadDelayAndSkipIfEqual : handleReadDelayAndSkipIfNotEqual
  }

  private mutating func setDraw(_ x: UInt8, _ y: UInt8, _ n: UInt8, on machine: Dialect) {
    let waits = machine.quirks.contains(.vblank)
    if machine.drawsPlainly {
      set(waits ? handleDrawAndWait : handleDraw, x, y, number: n)
    } else {
      set(handleDrawAnySprite, x, y, number: n)
    }
  }
}

extension Core {
  /// The skip that asks for what an instruction has put into a register, if it comes next, is not watched, and
  /// would skip two bytes.
  func skipTogether(after instruction: Instruction, at address: Int) -> Instruction? {
    let skip = self.instruction(at: address &+ 2)
    guard instruction.kind.isExecutedWith(skip.kind), skip.x == instruction.x,
      address &+ 2 <= mask, self.instruction(at: address &+ 4).byteCount == 2,
      !mayStop(before: skip, at: address &+ 2)
    else { return nil }
    return skip
  }

  /// Whether an instruction is one that many subroutines end with, before a return that is not watched.
  func returns(after instruction: Instruction, at address: Int) -> Bool {
    let next = address &+ 2
    guard instruction.kind == .set || instruction.kind == .add, word(at: next) == 0x00EE else {
      return false
    }
    return next <= mask && !mayStop(before: self.instruction(at: next), at: next)
  }
}

extension Instruction.Kind {
  fileprivate func isExecutedWith(_ skip: Self) -> Bool {
    switch self {
    case .set: [.skipIfKey, .skipIfNoKey].contains(skip)
    case .readDelay: [.skipIfEqual, .skipIfNotEqual].contains(skip)
    default: false
    }
  }

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
