// What each instruction becomes. This is the file to read beside Interpreter/Handlers.swift.

extension Translator {
  mutating func emit(_ step: Step) {
    let instruction = step.instruction
    let (x, y, nn, nnn) = (
      instruction.x, instruction.y, Int(instruction.nn), Int(instruction.nnn)
    )
    if step.isOfAnotherBlock { return jump(to: step.address) }
    if step.isSlow { return code.jump(wayOut(.slow, at: step.address)) }
    switch step.kind {
    case .jump where nnn == step.address: code.jump(wayOut(.halted, at: nnn))
    case .jump: jump(step, to: nnn)
    case .jumpIndexed: jumpIndexed(step)
    case .call: call(step)
    case .return: returnFromCall(step)
    case .skipIfEqual, .skipIfNotEqual:
      code.arithmetic(.cmp, operand(x), nn, .byte)
      skip(if: step.kind == .skipIfEqual ? .equal : .notEqual)
    case .skipIfSame, .skipIfDifferent:
      code.arithmetic(.cmp, value(x, in: .rax), operand(y), .byte)
      skip(if: step.kind == .skipIfSame ? .equal : .notEqual)
    case .skipIfKey: skip(ifKeyIs: .carry, x)
    case .skipIfNoKey: skip(ifKeyIs: .noCarry, x)
    case .set: set(x, nn)
    case .add:
      code.arithmetic(.add, operand(x), nn, .byte)
      finish(x)
    case .copy: assign(x, value(y, in: .rax))
    case .or: logic(.or, step)
    case .and: logic(.and, step)
    case .xor: logic(.xor, step)
    case .addRegister: arithmetic(.add, step, flag: .carry)
    case .subtract: arithmetic(.sub, step, flag: .noCarry)
    case .subtractFrom: subtractFrom(step)
    case .shiftRight: shift(.right, step)
    case .shiftLeft: shift(.left, step)
    case .random: random(step)
    case .readDelay:
      code.load(.rax, state(\.delay), .byte)
      assign(x, .rax)
    case .setDelay: code.store(value(x, in: .rax), state(\.delay), .byte)
    case .setSound: setSound(x)
    case .setIndex: code.move(Translator.index, UInt32(nnn))
    case .setIndexLong: code.move(Translator.index, UInt32(step.operand))
    case .addToIndex: addToIndex(step)
    case .smallDigit: digit(x, at: Font.smallAddress, rowCount: Font.smallRowCount)
    case .bigDigit: digit(x, at: Font.bigAddress, rowCount: Font.bigRowCount)
    case .storeBCD: storeBCD(step)
    case .store: store(step)
    case .load: load(step)
    case .storeRange: storeRange(step)
    case .loadRange: loadRange(step)
    case .clear:
      code.move(.rdi, Translator.state)
      call(unsafeBitCast(clearDisplay as @convention(c) (Raw) -> Void, to: UInt.self))
    case .draw: machine.drawsPlainly ? drawPlainly(step) : drawAny(step)
    default:
      preconditionFailure("\(step.kind) is left to its rule")
    }
  }
}

// MARK: Jumps, calls and skips

extension Translator {
  private mutating func jump(_ step: Step, to nnn: Int) {
    guard step.mayWait else { return jump(to: nnn, executed: position + 1) }
    giveBack(stepCount - (position + 1))
    code.load(.rdi, Address(.rsp), .qword)
    code.move(.rsi, UInt32(step.address))
    code.move(.rdx, Translator.index)
    code.move(.rcx, Translator.left)
    let leave: @convention(c) (Raw, UInt, UInt, UInt) -> UInt = leaveIdleLoop
    call(unsafeBitCast(leave, to: UInt.self))
    code.move(Translator.left, .rax)
    jump(to: nnn, executed: stepCount)
  }

