import ArgumentParser
import SaveState

// Saved states as programs.

extension ImageCommand {
  struct Executable: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a saved state a program that goes on with its machine.",
      usage: "chip8 image executable FILE [--with OPTIONS | --off]",
      discussion: """
        The file can be run by its name then, with arguments for the program in it. It needs a \
        chip8: the one that CHIP8 names, or this one, or one in PATH. Everywhere else it is the \
        saved state that it was.
        """)

    @Argument(help: "The saved state.")
    var file: String

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("What it is run with, as --headless.", valueName: "OPTIONS"))
    var with: String?

    @Flag(help: "Make it a plain file again.")
    var off = false

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws {
      if off, with != nil { throw ValidationError("--with and --off contradict each other.") }
    }

    func run() throws {
      let options = try with.map(RunOptions.init) ?? .empty
      let image = try OpenedImage(file, dependencies).image
      if off {
        try Storage.replace(file, with: image.bytes, execution: .nobody)
      } else {
        // An emulator in front of it would be gone.
        guard try !Image.prelude(at: file).starts(with: [0x7F] + Array("ELF".utf8)) else {
          throw Failure.data(file, "this is a standalone file, which can be run already")
        }
        try image.save(to: file, executable: options)
      }
    }
  }

  struct StandaloneFile: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "standalone",
      abstract: "Make one file of this chip8 and a saved state.",
      usage: "chip8 image standalone FILE -o OUT [--with OPTIONS]",
      discussion: """
        The file goes on with the machine, on computers too that have no chip8. A window needs SDL2 \
        there, everything else nothing. It still is a saved state, wherever one is named.
        """)

    @Argument(help: "The saved state; - is standard input.")
    var file: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Where the program goes.", valueName: "OUT"))
    var output: String

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("What it is run with, as --headless.", valueName: "OPTIONS"))
    var with: String?

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      let options = try with.map(RunOptions.init) ?? .empty
      // It needs no other file.
      let image = try OpenedImage(file, dependencies).flattened(dependencies)
      try Storage.replace(
        output, with: Standalone.emulator(with: options) + image.bytes, execution: .readers)
    }
  }
}
