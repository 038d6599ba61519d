/// A program, disassembled: instructions where it can be executed, bytes everywhere else, with names
/// for the addresses that it uses. As source it assembles to the same bytes again.
public struct Disassembly: Sendable {
  /// A piece of the program: one instruction, or bytes of data.
  public struct Item: Sendable, Equatable {
    /// What the bytes are.
    public enum Kind: String, Sendable {
      /// An instruction that can be reached.
      case code
      /// Bytes that are not executed, as far as is known.
      case data
      /// The jump to `main` at the start, which the assembler adds.
      case entry
    }

    /// Where it begins.
    public let address: Int
    /// Its bytes.
    public let bytes: [UInt8]
    /// What they are.
    public let kind: Kind
    /// It in Octo's language.
    public let text: String
    /// The names of its address.
    public let labels: [String]
    /// The names of its second byte.
    public let labelsOfNext: [String]
    /// Remarks on it, a line each.
    public let notes: [String]
    /// Whether the instruction after it belongs to it.
    let isSkip: Bool
  }

  /// What is known about a program. Names have to be ones that Octo's assembler takes for
  /// labels, without anything that would end a word, and without registers and numbers.
  public struct Annotations: Sendable {
    /// The address of each label.
    public var labels: [String: Int]
    /// Remarks by address.
    public var notes: [Int: [String]]

    /// Nothing, unless it is given.
    public init(labels: [String: Int] = [:], notes: [Int: [String]] = [:]) {
      self.labels = labels
      self.notes = notes
    }
  }

  /// The whole program, in ascending order of addresses and without gaps.
  public let items: [Item]
  /// The names of the address after the program.
  public let labelsAtEnd: [String]
  /// Names that the program uses for addresses where no label can be: outside of it, or within
  /// a long instruction.
  public let constants: [(name: String, address: Int)]

  /// Disassembles a program.
  ///
  /// - Parameters:
  ///   - program: at least one byte, and at most as many as the largest machine has room for.
  ///   - configuration: the machine whose instructions it is written in.
  public init(
    _ program: [UInt8], for configuration: Configuration, _ annotations: Annotations = Annotations()
  ) {
    let platform = configuration.platform
    let code = ReachableCode(
      program, for: platform.extensions, configuration.quirks, from: platform.entryPoint)
    let layout = DisassemblyLayout(code)
    let names = DisassemblyNames(layout, annotations.labels)
    let modification = SelfModification(code, configuration.quirks)
    let writer = DisassemblyWriter(
      layout: layout, names: names, modification: modification, notes: annotations.notes)
    items = writer.items()
    labelsAtEnd = names.labels(at: layout.end)
    constants = names.constants
  }

  /// Where the instructions begin that can be reached.
  package var codeAddresses: Set<Int> { Set(items.filter { $0.kind != .data }.map(\.address)) }
}
