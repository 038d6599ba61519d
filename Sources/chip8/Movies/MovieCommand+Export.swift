import ArgumentParser
import Chip8Core
import Chip8Player
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

    @OptionGroup var source: MovieArgument

    func validate() throws {
      let outputs = [gif, pngFrames, wav, y4m].compactMap { $0 }
      if outputs.isEmpty {
        throw ValidationError("Nothing to export: add --gif, --png-frames, --wav or --y4m.")
      }
      try checkStandardOutput(outputs)
      if pngFrames == "-" { throw ValidationError("--png-frames takes a directory.") }
      try checkNumber("--scale", scale, in: 1...32)
    }

    func run() throws {
      let movie = try source.opened()
      try inFile(source.file) {
        guard movie.movie.reproduces else { throw MovieError.doesNotReproduce }
      }
      let frames = try inFile(source.file) {
        try MovieFrames(movie.movie, scale: scale ?? 4, showsKeys: showKeys)
      }
      try Output.check(
        [gif, wav, y4m].compactMap { $0 }.map { Output($0, .other, apartFrom: movie.inputs) })
      let line = ProgressLine()
      defer { line.end() }
      try frames.write(to: writers(frames, movie)) { line.show("\($0 * 100 / frames.count) %") }
    }

    private func writers(_ frames: MovieFrames, _ movie: MovieFile) throws -> [any MovieWriter] {
      let (machine, inputs) = (movie.movie.machine, movie.inputs)
      var metadata = SessionMetadata(readable: movie.image, of: machine)
      var given = Settings()
      given.take(.colors, colors)
      // What neither says is the program's.
      metadata.colors = given.colors + metadata.colors.dropFirst(given.colors.count)
      let appearance = Appearance(for: machine.program, metadata)
      var writers: [any MovieWriter] = []
      if let gif { writers.append(try GIFWriter(gif, of: frames, appearance, apartFrom: inputs)) }
      if let pngFrames {
        try Storage.createDirectory(pngFrames)
        writers.append(PNGWriter(directory: pngFrames, appearance, inputs))
      }
      if let wav {
        _ = try inFile(source.file) { try WAVWriter.byteCount(of: frames) }
        writers.append(try WAVWriter(wav, of: frames, apartFrom: inputs))
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
    try Storage.writeAtomically(
      "\(directory)/\(name)", with: Screenshot.png(frame.picture, appearance), as: .other,
      apartFrom: inputs)
  }

  mutating func finish() {}
}
