import ArgumentParser
import Chip8Core
import Chip8Player
import Octo
import SaveState

/// `chip8 disasm`: takes a program apart.
struct DisasmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disasm",
    abstract: "Turn a program into Octo source that assembles to the same bytes.",
    usage: "chip8 disasm ROM [-o OUT.8o] [--symbols FILE] [--platform NAME] [--json]")

  @Argument(help: ArgumentHelp("The program; - is standard input.", valueName: "ROM"))
  var rom: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The source; by default standard output.", valueName: "OUT.8o"))
  var output = "-"

  @Option(help: ArgumentHelp("Symbol file of the program.", valueName: "FILE"))
  var symbols: String?

  @Option(help: "Platform; auto detects it from the program.")
  var platform: PlatformChoice = .auto

  @Flag(help: "Write one JSON object instead of a source.")
  var json = false

  @OptionGroup var dependencies: DependencyOptions

  func run() throws {
    let file = try LoadedFile(rom)
    var found = InputFiles()
    let (program, suggested) = try file.contents(dependencies.paths, &found)
    // Only now does the file know what its source includes.
    var inputs = file.inputs
    inputs.add(found)
    let configuration =
      switch platform {
      case .auto: suggested
      case .platform(let platform): Configuration(platform)
      }
    let annotations = try symbols.map {
      Disassembly.Annotations(try Symbols(contentsOf: $0, for: program, &inputs))
    }
    let disassembly = Disassembly(
      program.bytes, for: configuration, annotations ?? Disassembly.Annotations())
    if json {
      let report = DisassemblyReport(disassembly, program, configuration.platform)
      try Storage.writeAtomically(
        output, with: Array((try jsonText(report) + "\n").utf8), as: .other, apartFrom: inputs)
    } else {
      let title =
        "\(program.name): \(program.bytes.count) bytes for \(configuration.platform.title)"
      let source = disassembly.octo(title: title, maxByteCount: SourceFile.maxByteCount)
      try Storage.writeAtomically(output, with: Array(source.utf8), as: .other, apartFrom: inputs)
    }
  }
}

extension Disassembly.Annotations {
  /// What a symbol file says, as far as a source can say it too.
  init(_ symbols: Symbols) {
    self.init(
      labels: symbols.labels.filter { isPlainName($0.key) && $0.key.displayText == $0.key })
    for (address, text) in symbols.comments { notes[address, default: []].append(text) }
    for (address, name) in symbols.breakpoints {
      notes[address, default: []].append("breakpoint \(name)")
    }
    for monitor in symbols.monitors {
      guard case .memory(let address) = monitor.base else { continue }
      notes[address, default: []].append("monitor \(monitor.name)")
    }
  }
}

/// The JSON object of a disassembly.
private struct DisassemblyReport: Encodable {
  struct Item: Encodable {
    let address: Int
    let bytes: String
    let kind: String
    let labels: [String]
    let remarks: [String]
    let text: String
  }

  let program: String
  let sha1: String
  let bytes: Int
  let platform: String
  let items: [Item]

  init(_ disassembly: Disassembly, _ program: Program, _ platform: Platform) {
    self.program = program.name
    sha1 = "\(program.sha1)"
    bytes = program.bytes.count
    self.platform = platform.rawValue
    items = disassembly.items.map {
      Item(
        address: $0.address, bytes: $0.bytes.map { hexadecimal($0, 2) }.joined(),
        kind: $0.kind == .data ? "data" : "code", labels: $0.labels, remarks: $0.notes,
        text: $0.text)
    }
  }
}
