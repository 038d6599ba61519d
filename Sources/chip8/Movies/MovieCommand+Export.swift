import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

extension MovieCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a movie into pictures, a video or sound.",
      usage: """
        chip8 movie export FILE [--gif OUT] [--png-frames DIR] [--wav OUT] [--y4m OUT]
          [--show-keys] [--scale N]
        """,
      discussion: "Runs the movie once, for all outputs. - is standard output.")

    @Argument(help: "The movie or its text form; - is standard input.") var file: String

    @Option(help: .value("OUT", "An animated GIF.")) var gif: String?

    @Option(help: .value("DIR", "A PNG for each frame, named by its number.")) var pngFrames:
      String?

    @Option(help: .value("OUT", "The sound.")) var wav: String?

    @Option(help: .value("OUT", "The pictures, uncompressed, as video tools read them."))
    var y4m: String?

    @Flag(help: "Draw the keys that are down below the pictures.") var showKeys = false

    @Option(
      parsing: .unconditional,
      help: .value("N", "Scale factor (4)."))
    var scale: Int?

    @Option(.colors) var colors: String?

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws {
      let outputs = [gif, pngFrames, wav, y4m].compactMap { $0 }
      if outputs.isEmpty {
        throw ValidationError("Nothing to export: add --gif, --png-frames, --wav or --y4m.")
      }
      if outputs.filter({ $0 == "-" }).count > 1 {
        throw ValidationError("Only one thing can be written to standard output.")
      }
      if pngFrames == "-" { throw ValidationError("--png-frames takes a directory.") }
      if let scale, !(1...32).contains(scale) {
        throw ValidationError("--scale takes 1 to 32, not \(scale).")
      }
    }

    func run() throws {
      let movie = try MovieFile(contentsOf: file, dependencies.paths)
      try inFile(file) {
        guard movie.movie.isTrue else { throw MovieError.doesNotReproduce }
      }
      let frames = try inFile(file) {
        try MovieFrames(movie.movie, scale: scale ?? 4, showsKeys: showKeys)
      }
      try Output.check(
        [gif, wav, y4m].compactMap { $0 }.map { Output($0, .other, apartFrom: movie.inputs) })
      var writers = try writers(frames, movie)
      var progress = Progress(frames.count)
      for frame in frames {
        for index in writers.indices { try writers[index].write(frame) }
        progress.advance()
      }
      for index in writers.indices { try writers[index].finish() }
      progress.finish()
    }

    private func writers(_ frames: MovieFrames, _ movie: MovieFile) throws -> [any MovieWriter] {
      let (machine, inputs) = (movie.movie.machine, movie.inputs)
      var metadata = SessionMetadata(readable: movie.image, of: machine)
      var given = Settings()
      given.take(.colors, colors)
      if !given.colors.isEmpty {
        let others = Appearance(for: machine.program, metadata).colors
        metadata.colors = given.colors + others.dropFirst(given.colors.count)
      }
      let appearance = Appearance(for: machine.program, metadata)
      var writers: [any MovieWriter] = []
      if let gif { writers.append(try GIFWriter(gif, of: frames, appearance, apartFrom: inputs)) }
      if let pngFrames {
        try Storage.createDirectory(pngFrames)
        writers.append(PNGWriter(directory: pngFrames, appearance, inputs))
      }
      if let wav {
        writers.append(
          try inFile(file) { try WAVWriter(wav, of: frames, apartFrom: inputs) })
      }
      if let y4m { writers.append(try Y4MWriter(y4m, of: frames, appearance, apartFrom: inputs)) }
      return writers
    }
  }
}

/// A PNG for each frame.
private struct PNGWriter: MovieWriter {
  private let directory: String
  private let appearance: Appearance
  private let inputs: InputFiles

  init(directory: String, _ appearance: Appearance, _ inputs: InputFiles) {
    (self.directory, self.appearance, self.inputs) = (directory, appearance, inputs)
  }

  mutating func write(_ frame: MovieFrame) throws {
    let name = "\(frame.number)".padded(before: 8, with: "0") + ".png"
    let file = try StreamWriter("\(directory)/\(name)", apartFrom: inputs)
    try file.append(Screenshot.png(frame.picture, appearance))
    try file.flush()
  }

  mutating func finish() {}
}

/// Progress, for a user at a terminal.
private struct Progress {
  private let count: Int
  private var done = 0
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ count: Int) { self.count = count }

  mutating func advance() {
    let before = done * 100 / count
    done += 1
    let percent = done * 100 / count
    if isShown, percent > before { show("\r\(percent) %") }
  }

  /// Leaves nothing behind.
  func finish() { if isShown { show("\r\u{1B}[K") } }

  private func show(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
