import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import JSON
import Octo
import SaveState

/// `chip8 image`: what a saved state holds, and whether it is what it should be.
struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Inspect, verify, compare or extract saved states.",
    usage:
      "chip8 image info|verify|diff|rom|set|executable|standalone|flatten|optimize|tree|from-retroarch"
      + "|to-retroarch FILE …",
    subcommands: [
      Info.self, Verify.self, Diff.self, ROM.self, Set.self, Executable.self, StandaloneFile.self,
      Flatten.self, Optimize.self, Tree.self, FromRetroArch.self, ToRetroArch.self,
    ])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the contents of a saved state.",
      usage: "chip8 image info FILE [--json] [--symbols FILE] [--screenshot FILE.png [--scale N]]")

    @Flag(help: "Print one JSON object.") var json = false

    @Option(help: .value("FILE", "Symbol file of the program.")) var symbols: String?

    @Option(help: .value("FILE.png", "Write the screen as a PNG.")) var screenshot: String?

    @Option(parsing: .unconditional, help: .value("N", "Scale factor.")) var scale: Int?

    @OptionGroup var source: ImageArgument

    func validate() throws { try validatePicture(screenshot, scale) }

    func run() throws {
      var opened = try source.opened()
      let labels = try symbols.map {
        try Labels(Symbols(contentsOf: $0, for: opened.machine.program, &opened.inputs), $0)
      }
      if let screenshot {
        var warnings: [Warning] = []
        let metadata = opened.metadata(&warnings)
        for warning in warnings { printError(warning.text) }
        let appearance = Appearance(for: opened.machine.program, metadata)
        try Storage.writeAtomically(
          screenshot,
          with: Screenshot.png(
            Bitmap(opened.machine.state.screen), appearance, scale: scale ?? 8),
          as: .other, apartFrom: opened.inputs)
      }
      guard screenshot != "-" else { return }
      let info = try ImageInfo(opened, labels ?? Labels())
      if json { try printJSON(info.json) } else { try printLines(info.lines) }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a saved state is intact and still behaves the same.",
      usage: "chip8 image verify FILE… [--json]",
      discussion: """
        Checks every digest and field; that the machine, saved again, gives the same sections; that \
        it continues as it did where it was saved; and that its past, run again, leads to it. Exit code \
        65 if any of that fails.
        """)

    @Argument(help: "Saved states; - is standard input.") var files: [String]

    @Flag(help: "Print one JSON object for each file.") var json = false

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      try files.lazy.map { ImageVerdict($0, dependencies) }.report(asJSON: json)
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare two saved states.",
      usage: "chip8 image diff A B [--json]")

    @Argument(help: "A saved state; - is standard input.") var first: String

    @Argument(help: "The other one.") var second: String

    @Flag(help: "Print one JSON object.") var json = false

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws { try checkStandardInput([first, second]) }

    func run() throws {
      let difference = ImageDifference(
        try OpenedImage(first, dependencies.paths), try OpenedImage(second, dependencies.paths))
      if json { try printJSON(difference.json) } else { try printLines(difference.lines) }
    }
  }

  struct ROM: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rom",
      abstract: "Extract the program from a saved state.",
      usage: "chip8 image rom FILE [-o OUT.ch8]")

    @Option(
      name: .shortAndLong,
      help: .value(
        "OUT.ch8",
        "Output file; by default the program's name with .ch8. - is standard output."))
    var output: String?

    @OptionGroup var source: ImageArgument

    func run() throws {
      let opened = try source.opened()
      let program = opened.machine.program
      // A name in a file is not a path: nothing leads out of this directory.
      let leaf = Storage.basename(of: program.name)
      let isName = !leaf.isEmpty && !leaf.hasPrefix(".") && leaf.displayText == leaf
      let name = isName ? leaf : "program"
      try Storage.writeAtomically(
        output ?? unused(name + ".ch8", for: program), with: program.bytes, as: .other,
        apartFrom: opened.inputs)
    }

    /// Refuses a name that the user has not given where another file has it.
    private func unused(_ path: String, for program: Program) throws -> String {
      var there: [UInt8]?
      do throws(StorageError) {
        there = try Storage.read(path, limit: program.bytes.count)
      } catch {
        guard error.isMissingFile else { throw error }
      }
      guard there == nil || there == program.bytes else {
        throw Failure(
          message:
            "\(inputName(path)): already exists with other contents; choose another name with -o",
          code: EX_CANTCREAT)
      }
      return path
    }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a saved state's note, settings or labels.",
      usage: "chip8 image set FILE [--note TEXT] [--break ADDR …] [--no-settings] [--json]")

    @Argument(help: "The saved state.") var file: String

    @Option(parsing: .unconditional, help: .value("TEXT", "The note; an empty one is removed."))
    var note: String?

    @OptionGroup(title: "Display, input, debugging") var settings: SettingsOptions

    @Flag(help: "Print the state's description as one JSON object.") var json = false

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws {
      try settings.validateCombination()
      if note == nil, settings.isEmpty {
        throw ValidationError("Nothing to change: add --note TEXT or another option.")
      }
    }

    func run() throws {
      var opened = try OpenedImage(file, dependencies.paths)
      if let note {
        do throws(ImageError) {
          try opened.image.setNote(note)
        } catch { throw Failure.usage("--note: \(error)") }
      }
      if !settings.isEmpty { try opened.setMetadata(settings.request) }
      try opened.image.rewrite(file, apartFrom: opened.inputs)
      if json { try printJSON(ImageInfo(opened).json) }
    }
  }

  struct Flatten: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a saved state self-contained.",
      usage: "chip8 image flatten FILE [-o OUT]")

    @Option(
      name: .shortAndLong,
      help: .value("OUT", "Output file; by default the saved state is replaced."))
    var output: String?

    @OptionGroup var source: ImageArgument

    func run() throws {
      var opened = try source.opened()
      let image = try opened.flattened(source.dependencies.paths)
      try opened.save(image, to: output)
    }
  }

  struct Optimize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compress a saved state as far as possible, without loss.",
      usage: "chip8 image optimize FILE [-o OUT] [--json]")

    @Option(
      name: .shortAndLong,
      help: .value("OUT", "Output file; by default the saved state is replaced."))
    var output: String?

    @Flag(help: "Print one JSON object.") var json = false

    @OptionGroup var source: ImageArgument

    func run() throws {
      let opened = try source.opened()
      let output = output ?? source.file
      if output == "-", json {
        throw Failure.usage(
          "only one thing can be written to standard output: name a file with -o")
      }
      let small = try inFile(source.file) { try opened.image.optimized(Chip8.self) }
      let (before, after) = (opened.image.byteCount, small.byteCount)
      try opened.save(small, to: output)
      guard output != "-" else { return }
      if json {
        try printJSON(["file": output, "before": before, "after": after] as JSONObject)
      } else {
        try printLines(["\(output): \(before) bytes before, \(after) now"])
      }
    }
  }

  struct Tree: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show which saved states are based on which.",
      usage: "chip8 image tree [FILE|DIR …] [--json]")

    @Argument(help: "Saved states and directories.")
    var files: [String] = ["."]

    @Flag(help: "Print one JSON array.") var json = false

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      var skipped: [StorageError] = []
      let found = Result { try ImageTree(files, dependencies.paths, &skipped) }
      for error in skipped { printError("skipped: \(error)") }
      let tree = try found.get()
      if json { try printJSON(tree.roots.map(\.json)) } else { try printLines(tree.lines) }
    }
  }
}

/// What holds wherever a picture is requested.
func validatePicture(_ screenshot: String?, _ scale: Int?) throws {
  if scale != nil, screenshot == nil {
    throw ValidationError("--scale requires --screenshot FILE.")
  }
  try checkNumber("--scale", scale, in: 1...64)
}
