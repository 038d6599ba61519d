// Makes machine code of blocks. What is done for each instruction is in Translator+Instructions.swift;
// here is what they have in common.
//
// While translations run, I and two counts, of return addresses and of instructions left, are in the
// host's registers that `Translator` names, all else is in memory. A block begins by taking all of its instructions from what is left to
// execute, and gives back those that it did not execute wherever it is left, so that the count is exact
// there. If fewer are left, it is not begun.
//
// The registers that a block uses most are in registers of the host, too, from its beginning on. They
// are written to both, so that nothing is to be done where the block is left.

/// Why translations have come back.
enum TranslationExit: UInt32 {
  /// The next block is longer than what is left, or nothing is ever translated at the program counter.
  case limit
  /// The next instruction is to be executed by its rule.
  case slow
  case frameOver
  case halted
  /// Nothing is translated at the program counter.
  case untranslated

  /// Together with a program counter.
  func code(_ pc: Int) -> UInt32 { rawValue << 16 | UInt32(truncatingIfNeeded: pc) & 0xFFFF }
}

struct Translator {
  typealias Register = Assembler.Register
  typealias Address = Assembler.Address
  typealias Operand = Assembler.Operand
  typealias Label = Assembler.Label

  static let state = Register.rbx
  static let index = Register.r12
  /// How many instructions are left.
  static let left = Register.r13
  static let ram = Register.r14
  /// How many return addresses there are.
  static let stackCount = Register.rbp

  /// What registers of the machine can be in. The others serve for a moment.
  private static let free: [Register] = [.rsi, .rdi, .r8, .r9, .r10, .r11, .r15]

  /// At how many addresses blocks may begin: twice as many as jumps can name, and no more than the RAM
  /// has.
  static func reach(_ mask: Int) -> Int { min(mask + 1, 0x2000) }

  /// Bytes of machine code that no block exceeds.
  static let maxBlockByteCount = 32 * 1024

  var code: Assembler
  let machine: Dialect
  let mask: Int
  let marks: UnsafeMutablePointer<UInt8>
  /// Where translations end up that come back.
  private var leaving = 0
  /// Where those end up that find nothing translated at an address.
  private(set) var untranslated = 0
  /// A byte for each line of the screen, and as many for lines below as a sprite can reach: 0xFF where
  /// there is something to be drawn.
  private(set) var clipping = 0
  /// Where the first block goes.
  private var firstBlock = 0

  // The block that is being translated:

  /// The host's register for each of the machine's that has one.
  private var hosts = InlineArray<16, Register?>(repeating: nil)
  /// Its address in the RAM, and its place in the code memory once those are loaded.
  private var start = (address: 0, place: 0)
  private(set) var stepCount = 0
  /// How many of its instructions come before the one that is translated.
  var position = 0
  /// Where that one jumps to skip the next one, if it does.
  var skip: Label?
  /// Skips over instructions that continue with the next one.
  private var detours: [(label: Label, target: Label)] = []
  /// Ways out that are rarely taken: how many instructions are left unexecuted, and why.
  private var exits: [(label: Label, unexecuted: Int, code: UInt32)] = []

  /// - Parameter place: where in the memory the code begins; before that is where the translation of
  ///   each address begins.
  init(_ memory: borrowing CodeMemory, at place: Int, for core: borrowing Core) {
    code = Assembler(memory.writable, at: place)
    (machine, mask, marks) = (core.dialect, core.mask, core.marks)
    emitEntry()
    leaving = code.position
    emitExit()
    untranslated = code.position
    code.arithmetic(.or, .register(.rax), Int(TranslationExit.untranslated.code(0)))
    code.jump(to: leaving)
    clipping = code.position
    code.data((0..<48).map { $0 < 32 ? 0xFF : 0 })
    firstBlock = code.position
  }

  /// Forgets all blocks.
  mutating func clear() { code.move(to: firstBlock) }
}

// MARK: Between Swift and translations

extension Translator {
  /// What the code memory begins with: continues at `code` with the machine in registers, and comes back
  /// with a ``TranslationExit``.
  typealias Entry =
    @convention(c) (
      _ core: Raw, _ code: UInt, _ index: UInt, _ left: UInt, _ stackCount: UInt
    ) -> UInt32

  /// The registers that the caller wants back.
  private static let saved: [Register] = [.rbx, .rbp, .r12, .r13, .r14, .r15]

  private mutating func emitEntry() {
    for register in Translator.saved { code.push(register) }
    // With the core on it the host's stack is at a multiple of 16, as functions expect that are called.
    code.push(.rdi)
    code.load(Translator.state, core(\.place.state), .qword)
    code.move(Translator.index, .rdx)
    code.move(Translator.left, .rcx)
    code.move(Translator.stackCount, .r8)
    code.load(Translator.ram, core(\.ram), .qword)
    code.jump(at: .register(.rsi))
  }

  private mutating func emitExit() {
    code.pop(.rdi)
    code.store(Translator.index, core(\.index), .qword)
    code.store(Translator.left, core(\.remaining), .qword)
    code.store(Translator.stackCount, core(\.stackCount), .qword)
    for register in Translator.saved.reversed() { code.pop(register) }
    code.return()
  }

