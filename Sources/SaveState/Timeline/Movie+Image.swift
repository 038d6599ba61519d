// A movie as an image: its machine, its past in `TAPE`, and all else in `MOVI` and `SUMS`.

extension Image {
  static let movieTag = Tag("MOVI")
  static let sumsTag = Tag("SUMS")
  private static let maxMovieByteCount = 4 << 20

  /// Whether the image says that it is a movie.
  public var isMovie: Bool { sections.contains { $0.tag == Image.movieTag } }

  /// The movie that the image is, if it is one. It is not verified yet: ``Movie/reproduces``.
  ///
  /// - Parameter machine: the machine in the image.
  /// - Throws: ``ImageError`` if its past or the rest cannot be read. The machine is usable anyway.
  public func movie<M: Machine>(of machine: M) throws(ImageError) -> Movie<M>? {
    guard
      let contents = try ancillary(Image.movieTag, atMost: Image.maxMovieByteCount)
    else { return nil }
    guard let past = try past(of: machine) else {
      throw .badField("a movie without a past")
    }
    var reader = ByteReader(contents)
    let frames = past.start.position.frame...machine.position.frame
    guard
      let facts = MovieFacts(decoding: &reader, in: frames),
      var index = MovieIndex(decoding: &reader, of: frames)
    else { throw .damagedSection(Image.movieTag) }
    if let sums = try ancillary(Image.sumsTag, atMost: MovieIndex.maxMemoryByteCount) {
      guard index.decodeMemories(sums) else { throw .damagedSection(Image.sumsTag) }
    }
    return Movie(past, machine, facts, index)
  }

  /// Makes the image a movie.
  ///
  /// - Parameter movie: leads to the machine in the image.
  /// - Returns: whether there is room for it; the image is unchanged if there is none.
  @discardableResult
  public mutating func setMovie<M: Machine>(_ movie: Movie<M>) -> Bool {
    precondition(movie.facts.isWithinLimits, "facts that a movie can have")
    var image = self
    var writer = ByteWriter()
    movie.facts.encode(into: &writer)
    movie.index.encode(into: &writer)
    guard
      image.setPast(movie.past),
      image.setAncillary(.ancillary(Image.movieTag), writer.bytes, of: M.self),
      image.setAncillary(.ancillary(Image.sumsTag), movie.index.encodedMemories, of: M.self)
    else { return false }
    self = image
    return true
  }
}

extension Movie {
  init(
    _ past: Past<Recorded>, _ machine: Recorded, _ facts: MovieFacts, _ index: MovieIndex
  ) {
    (self.past, self.machine, self.facts, self.index) = (past, machine, facts, index)
  }
}
