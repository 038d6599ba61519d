import ArgumentParser
import Chip8Core
import SaveState

/// `--keep-flags`.
struct FlagOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the user flags (Fx75) are kept: in a window beside the slots unless told otherwise, "
        + "in a headless run nowhere.", valueName: "DIR|off"))
  var keepFlags: String?

  func validate() throws {
    if keepFlags == "" { throw ValidationError("--keep-flags takes a directory, or off.") }
  }

  /// Where flags are kept, if they are.
  ///
  /// - Parameters:
  ///   - recording: what is replayed, if anything.
  ///   - path: the recording's file.
  func kept(
    besideSlotsIn slotsRoot: String, isHeadless: Bool, replaying recording: Recording?,
    from path: String?
  ) throws(Failure) -> KeptFlags? {
    guard keepFlags != "off" else { return nil }
    guard let keepFlags else {
      return isHeadless ? nil : KeptFlags(root: slotsRoot, isNamed: false)
    }
    if let recording, let path, recording.isSession {
      throw .usage(
        "--keep-flags cannot be combined with \(fileName(path)), which brings the flags that the "
          + "recorded run began with")
    }
    return KeptFlags(root: keepFlags, isNamed: true)
  }
}

/// The user flags of programs, which outlive their machines: docs/FLAGS.md.
struct KeptFlags {
  /// The directory for all programs.
  let root: String
  /// Whether the user has named it.
  let isNamed: Bool

  /// The options with which another process keeps flags in the same place.
  static func arguments(for kept: KeptFlags?) -> [String] {
    guard let kept else { return ["--keep-flags=off"] }
    return kept.isNamed ? ["--keep-flags=\(kept.root)"] : []
  }

  /// Where a program's flags are.
  func memory(of program: Program) -> NonVolatileMemory {
    .userFlags(root: root, program: program.sha1)
  }

  /// What a machine finds when it is switched on; nil if it has no flags.
  func flags(for machine: Chip8) throws(NonVolatileMemoryError) -> [UInt8]? {
    let count = machine.userFlags.count
    guard count > 0 else { return nil }
    let flags = try memory(of: machine.program).read() ?? Array(repeating: 0, count: count)
    return Array(flags.prefix(count))
  }

  /// The file that a machine's flags may be written to; nil if it has no flags, or if there is nothing
  /// yet of its program.
  func output(for machine: Chip8) throws(NonVolatileMemoryError) -> Output? {
    machine.userFlags.isEmpty ? nil : try memory(of: machine.program).output()
  }

  /// Finds out, before a machine runs, whether its flags could be written after that. Makes the
  /// directory that the user has named.
  func prepare(for machine: Chip8) throws {
    try Storage.createFolder(root)
    if !machine.userFlags.isEmpty { try memory(of: machine.program).checkWriting() }
  }
}

extension Opening {
  /// Gives a machine that is switched on for a headless run its user flags.
  ///
  /// - Returns: the flags; nil if they are not an input of this run.
  mutating func powerOnFlags(
    _ kept: KeptFlags?, _ recording: Recording?, from path: String?
  ) throws -> [UInt8]? {
    if let flags = recording?.flags {
      guard image == nil else {
        throw Failure.data(
          path ?? "", "this was recorded from power-on: give the program, not a saved state")
      }
      machine.userFlags = flags
      return machine.userFlags
    }
    guard image == nil, let flags = try kept?.flags(for: machine) else { return nil }
    machine.userFlags = flags
    return flags
  }
}

extension NonVolatileMemoryError {
  /// The sentence with what would help.
  var advice: String { isBadData ? "\(self); chip8 flags clear removes it" : description }
}
