// Back in time and forth in a session, and what that leaves alone.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct PlaySessionTimelineTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func session(
    _ source: String, host: Chip8Player.Host = .none,
    _ change: (inout PlaySession.Options) -> Void = { _ in }
  ) throws -> PlaySession {
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    options.machine.seed = 9
    change(&options)
    let session = PlaySession(
      try scratch.load(source, options.machine), host, options)
    _ = happened(session)
    return session
  }

  private func happened(_ session: PlaySession) -> [String] {
    session.finishWork()
    return session.takeNotices().map { String("\($0)".prefix { $0 != "(" }) }
  }

  private func run(_ session: PlaySession, _ count: Int, keys: KeySet = []) {
    for _ in 0..<count { session.runFrame(keys: keys) }
  }

  private func frames(_ session: PlaySession) -> UInt64 { session.player.machine.state.frames }

  private func digest(_ session: PlaySession) -> Digest { session.player.machine.stateDigest }

  // MARK: Rewinding

  @Test func rewindingAccelerates() throws {
    let session = try session(Source.counter)
    run(session, 1000)
    session.beginRewinding()
    var steps: [UInt64] = []
    for _ in 0..<200 {
      let before = frames(session)
      run(session, 1)
      steps.append(before - frames(session))
      #expect(session.tone == nil)
    }
    #expect(steps == [1, 2, 4, 8].flatMap { Array(repeating: $0, count: $0 == 8 ? 20 : 60) })
    session.endRewinding()
    let left = frames(session)
    run(session, 1)
    #expect(frames(session) == left + 1)
    // Who holds the key again begins slowly.
    session.beginRewinding()
    run(session, 1)
    #expect(frames(session) == left)
  }

  @Test func rewindingRestoresEarlierStates() throws {
    let session = try session(": main loop v0 := random 0xFF v1 := key again")
    var digests = [digest(session)]
    for frame in 0..<200 {
      run(session, 1, keys: KeySet(key: UInt8(frame % 16)))
      digests.append(digest(session))
    }
    session.beginRewinding()
    while frames(session) > 0 {
      run(session, 1)
      #expect(digest(session) == digests[Int(frames(session))])
      let progress = try #require(session.progress)
      #expect(
        [progress.first, progress.frame, progress.last] == [0, frames(session), 200])
    }
    // At the start it stays, and says so once.
    run(session, 10)
    #expect(frames(session) == 0 && happened(session) == ["rewoundToStart"])
    session.endRewinding()
    run(session, 3)
    #expect(session.progress == nil && frames(session) == 3)
    // What was left is still there.
    session.undo()
    #expect(digest(session) == digests[200] && happened(session) == ["undone"])
    session.redo()
    #expect(frames(session) == 3 && happened(session) == ["redone"])
    session.redo()
    #expect(happened(session) == ["nothingToRedo"])
  }

  @Test func aPausedMachineIsRewoundAndStaysPaused() throws {
    let session = try session(Source.counter)
    run(session, 9)
    session.togglePause()
    session.beginRewinding()
    run(session, 4)
    session.endRewinding()
    run(session, 4)
    #expect(frames(session) == 5 && session.progress != nil)
  }

  @Test func rewindingGoesPastTheMomentThatWasLoaded() throws {
    let session = try session(Source.counter)
    run(session, 30)
    let early = digest(session)
    run(session, 30)
    session.save()
    session.finishWork()
    let path = scratch.path("slots") + "/\(session.player.machine.program.sha1)/slot1.state"
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    let other = PlaySession(try LoadedMachine(path), .none, options)
    run(other, 2)
    other.beginRewinding()
    run(other, 9)
    // Whether its past is true is found out on another thread.
    #expect(frames(other) == 60)
    other.finishWork()
    run(other, 30)
    #expect(frames(other) == 30 && digest(other) == early)
    // So it is for a step, which is made as soon as it can be.
    let third = PlaySession(try LoadedMachine(path), .none, options)
    third.stepBack()
    #expect(frames(third) == 60)
    third.finishWork()
    #expect(frames(third) == 59 && happened(third) == ["began"])
  }

  /// A session of a machine whose counters of frames and instructions are these, with a past that begins
  /// at power-on.
  private func forged(frames: UInt64, instructions: UInt64) throws -> PlaySession {
    let played = try session(Source.counter)
    let start = played.player.machine
    run(played, 60)
    let honest = played.player.machine.position
    let machine = try played.player.machine.restored { _, section in
      guard var bytes = section else { return }
      let counters = [(honest.frame, frames), (honest.instruction, instructions)]
      let (old, new) = (little(counters.map(\.0)), little(counters.map(\.1)))
      for at in bytes.indices.dropLast(15) where Array(bytes[at..<at + 16]) == old {
        bytes.replaceSubrange(at..<at + 16, with: new)
      }
      section = bytes
    }
    #expect(machine.position.frame == frames)
    var image = Image(of: machine)
    let hasRoom = image.setPast(Past(start: start, tape: Tape<InputEvent>()))
    #expect(hasRoom)
    let path = try scratch.write("forged.state", image.bytes)
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    let session = PlaySession(try LoadedMachine(path), .none, options)
    _ = happened(session)
    return session
  }

  private func little(_ numbers: [UInt64]) -> [UInt8] {
    numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  }

  @Test func falsePastsLeaveTheMachineAlone() throws {
    let session = try forged(frames: 60, instructions: 599)
    let loaded = digest(session)
    for _ in 0..<2 {
      session.beginRewinding()
      run(session, 5)
      session.finishWork()
      run(session, 5)
      let notices = happened(session)
      #expect(notices == ["failed"] && digest(session) == loaded, "\(notices)")
      session.endRewinding()
    }
    run(session, 1)
    #expect(frames(session) == 61)
  }

  /// A past may take minutes to run.
  @Test func provingIsAsynchronous() throws {
    let session = try forged(frames: 1 << 25, instructions: 1 << 35)
    session.beginRewinding()
    run(session, 1)
    session.endRewinding()
    run(session, 3)
    #expect(frames(session) == 1 << 25 + 3)
    for _ in 0..<40 { session.poll() }
    session.close()
    let notices = happened(session)
    #expect(notices == ["provingPast"], "\(notices)")
  }

  // MARK: Steps

  @Test func stepsPause() throws {
    let session = try session(Source.counter)
    run(session, 5)
    let end = digest(session)
    session.stepBack()
    session.stepBack()
    #expect(session.isPaused && frames(session) == 3)
    run(session, 5)
    #expect(frames(session) == 3)
    session.stepForward(keys: KeySet(key: 7))
    session.stepForward(keys: KeySet(key: 7))
    #expect(digest(session) == end && session.player.timeline.leaves.count == 1)
    // There and back is nothing that could be undone.
    session.undo()
    #expect(happened(session) == ["nothingToUndo"])
    session.stepForward(keys: KeySet(key: 7))
    #expect(frames(session) == 6 && session.player.machine.heldKeys == KeySet(key: 7))
    for _ in 0..<7 { session.stepBack() }
    #expect(frames(session) == 0 && happened(session) == ["rewoundToStart"])
  }

  @Test func stoppedMachinesCanBeBrowsed() throws {
    let session = try session(Source.fault)
    run(session, 2)
    let (end, halt) = (digest(session), session.halt)
    #expect(halt != nil)
    session.stepBack()
    #expect(session.halt == nil && frames(session) == 0)
    session.stepForward(keys: [])
    #expect(session.halt == halt && digest(session) == end)
    session.stepBack()
    session.togglePause()
    run(session, 2)
    #expect(session.halt == halt && digest(session) == end)
  }

  // MARK: Undo

  @Test func jumpsAreUndoneOneAfterTheOther() throws {
    let session = try session(Source.counter)
    var ends: [Digest] = []
    let jumps: [(PlaySession) -> Void] = [
      { $0.save() }, { $0.load() }, { $0.reset() },
      { session in
        session.beginRewinding()
        session.runFrame(keys: [])
        session.endRewinding()
      }, { $0.open(scratch.path("game.8o")) },
    ]
    for jump in jumps {
      run(session, 7)
      jump(session)
      session.finishWork()
      ends.append(digest(session))
      run(session, 3)
    }
    _ = happened(session)
    let last = digest(session)
    for _ in 0..<4 { session.undo() }
    #expect(frames(session) == 17)
    session.undo()
    #expect(
      happened(session) == ["undone", "undone", "undone", "undone", "nothingToUndo"])
    for _ in 0..<4 { session.redo() }
    #expect(digest(session) == last && happened(session).count == 4)
  }

  @Test func undoingALoadUndoesTheRewindsAfterIt() throws {
    let session = try session(Source.counter)
    run(session, 20)
    session.undoLoad()
    session.save()
    run(session, 10)
    let before = digest(session)
    session.load()
    session.finishWork()
    run(session, 10)
    session.beginRewinding()
    run(session, 5)
    session.endRewinding()
    run(session, 1)
    _ = happened(session)
    session.undoLoad()
    #expect(digest(session) == before && happened(session) == ["loadUndone"])
    session.undoLoad()
    #expect(frames(session) == 30 && happened(session) == ["loadUndone"])
    session.redo()
    #expect(frames(session) == 26)
  }

  @Test func undoRestoresMetadata() throws {
    let session = try session(Source.counter)
    run(session, 2)
    session.save()
    session.finishWork()
    let path = scratch.path("slots") + "/\(session.player.machine.program.sha1)/slot1.state"
    var image = try Image(contentsOf: path)
    var metadata = SessionMetadata()
    metadata.speed = 250
    metadata.put(into: &image, of: session.player.machine)
    try image.save(to: path)
    session.load()
    session.finishWork()
    #expect(session.player.speed == 250 && session.player.image != nil)
    run(session, 3)
    session.beginRewinding()
    run(session, 1)
    session.endRewinding()
    run(session, 3)
    #expect(session.player.speed == 250)
    session.undo()
    session.undo()
    #expect(session.player.speed == 100 && session.player.image == nil)
    session.redo()
    #expect(session.player.speed == 250 && session.player.image != nil)
  }

  // MARK: Several windows

  @Test func windowsOfAProgramShareItsTree() throws {
    let sessions = try (0..<2).map { _ in
      try session(Source.counter) { $0.journalByteLimit = 1 << 20 }
    }
    let (one, other) = (sessions[0], sessions[1])
    run(one, 50)
    one.poll()
    one.finishWork()
    other.readJournal()
    other.finishWork()
    other.go(toEndOf: try #require(other.leaves.first { $0.end.frame == 50 }).branch)
    #expect(digest(other) == digest(one) && happened(other) == ["wentToEnd"])
    // Both play on.
    run(one, 100)
    run(other, 7)
    other.poll()
    other.finishWork()
    one.readJournal()
    one.finishWork()
    one.go(toEndOf: try #require(one.leaves.first { $0.end.frame == 57 }).branch)
    #expect(digest(one) == digest(other) && one.player.timeline.start == Position())
    one.undo()
    #expect(frames(one) == 150)
    other.undo()
    #expect(frames(other) == 0)
    // What others have played meanwhile is not what this one has continued.
    _ = happened(other)
    other.undo()
    #expect(happened(other) == ["nothingToUndo"])
  }

  // MARK: What is left alone

  private let counting = """
    : main loadflags v0 v0 += 1 saveflags v0 v2 := key v0 += 1 saveflags v0
    : stay jump stay
    """

  /// Only a machine that plays on writes them, and only what it changes itself.
  @Test func goingBackWritesNoFlags() throws {
    let kept = KeptFlags(root: scratch.path("flags"))
    let session = try session(counting) { $0.keptFlags = kept }
    let memory = kept.memory(of: session.player.machine.program)
    run(session, 3)
    run(session, 1, keys: KeySet(key: 1))
    run(session, 3)
    session.finishWork()
    #expect(try memory.read()?.first == 2)
    session.beginRewinding()
    run(session, 5)
    session.finishWork()
    #expect(session.player.machine.userFlags.first == 1)
    #expect(try memory.read()?.first == 2)
    session.endRewinding()
    run(session, 3)
    session.stepBack()
    session.stepForward(keys: [])
    session.undo()
    session.redo()
    session.togglePause()
    run(session, 3)
    session.finishWork()
    #expect(session.player.machine.userFlags.first == 1)
    #expect(try memory.read()?.first == 2)
    // What it changes now is written.
    run(session, 1, keys: KeySet(key: 1))
    run(session, 2)
    session.finishWork()
    #expect(session.player.machine.userFlags.first == 2)
    #expect(try memory.read()?.first == 2)
  }

  /// Its answers are on the tape.
  @Test func browsingDoesNotAskTheHostAgain() throws {
    let directory = try scratch.makeDirectory("host")
    let session = try session(Source.saving, host: Chip8Player.Host(directory: directory))
    run(session, 1)
    session.finishWork()
    run(session, 9)
    let end = digest(session)
    let bytes = try Storage.read(directory + "/a", limit: 1 << 20)
    try FileManager.default.removeItem(atPath: directory + "/a")
    session.beginRewinding()
    run(session, 20)
    session.endRewinding()
    #expect(frames(session) == 0)
    while !session.player.timeline.isAtEnd { session.stepForward(keys: []) }
    session.finishWork()
    #expect(digest(session) == end)
    #expect(throws: StorageError.self) { try Storage.read(directory + "/a", limit: 1) }
    // Who plays on from before the call makes it again.
    session.undo()
    session.beginRewinding()
    run(session, 20)
    session.endRewinding()
    session.togglePause()
    run(session, 1)
    session.finishWork()
    #expect(try Storage.read(directory + "/a", limit: 1 << 20) == bytes)
  }

  /// The answer is for a moment that is not there any more.
  @Test func anAnswerThatComesAfterARewindIsDropped() throws {
    let directory = try scratch.makeDirectory("host")
    let source = ": main v0 := key " + Source.saving.replacing(": main", with: "")
    let session = try session(source, host: Chip8Player.Host(directory: directory))
    run(session, 1, keys: KeySet(key: 3))
    session.stepBack()
    session.finishWork()
    #expect(frames(session) == 0 && session.player.machine.state.instructions == 0)
  }
}
