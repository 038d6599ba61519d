/// Instructions that not all machines of the family have; `InstructionSet` lists them.
public struct Extensions: OptionSet, Hashable, Sendable {
  /// A bit for each extension.
  public let rawValue: UInt8

  /// Extensions from their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// 00E0 clears the display.
  public static let onePage = Extensions(rawValue: 1 << 0)
  /// 0230 clears the two-page display, and registers, stack and display are in the RAM.
  public static let twoPage = Extensions(rawValue: 1 << 1)
  /// 0nnn calls 1802 machine code, which is not supported.
  public static let machineCode = Extensions(rawValue: 1 << 2)
  /// 00FD, 00FE, 00FF, Fx30, Fx75, Fx85 and Dxy0.
  public static let superChip10 = Extensions(rawValue: 1 << 3)
  /// 00Cn, 00FB and 00FC, which SUPER-CHIP 1.1 has added.
  public static let scrolls = Extensions(rawValue: 1 << 4)
  /// All that only XO-CHIP has.
  public static let xoChip = Extensions(rawValue: 1 << 5)
}
