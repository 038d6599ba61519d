import ArgumentParser
import Chip8Core
import Chip8Player
import JSON
import SaveState

/// `chip8 cart`: Octo's cartridges, pictures with a program in them.
struct CartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cart",
    abstract: "Pack a program into an Octo cartridge (a GIF), or unpack one.",
    usage: "chip8 cart pack|unpack FILE [options]",
    subcommands: [Pack.self, Unpack.self])

  struct Pack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Pack a source into a cartridge.",
      usage: "chip8 cart pack SOURCE.8o [-o OUT.gif] [--options FILE.json] [machine options]")

    /// The screen that the picture shows: a program has its title up after three seconds.
    private static let labelFrames = 180

    @Argument(help: .value("SOURCE.8o", "The source; - is standard input.")) var source: String

    @Option(
      name: .shortAndLong,
      help: .value(
        "OUT.gif", "The cartridge; by default the source's name with .gif. - is standard output."))
    var output: String?

    @Option(help: .value("FILE.json", "The cartridge's options, as unpack writes them."))
    var options: String?

    @OptionGroup(title: "Machine") var machine: MachineOptions

    func validate() throws { try machine.validateCombination() }

    func run() throws {
      let loadedFile = try LoadedFile(source)
      let output = try output ?? loadedFile.pathOfOutput(replacing: ".8o", by: ".gif")
      let file = try SourceFile(loadedFile, isForCartridge: true)
      var inputs = file.inputs
      let given = try options.map { try Pack.read($0, &inputs) } ?? CartridgeOptions()
      let loaded = try LoadedMachine(file, given, machine.request)
      for warning in loaded.warnings { printError(warning.text) }
      var shown = loaded.machine
      _ = shown.run(frames: Pack.labelFrames)
      let configuration = loaded.machine.state.configuration
      let options = CartridgeOptions(configuration, loaded.appearance, given)
      let cartridge = Cartridge(program: file.text, options: options)
      let bytes = try inFile(source) {
        try cartridge.encoded(label: shown.state.screen, appearance: loaded.appearance)
      }
      try Storage.writeAtomically(
        output, with: bytes, as: .other, apartFrom: inputs)
      let lacking = options.lacks(configuration, for: loaded.machine.program)
      if !lacking.isEmpty {
        printError(
          "\(inputName(source)): a cartridge cannot hold \(lacking.map(\.option).joined(separator: " ")); these "
            + "settings are not stored in it")
      }
    }

    private static func read(
      _ path: String, _ inputs: inout InputFiles
    ) throws -> CartridgeOptions {
      let bytes = try inputs.read(path, limit: 1 << 16)
      guard let options = try? CartridgeOptions(JSONMembers(document: bytes)) else {
        throw Failure.data(path, "not a file of cartridge options")
      }
      return options
    }
  }

  struct Unpack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Extract the source from a cartridge.",
      usage: "chip8 cart unpack CART.gif [-o OUT.8o] [--options OUT.json]")

    @Argument(help: .value("CART.gif", "The cartridge; - is standard input.")) var cartridge: String

    @Option(
      name: .shortAndLong,
      help: .value(
        "OUT.8o", "The source; by default the cartridge's name with .8o. - is standard output."))
    var output: String?

    @Option(help: .value("OUT.json", "Write the cartridge's options too.")) var options: String?

    func run() throws {
      let file = try LoadedFile(cartridge)
      let unpacked = try Cartridge(file)
      let source = try output ?? file.pathOfOutput(replacing: ".gif", by: ".8o")
      let inputs = file.inputs
      try Output.check(
        [source, options].compactMap { $0 }.map { Output($0, .other, apartFrom: inputs) })
      try Storage.writeAtomically(
        source, with: Array(unpacked.program.utf8), as: .other, apartFrom: inputs)
      if let options {
        let text = jsonText(unpacked.options.json, isPretty: true)
        try Storage.writeAtomically(
          options, with: Array((text + "\n").utf8), as: .other, apartFrom: inputs)
      }
    }
  }
}

extension CartridgeOptions.Lack {
  fileprivate var option: String {
    switch self {
    case .platform(let platform): "--platform \(platform.rawValue)"
    case .timing(let timing): "--timing \(timing.rawValue)"
    case .quirk(let choice): "--quirk \(choice.text)"
    }
  }
}