  private mutating func jumpIndexed(_ step: Step) {
    let nnn = step.instruction.nnn
    let register = machine.quirks.contains(.jump) ? UInt8(truncatingIfNeeded: nnn >> 8) : 0
    code.load(.rax, memory(register), .byte)
    code.arithmetic(.add, .register(.rax), Int(nnn))
    code.arithmetic(.cmp, .register(.rax), step.address)
    code.jump(if: .equal, wayOut(.halted, at: step.address))
    jumpIndirectly()
  }

  private mutating func call(_ step: Step) {
    code.arithmetic(.cmp, .register(Translator.stackCount), machine.maxStackCount, .qword)
    code.jump(if: .notBelow, wayOut(.slow, at: step.address))
    code.store(step.address + 2, returnAddress, .word)
    code.arithmetic(.add, .register(Translator.stackCount), 1, .qword)
    jump(to: Int(step.instruction.nnn), executed: position + 1)
  }

  private mutating func returnFromCall(_ step: Step) {
    code.arithmetic(.cmp, .register(Translator.stackCount), 0, .qword)
    code.jump(if: .equal, wayOut(.slow, at: step.address))
    code.arithmetic(.sub, .register(Translator.stackCount), 1, .qword)
    code.load(.rax, returnAddress, .word)
    jumpIndirectly()
  }

  /// Where the next return address goes.
  private var returnAddress: Address {
    let stack = state(\.stack)
    return Address(stack.base, Translator.stackCount, shift: 1, stack.displacement)
  }

  private mutating func skip(if condition: Assembler.Condition) {
    let label = code.label()
    code.jump(if: condition, label)
    skip = label
  }

  private mutating func skip(ifKeyIs condition: Assembler.Condition, _ x: UInt8) {
    code.load(.rcx, memory(x), .byte)
    code.arithmetic(.and, .register(.rcx), 0xF)
    code.load(.rax, state(\.keys), .word)
    code.testBit(.rax, .rcx)
    skip(if: condition)
  }
}

// MARK: Registers

extension Translator {
  private mutating func set(_ x: UInt8, _ nn: Int) {
    if case .register(let host) = operand(x) { code.move(host, UInt32(nn)) }
    code.store(nn, memory(x), .byte)
  }

  /// VF is written last, so that it holds the flag even when it is an operand.
  private mutating func setFlag(_ condition: Assembler.Condition) {
    code.set(condition, operand(0xF))
    finish(0xF)
  }

  private mutating func logic(_ operation: Assembler.Arithmetic, _ step: Step) {
    code.arithmetic(
      operation, operand(step.instruction.x), with: value(step.instruction.y, in: .rax), .byte)
    finish(step.instruction.x)
    if machine.quirks.contains(.logic) { set(0xF, 0) }
  }

  private mutating func arithmetic(
    _ operation: Assembler.Arithmetic, _ step: Step, flag: Assembler.Condition
  ) {
    code.arithmetic(
      operation, operand(step.instruction.x), with: value(step.instruction.y, in: .rax), .byte)
    finish(step.instruction.x)
    setFlag(flag)
  }

  private mutating func subtractFrom(_ step: Step) {
    load(.rax, step.instruction.y)
    code.arithmetic(.sub, .rax, operand(step.instruction.x), .byte)
    assign(step.instruction.x, .rax)
    setFlag(.noCarry)
  }

  private mutating func shift(_ direction: Assembler.Shift, _ step: Step) {
    let (x, y) = (step.instruction.x, step.instruction.y)
    if x == y || machine.quirks.contains(.shift) {
      code.shift(direction, operand(x), by: 1, .byte)
      finish(x)
    } else {
      load(.rax, y)
      code.shift(direction, .register(.rax), by: 1, .byte)
      assign(x, .rax)
    }
    setFlag(.carry)
  }

  /// Loads a register into one that may be changed.
  private mutating func load(_ other: Register, _ register: UInt8) {
    let value = value(register, in: other)
    if value != other { code.move(other, value) }
  }

  private mutating func random(_ step: Step) {
    code.address(.rdi, .memory(state(\.random)))
    let next: @convention(c) (Raw) -> UInt8 = nextRandom
    call(unsafeBitCast(next, to: UInt.self))
    code.arithmetic(.and, .register(.rax), Int(step.instruction.nn))
    assign(step.instruction.x, .rax)
  }

