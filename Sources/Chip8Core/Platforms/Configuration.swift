/// Which machine it is, down to its quirks and its speed. A part of its state: another
/// configuration has another future.
public struct Configuration: Hashable, Sendable {
  /// How a frame's length is measured.
  public enum Timing: String, CaseIterable, Sendable {
    /// By instructions.
    case ipf
    /// By the COSMAC VIP's machine cycles.
    case cycles
  }

  /// The speeds that a machine can have, in instructions per frame.
  public static let instructionsPerFrameRange = 1...10_000_000

  /// These speeds, as a sentence has them.
  package static var instructionsPerFrameText: String {
    "\(instructionsPerFrameRange.lowerBound) to \(instructionsPerFrameRange.upperBound)"
  }

  /// The machine.
  public let platform: Platform
  /// What it does where machines differ.
  public var quirks: Quirks
  /// Instructions in a frame.
  public var instructionsPerFrame: Int
  /// How a frame's length is measured.
  public var timing: Timing = .ipf
  /// The digits in RAM at power-on.
  public var font: Font

  /// A machine as its platform has it.
  public init(_ platform: Platform) {
    self.platform = platform
    quirks = platform.quirks
    instructionsPerFrame = platform.instructionsPerFrame
    font = platform.font
  }

  /// The quirks that make a difference: there is nothing to double lores on without a hires screen.
  var effectiveQuirks: Quirks {
    platform.hasHires ? quirks : quirks.subtracting(.doubledLores)
  }

  /// How long instructions take where that is counted.
  var clock: VIPClock { platform.clock ?? .vip }

  /// The RAM when the machine is switched on with a program in it.
  func powerOnRAM(_ program: [UInt8]) -> [UInt8] {
    var ram = [UInt8](repeating: 0, count: platform.ramByteCount)
    ram.replaceSubrange(Font.smallAddress..<Font.smallAddress + font.small.count, with: font.small)
    if platform.hasHires {
      ram.replaceSubrange(Font.bigAddress..<Font.bigAddress + font.big.count, with: font.big)
    }
    ram.replaceSubrange(Chip8.programStart..<Chip8.programStart + program.count, with: program)
    if platform.extensions.contains(.twoPage) {
      // What the driver has done before the program begins.
      ram.replaceSubrange(Chip8.programStart..<Chip8.programStart + 2, with: TwoPage.jumpToEntry)
      for address in TwoPage.registers..<ram.count { ram[address] = 0 }
    }
    return ram
  }
}
