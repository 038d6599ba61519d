import ArgumentParser
import Chip8Core
import Octo
import SaveState

/// `chip8 image`: what a saved state holds, and whether it is what it should be.
struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Look into a saved state, check it, compare it, take its program out.",
    usage: "chip8 image info|verify|diff|rom|set|executable|standalone FILE …",
    subcommands: [
      Info.self, Verify.self, Diff.self, ROM.self, Set.self, Executable.self, StandaloneFile.self,
    ])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a saved state holds.",
      usage: "chip8 image info FILE [--json] [--symbols FILE] [--screenshot FILE.png [--scale N]]")

    @Argument(help: "The saved state; - is standard input.")
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("The names of the program's addresses.", valueName: "FILE"))
    var symbols: String?

    @Option(help: ArgumentHelp("Write the screen as a picture too.", valueName: "FILE.png"))
    var screenshot: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Picture points for a pixel of the screen.", valueName: "N"))
    var scale: Int?

    func validate() throws { try validatePicture(screenshot, scale) }

    func run() throws {
      let opened = try OpenedImage(file)
      let names = try symbols.map { try Symbols(contentsOf: $0, for: opened.machine.program) }
      if let screenshot {
        let look = Look(for: opened.machine.program)
        try Storage.replace(
          screenshot, with: Screenshot.png(opened.machine, look, scale: scale ?? 8))
      }
      guard screenshot != "-" else { return }
      let info = try ImageInfo(opened, AddressNames(names))
      try printText(json ? try jsonText(info) : info.text)
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a saved state is whole and means what it meant.",
      usage: "chip8 image verify FILE… [--json]",
      discussion: """
        Checks every digest and field; that the machine, saved again, gives the same sections; and \
        that it goes on as it did where it was saved. Exit code 65 if any of that fails.
        """)

    @Argument(help: "Saved states; - is standard input.")
    var files: [String]

    @Flag(help: "Print one JSON object for each file.")
    var json = false

    func run() throws {
      var failures: [Failure] = []
      for file in files {
        let verdict = ImageVerdict(file)
        if let failure = verdict.failure { failures.append(failure) }
        if json || verdict.failure == nil {
          try printText(json ? try jsonText(verdict) : verdict.text)
        }
      }
      for failure in failures.dropLast() { printError(failure.message) }
      if let last = failures.last { throw last }
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what differs between two saved states.",
      usage: "chip8 image diff A B [--json]")

    @Argument(help: "A saved state; - is standard input.")
    var first: String

    @Argument(help: "Another one.")
    var second: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      if first == "-", second == "-" {
        throw Failure.usage("standard input can be read once: name one of the files")
      }
      let difference = ImageDifference(try OpenedImage(first), try OpenedImage(second))
      try printText(json ? try jsonText(difference) : difference.text)
    }
  }

  struct ROM: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rom",
      abstract: "Take the program out of a saved state, as it was at power-on.",
      usage: "chip8 image rom FILE [-o OUT.ch8]")

    @Argument(help: "The saved state; - is standard input.")
    var file: String

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp(
        "Where the program goes; by default its own name with .ch8. - is standard output.",
        valueName: "OUT.ch8"))
    var output: String?

    func run() throws {
      let program = try OpenedImage(file).machine.program
      // A name in a file is no path: nothing leads out of this folder.
      let leaf = program.name.split(separator: "/").last.map(String.init) ?? ""
      let name = leaf.isEmpty || leaf.hasPrefix(".") || leaf.contains("\0") ? "program" : leaf
      try Storage.replace(output ?? name + ".ch8", with: program.bytes)
    }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change what a saved state says beside the machine.",
      usage: "chip8 image set FILE --note TEXT [--json]")

    @Argument(help: "The saved state.")
    var file: String

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("What you want to remember; empty for nothing.", valueName: "TEXT"))
    var note: String

    @Flag(help: "Print the state's description as one JSON object.")
    var json = false

    func run() throws {
      var opened = try OpenedImage(file)
      do throws(ImageError) {
        try opened.image.setNote(note)
      } catch { throw Failure.usage("--note: \(error)") }
      try Storage.replace(file, with: Prelude.read(file) + opened.image.bytes)
      if json { try printText(try jsonText(ImageInfo(opened, AddressNames(nil)))) }
    }
  }
}

/// What holds wherever a picture is asked for.
func validatePicture(_ screenshot: String?, _ scale: Int?) throws {
  if scale != nil, screenshot == nil {
    throw ValidationError("--scale is for --screenshot: name a picture too.")
  }
  if let scale, !(1...64).contains(scale) {
    throw ValidationError("--scale takes 1 to 64, not \(scale).")
  }
}
