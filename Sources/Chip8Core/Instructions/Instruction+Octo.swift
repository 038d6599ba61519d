extension Instruction {
  /// The instruction in Octo's assembly language, as it would stand in a source file.
  ///
  /// - Parameters:
  ///   - opcode: the two bytes that it was decoded from.
  ///   - next: the two bytes behind them, the second half of a long load of I.
  ///   - name: what an address is called, nil where it has no name.
  public func octo(
    opcode: UInt16, next: UInt16, naming name: (UInt16) -> String? = { _ in nil }
  ) -> String {
    switch self {
    case .clear: opcode == 0x00E0 ? "clear" : native(opcode)
    case .return: "return"
    case .scrollDown(let n): "scroll-down \(n)"
    case .scrollUp(let n): "scroll-up \(n)"
    case .scrollRight: "scroll-right"
    case .scrollLeft: "scroll-left"
    // 0000 and the masks of more planes than there are have no words in the language.
    case .exit: opcode == 0x00FD ? "exit" : bytes(opcode)
    case .lores: "lores"
    case .hires: "hires"
    case .jump(let nnn): "jump \(name(nnn) ?? hex(nnn, 3))"
    case .call(let nnn): call(name(nnn), nnn)
    case .skipIfEqual(let x, let nn): "if \(v(x)) != \(hex(nn)) then"
    case .skipIfNotEqual(let x, let nn): "if \(v(x)) == \(hex(nn)) then"
    case .skipIfSame(let x, let y): "if \(v(x)) != \(v(y)) then"
    case .skipIfDifferent(let x, let y): "if \(v(x)) == \(v(y)) then"
    case .storeRange(let x, let y): "save \(v(x)) - \(v(y))"
    case .loadRange(let x, let y): "load \(v(x)) - \(v(y))"
    case .set(let x, let nn): "\(v(x)) := \(hex(nn))"
    case .add(let x, let nn): "\(v(x)) += \(hex(nn))"
    case .copy(let x, let y): "\(v(x)) := \(v(y))"
    case .or(let x, let y): "\(v(x)) |= \(v(y))"
    case .and(let x, let y): "\(v(x)) &= \(v(y))"
    case .xor(let x, let y): "\(v(x)) ^= \(v(y))"
    case .addRegister(let x, let y): "\(v(x)) += \(v(y))"
    case .subtract(let x, let y): "\(v(x)) -= \(v(y))"
    case .shiftRight(let x, let y): "\(v(x)) >>= \(v(y))"
    case .subtractFrom(let x, let y): "\(v(x)) =- \(v(y))"
    case .shiftLeft(let x, let y): "\(v(x)) <<= \(v(y))"
    case .setIndex(let nnn): "i := \(name(nnn) ?? hex(nnn, 3))"
    case .setIndexLong: "i := long \(name(next) ?? hex(next, 4))"
    case .jumpIndexed(let nnn): "jump0 \(name(nnn) ?? hex(nnn, 3))"
    case .random(let x, let nn): "\(v(x)) := random \(hex(nn))"
    case .draw(let x, let y, let n): "sprite \(v(x)) \(v(y)) \(n)"
    case .skipIfKey(let x): "if \(v(x)) -key then"
    case .skipIfNoKey(let x): "if \(v(x)) key then"
    case .selectPlanes(let n): opcode < 0xF400 ? "plane \(n)" : bytes(opcode)
    case .loadPattern: "audio"
    case .readDelay(let x): "\(v(x)) := delay"
    case .waitForKey(let x): "\(v(x)) := key"
    case .setDelay(let x): "delay := \(v(x))"
    case .setSound(let x): "buzzer := \(v(x))"
    case .addToIndex(let x): "i += \(v(x))"
    case .smallDigit(let x): "i := hex \(v(x))"
    case .bigDigit(let x): "i := bighex \(v(x))"
    case .decimal(let x): "bcd \(v(x))"
    case .setPitch(let x): "pitch := \(v(x))"
    case .store(let x): "save \(v(x))"
    case .load(let x): "load \(v(x))"
    case .storeFlags(let x): "saveflags \(v(x))"
    case .loadFlags(let x): "loadflags \(v(x))"
    case .probeHost, .callHost: native(opcode)
    case .machineCode, .illegal: bytes(opcode)
    }
  }

  /// A name that stands alone is a call; but `exit`, which a label may be called, is an instruction.
  private func call(_ name: String?, _ nnn: UInt16) -> String {
    guard let name else { return ":call \(hex(nnn, 3))" }
    return name == "exit" ? ":call exit" : name
  }

  private func native(_ opcode: UInt16) -> String { "native \(hex(opcode, 3))" }

  private func bytes(_ opcode: UInt16) -> String { "\(hex(opcode >> 8)) \(hex(opcode & 0xFF))" }

  private func v(_ register: UInt8) -> String {
    "v" + String(register, radix: 16)
  }

  private func hex(_ number: some BinaryInteger, _ digitCount: Int = 2) -> String {
    "0x" + hexadecimal(number, digitCount)
  }
}

/// A number in upper-case hexadecimal with leading zeros.
public func hexadecimal(_ number: some BinaryInteger, _ digitCount: Int) -> String {
  let digits = String(number, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
}
