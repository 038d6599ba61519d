import ArgumentParser
import Chip8Core
import Chip8Player
import JSON
import Octo
import SaveState

/// `chip8 disasm`: disassembles a program.
struct DisasmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disasm",
    abstract: "Turn a program into Octo source that assembles to the same bytes.",
    usage: "chip8 disasm ROM [-o OUT.8o] [--symbols FILE] [--platform NAME] [--json]")

  @Argument(help: .value("ROM", "The program; - is standard input.")) var rom: String

  @Option(name: .shortAndLong, help: .value("OUT.8o", "The source; - is standard output."))
  var output = "-"

  @Option(help: .value("FILE", "Symbol file of the program.")) var symbols: String?

  @Option(help: "Platform; auto detects it from the program.") var platform: PlatformChoice = .auto

  @Flag(help: "Write one JSON object instead of a source.") var json = false

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
    let text: String
    if json {
      let object: JSONObject = [
        "program": program.name, "sha1": "\(program.sha1)", "bytes": program.bytes.count,
        "platform": configuration.platform.rawValue, "items": disassembly.items.map(\.json),
      ]
      text = jsonText(object) + "\n"
    } else {
      let title =
        "\(program.name): \(program.bytes.count) bytes for \(configuration.platform.title)"
      text = disassembly.octo(title: title, maxByteCount: SourceFile.maxByteCount)
    }
    try Storage.writeAtomically(output, with: Array(text.utf8), as: .other, apartFrom: inputs)
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

extension Disassembly.Item {
  fileprivate var json: JSONObject {
    [
      "address": address, "bytes": bytes.map { hexadecimal($0, 2) }.joined(),
      "kind": kind == .data ? "data" : "code", "labels": labels, "remarks": notes, "text": text,
    ]
  }
}
