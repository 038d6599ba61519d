/// One instruction: two bytes, and the row of ``InstructionSet`` that says what they mean on a machine.
///
/// Operands are named as everywhere in the field: x and y are registers (0–15), n, nn and nnn
/// numbers of 4, 8 and 12 bits.
public struct Instruction: Hashable, Sendable {
  /// Its first two bytes, the high one first.
  public let opcode: UInt16
  /// What executing it does.
  public let kind: Kind
  private let row: UInt8

  /// Decodes two bytes, the high one first.
  public init(opcode: UInt16, for extensions: Extensions) {
    self = InstructionSet.decoder.instruction(opcode, on: extensions)
  }

  /// An opcode taken for a row of the table, which says that it is of this kind.
  @inline(__always)
  init(_ opcode: UInt16, _ kind: Kind, row: UInt8) {
    (self.opcode, self.kind, self.row) = (opcode, kind, row)
  }

  /// What is true of every instruction of its form.
  @inline(__always)
  var form: Form { InstructionSet.forms[Int(row)] }

  /// The first register.
  public var x: UInt8 { UInt8(truncatingIfNeeded: opcode >> 8 & 0xF) }
  /// The second register.
  public var y: UInt8 { UInt8(truncatingIfNeeded: opcode >> 4 & 0xF) }
  /// A number of 4 bits.
  public var n: UInt8 { UInt8(truncatingIfNeeded: opcode & 0xF) }
  /// A number of 8 bits.
  public var nn: UInt8 { UInt8(truncatingIfNeeded: opcode) }
  /// A number of 12 bits.
  public var nnn: UInt16 { opcode & 0xFFF }

  /// How many bytes it has.
  public var byteCount: Int { Int(form.byteCount) }

  /// The address in it, if it has one.
  ///
  /// - Parameter next: the two bytes after its first two.
  func address(next: UInt16?) -> UInt16? {
    switch form.address {
    case .none: nil
    case .nnn: nnn
    case .next: next
    }
  }

  /// How many bytes it writes from I on; nil if it writes none there.
  var writtenByteCount: Int? {
    guard form.writes.contains(.bytesAtI) else { return nil }
    if form.reads.contains(.v0ThroughVx) { return Int(x) + 1 }
    if form.reads.contains(.vxThroughVy) { return abs(Int(x) - Int(y)) + 1 }
    return 3
  }
}

extension Instruction {
  /// What executing an instruction does: the interpreter, the translator and the rules switch over all of these.
  public enum Kind: UInt8, CaseIterable, Sendable {
    case clear, `return`, scrollDown, scrollUp, scrollRight, scrollLeft, exit, lores, hires
    case jump, call, jumpIndexed
    case skipIfEqual, skipIfNotEqual, skipIfSame, skipIfDifferent, skipIfKey, skipIfNoKey
    case set, add, copy, or, and, xor
    case addRegister, subtract, shiftRight, subtractFrom, shiftLeft, random
    case setIndex, setIndexLong, addToIndex, smallDigit, bigDigit
    case storeBCD, store, load, storeRange, loadRange, storeFlags, loadFlags
    case draw, selectPlanes, loadPattern, setPitch
    case readDelay, waitForKey, setDelay, setSound
    case probeHost, callHost, machineCode, illegal
  }
}
