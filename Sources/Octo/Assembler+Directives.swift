// Assembler+Directives.swift: names, data and places, and what is noted for a debugger.

extension Assembler {
  mutating func assembleDirective(_ keyword: Keyword) throws(AssemblyError) {
    switch keyword {
    case .label: try defineLabel(offset: 0)
    case .next: try defineLabel(offset: 1)
    case .unpack: try assembleUnpack()
    case .proto: _ = try next("a name")
    case .alias: try defineAlias()
    case .const: try defineConstant()
    case .calc: try defineCalculated()
    case .macro: try defineMacro()
    case .stringMode: try defineStringMode()
    case .byte: try assembleByte()
    case .pointer: try assemblePointer()
    case .call: try assembleCall()
    case .org: try setOrigin()
    case .assert: try assembleAssert()
    case .breakpoint: breakpoints[image.here] = try text("a name for the breakpoint").text
    case .monitor: try defineMonitor()
    default:
      throw error(
        "\(statement.description) cannot start a statement; is a word missing before it?",
        at: statement)
    }
  }

  /// Defines a label `offset` bytes after the next instruction's start.
  ///
  /// A `main` which comes first takes the place kept for the jump to it.
  private mutating func defineLabel(offset: Int) throws(AssemblyError) {
    var target = image.here + offset
    let (name, token) = try newName("a label")
    if let label = names.labels[name] {
      let line = sources.name(ofLine: label.line, seenFrom: token.line)
      return try note(error("\(quoted(name)) is already defined on \(line)", at: token))
    }
    if names.aliases[name] != nil {
      return try note(error("\(quoted(name)) is already the alias of a register", at: token))
    }
    guard target <= Image.size else {
      return try note(error("\(quoted(name)) is past the end of memory at 0xFFFF", at: token))
    }
    if name == "main", target == Image.origin || target == Image.origin + 2 {
      image.releaseEntry()
      startsWithMain = true
      target = image.here
    }
    names.labels[name] = Names.Label(address: target, line: token.line)
    guard let forward = names.forwards.removeValue(forKey: name) else { return }
    for patch in forward.patches {
      guard target < 1 << patch.form.bits else {
        let isUseWrong = diagnostics.hasError(startingOn: Int(forward.firstUse.line))
        if isUseWrong || diagnostics.hasDoubtfulAddresses { return }
        let line = sources.name(ofLine: forward.firstUse.line, seenFrom: token.line)
        return try note(
          error(
            "\(quoted(name)) is at \(hexadecimal(target)), which does not fit in the \(patch.form.bits) bits "
              + "of its use on \(line)", at: token))
      }
      image.resolve(patch, to: target)
    }
  }

  private mutating func defineAlias() throws(AssemblyError) {
    let (name, token) = try newName("an alias")
    if let label = names.labels[name] {
      let line = sources.name(ofLine: label.line, seenFrom: token.line)
      try note(error("\(quoted(name)) is already a label, on \(line)", at: token))
    }
    guard nextIsCalculation else {
      names.aliases[name] = try register()
      return
    }
    let value = try calculation(for: "an alias")
    guard value >= 0, value < 16 else {
      // It is taken for a register in any case, so that its uses are not errors too.
      names.aliases[name] = 0
      if isInDoubt { return }
      return try note(
        error("an alias takes a register from 0 to 15, and this is \(formatted(value))", at: token))
    }
    names.aliases[name] = Int(value)
  }

  private mutating func defineConstant() throws(AssemblyError) {
    let (name, token) = try newName("a constant")
    let isKnown = names.constants[name] != nil
    if isKnown { try note(error("the constant \(quoted(name)) is already defined", at: token)) }
    let value = try constant()
    if !isKnown { names.constants[name] = Names.Constant(value: kept(value), isMutable: false) }
  }

  private mutating func defineCalculated() throws(AssemblyError) {
    let (name, token) = try newName("a constant")
    let isMutable = names.constants[name]?.isMutable ?? true
    if !isMutable {
      try note(error("`:calc` cannot redefine the constant \(quoted(name))", at: token))
    }
    let value = try calculation(for: quoted(name))
    guard isMutable else { return }
    names.constants[name] = Names.Constant(value: kept(value), isMutable: true)
  }

  /// Assembles an address into the immediate bytes of two assignments to registers.
  private mutating func assembleUnpack() throws(AssemblyError) {
    let target: Int
    if stream.peek()?.word == "long" {
      try expect("long")
      target = try address(as: .unpackLong)
    } else {
      let high = try nibble()
      target = try high << 12 | address(as: .unpack)
    }
    try emit(0x6000 | target >> 8, names.aliases["unpack-hi", default: 0])
    try emit(0x6000 | target & 0xFF, names.aliases["unpack-lo", default: 1])
  }

  private mutating func assembleByte() throws(AssemblyError) {
    let value =
      if nextIsCalculation { try calculatedBits(for: "`:byte`") } else { try byte() }
    try emit(byte: value)
  }

  private mutating func assemblePointer() throws(AssemblyError) {
    let target =
      if nextIsCalculation {
        try calculatedBits(for: "`:pointer`")
      } else {
        try address(as: .pointer)
      }
    try emit(target)
  }

  private mutating func assembleCall() throws(AssemblyError) {
    let target =
      if nextIsCalculation {
        try calculatedBits(for: "`:call`")
      } else {
        try address(as: .address)
      }
    try emit(0x2000 | target & 0xFFF)
  }

  private mutating func setOrigin() throws(AssemblyError) {
    let target = if nextIsCalculation { try calculation(for: "`:org`") } else { try constant() }
    if diagnostics.hasDoubtfulValue, !diagnostics.isFirstErrorFinal {
      diagnostics.hasDoubtfulAddresses = true
    } else {
      image.here = Int(Number.bits(target)) & 0xFFFF
    }
  }

  private mutating func assembleAssert() throws(AssemblyError) {
    let message = nextIsCalculation ? nil : try text("a message or `{`").text
    let value = try calculation(for: "`:assert`")
    guard value == 0 || value.isNaN, !isInDoubt else { return }
    let reason = message.map { ": " + shortened($0, to: 200) } ?? ""
    try note(error("assertion failed" + reason, at: statement))
  }

  private mutating func defineMonitor() throws(AssemblyError) {
    let token = try peek("a register or an address")
    let isRegister = nextIsRegister
    let base: Assembly.Monitor.Base =
      if isRegister { .register(try register()) } else { .memory(try definedAddress()) }
    let monitor = Assembly.Monitor(
      name: token.word ?? token.description, base: base,
      display: try monitorDisplay(ofRegisters: isRegister))
    // A monitor which is defined again, as in a macro, takes the first one's place.
    if let index = monitorIndices[monitor.name] {
      monitors[index] = monitor
    } else {
      monitorIndices[monitor.name] = monitors.count
      monitors.append(monitor)
    }
  }

  private mutating func monitorDisplay(
    ofRegisters: Bool
  ) throws(AssemblyError) -> Assembly.Monitor.Display {
    let token = try peek("a number of bytes or a format")
    guard let format = token.word, format.utf8.contains(UInt8(ascii: "%")) else {
      return .bytes(ofRegisters ? try nibble() : try definedAddress())
    }
    _ = stream.next()
    guard let pieces = Assembly.Monitor.pieces(of: format) else {
      throw error(
        "every `%` of a format must be followed by a number of bytes, if any, and c, i, b or x",
        at: token)
    }
    return .format(pieces)
  }
}
