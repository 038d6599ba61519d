// PlaySessionDebuggingTests.swift: debugging what is played.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct PlaySessionDebuggingTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static let source = """
    : main
      loop
        v0 += 1
        bump
      again
    : bump
      i := count
      load v1
      v1 += 1
      i := count
      save v1
      ;
    : count 0 0
    """

  private func session(
    _ source: String = source, _ change: (inout PlaySession.Options) -> Void = { _ in }
  ) throws -> PlaySession {
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    options.machine.seed = 9
    change(&options)
    let session = PlaySession(try scratch.load(source, options.machine), .none, options)
    session.finishWork()
    return session
  }

  @Test func onlyTheFirstDebuggerIsToldThatNoneCanAttach() throws {
    let session = try session()
    session.setAttachProblem(.noRuntimeDirectory)
    func toldCount() -> Int {
      session.takeNotices().count {
        if case .cannotAttach(.noRuntimeDirectory) = $0 { true } else { false }
      }
    }
    #expect(toldCount() == 0)
    for count in [1, 0] {
      session.beginDebugging()
      #expect(toldCount() == count)
      session.endDebugging()
    }
  }

  private func position(_ session: PlaySession) -> Position { session.player.machine.position }

  private func digest(_ session: PlaySession) -> Digest { session.player.machine.stateDigest }

  private func step(
    _ session: PlaySession, _ motion: DebugSession.Motion = .into,
    _ direction: DebugSession.Direction = .forwards
  ) {
    session.move(.step(motion, by: .instruction, direction))
    session.finishWork()
  }

  /// The state at a position of a run that was not debugged.
  private func plain(_ position: Position) throws -> Digest {
    var request = MachineRequest()
    request.seed = 9
    var machine = try scratch.load(PlaySessionDebuggingTests.source, request).machine
    _ = machine.run(frames: Int(position.frame))
    let rest = position.instruction - machine.state.instructions
    if rest > 0 { _ = machine.run(instructions: Int(rest)) }
    #expect(machine.position == position)
    return machine.stateDigest
  }

  @Test func stepsReachTheStatesOfARun() throws {
    let session = try session()
    for _ in 0..<5 { session.runFrame(keys: []) }
    session.beginDebugging()
    #expect(session.isPaused && session.isDebugging)
    let played = position(session)
    step(session, .into, .backwards)
    #expect(position(session).instruction == played.instruction - 1)
    #expect(try digest(session) == plain(position(session)))
    #expect(session.progress != nil)
    step(session)
    #expect(position(session) == played)
    // From here on it is new, and nothing that is only looked at.
    for _ in 0..<7 { step(session) }
    #expect(position(session).instruction == played.instruction + 7 && session.progress == nil)
    #expect(try digest(session) == plain(position(session)))
    step(session, .frame)
    session.endDebugging()
    let image = try session.player.savedImage()
    let saved: Chip8 = try image.machine()
    #expect(try saved.stateDigest == plain(position(session)))
    #expect(try image.past(of: saved)?.start.position == Position())
    // The session plays on as it always does.
    let frame = position(session).frame
    session.togglePause()
    session.runFrame(keys: [])
    #expect(position(session).frame == frame + 1 && session.leaves.count == 1)
  }

  @Test func breakpointsAreTheMachines() throws {
    let session = try session()
    session.beginDebugging()
    session.toggleBreakpoint(at: 0x202)
    session.togglePause()
    session.runFrame(keys: [])
    #expect(session.stoppedAt == .breakpoint(0x202) && session.isPaused)
    // It continues from there to the same one, and comes back.
    let first = position(session)
    session.togglePause()
    session.runFrame(keys: [])
    #expect(position(session).instruction == first.instruction + 9)
    step(session, .run, .backwards)
    #expect(position(session) == first)
    #expect(session.debugText.hasPrefix("breakpoint 1 at 0x0202"))
    step(session, .run, .backwards)
    #expect(position(session) == Position())
    #expect(session.debugText == "start of the recorded past")
    #expect(
      try session.player.savedImage().settings(for: session.player.machine)?.breakpoints == [0x202])
    session.toggleBreakpoint(at: 0x202)
    session.move(.run(to: 0x206, .forwards))
    session.finishWork()
    #expect(session.player.machine.state.pc == 0x206 && session.player.metadata.breakpoints.isEmpty)
  }

  @Test func breakpointsOfTheSourceAreSetAtOnce() throws {
    let session = try session(": main :breakpoint here loop v0 += 1 again")
    #expect(session.player.metadata.breakpoints.isEmpty)
    session.beginDebugging()
    #expect(session.player.metadata.breakpoints == [0x200])
    session.toggleBreakpoint(at: 0x200)
    session.endDebugging()
    session.beginDebugging()
    #expect(session.player.metadata.breakpoints.isEmpty)
  }

  @Test func whoWroteThisLeadsToTheInstruction() throws {
    let session = try session()
    for _ in 0..<3 { session.runFrame(keys: []) }
    session.beginDebugging()
    let names = session.player.metadata.names
    let count = Int(try names.address(of: .label("count"), for: .breakpoint))
    session.move(.lastWriter(of: .bytes(count + 1..<count + 2)))
    session.finishWork()
    let machine = session.player.machine
    #expect(machine.state.word(at: machine.state.pc) == 0xF155)
    #expect(session.debugText.hasPrefix("written by 0x020E bump+8"))
    #expect(try digest(session) == plain(position(session)))
  }

  @Test func changesCanBeUndone() throws {
    let session = try session()
    for _ in 0..<3 { session.runFrame(keys: []) }
    session.beginDebugging()
    let (before, place) = (digest(session), position(session))
    session.edit(.register(.v(5)), to: 0x77)
    session.edit(.byte(0x300), to: 0x88)
    let state = session.player.machine.state
    #expect(state.v[5] == 0x77 && state.ram[0x300] == 0x88 && session.debugText.isEmpty)
    step(session)
    session.edit(.register(.sp), to: 99)
    #expect(!session.debugText.isEmpty)
    session.undo()
    session.undo()
    #expect(digest(session) == before && position(session) == place)
    session.redo()
    session.redo()
    #expect(session.player.machine.state.ram[0x300] == 0x88)
  }

  @Test func changesDuringAMotionTakePrecedence() throws {
    let session = try session()
    session.beginDebugging()
    // Nothing stops this before ten minutes of the machine's time, but that another machine replaces it.
    session.move(.step(.out, by: .instruction, .forwards))
    session.finishWork()
    #expect(session.debugText == "not in a subroutine" && position(session) == Position())
    session.move(.step(.run, by: .instruction, .forwards))
    #expect(session.isMoving)
    // None of this is done while the machine is being moved.
    session.togglePause()
    session.stepForward(keys: [])
    session.edit(.register(.v(5)), to: 1)
    session.undo()
    #expect(position(session) == Position() && session.isPaused)
    session.interruptMotion()
    session.finishWork()
    let texts = ["interrupted", "\(DebugSession.maxFrames) frames were run without a stop"]
    #expect(!session.isMoving && texts.contains(session.debugText))
    #expect(try digest(session) == plain(position(session)))
    session.move(.step(.run, by: .instruction, .forwards))
    session.reset()
    session.interruptMotion()
    session.finishWork()
    #expect(!session.isMoving && position(session) == Position())
  }

  @Test func heldKeysApplyToNewFrames() throws {
    let session = try session(": main loop v1 := 5 if v1 key then v2 += 1 again")
    session.beginDebugging()
    session.hold(KeySet(key: 5))
    step(session, .frame)
    step(session, .frame)
    #expect(session.player.machine.state.v[2] > 0 && session.debugKeys == KeySet(key: 5))
    step(session, .frame, .backwards)
    session.hold([])
    let before = session.player.machine.state.v[2]
    // That was played with the key, and is played so again.
    step(session, .frame)
    #expect(session.player.machine.state.v[2] > before)
  }

  @Test func debuggedFaultsHaltTheProgram() throws {
    let session = try session(": main v0 += 1 return")
    session.beginDebugging()
    step(session)
    step(session)
    #expect(session.debugText.hasPrefix("program stopped: "))
    guard case .fault? = session.halt else { return #expect(Bool(false)) }
    step(session, .into, .backwards)
    #expect(session.halt == nil && session.isPaused && position(session) == Position())
  }

  @Test func theMemoryIsCountedWhereItStops() throws {
    let session = try session()
    for _ in 0..<2 { session.runFrame(keys: []) }
    session.beginDebugging()
    session.poll()
    session.finishWork()
    let heat = try #require(session.heat)
    #expect(heat.instructions == position(session).instruction && heat.executed[0x200] > 1)
  }

  @Test func aMovieIsPlayedToItsEndFirst() throws {
    let recording = try session { $0.recording = MovieFacts() }
    for frame in 0..<20 { recording.runFrame(keys: frame % 3 == 0 ? KeySet(key: 3) : []) }
    let movie = try #require(try recording.player.recordedMovie()).movie
    let playing = try session { $0.movie = movie }
    for _ in 0..<5 { playing.runFrame(keys: []) }
    playing.beginDebugging()
    let place = position(playing)
    step(playing)
    #expect(
      position(playing).instruction == place.instruction + 1 && !playing.player.isPlayingMovie)
    step(playing, .run)
    #expect(playing.debugText == "end of the recorded past")
    #expect(digest(playing) == digest(recording))
  }
}
