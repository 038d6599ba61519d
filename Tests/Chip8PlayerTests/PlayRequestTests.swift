// PlayRequestTests.swift: a request, from its files to where it starts.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct PlayRequestTests {
  private let scratch: Scratch
  private var request = PlayRequest()

  init() throws {
    scratch = try Scratch()
    request.path = try scratch.write(
      "game.8o", ": main loop v0 += 1 again : sub v1 := 7 return")
  }

  private func start(_ request: PlayRequest) throws -> PlayStart {
    let input = try request.input()
    return try request.start(request.file(input), input)
  }

  /// A movie or a saved state of some frames of the program.
  private func save(_ name: String, asMovie: Bool = false) throws -> String {
    var player = try start(request).player()
    if asMovie { player.record() }
    _ = player.runFrames(5)
    let image =
      asMovie ? try #require(try player.recordedMovie()).image : try player.moment().image()
    try image.save(to: scratch.path(name), apartFrom: InputFiles())
    return scratch.path(name)
  }

  @Test func entryCallsAreForStates() throws {
    var request = request
    request.entryCalls = [.label("sub")]
    #expect(try start(request).entryCalls == [0x204])
    request.path = try save("a.state")
    let restored = try start(request)
    #expect(restored.entryCalls.isEmpty && restored.loaded.machine.state.pc == 0x204)
  }

  @Test func aMovieIsItsOwnMachine() throws {
    var request = request
    request.inputPath = try save("a.movie", asMovie: true)
    for path in [request.path, nil] {
      request.path = path
      let start = try start(request)
      #expect(start.loaded.machine.position == Position())
      var player = start.player()
      _ = player.runFrames(.max)
      #expect(player.machine.state.frames == 5 && !player.isPlayingMovie)
      #expect(start.loaded.inputs.paths.contains(scratch.path("a.movie")))
    }
    request.path = try scratch.write("other.8o", Source.counter)
    #expect(contentsError { _ = try start(request) }?.path == request.inputPath)
  }

  @Test func moviesHaveAllInput() throws {
    var request = request
    let movie = try save("a.movie", asMovie: true)
    let state = try save("a.state")
    (request.path, request.inputPath) = (state, movie)
    #expect(try start(request).loaded.machine.position == Position())
    let changes: [(RequestError.Input, (inout PlayRequest) -> Void)] = [
      (.entryCalls, { $0.entryCalls = [.label("sub")] }), (.arguments, { $0.arguments = ["a"] }),
      (.pokes, { $0.machine.pokes = [Poke(0x500, [7])] }),
      (.autosave, { $0.resumedSlotsRoot = "slots" }),
    ]
    for (part, change) in changes {
      var other = request
      change(&other)
      #expect(requestError { _ = try start(other) } == .fixedByMovie(part, path: movie))
      #expect(requestError { _ = try other.debugSession() } == .fixedByMovie(part, path: movie))
    }
  }

  @Test func keysAreThoseOfARecording() throws {
    var request = request
    request.keys = try #require(KeyScript("1-2:5"))
    #expect(try start(request).keys.text == "1-2:5")
    request.inputPath = try scratch.write("keys.txt", "3-4:A\n")
    #expect(try start(request).keys.text == "3-4:A")
  }

  @Test func onlyAPastHasMoments() throws {
    var request = request
    request.machine.moment = .framesAgo(2)
    #expect(requestError { _ = try start(request) } == .requiresPast(.framesAgo(2)))
    let state = try save("a.state")
    request.path = state
    #expect(try start(request).loaded.machine.state.frames == 3)
  }
}
