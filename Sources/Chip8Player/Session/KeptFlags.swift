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

extension LoadedMachine {
  /// Gives a machine that is switched on its user flags: those of a recording, or those that are kept.
  ///
  /// - Parameter path: the recording's file.
  package mutating func powerOnFlags(
    _ kept: KeptFlags?, _ recording: Recording?, from path: String?
  ) throws {
    if let flags = recording?.flags {
      guard image == nil else {
        throw PlayerError.contents(path: path ?? "", Recording.Refusal.fromPowerOn)
      }
      return try timeline.apply(.userFlags(flags))
    }
    guard image == nil, let flags = try kept?.flags(for: machine) else { return }
    try timeline.apply(.userFlags(flags))
  }
}