  /// Calls a function in C's way. It may change what is in memory.
  private mutating func call(_ function: UInt) {
    code.move(.rax, wide: UInt64(function))
    code.call(.rax)
    loadHosts()
  }

  private mutating func setSound(_ x: UInt8) {
    let frames = value(x, in: .rax)
    code.store(frames, state(\.sound), .byte)
    code.arithmetic(.cmp, .register(frames), 0)
    let isSounding = code.label()
    code.jump(if: .notEqual, isSounding)
    code.store(0, state(\.audio.phase), .dword)
    code.place(isSounding)
  }
}

// MARK: I and the memory

extension Translator {
  /// The RAM that I points at, or what comes after that.
  private func atIndex(_ distance: Int = 0) -> Address {
    Address(Translator.ram, Translator.index, distance)
  }

  private mutating func addToIndex(_ step: Step) {
    let quirks = machine.quirks
    load(.rax, step.instruction.x)
    code.arithmetic(.add, .rax, .register(Translator.index))
    if quirks.contains(.indexOverflowFaults) {
      code.arithmetic(.cmp, .register(.rax), mask)
      code.jump(if: .above, wayOut(.slow, at: step.address))
    }
    if quirks.contains(.indexOverflowFlag) {
      code.arithmetic(.cmp, .register(.rax), 0xFFF)
      setFlag(.above)
    }
    if quirks.contains(.indexWraps) { code.arithmetic(.and, .register(.rax), mask) }
    code.extend(.rax, .word)
    code.move(Translator.index, .rax)
  }

  private mutating func digit(_ x: UInt8, at address: Int, rowCount: Int) {
    load(.rax, x)
    code.arithmetic(.and, .register(.rax), 0xF)
    code.multiply(Translator.index, .rax, by: rowCount)
    if address != 0 { code.arithmetic(.add, .register(Translator.index), address) }
  }

  /// Where the RAM would end, the rule knows how accesses wrap.
  private mutating func checkRange(_ step: Step, _ count: Int) {
    code.address(.rax, .memory(Address(Translator.index, count - 1)))
    code.arithmetic(.cmp, .register(.rax), mask)
    code.jump(if: .above, wayOut(.slow, at: step.address))
  }

  /// What is written must not be an instruction that was made ready: its rule forgets it, and this
  /// block may be what is forgotten.
  private mutating func checkWrite(_ step: Step, _ count: Int) {
    checkRange(step, count)
    code.move(.rcx, wide: UInt64(UInt(bitPattern: marks)))
    for (offset, width) in parts(count) {
      code.arithmetic(.cmp, .memory(Address(.rcx, Translator.index, offset)), 0, width)
      code.jump(if: .notEqual, wayOut(.slow, at: step.address))
    }
  }

  /// So many bytes, as few accesses.
  private func parts(_ count: Int) -> [(offset: Int, width: Assembler.Width)] {
    var (parts, offset): ([(Int, Assembler.Width)], Int) = ([], 0)
    for (width, size) in [(Assembler.Width.qword, 8), (.dword, 4), (.word, 2), (.byte, 1)] {
      while count - offset >= size {
        parts.append((offset, width))
        offset += size
      }
    }
    return parts
  }

  /// The quotients are exact for all bytes.
  private mutating func storeBCD(_ step: Step) {
    checkWrite(step, 3)
    load(.rax, step.instruction.x)
    code.multiply(.rcx, .rax, by: 41)
    code.shift(.right, .register(.rcx), by: 12)
    code.store(.rcx, atIndex(), .byte)
    code.multiply(.rcx, .rax, by: 205)
    code.shift(.right, .register(.rcx), by: 11)
    // rcx = Vx / 10, rax = Vx % 10
    code.multiply(.rdx, .rcx, by: 10)
    code.arithmetic(.sub, .rax, .register(.rdx))
    code.store(.rax, atIndex(2), .byte)
    code.multiply(.rax, .rcx, by: 205)
    code.shift(.right, .register(.rax), by: 11)
    code.multiply(.rax, .rax, by: 10)
    code.arithmetic(.sub, .rcx, .register(.rax))
    code.store(.rcx, atIndex(1), .byte)
  }

