import ArgumentParser
import Chip8Core
import Chip8Player
import SaveState

// Saved states of the libretro core, as RetroArch keeps them, and back: docs/LIBRETRO.md.

extension ImageCommand {
  struct FromRetroArch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "from-retroarch",
      abstract: "Convert a RetroArch state to a saved state.",
      usage: "chip8 image from-retroarch FILE PROGRAM -o OUT")

    @Argument(help: .value("FILE", "RetroArch's state; - is standard input.")) var file: String

    @Argument(
      help: .value("PROGRAM", "What RetroArch had loaded: a program in any form, or a saved state.")
    )
    var program: String

    @Option(name: .shortAndLong, help: .value("OUT", "Output file.")) var output: String

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws { try checkStandardInput([file, program]) }

    func run() throws {
      var inputs = InputFiles()
      let bytes = try inputs.read(file, limit: RetroArchFile.maxByteCount)
      let loaded = try loadedProgram()
      inputs.add(loaded.inputs)
      inputs.protectSubject()
      try image(in: bytes, of: loaded).save(to: output, apartFrom: inputs)
    }

    /// What RetroArch had loaded, with what it says beside the machine.
    private func loadedProgram() throws -> LoadedMachine {
      var request = MachineRequest()
      request.dependencies = dependencies.paths
      var loaded = try LoadedMachine(LoadedFile(program), request)
      try loaded.apply(MetadataRequest(), from: program)
      for warning in loaded.warnings { printError(warning.text) }
      return loaded
    }

    private func image(in bytes: [UInt8], of loaded: LoadedMachine) throws -> Image {
      do { return try RetroArchFile.image(in: bytes, of: loaded) } catch let error as CoreStateError
      {
        let isOther = error == .otherProgram
        throw Failure.data(file, isOther ? "\(error) than \(inputName(program))" : "\(error)")
      }
    }
  }

  struct ToRetroArch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "to-retroarch",
      abstract: "Convert a saved state for RetroArch.",
      usage: "chip8 image to-retroarch FILE -o OUT")

    @Option(name: .shortAndLong, help: .value("OUT", "Output file.")) var output: String

    @OptionGroup var source: ImageArgument

    func run() throws {
      let opened = try source.opened()
      try Storage.writeAtomically(
        output, with: CoreStateCodec.bytes(opened.machine), as: .other, apartFrom: opened.inputs)
    }
  }
}
