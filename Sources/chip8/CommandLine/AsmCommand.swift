import ArgumentParser
import Chip8Core
import Chip8Player
import Octo
import SaveState

/// `chip8 asm`: assembles a program.
struct AsmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asm",
    abstract: "Assemble a program written in Octo's assembly language.",
    usage: "chip8 asm SOURCE.8o [-o OUT.ch8] [--symbols OUT.sym] [--listing]")

  @Argument(help: .value("SOURCE.8o", "The source; - is standard input.")) var source: String

  @Option(
    name: .shortAndLong,
    help: .value(
      "OUT.ch8",
      "The assembled program; by default the source's name with .ch8. - is standard output."))
  var output: String?

  @Option(help: .value("OUT.sym", "Write a symbol file, for traces, stops and disasm."))
  var symbols: String?

  @Flag(help: "Print the source with addresses and bytes.") var listing = false

  func validate() throws {
    // Without a name, what is made of standard input goes to standard output.
    try checkStandardOutput(
      [output ?? source, symbols], andText: listing, remedy: ": -o and --symbols name files")
  }

  func run() throws {
    let file = try LoadedFile(source)
    let outputPath = try output ?? file.pathOfOutput(replacing: ".8o", by: ".ch8")
    let assembly = try SourceFile(file).assembled()
    let inputs = file.inputs
    try Output.check(
      [symbols, outputPath].compactMap { $0 }.map { Output($0, .other, apartFrom: inputs) })
    let program = Program(name: source, bytes: assembly.program)
    if let symbols {
      try Storage.writeAtomically(
        symbols, with: Symbols(of: assembly, file: source, program).file(), as: .other,
        apartFrom: inputs)
    }
    try Storage.writeAtomically(outputPath, with: assembly.program, as: .other, apartFrom: inputs)
    if listing {
      try printSource(Listing.lines(assembly))
    }
    warnOfOtherMachine(program, in: outputPath)
  }

  /// Tells the user if the program alone runs otherwise than its source does.
  private func warnOfOtherMachine(_ program: Program, in path: String) {
    let alone = Configuration(for: program, atLeast: leastExtensions(path))
    let played = Configuration(forSourceOf: program)
    guard alone != played else { return }
    printError(
      "\(inputName(source)): assembled, this program is detected as \(alone.platform.rawValue) at "
        + "\(alone.instructionsPerFrame) instructions per frame, but its source runs on "
        + "\(played.platform.rawValue) at \(played.instructionsPerFrame); to run it the same, "
        + "use --platform \(played.platform.rawValue) --ipf \(played.instructionsPerFrame)")
  }
}

extension LoadedFile {
  /// Where a file that is made of this one goes by default: beside it with another suffix, and to
  /// standard output if this one comes from standard input. A name without the usual suffix is kept
  /// whole, so that no input is overwritten. Names in a zip file are not paths.
  func pathOfOutput(replacing suffix: String, by other: String) throws(Failure) -> String {
    if diskPath == "-" { return "-" }
    guard archive == nil else {
      throw .usage("\(path) is in a zip file: name the output with -o")
    }
    return (path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path) + other
  }
}
