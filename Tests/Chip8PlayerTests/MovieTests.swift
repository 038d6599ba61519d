// MovieTests.swift: movies of machines, as text and back, played, recorded and exported.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// A session of which a movie is made.
struct MovieScene: Sendable, CustomTestStringConvertible {
  let name: String
  let source: String
  var change: @Sendable (inout MachineRequest) -> Void = { _ in }
  let play: @Sendable (inout Player) throws -> Void

  var testDescription: String { name }

  static let keys = """
    : main
      v1 := 5
      loop
        if v1 key then v2 += 1
        v3 += 1
        sprite v3 v2 1
      again
    """
  static let wait = ": main loop v0 := key v1 += v0 again"

  static let all = [
    MovieScene(name: "keys", source: keys) { player in
      _ = player.run(frames: 7, keys: [])
      _ = player.run(frames: 40, keys: KeySet(key: 5))
      _ = player.run(frames: 3, keys: [])
    },
    MovieScene(name: "a key that is held to the end", source: keys) { player in
      _ = player.run(frames: 7, keys: KeySet(key: 5))
    },
    MovieScene(name: "in the middle of a frame", source: keys) { player in
      _ = player.run(frames: 2, keys: KeySet(key: 3))
      _ = player.run(instructions: 9, keys: KeySet(key: 5))
      _ = player.run(frames: 2, keys: KeySet(key: 1))
      _ = player.run(instructions: 5, keys: KeySet(key: 5))
    },
    MovieScene(name: "a wait for a key", source: wait) { player in
      for frame in 0..<40 { _ = player.run(frames: 1, keys: frame % 9 > 6 ? KeySet(key: 7) : []) }
    },
    MovieScene(
      name: "cycles", source: keys, change: { ($0.platform, $0.timing) = (.vip, .cycles) }
    ) { player in
      for frame in 0..<40 { _ = player.run(frames: 1, keys: frame % 9 > 6 ? KeySet(key: 5) : []) }
      _ = player.run(instructions: 3)
    },
    MovieScene(
      name: "everything else",
      source: ": main loop v0 += 1 again : sub v9 += 1 return",
      change: { request in
        (request.platform, request.seed) = (.schip, 1 << 63)
        request.pokes = [Poke(0x600, [1, 2, 3]), Poke(0x700, [9])]
      }
    ) { player in
      try player.apply(.userFlags([1, 2, 3]))
      _ = player.run(frames: 3, keys: [])
      try player.apply(.poke(0x610, [0xAB]))
      _ = player.run(frames: 3, keys: KeySet(rawValue: 0x8421))
      try player.apply(.entryCall(0x206))
      _ = player.run(instructions: 13)
      try player.apply(.poke(0x611, [0xCD]))
      try player.apply(.register(.v(0xB), 0xEF))
      _ = player.run(frames: 3)
    },
    MovieScene(name: "nothing at all", source: keys) { _ in },
    MovieScene(name: "a fault at once", source: ": main 0xFF 0xFF") { player in
      _ = player.run(frames: 3, keys: KeySet(key: 5))
    },
  ]
}

