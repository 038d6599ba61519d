import Chip8Core
import SaveState

/// Where the user flags of programs are kept between sessions: docs/FLAGS.md.
public struct KeptFlags: Sendable {
  /// The directory for all programs.
  public let root: String
  /// Whether the user chose it.
  public let isNamed: Bool

  /// Keeps the flags in a directory.
  public init(root: String, isNamed: Bool = true) { (self.root, self.isNamed) = (root, isNamed) }

  /// Where a program's flags are.
  public func memory(of program: Program) -> NonVolatileMemory {
    .userFlags(root: root, program: program.sha1)
  }

  /// A machine's flags at power-on; nil if it has none.
  func flags(for machine: Chip8) throws(StorageError) -> [UInt8]? {
    let count = machine.userFlags.count
    guard count > 0 else { return nil }
    let flags = try memory(of: machine.program).read() ?? Array(repeating: 0, count: count)
    return Array(flags.prefix(count))
  }

  /// The file that a machine's flags may be written to; nil if it has no flags, or if nothing is kept of its
  /// program yet.
  package func output(for machine: Chip8) throws(StorageError) -> Output? {
    machine.userFlags.isEmpty ? nil : try memory(of: machine.program).output()
  }

  /// Checks, before a machine runs, that its flags can be written later. Creates the directory.
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
  /// Gives a machine its user flags at power-on: those of a recording, else those that are kept. A restored
  /// machine has its own.
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
  /// Gives a machine at power-on the flags that are kept of its program.
  mutating func powerOnFlags(_ kept: KeptFlags?) throws(StorageError) {
    if let flags = try kept?.flags(for: machine) { applyAccepted(.userFlags(flags)) }
  }
}

/// Tracks the user flags of a running machine, and what of them has to be written.
package struct FlagProgress: Sendable {
  /// Changed flags, and where they go.
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

  /// - Parameter memory: where they go; nil if they are not kept. The machine's first flags are not written.
  package init(_ machine: Chip8, keepingIn memory: NonVolatileMemory?) {
    (self.memory, flags) = (memory, machine.userFlags)
  }

  /// Checks whether the program has changed them.
  package mutating func observe(_ machine: Chip8) {
    guard machine.userFlags != flags else { return }
    flags = machine.userFlags
    isChanged = memory != nil
  }

  /// What has to be written, once.
  package mutating func takeChange() -> Change? {
    guard isChanged, let memory else { return nil }
    isChanged = false
    return Change(memory: memory, flags: flags)
  }
}
