import ArgumentParser
import Chip8Core
import Glibc
import SaveState

/// `chip8 flags`: the user flags of a program, which outlive its machines.
struct FlagsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flags",
    abstract: "Show or clear a program's stored user flags.",
    usage: "chip8 flags COMMAND PROGRAM [options]",
    discussion: """
      User flags are what a program stores with Fx75, such as high scores. PROGRAM is a program's \
      file, one of its saved states, or its SHA-1.
      """,
    subcommands: [Show.self, Clear.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the flags, V0's first.",
      usage: "chip8 flags show PROGRAM [--slots DIR] [--json]")

    @OptionGroup
    var arguments: ProgramArguments

    func run() throws {
      try arguments.report { memory, _ in
        try memory.read().map { ($0.map { hexadecimal($0, 2) }.joined(separator: " "), $0) }
      }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete the flags.",
      usage: "chip8 flags clear PROGRAM [--slots DIR] [--json]")

    @OptionGroup
    var arguments: ProgramArguments

    func run() throws {
      try arguments.report { memory, title in
        try memory.clear() ? ("the user flags of \(title) are cleared", nil) : nil
      }
    }
  }
}

extension ProgramArguments {
  /// Does something with the flags of the program, and prints a line about it or the flags as they
  /// are then.
  ///
  /// - Parameter body: gives both; nil if no flags are kept.
  fileprivate func report(
    _ body: (NonVolatileMemory, _ title: String) throws -> (text: String, flags: [UInt8]?)?
  ) throws {
    let program = try NamedProgram(program)
    let memory = NonVolatileMemory.userFlags(root: options.root, program: program.sha1)
    guard let result = try body(memory, program.title) else {
      throw Failure(message: "\(program.title): no user flags are stored", code: EX_NOINPUT)
    }
    try options.print([result.text], or: FlagReport(program, memory, result.flags))
  }
}

/// The flags of a program as a JSON object.
private struct FlagReport: Encodable {
  let program: String?
  let sha1: String
  let path: String
  let flags: [UInt8]?

  init(_ program: NamedProgram, _ memory: NonVolatileMemory, _ flags: [UInt8]?) {
    (self.program, sha1) = (program.name, "\(program.sha1)")
    (path, self.flags) = (memory.path, flags)
  }

  private enum CodingKeys: CodingKey { case program, sha1, path, flags }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    // What is not known is null, and so are flags that are cleared.
    try container.encode(program, forKey: .program)
    try container.encode(sha1, forKey: .sha1)
    try container.encode(path, forKey: .path)
    try container.encode(flags, forKey: .flags)
  }
}
