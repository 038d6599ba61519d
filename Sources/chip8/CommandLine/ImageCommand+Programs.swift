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
      let opened = try OpenedImage(file, dependencies)
      // An emulator in front of it would be gone.
      guard try off || Image.Prelude(at: file)?.isEmulator != true else {
        throw Failure.data(file, "this is a standalone file, which can be run already")
      }
      try opened.image.rewrite(
        file, program: off ? .goes : .becomes(options.prelude), apartFrom: opened.inputs)
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
      var opened = try OpenedImage(file, dependencies)
      let image = try opened.flattened(dependencies)
      try image.save(
        to: output, behind: Standalone.emulator(with: options), apartFrom: opened.inputs)
    }
  }
}