  private mutating func store(_ step: Step) {
    let count = Int(step.instruction.x) + 1
    checkWrite(step, count)
    for (first, width, host) in accesses(count) {
      if host == nil { code.load(.rax, memory(first), width) }
      code.store(host ?? .rax, atIndex(Int(first)), width)
    }
    moveIndex(step)
  }

  private mutating func load(_ step: Step) {
    let count = Int(step.instruction.x) + 1
    checkRange(step, count)
    for (first, width, host) in accesses(count) {
      code.load(host ?? .rax, atIndex(Int(first)), width)
      code.store(host ?? .rax, memory(first), width)
    }
    moveIndex(step)
  }

  /// How V0 and those that follow are accessed: some by themselves that the host has in a register, the
  /// others as many at a time as possible.
  private func accesses(_ count: Int) -> [(first: UInt8, width: Assembler.Width, host: Register?)] {
    var (accesses, first): ([(UInt8, Assembler.Width, Register?)], Int) = ([], 0)
    while first < count {
      if case .register(let host) = operand(UInt8(first)) {
        accesses.append((UInt8(first), .byte, host))
        first += 1
        continue
      }
      let end = (first..<count).first { isInHost(UInt8($0)) } ?? count
      for (offset, width) in parts(end - first) {
        accesses.append((UInt8(first + offset), width, nil))
      }
      first = end
    }
    return accesses
  }

  private mutating func moveIndex(_ step: Step) {
    let distance = Int(machine.quirks.indexStep(past: step.instruction.x))
    guard distance > 0 else { return }
    code.arithmetic(.add, .register(Translator.index), distance)
    // The range was checked, so that only the largest RAM can be left.
    if mask == 0xFFFF { code.extend(Translator.index, .word) }
  }

  private mutating func storeRange(_ step: Step) {
    let registers = registers(of: step)
    checkWrite(step, registers.count)
    for (offset, register) in registers.enumerated() {
      code.store(value(register, in: .rax), atIndex(offset), .byte)
    }
  }

  private mutating func loadRange(_ step: Step) {
    let registers = registers(of: step)
    checkRange(step, registers.count)
    for (offset, register) in registers.enumerated() {
      code.load(.rax, atIndex(offset), .byte)
      assign(register, .rax)
    }
  }

  private func registers(of step: Step) -> [UInt8] {
    let (x, y) = (step.instruction.x, step.instruction.y)
    return Array(stride(from: x, through: y, by: x <= y ? 1 : -1))
  }
}

// MARK: The display

extension Translator {
  private mutating func drawAny(_ step: Step) {
    code.load(.rdi, Address(.rsp), .qword)
    code.move(.rsi, UInt32(step.instruction.opcode))
    code.move(.rdx, Translator.index)
    let draw: @convention(c) (Raw, UInt, UInt) -> Bool = drawAnySprite
    call(unsafeBitCast(draw, to: UInt.self))
    code.arithmetic(.cmp, .register(.rax), 0, .byte)
    code.jump(
      if: .notEqual, wayOut(.frameOver, at: step.address + 2, executed: position + 1))
  }

