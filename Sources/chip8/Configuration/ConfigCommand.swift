import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// `chip8 config`: where the configuration is, what holds, and whether it is right.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show and check the configuration.",
    usage: "chip8 config path|show|check",
    subcommands: [Path.self, Show.self, Check.self])

  struct Path: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print where the configuration is.", usage: "chip8 config path")

    func run() throws { try printSource([ConfigurationFile.defaultPath]) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print every setting and where it comes from, as a configuration.",
      usage: "chip8 config show [ROM] [--slots DIR] [--config FILE]")

    @Argument(help: .value("ROM", "Include this program's kept settings."))
    var rom: String?

    @Option(help: .value("DIR", "Directory of the slots.")) var slots: String?

    @Option(help: .value("FILE|off", "The configuration; by default that of chip8 config path."))
    var config: String?

    func run() throws {
      var settings = try PlayerSettings(
        Settings(), config: config, slotsRoot: slots ?? Slots.defaultRoot())
      if let rom { settings.readProgram(try LoadedMachine(rom).machine.program.sha1) }
      settings.printProblems()
      try printSource(settings.levels.lines)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report invalid lines of the configuration.",
      usage: "chip8 config check [FILE]",
      discussion: "Exits with 65 if there is one.")

    @Argument(help: .value("FILE", "The configuration; by default that of chip8 config path."))
    var file: String?

    func run() throws {
      let configuration = ConfigurationFile(file ?? ConfigurationFile.defaultPath)
      guard configuration.exists || file == nil else { throw Failure.noFile(configuration.path) }
      var failures = configuration.problems.map { Failure(message: $0.text, code: EX_DATAERR) }
      guard !failures.isEmpty else { return }
      var first = failures.removeFirst()
      first.others = failures
      throw first
    }
  }
}

extension SettingLevels {
  /// Every setting as the configuration has it, with where it comes from.
  var lines: [String] {
    var lines: [String] = []
    var table = ""
    for setting in Setting.configurable {
      let key = setting.row.key.split(separator: ".")
      if table != key[0] {
        table = String(key[0])
        lines += (lines.isEmpty ? [] : [""]) + ["[\(table)]"]
      }
      lines += setting.row.kind.isMap ? entries(setting) : [line(setting, key.last ?? "")]
    }
    return lines + machineLines
  }

  /// What is kept of the program's machine, which a configuration cannot have.
  private var machineLines: [String] {
    let kept = Setting.machine.compactMap { setting in
      self[.program][setting].map { "# \(setting.rawValue): \($0), \(Level.program.text)" }
    }
    return kept.isEmpty ? [] : [""] + kept
  }

  private func line(_ setting: Setting, _ name: Substring) -> String {
    let value = setting.toml(effective.text(setting))
    let source = level(of: setting).map(\.text)
    // What the program decides has no value here.
    return value.isEmpty
      ? "# \(name): set by the program" : "\(name) = \(value)  # \(source ?? "default")"
  }

  private func entries(_ setting: Setting) -> [String] {
    Level.allCases.reduce(into: [(String, String)]()) { lines, level in
      let entries = self[level][setting]?.split(separator: ",") ?? []
      for entry in entries {
        let parts = entry.split(separator: "=").map(String.init)
        guard parts.count == 2, !lines.contains(where: { $0.0 == parts[0] }) else { continue }
        lines.append((parts[0], "\(parts[0]) = \"\(parts[1])\"  # \(level.text)"))
      }
    }.map(\.1)
  }
}

extension PlayerSettings {
  /// Prints what could not be read, for commands without a session.
  func printProblems() {
    for line in notices.flatMap({ $0.lines(AddressNames(Labels())) }) { printError(line) }
  }
}

extension SettingLevels.Level {
  fileprivate var text: String {
    switch self {
    case .options: "option"
    case .program: "kept for the program"
    case .all: "kept for all programs"
    case .configuration: "configuration"
    }
  }
}

extension Setting {
  /// A value as TOML has it.
  fileprivate func toml(_ text: String) -> String {
    let isBare = row.kind == .flag || Int(decimal: text) != nil
    return text.isEmpty || isBare ? text : "\"\(text)\""
  }
}
