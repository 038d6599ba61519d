/// One instruction with its operands. Interpreter, disassembler and trace all start from here.
///
/// Operands are named as everywhere in the field: x and y are registers (0–15), n, nn and nnn
/// numbers of 4, 8 and 12 bits.
public enum Instruction: Hashable, Sendable {
  case clear
  case `return`
  case scrollDown(n: UInt8)
  case scrollUp(n: UInt8)
  case scrollRight
  case scrollLeft
  case exit
  case lores
  case hires
  case jump(nnn: UInt16)
  case call(nnn: UInt16)
  case skipIfEqual(x: UInt8, nn: UInt8)
  case skipIfNotEqual(x: UInt8, nn: UInt8)
  case skipIfSame(x: UInt8, y: UInt8)
  case skipIfDifferent(x: UInt8, y: UInt8)
  case storeRange(x: UInt8, y: UInt8)
  case loadRange(x: UInt8, y: UInt8)
  case set(x: UInt8, nn: UInt8)
  case add(x: UInt8, nn: UInt8)
  case copy(x: UInt8, y: UInt8)
  case or(x: UInt8, y: UInt8)
  case and(x: UInt8, y: UInt8)
  case xor(x: UInt8, y: UInt8)
  case addRegister(x: UInt8, y: UInt8)
  case subtract(x: UInt8, y: UInt8)
  case shiftRight(x: UInt8, y: UInt8)
  case subtractFrom(x: UInt8, y: UInt8)
  case shiftLeft(x: UInt8, y: UInt8)
  case setIndex(nnn: UInt16)
  case setIndexLong
  case jumpIndexed(nnn: UInt16)
  case random(x: UInt8, nn: UInt8)
  case draw(x: UInt8, y: UInt8, n: UInt8)
  case skipIfKey(x: UInt8)
  case skipIfNoKey(x: UInt8)
  case selectPlanes(n: UInt8)
  case loadPattern
  case readDelay(x: UInt8)
  case waitForKey(x: UInt8)
  case setDelay(x: UInt8)
  case setSound(x: UInt8)
  case addToIndex(x: UInt8)
  case smallDigit(x: UInt8)
  case bigDigit(x: UInt8)
  case decimal(x: UInt8)
  case setPitch(x: UInt8)
  case store(x: UInt8)
  case load(x: UInt8)
  case storeFlags(x: UInt8)
  case loadFlags(x: UInt8)
  case probeHost
  case callHost
  case machineCode
  case illegal

