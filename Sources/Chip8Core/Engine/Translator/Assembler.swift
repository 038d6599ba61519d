// x86-64 instructions as bytes: those that translations are made of, in the manuals' terms.

/// Writes machine code, one instruction after another.
struct Assembler {
  enum Register: UInt8 {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
  }

  enum Width {
    case byte, word, dword, qword
  }

  /// `[base + index * scale + displacement]`
  struct Address {
    var base: Register
    var index: Register?
    /// The power of two that the scale is.
    var shift: UInt8 = 0
    var displacement = 0

    init(_ base: Register, _ displacement: Int = 0) {
      (self.base, self.displacement) = (base, displacement)
    }

    init(_ base: Register, _ index: Register, shift: UInt8 = 0, _ displacement: Int = 0) {
      (self.base, self.index, self.shift, self.displacement) = (base, index, shift, displacement)
    }
  }

  enum Operand {
    case register(Register)
    case memory(Address)
    /// A place in the code memory, in an instruction that has nothing after it.
    case place(Int)
  }

  /// What arithmetic does, by its number in opcodes.
  enum Arithmetic: UInt8 {
    case add, or, adc, sbb, and, sub, xor, cmp
  }

  enum Shift: UInt8 {
    case left = 4
    case right = 5
  }

  /// What the flags say, by its number in opcodes. Numbers are unsigned.
  enum Condition: UInt8 {
    case carry = 2
    case noCarry, equal, notEqual, notAbove, above

    static let below = carry
    static let notBelow = noCarry
  }

  /// A place in the code that can be jumped to before it is known.
  struct Label {
    fileprivate let number: Int
  }

  private let memory: UnsafeMutableRawPointer
  /// Where the next instruction goes, in the memory.
  private(set) var position: Int
  private var places: [Int] = []
  private var jumps: [(position: Int, label: Label)] = []

  init(_ memory: UnsafeMutableRawPointer, at position: Int) {
    (self.memory, self.position) = (memory, position)
  }
}

// MARK: Places

extension Assembler {
  mutating func label() -> Label {
    places.append(0)
    return Label(number: places.count - 1)
  }

  /// Says where a label is: here.
  mutating func place(_ label: Label) { places[label.number] = position }

  mutating func labelHere() -> Label {
    let label = label()
    place(label)
    return label
  }

  /// Completes the jumps, and forgets the labels.
  mutating func resolve() {
    for jump in jumps { patch(places[jump.label.number] - jump.position, at: jump.position) }
    jumps.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  /// Continues at another place, where what was there is forgotten.
  mutating func move(to position: Int) { self.position = position }

  /// The distance of a jump is in the four bytes before the place that it counts from.
  private func patch(_ distance: Int, at position: Int) {
    let distance = Int32(truncatingIfNeeded: distance)
    memory.storeBytes(of: distance, toByteOffset: position - 4, as: Int32.self)
  }
}

// MARK: Bytes

extension Assembler {
  private mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    memory.storeBytes(of: value, toByteOffset: position, as: Value.self)
    position &+= MemoryLayout<Value>.size
  }

  private mutating func byte(_ value: UInt8) { append(value) }
  private mutating func dword(_ value: Int) { append(Int32(truncatingIfNeeded: value)) }

  private mutating func immediate(_ value: Int, _ width: Width) {
    if width == .dword || width == .qword { return dword(value) }
    byte(UInt8(truncatingIfNeeded: value))
    if width == .word { byte(UInt8(truncatingIfNeeded: value >> 8)) }
  }

  /// Prefixes, opcode and operands of an instruction.
  ///
  /// - Parameters:
  ///   - opcode: its bytes after the prefixes, the last one lowest.
  ///   - field: the other register operand, or what else the opcode has in its place.
  private mutating func encode(
    _ opcode: UInt32, _ field: UInt8, _ operand: Operand, _ width: Width, prefix: UInt8? = nil
  ) {
    if width == .word { byte(0x66) }
    if let prefix { byte(prefix) }
    var rex: UInt8 = width == .qword ? 0x48 : 0
    if field > 7 { rex |= 0x44 }
    switch operand {
    case .register(let register):
      if register.rawValue > 7 { rex |= 0x41 }
      // Without a prefix the byte registers 4 to 7 would be others.
      if width == .byte, register.rawValue > 3 || field > 3 { rex |= 0x40 }
    case .memory(let address):
      if address.base.rawValue > 7 { rex |= 0x41 }
      if let index = address.index, index.rawValue > 7 { rex |= 0x42 }
      if width == .byte, field > 3 { rex |= 0x40 }
    case .place: break
    }
    if rex != 0 { byte(rex) }
    if opcode > 0xFF { byte(UInt8(truncatingIfNeeded: opcode >> 8)) }
    byte(UInt8(truncatingIfNeeded: opcode))
    switch operand {
    case .register(let register): byte(0xC0 | (field & 7) << 3 | register.rawValue & 7)
    case .memory(let address): encode(address, field & 7)
    case .place(let place):
      byte(0x05 | (field & 7) << 3)
      dword(place - position - 4)
    }
  }

