import Chip8Core
import SaveState

/// The user flags of programs, which outlive their machines: docs/FLAGS.md.
public struct KeptFlags: Sendable {
  /// The directory for all programs.
  public let root: String
  /// Whether the user has named it.
  public let isNamed: Bool

  /// Keeps the flags below a directory.
  public init(root: String, isNamed: Bool = true) { (self.root, self.isNamed) = (root, isNamed) }

  /// Where a program's flags are.
  public func memory(of program: Program) -> NonVolatileMemory {
    .userFlags(root: root, program: program.sha1)
  }

  /// What a machine finds when it is switched on; nil if it has no flags.
  func flags(for machine: Chip8) throws(StorageError) -> [UInt8]? {
    let count = machine.userFlags.count
    guard count > 0 else { return nil }
    let flags = try memory(of: machine.program).read() ?? Array(repeating: 0, count: count)
    return Array(flags.prefix(count))
  }

  /// The file that a machine's flags may be written to; nil if it has no flags, or if there is nothing
  /// yet of its program.
  package func output(for machine: Chip8) throws(StorageError) -> Output? {
    machine.userFlags.isEmpty ? nil : try memory(of: machine.program).output()
  }

  /// Finds out, before a machine runs, whether its flags could be written after that. Makes the
  /// directory that the user has named.
  package func prepare(for machine: Chip8) throws {
    try Storage.createDirectory(root)
    if !machine.userFlags.isEmpty { try memory(of: machine.program).checkWriting() }
  }
}

extension NonVolatileMemory {
  /// The user flags of a program, as many as any machine has, for `Chip8.userFlags`.
  ///
  /// - Parameter root: where the slots of all programs are, or another directory like that.
  public static func userFlags(root: String, program: Digest) -> NonVolatileMemory {
    NonVolatileMemory(
      root: root, program: program, name: "flags", byteCount: Platform.maxFlagCount)
  }
}

extension LoadedMachine {
  /// Gives a machine that is switched on its user flags: those of a recording, or those that are kept.
  /// A restored one brings its own.
  mutating func powerOnFlags(_ kept: KeptFlags?, _ input: InputFile?) throws {
    if let input, let flags = input.recording?.flags {
      guard image == nil else {
        throw PlayerError.contents(path: input.path, Recording.Refusal.fromPowerOn)
      }
      timeline.applyAccepted(.userFlags(flags))
    } else if image == nil {
      try timeline.powerOnFlags(kept)
    }
  }
}

extension Timeline<Chip8> {
  /// Gives a machine that was just switched on what is kept of its program's flags.
  mutating func powerOnFlags(_ kept: KeptFlags?) throws(StorageError) {
    if let flags = try kept?.flags(for: machine) { applyAccepted(.userFlags(flags)) }
  }
}

/// The user flags of a machine that runs: what of them is to be written where the program changes them.
package struct FlagProgress: Sendable {
  /// Flags, and where they go.
  package struct Change: Sendable {
    fileprivate let memory: NonVolatileMemory
    fileprivate let flags: [UInt8]

    /// Writes them.
    package func write() throws(StorageError) { try memory.write(flags) }
  }

  private let memory: NonVolatileMemory?
  private var flags: [UInt8]
  /// Whether there is something to write.
  private(set) var isChanged = false

  /// - Parameter memory: where they go; nil if they are not kept. What the machine brings is not written.
  package init(_ machine: Chip8, keepingIn memory: NonVolatileMemory?) {
    (self.memory, flags) = (memory, machine.userFlags)
  }

  /// Looks whether the program has changed them.
  package mutating func look(at machine: Chip8) {
    guard machine.userFlags != flags else { return }
    flags = machine.userFlags
    isChanged = memory != nil
  }

  /// What is to be written, once.
  package mutating func takeChange() -> Change? {
    guard isChanged, let memory else { return nil }
    isChanged = false
    return Change(memory: memory, flags: flags)
  }
}
