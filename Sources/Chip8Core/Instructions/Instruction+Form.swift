// What the columns of ``InstructionSet`` mean.

extension Instruction {
  /// A row of the table. What has a value here is what most forms have.
  struct Form: Sendable {
    /// Four hexadecimal digits; letters in lower case stand for operands.
    let pattern: StaticString
    /// What executing it does.
    let kind: Kind
    /// How Octo's language writes it, its operands by their names; nil if it has no words for it.
    let text: StaticString?
    let flow: Flow
    /// How many bytes it has.
    let byteCount: UInt8
    /// What its effect may depend on, with any quirks, beside the program counter.
    let reads: Parts
    /// What it may change, with any quirks, beside the program counter.
    let writes: Parts
    /// How long it takes on the COSMAC VIP.
    let cost: VIPCost
    /// What a machine must have for it.
    let extensions: Extensions
    /// Where it has an address that can have a name.
    let address: Address
    /// The bits of an opcode that make it this form, and which bits those are.
    let bits: UInt16
    let mask: UInt16

    /// - Parameter x: what x can be: so many values from a multiple of their number on.
    init(
      _ pattern: StaticString, _ kind: Kind, _ text: StaticString?, x: ClosedRange<UInt8> = 0...15,
      _ flow: Flow = .next, byteCount: UInt8 = 2, reads: Parts = [], writes: Parts = [],
      vip cost: VIPCost = .none, on extensions: Extensions = []
    ) {
      (self.pattern, self.kind, self.text) = (pattern, kind, text)
      (self.flow, self.byteCount, self.reads, self.writes) = (flow, byteCount, reads, writes)
      (self.cost, self.extensions) = (cost, extensions)
      // Byte by byte: the table is made whenever the program starts.
      let operand = text?.withUTF8Buffer { $0.reversed().prefix { $0 == UInt8(ascii: "n") }.count }
      address = operand == 3 ? .nnn : operand == 4 ? .next : .none
      let digits = pattern.withUTF8Buffer { $0.map(Form.fixedDigit) }
      let fixed = UInt16(0xF ^ (x.upperBound - x.lowerBound)) << 8
      bits = digits.reduce(0) { $0 << 4 | UInt16($1 ?? 0) } | UInt16(x.lowerBound) << 8
      mask = digits.reduce(0) { $0 << 4 | ($1 == nil ? 0 : 0xF) } | fixed
    }

    /// The value of a digit in a pattern; nil for an operand.
    private static func fixedDigit(_ digit: UInt8) -> UInt8? {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
      default: nil
      }
    }
  }

  /// Where control flows after an instruction.
  enum Flow: Sendable {
    /// After it.
    case next
    /// There, or after the instruction that follows.
    case skip
    /// At nnn.
    case jump
    /// At nnn and as many bytes further as a register says.
    case jumpIndexed
    /// At nnn, and after it when that subroutine returns.
    case call
    /// Nowhere, or where only the stack knows.
    case end
    /// Nowhere: the machine cannot execute it.
    case fault
  }

  /// Where the address in an instruction is.
  enum Address: Sendable {
    case none
    /// In its opcode.
    case nnn
    /// In the two bytes after that.
    case next
  }

  /// Parts of a machine's state.
  package struct Parts: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let v0 = Parts(rawValue: 1 << 0)
    package static let v1 = Parts(rawValue: 1 << 1)
    package static let vx = Parts(rawValue: 1 << 2)
    package static let vy = Parts(rawValue: 1 << 3)
    package static let vf = Parts(rawValue: 1 << 4)
    package static let v0ThroughVx = Parts(rawValue: 1 << 5)
    /// Vx to Vy, upwards or downwards.
    package static let vxThroughVy = Parts(rawValue: 1 << 6)
    package static let i = Parts(rawValue: 1 << 7)
    /// The RAM from I on.
    package static let bytesAtI = Parts(rawValue: 1 << 8)
    /// The RAM anywhere else.
    package static let memory = Parts(rawValue: 1 << 9)
    package static let stack = Parts(rawValue: 1 << 10)
    package static let delay = Parts(rawValue: 1 << 11)
    /// The sound timer.
    package static let sound = Parts(rawValue: 1 << 12)
    /// The audio pattern and its pitch.
    package static let pattern = Parts(rawValue: 1 << 13)
    package static let keys = Parts(rawValue: 1 << 14)
    /// The pixels, the resolution and which planes are selected. The two-page machine has it in RAM.
    package static let display = Parts(rawValue: 1 << 15)
    /// The user flags.
    package static let flags = Parts(rawValue: 1 << 16)
    /// The random numbers.
    package static let random = Parts(rawValue: 1 << 17)
    /// What there is of a host.
    package static let host = Parts(rawValue: 1 << 18)
  }

  /// How long an instruction takes on the COSMAC VIP, in machine cycles, its fetch included.
  enum VIPCost: Sendable, ExpressibleByIntegerLiteral {
    /// The VIP does not have it, or it never completes.
    case none
    /// The same every time.
    case always(UInt64)
    /// More if it skips.
    case skipping(UInt64, more: UInt64)
    /// More if PC is not in the page of nnn then.
    case jumpingToOtherPage(UInt64, more: UInt64)
    /// More if I is in another page then.
    case movingToOtherPage(UInt64, more: UInt64)
    /// More for each register from V0 to Vx.
    case forEachRegister(UInt64, more: UInt64)
    /// More for each unit of the sum of Vx's decimal digits.
    case addingDigits(UInt64, more: UInt64)
    /// As long as the machine's interpreter needs to erase its display.
    case clearing
    /// What `VIPClock` says of sprites.
    case drawing

    init(integerLiteral cycles: UInt64) { self = .always(cycles) }
  }
}