@Suite struct MovieTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func player(_ scene: MovieScene) throws -> Player {
    var request = MachineRequest()
    scene.change(&request)
    var player = Player(try scratch.load(scene.source, request))
    player.record()
    try scene.play(&player)
    return player
  }

  private func recorded(_ player: Player) throws -> MovieFile {
    let recorded = try #require(try player.recordedMovie())
    #expect(recorded.isWhole)
    return MovieFile(recorded.movie, image: recorded.image)
  }

  private func built(_ text: String) throws -> MovieFile {
    try MovieText(Array(text.utf8)).movieFile()
  }

  @Test(arguments: MovieScene.all) func aMovieIsItsText(scene: MovieScene) throws {
    let player = try player(scene)
    let file = try recorded(player)
    #expect(file.movie.reproduces && file.movie.machine.stateDigest == player.machine.stateDigest)
    let text = try file.text()
    let again = try built(text)
    #expect(again.image.bytes == file.image.bytes, "\(text)")
    #expect(try again.text() == text)
    // What begins later, too.
    let end = player.machine.state.frames
    for from in [0, end / 2, end] {
      let part = try file.trimmed(from: from, to: end)
      #expect(part.movie.reproduces && part.movie.frames == from...end)
      #expect(try built(part.text()).image.bytes == part.image.bytes)
    }
  }

  @Test(arguments: MovieScene.all) func aMovieIsPlayedToItsEnd(scene: MovieScene) throws {
    let movie = try recorded(player(scene)).movie
    for step in [1, 3, Int.max] {
      var loaded = try scratch.load(scene.source, scene.request)
      try loaded.begin(MovieFile(movie, image: Image(of: movie.machine)), scene.request, from: "m")
      var player = Player(loaded)
      player.play(movie)
      player.record()
      for _ in 0..<200 where player.isPlayingMovie {
        // The viewer's keys are ignored.
        _ = player.run(frames: step, keys: KeySet(key: 0xE))
      }
      #expect(!player.isPlayingMovie && player.machine.stateDigest == movie.machine.stateDigest)
      #expect(player.machine.heldKeys == [])
      let again = try #require(try player.recordedMovie()).movie
      #expect(again.past.tape == movie.past.tape && again.facts.reRecordCount == 0)
    }
  }

  @Test func everyPartOfTheEndIsReached() throws {
    let movie = try recorded(player(MovieScene.all[2])).movie
    var loaded = try scratch.load(MovieScene.keys)
    try loaded.begin(MovieFile(movie, image: Image(of: movie.machine)), MachineRequest(), from: "m")
    var player = Player(loaded)
    player.play(movie)
    for _ in 0..<100 { _ = player.run(instructions: 1) }
    var run = try Run(
      {
        var player = Player(loaded)
        player.play(movie)
        return player
      }(), RunRequest())
    guard case .stop(.movie) = try run.toStop() else {
      Issue.record("another stop")
      return
    }
    #expect(run.player.machine.position == movie.machine.position)
  }

  // MARK: Editing

  @Test func editingTheTextIsEditingTheMovie() throws {
    let file = try recorded(player(MovieScene.all[0]))
    let text = try file.text()
    #expect(text.hasSuffix("play\n7 -\n40 5\n3 -\nend\n"))
    let longer = try built(
      text.replacing("40 5\n3 -", with: "40 5\n2 -\n1 5\nmarker \"here\"\n9 A # more"))
    #expect(longer.movie.frames == 0...59 && longer.movie.reproduces)
    #expect(longer.movie.facts.markers == [MovieFacts.Marker(frame: 50, text: "here")])
    let same = try built(text.replacing("40 5", with: "10 5\n\n  30 5 # the same"))
    #expect(same.image.bytes == file.image.bytes)
    let facts = try built(
      text.replacing("re-records 0", with: #"re-records 7"# + "\n" + #"author "a \"b\" \u{202e}""#))
    #expect(
      facts.movie.facts.authors == ["a \"b\" \u{202E}"] && facts.movie.facts.reRecordCount == 7)
    #expect(try built(facts.text()).movie.facts == facts.movie.facts)
  }

  @Test(arguments: [
    ("3 -", "x -", "neither frames nor an event: x"), ("3 -", "3 G", "hexadecimal digits"),
    ("3 -", "0 -", "frames"), ("3 -", "67108865 -", "frames"), ("3 -", "67108864 -", "too long"),
    ("3 -", "part 99 -", "ends before 99"), ("3 -", "part 2 -\n1 -", "no lines allowed"),
    ("3 -", "in 99 poke 0x300 01\n3 -", "no place after 99"), ("3 -", "rest", "no frame has begun"),
    ("3 -", "poke 0x10000 01", "outside"), ("3 -", "answer 01", "does not call its host"),
    ("3 -", "in 2 answer 01\n3 -", "does not call its host"), ("3 -", "poke 0x300 1", "poke"),
    ("3 -", "in 2 flags 00", "an event in a frame"), ("3 -", "\"a", "quotation mark"),
    ("3 -", "marker \"\"", "1 to 255 bytes"), ("3 -", "arguments \"a\"", "no arguments"),
    ("movie 1", "movie 2", "a movie begins with"), ("\nend", "", "\"end\", is missing"),
    ("play", "3 -", "no line \"play\""), ("start power-on", "", "no start"),
    ("platform xochip", "platform x", "no such platform"), ("ipf 20", "ipf 0", "1 to 10000000"),
    ("timing ipf", "timing cycles", "no timing in cycles"), ("data ", "data !", "base 64"),
    ("quirks", "quirks x", "no such quirk"), ("seed 0", "seed -1", "2^64"),
  ])
  func badLines(line: String, other: String, reason: String) throws {
    let text = try recorded(player(MovieScene.all[0])).text()
    let bad = text.replacing(line, with: other)
    #expect(bad != text)
    let error = #expect(throws: MovieError.self) { _ = try built(bad) }
    #expect(error?.description.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// Whatever the text is, there is a movie or a sentence.
  @Test func anyTextIsAMovieOrRefused() throws {
    var random = SystemRandomNumberGenerator()
    for scene in [MovieScene.all[0], MovieScene.all[5]] {
      let text = Array(try recorded(player(scene)).text().utf8)
      for _ in 0..<200 {
        var bytes = text
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let index = bytes.indices.randomElement(using: &random) ?? 0
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes.remove(at: index)
          case 1: bytes[index] = text.randomElement(using: &random) ?? 0
          default: bytes.insert(text.randomElement(using: &random) ?? 0, at: index)
          }
        }
        // So many frames take long.
        guard !String(decoding: bytes, as: UTF8.self).contains(#/\n\d{5,}/#) else { continue }
        do throws(MovieError) {
          let file = try MovieText(bytes).movieFile()
          #expect(file.movie.reproduces, "\(bytes)")
        } catch { #expect(!error.description.isEmpty) }
      }
    }
  }

  // MARK: Divergences

  /// A movie whose tape is another one's.
  private func forged(
    _ scene: MovieScene, _ edit: (String) -> String
  ) throws -> Movie<Chip8> {
    let file = try recorded(player(scene))
    let other = try built(edit(try file.text()))
    var image = file.image
    let hasRoom = image.setPast(other.movie.past)
    #expect(hasRoom)
    return try #require(try image.movie(of: file.movie.machine))
  }

  @Test func aDivergenceHasItsPlace() throws {
    // The program does not look at this key: only the keys themselves are others.
    let unread = try #require(
      try forged(MovieScene.all[0]) { $0.replacing("40 5", with: "20 5\n1 5A\n19 5") }.divergence())
    #expect(unread.frames == 27...27 && unread.field == "keys")
    #expect(unread.values?.found == [0x20, 0x04] && unread.values?.recorded == [0x20, 0])
    // At this one it does, and more follows from that.
    let read = try #require(
      try forged(MovieScene.all[0]) { $0.replacing("7 -", with: "4 -\n1 5\n2 -") }.divergence())
    #expect(read.frames == 4...4 && read.field == "keys" && read.instruction == 4 * 20 + 1)
    #expect(read.values?.recorded == [0, 0])
    // A register that was another one for a moment, from which others follow within the frame.
    let source = ": main loop i := data load v1 v2 += v1 v3 += v2 again : data 0 3"
    let scene = MovieScene(name: "", source: source, change: { $0.instructionsPerFrame = 5 }) {
      player in
      _ = player.run(frames: 8, keys: [])
      try player.apply(.poke(0x20B, [3]))
      _ = player.run(frames: 2)
    }
    let register = try #require(
      try forged(scene) { $0.replacing("poke 0x020B 03", with: "poke 0x020B 09") }.divergence())
    #expect(register.frames == 8...8 && register.field == "V1" && register.instruction == 42)
    #expect(register.values?.found == [9] && register.values?.recorded == [3])
    // A byte of the RAM at which the program does not look.
    let hidden = MovieScene(name: "", source: source) { player in
      _ = player.run(frames: 8, keys: [])
      try player.apply(.poke(0x600, [3]))
      _ = player.run(frames: 4)
    }
    let memory = try #require(
      try forged(hidden) { $0.replacing("poke 0x0600 03", with: "poke 0x0600 09") }.divergence())
    #expect(memory.frames == 8...8 && memory.field == "RAM at 0x0600")
    #expect(memory.values?.found == [9] && memory.values?.recorded == [3])
  }

  // MARK: Recording

  private func session(
    _ change: (inout PlaySession.Options) -> Void
  ) throws -> PlaySession {
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    change(&options)
    return PlaySession(try scratch.load(MovieScene.keys), .none, options)
  }

  private func run(_ session: PlaySession, _ frames: Int, _ keys: KeySet = []) {
    for _ in 0..<frames { session.runFrame(keys: keys) }
  }

  @Test func countsReRecordsUpToTheLargestNumber() throws {
    var facts = MovieFacts()
    facts.reRecordCount = .max - 1
    let session = try session { $0.recording = facts }
    run(session, 5)
    for _ in 0..<3 {
      session.reset()
      session.finishWork()
      run(session, 2)
    }
    #expect(try recorded(session.player).movie.facts.reRecordCount == .max)
  }

  @Test func loadsAndResetsReRecord() throws {
    let session = try session { $0.recording = MovieFacts() }
    run(session, 10, KeySet(key: 5))
    session.save()
    session.finishWork()
    run(session, 20)
    let before = try recorded(session.player).movie
    #expect(before.facts.reRecordCount == 0 && before.frames == 0...30)
    session.load()
    session.finishWork()
    run(session, 3)
    let loaded = try recorded(session.player).movie
    #expect(loaded.facts.reRecordCount == 1 && loaded.frames == 0...13 && loaded.reproduces)
    session.undoLoad()
    run(session, 1)
    let undone = try recorded(session.player).movie
    #expect(undone.facts.reRecordCount == 2 && undone.frames == 0...31 && undone.reproduces)
    session.reset()
    session.finishWork()
    run(session, 2)
    let reset = try recorded(session.player).movie
    #expect(reset.facts.reRecordCount == 3 && reset.frames == 0...2 && reset.past.beginsAtPowerOn)
  }

  /// Returning to the end of what is recorded, and playing on there, changes nothing.
  @Test(arguments: [nil, 1 << 20] as [Int?]) func seekingIsNotARerecord(
    journalByteLimit: Int?
  ) throws {
    let session = try session { options in
      (options.recording, options.journalByteLimit) = (MovieFacts(), journalByteLimit)
    }
    run(session, 20)
    session.stepBack()
    session.stepBack()
    session.stepForward(keys: [])
    session.stepForward(keys: [])
    session.stepForward(keys: KeySet(key: 5))
    session.togglePause()
    run(session, 3)
    session.save()
    session.finishWork()
    session.load()
    session.finishWork()
    session.undo()
    session.redo()
    session.undo()
    run(session, 1)
    let same = try recorded(session.player).movie
    #expect(same.facts.reRecordCount == 0 && same.frames == 0...25 && same.reproduces)
    session.stepBack()
    session.togglePause()
    run(session, 3)
    let other = try recorded(session.player).movie
    #expect(other.facts.reRecordCount == 1 && other.frames == 0...27 && other.reproduces)
    session.undo()
    run(session, 1)
    #expect(try recorded(session.player).movie.facts.reRecordCount == 2)
  }

  @Test(arguments: [false, true]) func playTakesOverFromAMovie(isReadOnly: Bool) throws {
    let movie = try recorded(player(MovieScene.all[0])).movie
    let session = try session { options in
      (options.movie, options.recording, options.isReadOnly) = (movie, movie.facts, isReadOnly)
    }
    run(session, 49, KeySet(key: 1))
    #expect(session.player.isPlayingMovie)
    run(session, 1)
    #expect(session.player.machine.stateDigest == movie.machine.stateDigest)
    #expect(session.takeNotices().contains { if case .movieEnded = $0 { true } else { false } })
    run(session, 5, KeySet(key: 5))
    let again = try recorded(session.player).movie
    #expect(again.frames == 0...(isReadOnly ? 50 : 55) && again.reproduces)
    #expect(again.facts.reRecordCount == (isReadOnly ? 0 : 1))
    if isReadOnly { #expect(again.past.tape == movie.past.tape) }
  }

  @Test func lagFramesAreThoseInWhichNoKeyIsLookedAt() throws {
    let source = """
      : main
        loop
          v0 := delay
          if v0 == 0 then look
        again
      : look
        v0 := 10 delay := v0 v1 := 3
        if v1 -key then v2 += 1
        return
      """
    let scene = MovieScene(name: "", source: source) { _ = $0.run(frames: 100, keys: []) }
    let count = try #require(try recorded(player(scene)).movie.lagFrameCount())
    #expect(count == 90)
    let waits = MovieScene(name: "", source: MovieScene.wait) { _ = $0.run(frames: 20, keys: []) }
    #expect(try recorded(player(waits)).movie.lagFrameCount() == 0)
  }
}

extension MovieScene {
  var request: MachineRequest {
    var request = MachineRequest()
    change(&request)
    return request
  }
}