  /// A field of the core, whose address is in rdi.
  private func core(_ field: PartialKeyPath<Core>) -> Address { Address(.rdi, offset(field)) }
}

// MARK: Blocks

extension Translator {
  /// Translates a block.
  ///
  /// - Returns: where it begins in the code memory.
  mutating func translate(_ block: Block) -> Int {
    let place = code.position
    hosts = InlineArray(repeating: nil)
    for (register, host) in zip(block.mostUsed, Translator.free) { hosts[Int(register)] = host }
    loadHosts()
    start = (block.start, code.position)
    (stepCount, position) = (block.steps.count, 0)
    code.arithmetic(.sub, .register(Translator.left), stepCount, .qword)
    code.jump(if: .below, wayOut(.limit, at: block.start))
    var (last, arriving): (Step?, Label?) = (nil, nil)
    for step in block.steps {
      if let arriving, let last { arrive(arriving, after: last) }
      (arriving, skip) = (skip, nil)
      emit(step)
      last = step
      position += 1
    }
    if let arriving, let last { arrive(arriving, after: last) }
    if arriving != nil || last?.flow != .elsewhere { jump(to: block.end) }
    emitRest()
    return place
  }

  /// Here a skip goes, over an instruction that was not executed.
  private mutating func arrive(_ skipping: Label, after skipped: Step) {
    if skipped.flow == .elsewhere {
      code.place(skipping)
      giveBack(1)
    } else {
      detours.append((skipping, code.labelHere()))
    }
  }

  /// The way out of the block before the instruction that is translated, or another one.
  ///
  /// - Parameter executed: how many instructions were executed, if not all before it.
  mutating func wayOut(_ exit: TranslationExit, at pc: Int, executed: Int? = nil) -> Label {
    let label = code.label()
    exits.append((label, stepCount - (executed ?? position), exit.code(pc)))
    return label
  }

  /// Continues at an address in the RAM.
  ///
  /// - Parameter executed: how many instructions were executed, if not all before this one.
  mutating func jump(to address: Int, executed: Int? = nil) {
    giveBack(stepCount - (executed ?? position))
    guard address != start.address else { return code.jump(to: start.place) }
    guard address < Translator.reach(mask) else {
      code.move(.rax, TranslationExit.limit.code(address))
      return code.jump(to: leaving)
    }
    code.move(.rax, UInt32(truncatingIfNeeded: address))
    code.jump(at: .place(8 * address))
  }

  /// Continues at the address in eax, after this instruction.
  mutating func jumpIndirectly() {
    giveBack(stepCount - (position + 1))
    code.arithmetic(.cmp, .register(.rax), Translator.reach(mask) - 1)
    // As a ``TranslationExit/limit``, for Swift to see what is there.
    code.jump(if: .above, to: leaving)
    code.address(.rcx, .place(0))
    code.jump(at: .memory(Address(.rcx, .rax, shift: 3)))
  }

  private mutating func emitRest() {
    for (label, target) in detours {
      code.place(label)
      giveBack(1)
      code.jump(target)
    }
    for exit in exits {
      code.place(exit.label)
      giveBack(exit.unexecuted)
      code.move(.rax, exit.code)
      code.jump(to: leaving)
    }
    code.resolve()
    detours.removeAll(keepingCapacity: true)
    exits.removeAll(keepingCapacity: true)
  }

  mutating func giveBack(_ count: Int) {
    if count > 0 { code.arithmetic(.add, .register(Translator.left), count, .qword) }
  }
}

// MARK: Registers

extension Translator {
  /// A register in memory.
  func memory(_ register: UInt8) -> Address {
    Address(Translator.state, Translator.registers + Int(register))
  }

  private static let registers = offset(\State.v)

  /// A register wherever it is best read.
  func operand(_ register: UInt8) -> Operand {
    hosts[Int(register)].map(Operand.register) ?? .memory(memory(register))
  }

  func isInHost(_ register: UInt8) -> Bool { hosts[Int(register)] != nil }

  /// A field of the state, or what comes so many bytes after its beginning.
  func state(_ field: PartialKeyPath<State>, _ distance: Int = 0) -> Address {
    Address(Translator.state, offset(field) + distance)
  }

  /// A host's register that has the value of a register; if it is in none, then the one that is given.
  mutating func value(_ register: UInt8, in other: Register) -> Register {
    if let host = hosts[Int(register)] { return host }
    code.load(other, memory(register), .byte)
    return other
  }

  /// Writes a register to memory that was changed where it is best read.
  mutating func finish(_ register: UInt8) {
    if let host = hosts[Int(register)] { code.store(host, memory(register), .byte) }
  }

  /// Gives a register the value of one of the host's.
  mutating func assign(_ register: UInt8, _ value: Register) {
    if let host = hosts[Int(register)] { code.move(host, value) }
    code.store(value, memory(register), .byte)
  }

  /// Loads all that the host's registers hold.
  mutating func loadHosts() {
    for register in 0..<16 as Range<UInt8> {
      if let host = hosts[Int(register)] { code.load(host, memory(register), .byte) }
    }
  }
}

private func offset<Root>(_ field: PartialKeyPath<Root>) -> Int {
  guard let offset = MemoryLayout<Root>.offset(of: field) else {
    preconditionFailure("fields of structs are in memory")
  }
  return offset
}
