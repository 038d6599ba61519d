import ArgumentParser
import Glibc
import Octo
import SaveState

/// `chip8 asm`: assembles a program.
struct AsmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asm",
    abstract: "Assemble a program written in Octo's assembly language.",
    usage: "chip8 asm SOURCE.8o [-o OUT.ch8]")

  /// More than any program of 65024 bytes is written in.
  static let sourceByteCountMax = 2 << 20

  @Argument(help: ArgumentHelp("The source; - is standard input.", valueName: "SOURCE.8o"))
  var source: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The assembled program; by default the source's name with .ch8. - is standard output.",
      valueName: "OUT.ch8"))
  var output: String?

  func run() throws {
    let bytes = try Storage.read(source, limit: AsmCommand.sourceByteCountMax)
    guard bytes.count <= AsmCommand.sourceByteCountMax else {
      throw Failure.data(source, "the source is larger than 2 MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.data(source, "this is not text in UTF-8")
    }
    let assembly: Assembly
    do throws(AssemblyError) {
      assembly = try assemble(text, named: fileName(source))
    } catch {
      let caret = String(repeating: " ", count: max(0, error.column - 1)) + "^"
      throw Failure(message: "\(error)\n\(error.sourceLine)\n\(caret)", code: EX_DATAERR)
    }
    try Storage.replace(outputPath, with: assembly.program)
  }

  private var outputPath: String {
    if let output { return output }
    if source == "-" { return "-" }
    return (source.hasSuffix(".8o") ? String(source.dropLast(3)) : source) + ".ch8"
  }
}