  private mutating func encode(_ address: Address, _ field: UInt8) {
    let isShort = Int(Int8(truncatingIfNeeded: address.displacement)) == address.displacement
    // Always with a displacement, as rbp and r13 need one.
    let mode: UInt8 = isShort ? 0x40 : 0x80
    let base = address.base.rawValue & 7
    if let index = address.index {
      byte(mode | field << 3 | 4)
      byte(address.shift << 6 | (index.rawValue & 7) << 3 | base)
    } else {
      byte(mode | field << 3 | base)
      if base == 4 { byte(0x24) }
    }
    if isShort {
      byte(UInt8(truncatingIfNeeded: address.displacement))
    } else {
      dword(address.displacement)
    }
  }

  /// The opcode for bytes, or the one after it for everything wider.
  private func opcode(_ first: UInt32, _ width: Width) -> UInt32 {
    width == .byte ? first : first + 1
  }
}

// MARK: Instructions

extension Assembler {
  /// Zeros come in above what is loaded.
  mutating func load(_ register: Register, _ address: Address, _ width: Width) {
    let operand = Operand.memory(address)
    switch width {
    case .byte: encode(0x0FB6, register.rawValue, operand, .dword)
    case .word: encode(0x0FB7, register.rawValue, operand, .dword)
    case .dword, .qword: encode(0x8B, register.rawValue, operand, width)
    }
  }

  mutating func store(_ register: Register, _ address: Address, _ width: Width) {
    encode(opcode(0x88, width), register.rawValue, .memory(address), width)
  }

  mutating func store(_ value: Int, _ address: Address, _ width: Width) {
    encode(opcode(0xC6, width), 0, .memory(address), width)
    immediate(value, width)
  }

  mutating func move(_ register: Register, _ other: Register) {
    encode(0x8B, register.rawValue, .register(other), .qword)
  }

  /// Zeros come in above the number.
  mutating func move(_ register: Register, _ value: UInt32) {
    if register.rawValue > 7 { byte(0x41) }
    byte(0xB8 | register.rawValue & 7)
    dword(Int(value))
  }

  mutating func move(_ register: Register, wide value: UInt64) {
    byte(register.rawValue > 7 ? 0x49 : 0x48)
    byte(0xB8 | register.rawValue & 7)
    append(value)
  }

  /// Zeros come in above the 8 or 16 lowest bits.
  mutating func extend(_ register: Register, _ width: Width) {
    encode(width == .byte ? 0x0FB6 : 0x0FB7, register.rawValue, .register(register), .dword)
  }

  mutating func address(_ register: Register, _ operand: Operand) {
    encode(0x8D, register.rawValue, operand, .qword)
  }

  mutating func arithmetic(
    _ operation: Arithmetic, _ register: Register, _ operand: Operand, _ width: Width = .dword
  ) {
    let first = UInt32(operation.rawValue) << 3 | 2
    encode(opcode(first, width), register.rawValue, operand, width)
  }

  mutating func arithmetic(
    _ operation: Arithmetic, _ operand: Operand, with register: Register, _ width: Width
  ) {
    let first = UInt32(operation.rawValue) << 3
    encode(opcode(first, width), register.rawValue, operand, width)
  }

  mutating func arithmetic(
    _ operation: Arithmetic, _ operand: Operand, _ value: Int, _ width: Width = .dword
  ) {
    let isShort = width != .byte && Int(Int8(truncatingIfNeeded: value)) == value
    encode(isShort ? 0x83 : opcode(0x80, width), operation.rawValue, operand, width)
    immediate(value, isShort ? .byte : width)
  }

  mutating func shift(
    _ direction: Shift, _ operand: Operand, by count: UInt8, _ width: Width = .dword
  ) {
    encode(opcode(0xC0, width), direction.rawValue, operand, width)
    byte(count)
  }

  /// `register = other * value`
  mutating func multiply(_ register: Register, _ other: Register, by value: Int) {
    encode(0x69, register.rawValue, .register(other), .dword)
    dword(value)
  }