  /// Decodes two bytes, the high one first. What the instruction set lacks is ``illegal``;
  /// 0nnn on the original machines is ``machineCode``. 0000 is ``exit`` everywhere: programs that
  /// just end run into it, and Octo ends them there. The two-page display is cleared by 0230 alone.
  public init(opcode: UInt16, for set: InstructionSet) {
    let x = UInt8(truncatingIfNeeded: opcode >> 8 & 0xF)
    let y = UInt8(truncatingIfNeeded: opcode >> 4 & 0xF)
    let n = UInt8(truncatingIfNeeded: opcode & 0xF)
    let nn = UInt8(truncatingIfNeeded: opcode)
    let nnn = opcode & 0xFFF
    let (hp48, schip, xo) = (set >= .schip10, set >= .schip, set >= .xochip)
    self =
      switch (opcode >> 12, x, y, n) {
      case (0x0, 0x0, 0x0, 0x0): .exit
      case (0x0, 0x0, 0xC, _) where schip: .scrollDown(n: n)
      case (0x0, 0x0, 0xD, _) where xo: .scrollUp(n: n)
      case (0x0, 0x0, 0xE, 0x0) where set != .twoPage: .clear
      case (0x0, 0x2, 0x3, 0x0) where set == .twoPage: .clear
      case (0x0, 0x0, 0xE, 0xE): .return
      case (0x0, 0x0, 0xF, 0xB) where schip: .scrollRight
      case (0x0, 0x0, 0xF, 0xC) where schip: .scrollLeft
      case (0x0, 0x0, 0xF, 0xD) where hp48: .exit
      case (0x0, 0x0, 0xF, 0xE) where hp48: .lores
      case (0x0, 0x0, 0xF, 0xF) where hp48: .hires
      case (0x0, 0xC, 0x8, 0x0): .probeHost
      case (0x0, 0xC, 0x8, 0x1): .callHost
      case (0x0, _, _, _) where set.hasMachineCode: .machineCode
      case (0x1, _, _, _): .jump(nnn: nnn)
      case (0x2, _, _, _): .call(nnn: nnn)
      case (0x3, _, _, _): .skipIfEqual(x: x, nn: nn)
      case (0x4, _, _, _): .skipIfNotEqual(x: x, nn: nn)
      case (0x5, _, _, 0x0): .skipIfSame(x: x, y: y)
      case (0x5, _, _, 0x2) where xo: .storeRange(x: x, y: y)
      case (0x5, _, _, 0x3) where xo: .loadRange(x: x, y: y)
      case (0x6, _, _, _): .set(x: x, nn: nn)
      case (0x7, _, _, _): .add(x: x, nn: nn)
      case (0x8, _, _, 0x0): .copy(x: x, y: y)
      case (0x8, _, _, 0x1): .or(x: x, y: y)
      case (0x8, _, _, 0x2): .and(x: x, y: y)
      case (0x8, _, _, 0x3): .xor(x: x, y: y)
      case (0x8, _, _, 0x4): .addRegister(x: x, y: y)
      case (0x8, _, _, 0x5): .subtract(x: x, y: y)
      case (0x8, _, _, 0x6): .shiftRight(x: x, y: y)
      case (0x8, _, _, 0x7): .subtractFrom(x: x, y: y)
      case (0x8, _, _, 0xE): .shiftLeft(x: x, y: y)
      case (0x9, _, _, 0x0): .skipIfDifferent(x: x, y: y)
      case (0xA, _, _, _): .setIndex(nnn: nnn)
      case (0xB, _, _, _): .jumpIndexed(nnn: nnn)
      case (0xC, _, _, _): .random(x: x, nn: nn)
      case (0xD, _, _, _): .draw(x: x, y: y, n: n)
      case (0xE, _, 0x9, 0xE): .skipIfKey(x: x)
      case (0xE, _, 0xA, 0x1): .skipIfNoKey(x: x)
      case (0xF, 0x0, 0x0, 0x0) where xo: .setIndexLong
      // There are two planes: the mask's other bits select nothing.
      case (0xF, _, 0x0, 0x1) where xo: .selectPlanes(n: x & 3)
      case (0xF, 0x0, 0x0, 0x2) where xo: .loadPattern
      case (0xF, _, 0x0, 0x7): .readDelay(x: x)
      case (0xF, _, 0x0, 0xA): .waitForKey(x: x)
      case (0xF, _, 0x1, 0x5): .setDelay(x: x)
      case (0xF, _, 0x1, 0x8): .setSound(x: x)
      case (0xF, _, 0x1, 0xE): .addToIndex(x: x)
      case (0xF, _, 0x2, 0x9): .smallDigit(x: x)
      case (0xF, _, 0x3, 0x0) where hp48: .bigDigit(x: x)
      case (0xF, _, 0x3, 0x3): .decimal(x: x)
      case (0xF, _, 0x3, 0xA) where xo: .setPitch(x: x)
      case (0xF, _, 0x5, 0x5): .store(x: x)
      case (0xF, _, 0x6, 0x5): .load(x: x)
      case (0xF, 0...7, 0x7, 0x5) where hp48: .storeFlags(x: x)
      case (0xF, 0...7, 0x8, 0x5) where hp48: .loadFlags(x: x)
      case (0xF, 8...15, 0x7, 0x5) where xo: .storeFlags(x: x)
      case (0xF, 8...15, 0x8, 0x5) where xo: .loadFlags(x: x)
      default: .illegal
      }
  }
}
