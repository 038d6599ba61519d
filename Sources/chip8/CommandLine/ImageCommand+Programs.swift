import ArgumentParser
import Chip8Player
import SaveState

// Saved states as programs.

extension ImageCommand {
  struct Executable: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a saved state executable.",
      usage: "chip8 image executable FILE [--with OPTIONS | --off]",
      discussion: """
        Running the file resumes its machine, with arguments for the program in it. It needs a \
        chip8: the one in $CHIP8, this one, or one in $PATH. It remains a saved state everywhere \
        else.
        """)

    @Argument(help: "The saved state.") var file: String

    @Option(
      parsing: .unconditional,
      help: .value("OPTIONS", "Options to run it with, such as --headless."))
    var with: String?

    @Flag(help: "Make it a plain file again.") var off = false

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws {
      if off, with != nil { throw ValidationError("--with and --off cannot be combined.") }
    }

    func run() throws {
      let options = try with.map(RunOptions.init) ?? .empty
      let opened = try OpenedImage(file, dependencies.paths)
      // An emulator in front of it would be gone.
      guard try off || Image.Prelude(at: file)?.isEmulator != true else {
        throw Failure.data(file, "a standalone file is executable already")
      }
      try opened.image.rewrite(
        file, program: off ? .remove : .becomes(options.prelude), apartFrom: opened.inputs)
    }
  }

  struct StandaloneFile: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "standalone",
      abstract: "Bundle this chip8 and a saved state into one executable.",
      usage: "chip8 image standalone FILE -o OUT [--with OPTIONS]",
      discussion: """
        Running the file resumes its machine, also on computers without chip8. Only a window needs \
        SDL2 there. The file remains a saved state everywhere else.
        """)

    @Option(name: .shortAndLong, help: .value("OUT", "Output file.")) var output: String

    @Option(
      parsing: .unconditional,
      help: .value("OPTIONS", "Options to run it with, such as --headless."))
    var with: String?

    @OptionGroup var source: ImageArgument

    func run() throws {
      let options = try with.map(RunOptions.init) ?? .empty
      // It needs no other file.
      var opened = try source.opened()
      let image = try opened.flattened(source.dependencies.paths)
      try image.save(
        to: output, after: Standalone.emulator(with: options), apartFrom: opened.inputs)
    }
  }
}
