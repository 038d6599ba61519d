import ArgumentParser
import Chip8Core
import Chip8Player
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

    @OptionGroup var arguments: ProgramArguments

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

    @OptionGroup var arguments: ProgramArguments

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
    // What is not known is null, and so are flags that are cleared.
    try options.print(
      [result.text],
      or: [
        "program": program.name, "sha1": "\(program.sha1)", "path": memory.path,
        "flags": result.flags,
      ])
  }
}