  /// The carry becomes a bit of a register.
  mutating func testBit(_ register: Register, _ bit: Register) {
    encode(0x0FA3, bit.rawValue, .register(register), .dword)
  }

  /// A byte becomes 1 if that is so, else 0.
  mutating func set(_ condition: Condition, _ operand: Operand) {
    encode(0x0F90 | UInt32(condition.rawValue), 0, operand, .byte)
  }

  mutating func push(_ register: Register) {
    if register.rawValue > 7 { byte(0x41) }
    byte(0x50 | register.rawValue & 7)
  }

  mutating func pop(_ register: Register) {
    if register.rawValue > 7 { byte(0x41) }
    byte(0x58 | register.rawValue & 7)
  }

  mutating func `return`() { byte(0xC3) }

  mutating func call(_ register: Register) {
    encode(0xFF, 2, .register(register), .dword)
  }

  /// Jumps to the address that is in a register or in memory.
  mutating func jump(at operand: Operand) {
    encode(0xFF, 4, operand, .dword)
  }

  mutating func jump(_ label: Label) {
    byte(0xE9)
    dword(0)
    jumps.append((position, label))
  }

  mutating func jump(if condition: Condition, _ label: Label) {
    byte(0x0F)
    byte(0x80 | condition.rawValue)
    dword(0)
    jumps.append((position, label))
  }

  /// Jumps to a place in the memory.
  mutating func jump(to place: Int) {
    byte(0xE9)
    dword(0)
    patch(place - position, at: position)
  }

  mutating func jump(if condition: Condition, to place: Int) {
    byte(0x0F)
    byte(0x80 | condition.rawValue)
    dword(0)
    patch(place - position, at: position)
  }
}

// MARK: Vectors

extension Assembler {
  /// The host's vector registers, of 16 bytes.
  enum Vector: UInt8 {
    case xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7
  }

  /// What is done to vectors, by its opcode.
  enum VectorOperation: UInt32 {
    case and = 0x0FDB
    case or = 0x0FEB
    case xor = 0x0FEF
    case copy = 0x0F6F
    /// Bytes become 0xFF where they are equal, else 0.
    case compareBytes = 0x0F74
    /// Both qwords are shifted right, by as much as the other vector's lower one says.
    case shiftRight = 0x0FD3
    // The lower, or the higher, halves of two vectors in turns.
    case interleaveLowBytes = 0x0F60
    case interleaveLowWords = 0x0F61
    case interleaveLowDwords = 0x0F62
    case interleaveHighBytes = 0x0F68
    case interleaveHighWords = 0x0F69
    case interleaveHighDwords = 0x0F6A
  }

  mutating func vector(_ operation: VectorOperation, _ vector: Vector, _ other: Vector) {
    encode(operation.rawValue, vector.rawValue, other.operand, .dword, prefix: 0x66)
  }

  mutating func clear(_ vector: Vector) { self.vector(.xor, vector, vector) }

  /// Loads 16 bytes from anywhere.
  mutating func load(_ vector: Vector, _ address: Address) {
    encode(0x0F6F, vector.rawValue, .memory(address), .dword, prefix: 0xF3)
  }

  /// Zeros come in above the qword.
  mutating func loadLow(_ vector: Vector, _ address: Address) {
    encode(0x0F7E, vector.rawValue, .memory(address), .dword, prefix: 0xF3)
  }

  mutating func loadHigh(_ vector: Vector, _ address: Address) {
    encode(0x0F16, vector.rawValue, .memory(address), .dword)
  }

  mutating func storeLow(_ vector: Vector, _ address: Address) {
    encode(0x0FD6, vector.rawValue, .memory(address), .dword, prefix: 0x66)
  }

  mutating func storeHigh(_ vector: Vector, _ address: Address) {
    encode(0x0F17, vector.rawValue, .memory(address), .dword)
  }

  /// Zeros come in above the 32 lowest bits.
  mutating func move(_ vector: Vector, _ register: Register) {
    encode(0x0F6E, vector.rawValue, .register(register), .dword, prefix: 0x66)
  }

  /// The highest bit of each byte becomes a bit of a register.
  mutating func move(_ register: Register, bytesOf vector: Vector) {
    encode(0x0FD7, register.rawValue, vector.operand, .dword, prefix: 0x66)
  }

  /// Bytes that are not instructions.
  mutating func data(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { self.byte(byte) }
  }
}

extension Assembler.Vector {
  /// Registers are told apart by what an instruction is, not by their numbers.
  fileprivate var operand: Assembler.Operand {
    Assembler.Register(rawValue: rawValue).map(Assembler.Operand.register) ?? .place(0)
  }
}
