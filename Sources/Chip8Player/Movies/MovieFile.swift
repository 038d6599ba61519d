import Chip8Core
import SaveState

/// A movie that was read from its file: an image, or its text form.
package struct MovieFile {
  /// The movie. Whether it is true is not known yet.
  package var movie: Movie<Chip8>
  /// What its image says beside.
  package let image: Image
  /// Whether it was read as text.
  package var isText = false
  /// What was read for it.
  package var inputs = InputFiles()

  /// The largest text form: it may have a large program and very many lines.
  package static let maxTextByteCount = 64 << 20

  package init(_ movie: Movie<Chip8>, image: Image) { (self.movie, self.image) = (movie, image) }

  /// Reads a movie in any form.
  package init(
    contentsOf path: String, _ dependencies: DependencyPaths = DependencyPaths()
  ) throws {
    var inputs = InputFiles()
    let bytes = try inputs.read(path, limit: MovieFile.maxTextByteCount, for: .subject)
    self = try inFile(path) {
      if MovieText.isMovie(bytes) { return try MovieText(bytes).movieFile() }
      do {
        return try MovieFile(image: bytes, at: path, dependencies, &inputs)
      } catch ImageError.notAnImage { throw MovieError.notAMovie }
    }
    self.inputs = inputs
    isText = MovieText.isMovie(bytes)
  }

  /// A movie as an image, or an image that carries its past.
  init(
    image bytes: [UInt8], at path: String, _ dependencies: DependencyPaths,
    _ inputs: inout InputFiles
  ) throws {
    let image = try dependencies.completed(Image(bytes), at: path, &inputs)
    var machine: Chip8 = try image.machine()
    machine.engine = .fast
    self.image = image
    if let movie = try image.movie(of: machine) {
      self.movie = movie
      return
    }
    guard let past = try image.past(of: machine) else { throw MovieError.noPast }
    guard let movie = Movie(normalizing: past, to: machine, MovieFacts()) else {
      throw MovieError.doesNotReproduce
    }
    self.movie = movie
  }

  /// The image of another movie of the same machine, or of that at another moment, with all that this one
  /// says beside.
  package func image(of movie: Movie<Chip8>) throws(MovieError) -> Image {
    var new = Image(of: movie.machine, preservingUnknownSectionsOf: image)
    // The note of an image is never too long for another, unless it is damaged.
    if let note = try? image.note() { try? new.setNote(note) }
    guard new.setMovie(movie) else { throw .tooLong }
    return new
  }
}

extension Movie<Chip8> {
  /// How many frames it ends.
  package var frameCount: UInt64 { frames.upperBound - frames.lowerBound }
}

/// What a run is given as its input: a movie, or a recording as earlier versions have written it, or a key
/// script.
package struct InputFile {
  package let path: String
  package private(set) var movie: MovieFile?
  package private(set) var recording: Recording?
  /// What was read for it.
  package private(set) var inputs = InputFiles()

  package init(contentsOf path: String, _ dependencies: DependencyPaths) throws {
    self.path = path
    let bytes = try inputs.read(path, limit: MovieFile.maxTextByteCount)
    try inFile(path) {
      if MovieText.isMovie(bytes) {
        movie = try MovieText(bytes).movieFile()
      } else if Image.isImage(bytes) {
        movie = try MovieFile(image: bytes, at: path, dependencies, &inputs)
      } else {
        recording = try Recording(bytes)
      }
    }
  }
}
