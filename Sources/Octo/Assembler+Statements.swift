// Assembler+Statements.swift: what every statement assembles to.

extension Assembler {
  mutating func assembleStatement(_ token: Token) throws(AssemblyError) {
    guard let word = token.word else {
      return try emit(byte: byte(token))
    }
    if isDoubtfulStatement(token) { return skipStatement() }
    if isUnknownDirective(token) { throw unknown(word, "a statement", at: token) }
    if let macro = names.macros[word] {
      try expand(macro, named: word, at: token)
    } else if names.stringModes[word] != nil {
      try expandString(mode: word, at: token)
    } else if let keyword = Keyword(token) {
      try assembleKeyword(keyword)
    } else if let register = names.register(token) {
      try assignRegister(register)
    } else {
      try emit(0x2000 | address(token, as: .address))
      skipOperands(of: token)
    }
  }

  private mutating func assembleKeyword(_ keyword: Keyword) throws(AssemblyError) {
    if let form = keyword.form {
      try assemble(form)
      return
    }
    switch keyword {
    case .if: try assembleIf()
    case .else: try assembleElse()
    case .end: try assembleEnd()
    case .loop: loops.append(Loop(start: image.here, token: statement))
    case .while: try assembleWhile()
    case .again: try assembleAgain()
    case .i: try assignIndex()
    case .sprite: try assembleSprite()
    case .save: try assembleTransfer(all: 0xF055, range: 0x5002)
    case .load: try assembleTransfer(all: 0xF065, range: 0x5003)
    case .saveFlags: try emit(0xF075, register())
    case .loadFlags: try emit(0xF085, register())
    case .plane: try assemblePlane()
    default: try assembleDirective(keyword)
    }
  }

  private mutating func assemble(_ form: Keyword.Form) throws(AssemblyError) {
    switch form {
    case .plain(let opcode):
      try emit(Int(opcode))
    case .register(let opcode):
      try emit(Int(opcode), register())
    case .assigned(let opcode):
      try expect(":=")
      try emit(Int(opcode), register())
    case .nibble(let opcode):
      try emit(Int(opcode) | nibble())
    case .address(let opcode):
      try emit(Int(opcode) | address(as: .address))
    }
  }

  private mutating func assembleSprite() throws(AssemblyError) {
    let x = try register()
    let y = try register()
    let rows = try nibble()
    try emit(0xD000 | rows, x, y)
  }

  /// Assembles `save` or `load`, of all registers up to one or of a range.
  private mutating func assembleTransfer(all: Int, range: Int) throws(AssemblyError) {
    let first = try register()
    guard stream.peek()?.word == "-" else { return try emit(all, first) }
    try expect("-")
    try emit(range, first, register())
  }

  private mutating func assemblePlane() throws(AssemblyError) {
    let planes = try nibble()
    guard planes <= 3 else {
      return try note(
        error("`plane` takes a mask of two planes (0 to 3), not \(planes)", at: statement))
    }
    try emit(0xF001, planes)
  }

  private mutating func assignIndex() throws(AssemblyError) {
    let token = try next("`:=` or `+=`")
    switch Keyword(token) {
    case .assign: try setIndex()
    case .add: try emit(0xF01E, register())
    default:
      throw error("`i` takes `:=` or `+=`, found \(token.description)", at: token)
    }
  }

  private mutating func setIndex() throws(AssemblyError) {
    let token = try next("an address")
    switch token.word {
    case "hex":
      try emit(0xF029, register())
    case "bighex":
      try emit(0xF030, register())
    case "long":
      let target = try address(as: .pointer, offset: 2)
      try emit(0xF000)
      try emit(target)
    default:
      try emit(0xA000 | address(token, as: .address))
    }
  }

  private mutating func assignRegister(_ x: Int) throws(AssemblyError) {
    let token = try next("an operator")
    switch Keyword(token) {
    case .assign:
      try setRegister(x)
    case .add:
      if nextIsRegister { return try emit(0x8004, x, register()) }
      try emit(0x7000 | byte() & 0xFF, x)
    case .subtract:
      if nextIsRegister { return try emit(0x8005, x, register()) }
      try emit(0x7000 | -byte() & 0xFF, x)
    case .or: try emit(0x8001, x, register())
    case .and: try emit(0x8002, x, register())
    case .xor: try emit(0x8003, x, register())
    case .shiftRight: try emit(0x8006, x, register())
    case .subtractFrom: try emit(0x8007, x, register())
    case .shiftLeft: try emit(0x800E, x, register())
    default:
      throw error(
        "expected an operator such as `:=` or `+=` after the register, found \(token.description)",
        at: token)
    }
  }

  private mutating func setRegister(_ x: Int) throws(AssemblyError) {
    let token = try next("a value")
    if let y = names.register(token) { return try emit(0x8000, x, y) }
    switch Keyword(token) {
    case .random: try emit(0xC000 | byte() & 0xFF, x)
    case .key: try emit(0xF00A, x)
    case .delay: try emit(0xF007, x)
    default: try emit(0x6000 | byte(token) & 0xFF, x)
    }
  }
}
