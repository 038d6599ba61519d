// Picture and sound before they happen, and frames that are run twice.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct RunAheadTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Draws another picture so many sixtieths of a second after a key went down.
  private func reacting(after wait: Int) -> String {
    """
    : main
      v1 := 5
      loop
        loop while v1 -key again
        vA := \(wait)
        delay := vA
        loop vA := delay while vA != 0 again
        i := hex v3 sprite v2 v3 5
        v2 += 1
        loop while v1 key again
      again
    """
  }

  private func player(_ source: String, _ choice: RunAhead.Choice?) throws -> Player {
    var player = Player(try scratch.load(source))
    player.runAhead = choice.map { RunAhead($0) }
    return player
  }

  /// Five keys, for some frames each.
  private func keys(_ frame: Int) -> KeySet { frame / 20 % 2 == 1 ? KeySet(key: 5) : [] }

  @Test(arguments: [RunAhead.Choice.frames(0), .frames(1), .frames(4), .automatic])
  func theSessionIsTheSame(choice: RunAhead.Choice) throws {
    var (ahead, plain) = (
      try player(reacting(after: 2), choice), try player(reacting(after: 2), nil)
    )
    for frame in 0..<200 {
      _ = ahead.run(frames: 1, keys: keys(frame))
      ahead.lookAhead()
      _ = plain.run(frames: 1, keys: keys(frame))
      #expect(ahead.machine.stateDigest == plain.machine.stateDigest)
    }
    #expect(try ahead.savedImage() == plain.savedImage())
  }

  /// Whatever else happens to the machine meanwhile.
  @Test(arguments: [RunAhead.Choice.frames(3), .automatic])
  func jumpsAndInputsAreSeenAtOnce(choice: RunAhead.Choice) throws {
    var options = PlaySession.Options()
    (options.slotsRoot, options.runAhead) = (scratch.path("slots"), choice)
    let session = PlaySession(try scratch.load(reacting(after: 1)), .none, options)
    let jumps: [(PlaySession) -> Void] = [
      { $0.reset() }, { $0.undo() }, { $0.save() }, { $0.load() }, { $0.redo() },
      { session in
        session.beginRewinding()
        for _ in 0..<5 { session.runFrame(keys: []) }
        session.endRewinding()
      },
      { session in
        session.stepBack()
        session.stepForward(keys: [])
        session.togglePause()
      },
    ]
    for round in 0..<60 {
      for frame in 0..<round % 9 { session.runFrame(keys: keys(frame * 10)) }
      jumps[round % jumps.count](session)
      session.finishWork()
      session.runFrame(keys: keys(round * 10))
      var machine = session.player.machine
      _ = machine.run(frames: try #require(session.player.runAhead?.frameCount))
      #expect(session.screen == machine.state.screen && session.tone == machine.tone)
    }
  }

  @Test(arguments: 0...4) func runAheadShowsFutureFrames(count: Int) throws {
    var player = try player(reacting(after: 1), .frames(count))
    for frame in 0..<100 {
      _ = player.run(frames: 1, keys: keys(frame))
      var machine = player.machine
      _ = machine.run(frames: count)
      player.lookAhead()
      let output = player.output
      #expect(output.screen == machine.state.screen && output.tone == machine.tone)
    }
  }

  /// The reaction is seen in the frame in which the key went down, and would not be with less.
  @Test(arguments: 0...4) func automaticRunAheadRemovesTheLag(wait: Int) throws {
    var player = try player(reacting(after: wait), .automatic)
    for frame in 0..<60 { _ = player.run(frames: 1, keys: keys(frame)) }
    let count = try #require(player.runAhead?.frameCount)
    #expect(count <= RunAhead.maxFrames && (wait == 0) == (count == 0))
    for (frameCount, isSeen) in [(count, true), (count - 1, false)] where frameCount >= 0 {
      var again = player
      again.runAhead = RunAhead(.frames(frameCount))
      _ = again.run(frames: 1, keys: [])
      again.lookAhead()
      let before = again.output.screen
      _ = again.run(frames: 1, keys: KeySet(key: 5))
      again.lookAhead()
      #expect((again.output.screen != before) == isSeen, "\(frameCount) frames")
    }
  }

  @Test func aProgramThatDoesNotReactHasNoLag() throws {
    var player = try player(Source.counter, .automatic)
    for frame in 0..<60 { _ = player.run(frames: 1, keys: keys(frame)) }
    #expect(player.runAhead?.frameCount == 0)
  }

  @Test func theHostIsNotCalledAhead() throws {
    let directory = try scratch.makeDirectory("host")
    let source = ": main i := 0 loop v0 += 1 if v0 != 200 then again " + Source.saving.dropFirst(7)
    var player = try Player(try scratch.load(source), Host(directory: directory))
    player.runAhead = RunAhead(.frames(4))
    while player.machine.state.v[0] < 190 {
      _ = player.run(frames: 1)
      player.lookAhead()
    }
    #expect(throws: StorageError.self) { try Storage.read(directory + "/a", limit: 1) }
  }

  // MARK: Twice

  @Test(arguments: [EngineKind.reference, .fast]) func framesAreTheSameAgain(engine: EngineKind)
    throws
  {
    var request = MachineRequest()
    request.engine = engine
    var paranoid = Player(try scratch.load(reacting(after: 2), request))
    var plain = paranoid
    paranoid.isParanoid = true
    for frame in 0..<100 {
      guard case .done = paranoid.run(frames: 1, keys: keys(frame)) else { throw Unexpected() }
      _ = plain.run(frames: 1, keys: keys(frame))
    }
    #expect(try paranoid.savedImage() == plain.savedImage())
  }

  @Test func breakpointsStopOnceEach() throws {
    var metadata = MetadataRequest()
    metadata.breakpoints = [.label("here")]
    var player = Player(
      try scratch.load(": main loop v0 += 1 : here again", MachineRequest(), metadata))
    player.isParanoid = true
    for count in 1...5 as ClosedRange<UInt8> {
      guard case .point(.breakpoint(0x202)) = player.run(frames: 1) else { throw Unexpected() }
      #expect(player.machine.state.v[0] == count)
    }
  }
}