  /// Draws two rows at a time, all that are on the screen with a row of pixels, and others without any.
  private mutating func drawPlainly(_ step: Step) {
    checkRange(step, 16)
    load(.rcx, step.instruction.x)
    code.arithmetic(.and, .register(.rcx), 63)
    code.move(.xmm7, .rcx)
    load(.rax, step.instruction.y)
    code.arithmetic(.and, .register(.rax), 31)
    code.address(.rcx, .place(clipping))
    code.load(.xmm0, atIndex())
    code.load(.xmm1, Address(.rcx, .rax))
    code.vector(.and, .xmm0, .xmm1)
    // rdx is the first row's address.
    let rows = state(\.display.planes)
    code.address(.rdx, .memory(Address(rows.base, .rax, shift: 3, rows.displacement)))
    code.clear(.xmm5)
    drawRows(Int(step.instruction.n))
    // xmm5 has all pixels that were hit.
    code.clear(.xmm0)
    code.vector(.compareBytes, .xmm5, .xmm0)
    code.move(.rax, bytesOf: .xmm5)
    code.arithmetic(.cmp, .register(.rax), 0xFFFF)
    setFlag(.notEqual)
    if step.flow == .elsewhere {
      code.jump(wayOut(.frameOver, at: step.address + 2, executed: position + 1))
    }
  }

  /// Widens the bytes in xmm0 step by step, until each is the highest of a row.
  private mutating func drawRows(_ count: Int) {
    for first in stride(from: 0, to: count, by: 2) {
      if first % 8 == 0 {
        code.clear(.xmm1)
        code.vector(first == 0 ? .interleaveLowBytes : .interleaveHighBytes, .xmm1, .xmm0)
      }
      if first % 4 == 0 {
        code.clear(.xmm2)
        code.vector(first % 8 == 0 ? .interleaveLowWords : .interleaveHighWords, .xmm2, .xmm1)
      }
      code.clear(.xmm3)
      code.vector(first % 4 == 0 ? .interleaveLowDwords : .interleaveHighDwords, .xmm3, .xmm2)
      code.vector(.shiftRight, .xmm3, .xmm7)
      drawRows(at: first, isPair: first + 1 < count)
    }
  }

  /// Draws one row or two with the pixels in xmm3. They are loaded one by one, as a host may wait long
  /// for what was stored in other pieces.
  private mutating func drawRows(at first: Int, isPair: Bool) {
    let (row, next) = (Address(.rdx, 8 * first), Address(.rdx, 8 * first + 8))
    code.loadLow(.xmm4, row)
    if isPair { code.loadHigh(.xmm4, next) }
    code.vector(.copy, .xmm6, .xmm3)
    code.vector(.and, .xmm6, .xmm4)
    code.vector(.or, .xmm5, .xmm6)
    code.vector(.xor, .xmm4, .xmm3)
    code.storeLow(.xmm4, row)
    if isPair { code.storeHigh(.xmm4, next) }
  }
}

// MARK: Functions that translations call

@_cdecl("translation_random")
func nextRandom(_ random: Raw) -> UInt8 {
  UInt8(truncatingIfNeeded: random.assumingMemoryBound(to: SplitMix64.self).pointee.next() &>> 56)
}

@_cdecl("translation_clear")
func clearDisplay(_ state: Raw) {
  state.assumingMemoryBound(to: State.self).pointee.display.clear()
}

/// - Returns: whether the frame is over.
@_cdecl("translation_draw")
func drawAnySprite(_ m: Raw, _ opcode: UInt, _ index: UInt) -> Bool {
  let (x, y, n) = (Int(opcode >> 8 & 0xF), Int(opcode >> 4 & 0xF), UInt8(opcode & 0xF))
  let (core, v) = (m.core, m.core.pointee.place.v)
  let sprite = Sprite(x: v[x], y: v[y], rowCount: n, address: Int(bitPattern: index))
  let (dialect, ram, mask) = (core.pointee.dialect, core.pointee.ram, core.pointee.mask)
  v[0xF] = dialect.draw(sprite, on: &core.pointee.state.pointee.display) { ram[$0 & mask] }
  return dialect.waitsForDisplay(core.pointee.state.pointee.display)
}

/// - Returns: how many instructions are left.
@_cdecl("translation_leave_idle_loop")
func leaveIdleLoop(_ m: Raw, _ jump: UInt, _ index: UInt, _ left: UInt) -> UInt {
  left > IdleLoop.minLeft ? m.core.leaveIdle(Int(bitPattern: jump), index, left) : left
}
