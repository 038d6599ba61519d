import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// `chip8 movie`: what a movie holds, whether it is true, and other movies and files made of it.
struct MovieCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "movie",
    abstract: "Inspect, verify, cut, edit or export movies.",
    usage: "chip8 movie info|verify|trim|text|build|mark|export FILE …",
    subcommands: [
      Info.self, Verify.self, Trim.self, Text.self, Build.self, Mark.self, Export.self,
    ])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the contents of a movie.",
      usage: "chip8 movie info FILE [--json]")

    @Flag(help: "Print one JSON object.") var json = false

    @OptionGroup var source: MovieArgument

    func run() throws {
      let movie = try source.opened()
      let info = try MovieInfo(movie, source.file)
      if json { try printJSON(info.json) } else { try printLines(info.lines) }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replay a movie and check that it gives what was recorded.",
      usage: "chip8 movie verify FILE… [--json]",
      discussion: """
        Runs the whole movie, and compares with the digests on the way and with the machine at the end. \
        Exit code 65 if they differ, with the place of the first difference: the frame, the instruction \
        and the field.
        """)

    @Argument(help: "Movies or their text forms; - is standard input.") var files: [String]

    @Flag(help: "Print one JSON object for each file.") var json = false

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      try files.lazy.map { MovieVerdict($0, dependencies.paths) }.report(asJSON: json)
    }
  }

  struct Trim: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cut a movie.",
      usage: "chip8 movie trim FILE [--from FRAME] [--to FRAME] [-o OUT]")

    @Option(
      parsing: .unconditional,
      help: .value("FRAME", "Start at this frame, counted from power-on."))
    var from: UInt64?

    @Option(
      parsing: .unconditional,
      help: .value("FRAME", "End before this frame, counted from power-on."))
    var to: UInt64?

    @OptionGroup var output: MovieOutput

    @OptionGroup var source: MovieArgument

    func validate() throws {
      if from == nil, to == nil {
        throw ValidationError("Nothing to cut: add --from FRAME or --to FRAME.")
      }
      if let from, let to, from > to {
        throw ValidationError("--from \(from) comes after --to \(to).")
      }
    }

    func run() throws {
      let movie = try source.opened()
      let trimmed = try inFile(source.file) { try movie.trimmed(from: from, to: to) }
      try trimmed.save(to: output.path, inPlaceOf: source.file)
    }
  }

  struct Text: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a movie into text, to be read, compared and edited.",
      usage: "chip8 movie text FILE [-o OUT]")

    @Argument(help: "The movie; - is standard input.") var file: String

    @Option(name: .shortAndLong, help: .value("OUT", "Output file; - is standard output."))
    var output = "-"

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      let movie = try MovieFile(contentsOf: file, dependencies.paths)
      let text = try inFile(file) { try movie.text() }
      try Storage.writeAtomically(
        output, with: Array(text.utf8), as: .other, apartFrom: movie.inputs)
    }
  }

  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn the text form of a movie into the movie.",
      usage: "chip8 movie build TEXT -o OUT",
      discussion: "Runs the movie, and computes its digests.")

    @Argument(help: "The text; - is standard input.") var file: String

    @Option(name: .shortAndLong, help: .value("OUT", "Output file; - is standard output."))
    var output: String

    @OptionGroup var dependencies: DependencyOptions

    func run() throws {
      let movie = try MovieFile(contentsOf: file, dependencies.paths)
      // Of an image, too, which may leave something out.
      let whole = try inFile(file) { try movie.replacing(movie.movie) }
      try whole.image.save(to: output, apartFrom: movie.inputs)
    }
  }

  struct Mark: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a movie's markers and authors.",
      usage: "chip8 movie mark FILE [--marker FRAME=TEXT …] [--author NAME …] [-o OUT]")

    @Option(
      help: .value(
        "FRAME=TEXT", "Mark where a frame begins; an empty text removes the markers there."),
      transform: { try MarkerChange(argument: $0) })
    var marker: [MarkerChange] = []

    @Option(help: .value("NAME", "Add an author."))
    var author: [String] = []

    @Flag(help: "Remove all authors first.") var noAuthors = false

    @Flag(help: "Remove all markers first.") var noMarkers = false

    @Flag(help: "Print the movie's description as one JSON object.") var json = false

    @OptionGroup var output: MovieOutput

    @OptionGroup var source: MovieArgument

    func validate() throws {
      if marker.isEmpty, author.isEmpty, !noAuthors, !noMarkers {
        throw ValidationError("Nothing to change: add --marker FRAME=TEXT or --author NAME.")
      }
      try checkStandardOutput([output.path], andText: json)
    }

    func run() throws {
      var movie = try source.opened()
      var facts = movie.movie.facts
      if noAuthors { facts.authors = [] }
      if noMarkers { facts.markers = [] }
      facts.authors += author
      for change in marker { try change.apply(to: &facts, in: movie.movie.frames, source.file) }
      guard facts.isWithinLimits else {
        throw Failure.usage(
          "a movie has at most \(MovieFacts.maxAuthorCount) authors and \(MovieFacts.maxMarkerCount) "
            + "markers, each of 1 to \(MovieFacts.maxTextByteCount) bytes")
      }
      movie.movie.facts = facts
      let marked = try inFile(source.file) { try movie.replacing(movie.movie) }
      try marked.save(to: output.path, inPlaceOf: source.file)
      if json { try printJSON(MovieInfo(marked, output.path ?? source.file).json) }
    }
  }
}

/// `--marker FRAME=TEXT`.
struct MarkerChange {
  private let frame: UInt64
  private let text: String

  init(argument: String) throws {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let frame = UInt64(decimal: parts[0]) else {
      throw ValidationError("a marker is FRAME=TEXT, as in 600=start.")
    }
    (self.frame, text) = (frame, String(parts[1]))
  }

  func apply(
    to facts: inout MovieFacts, in frames: ClosedRange<UInt64>, _ path: String
  ) throws(Failure) {
    guard frames.contains(frame) else {
      throw .data(
        path,
        "the movie has no frame \(frame): it goes from frame \(frames.lowerBound) to "
          + "\(frames.upperBound)")
    }
    if text.isEmpty {
      facts.markers.removeAll { $0.frame == frame }
    } else {
      facts.add(MovieFacts.Marker(frame: frame, text: text))
    }
  }
}

/// Where a changed movie goes.
struct MovieOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: .value(
      "OUT", "Output file, as text if it ends in .txt; by default the movie is replaced."))
  var path: String?
}
