// MovieTests.swift: a movie is a session that is proved by running it, and a run that leaves it is found
// where it does.

import SaveState
import Testing

@Suite struct MovieTests {
  private func toy() -> Toy { Toy(Program(name: "toy", bytes: [1, 2, 3])) }

  /// A session of some frames in which something is pressed now and then.
  private func session(frames: UInt64) throws -> Timeline<Toy> {
    var timeline = Timeline(toy(), spacing: 3000)
    for frame in 1...frames {
      if frame % 7 == 0 { try timeline.apply(.weight(UInt8(frame % 5))) }
      if frame == 33 { try timeline.apply(.byte(9, 4)) }
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
    }
    timeline.run { $0.advance(until: Position(frame: .max, instruction: frames * 100 + 17)) }
    return timeline
  }

  private func movie(frames: UInt64) throws -> Movie<Toy> {
    var facts = MovieFacts()
    (facts.reRecordCount, facts.authors) = (300, ["Ada", "größe"])
    facts.add(MovieFacts.Marker(frame: 5, text: "b"))
    facts.add(MovieFacts.Marker(frame: 0, text: "a"))
    facts.add(MovieFacts.Marker(frame: 5, text: "c"))
    return try #require(session(frames: frames).movie(facts))
  }

  private func image(_ movie: Movie<Toy>) -> Image {
    var image = Image(of: movie.machine)
    let hasRoom = image.setMovie(movie)
    #expect(hasRoom)
    return image
  }

  @Test(arguments: [1, 255, 256, 600] as [UInt64])
  func aMovieIsAnImage(frames: UInt64) throws {
    let movie = try movie(frames: frames)
    #expect(movie.frames == 0...frames && movie.instructionCount == frames * 100 + 17)
    #expect(movie.reproduces && movie.divergence() == nil)
    let read = try Image(image(movie).bytes)
    let again = try #require(try read.movie(of: read.machine() as Toy))
    #expect(
      again.facts == movie.facts
        && again.facts.markers.map(\.text) == (frames >= 5 ? ["a", "b", "c"] : ["a"]))
    #expect(again.divergence() == nil && image(again) == read)
    // A machine that continues is no longer that of the movie.
    #expect(!Image(of: movie.machine, preservingUnknownSectionsOf: read).isMovie)
    #expect(try Image(of: movie.machine).movie(of: movie.machine) == nil)
  }

  @Test func lagFramesAreThoseThatDoNotLookAtInput() throws {
    let movie = try movie(frames: 60)
    #expect(movie.lagFrameCount() == 20)
  }

  @Test("Digests are further apart in longer movies, so that they stay few")
  func spacing() throws {
    let short = try movie(frames: 600)
    #expect(short.spacing == (256, 1))
    let long = Position(frame: 1 << 20)
    #expect(long.frame >> 17 == 8)
  }

  /// The tape of a movie, with another event, in the place of its own.
  private func altered(
    _ movie: Movie<Toy>, _ change: (inout [(Position, Toy.Input)]) -> Void
  ) throws -> Movie<Toy> {
    var events = movie.past.tape.entries.map { ($0.position, $0.input) }
    change(&events)
    var tape = Tape<Toy.Input>()
    for (position, input) in events { tape.append(input, at: position) }
    var image = image(movie)
    let hasRoom = image.setPast(Past(start: movie.past.start, tape: tape))
    #expect(hasRoom)
    return try #require(try image.movie(of: movie.machine))
  }

  @Test func aRunThatLeavesTheMovieIsFound() throws {
    let movie = try movie(frames: 600)
    // The memory is not in the head, but has checksums of its own.
    func other(_ inputs: [Toy.Input]) throws -> Movie<Toy> {
      try altered(movie) { events in
        let index = events.firstIndex { $0.0.frame >= 100 } ?? 0
        events.insert(contentsOf: inputs.map { (Position(frame: 100), $0) }, at: index)
      }
    }
    let hidden = try #require(try other([.byte(9, 0xFF)]).divergence())
    #expect(hidden.frames == 100...100 && hidden.field == "memory 9")
    let values = try #require(hidden.values)
    #expect(values.found.count == 1 && values.found != values.recorded)
    #expect((10_001...10_100).contains(hidden.instruction))
    // Of several bytes the memory is known, and when it was changed first.
    let several = try #require(try other([.byte(9, 0xFF), .byte(50, 0xFF)]).divergence())
    #expect(several.frames == 100...100 && several.field == "MEM" && several.values == nil)
    #expect(several.instruction == 10_001)
    // A movie of an earlier version has none: what differs there is found by a digest, or at the end.
    var older = image(try other([.byte(9, 0xFF)]))
    older.setAncillary(.ancillary(Tag("SUMS")), nil, of: Toy.self)
    let rough = try #require(try older.movie(of: movie.machine)?.divergence())
    #expect(rough.frames == 0...255 && rough.field == nil)
    let late = try #require(
      try altered(movie) { events in
        events.append((Position(frame: 599), .byte(9, 0xFF)))
      }.divergence())
    #expect(late.frames == 599...599 && late.field == "memory 9")
    let refused = try #require(
      try altered(movie) { $0.insert((Position(frame: 40), .byte(999, 1)), at: 6) }.divergence())
    #expect(refused.frames == 40...40)
    guard case .refusesInput = refused.kind else {
      Issue.record("\(refused.kind)")
      return
    }
  }

  @Test func divergingMoviesAreNotWritten() throws {
    let movie = try movie(frames: 50)
    var other = movie.machine
    try other.apply(.byte(3, 77))
    #expect(Movie(movie.past, to: other) == nil)
    #expect(Movie(movie.past, to: toy()) == nil)
  }

  @Test(arguments: ["MOVI", "SUMS"]) func damagedMoviesAreRefused(name: String) throws {
    let movie = try movie(frames: 300)
    let image = image(movie)
    let tag = name == "MOVI" ? Tag("MOVI") : Tag("SUMS")
    let contents = try #require(try image.ancillary(tag))
    func expectRefused(_ bytes: [UInt8]) throws {
      var damaged = image
      damaged.setAncillary(.ancillary(tag), bytes, of: Toy.self)
      #expect(throws: ImageError.self) { _ = try damaged.movie(of: movie.machine) }
    }
    for count in 0..<contents.count { try expectRefused(Array(contents.prefix(count))) }
    try expectRefused(contents + [0])
    // A count that no file has room for allocates nothing.
    try expectRefused([0, 64] + Array(repeating: 0xFF, count: 9) + [1])
    var bare = image
    bare.setPast(nil as Past<Toy>?)
    #expect(throws: ImageError.self) { _ = try bare.movie(of: movie.machine) }
  }

  @Test("A loaded past that leads elsewhere is not part of a movie")
  func falsePasts() throws {
    let movie = try movie(frames: 30)
    var loaded = movie.machine
    try loaded.apply(.byte(3, loaded.memory[3] ^ 1))
    var timeline = Timeline(loaded, past: movie.past)
    timeline.run { $0.advance(until: Position(frame: 40, instruction: .max)) }
    let recorded = try #require(timeline.movie(MovieFacts()))
    #expect(recorded.past.start.canonicalState == loaded.canonicalState && recorded.reproduces)
    #expect(!recorded.past.beginsAtPowerOn)
    var whole = Timeline(movie.machine, past: movie.past)
    whole.run { $0.advance(until: Position(frame: 40, instruction: .max)) }
    #expect(try #require(whole.movie(MovieFacts())).past.beginsAtPowerOn)
  }
}
