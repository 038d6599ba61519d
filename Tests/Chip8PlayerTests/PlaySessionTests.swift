// A machine that is played: each command, and what becomes of it on the disk.

import Chip8Core
import Chip8Player
import SaveState
import Testing

extension Notice {
  /// What has happened, without what it has happened to.
  fileprivate var kind: String { String("\(self)".prefix { $0 != "(" }) }
}

extension PlaySession {
  fileprivate func runFrames(_ count: Int) {
    for _ in 0..<count { runFrame(keys: []) }
  }

  /// What has happened since this was last asked, once all work is done.
  fileprivate func happened() -> [String] {
    finishWork()
    return takeNotices().map(\.kind)
  }

  fileprivate var digest: Digest { player.machine.stateDigest }
  fileprivate var frames: UInt64 { player.machine.state.frames }
  fileprivate var v0: UInt8 { player.machine.state.v[0] }
}

@Suite struct PlaySessionTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var root: String { scratch.path("slots") }

  private func session(
    _ source: String, host: Host = .none, _ metadata: MetadataRequest = MetadataRequest(),
    _ change: (inout PlaySession.Options) -> Void = { _ in }
  ) throws -> PlaySession {
    var options = PlaySession.Options()
    options.slotsRoot = root
    change(&options)
    let session = PlaySession(
      try scratch.load(source, MachineRequest(), metadata), host, options)
    #expect(session.happened() == ["began"])
    return session
  }

  private func slots(_ session: PlaySession) -> Slots {
    Slots(root: root, program: session.player.machine.program.sha1)
  }

  private func saved(_ slot: SlotName, _ session: PlaySession) throws -> Digest {
    try (slots(session).image(slot).machine() as Chip8).stateDigest
  }

  // MARK: Slots

  @Test func savesHaveTheStateAtTheRequest() throws {
    let session = try session(Source.counter)
    session.runFrames(3)
    let digest = session.digest
    session.save()
    session.runFrames(5)
    #expect(session.happened() == ["saved"])
    #expect(try saved(.key(1), session) == digest)
    #expect(try slots(session).image(.key(1)).time() != nil)
    let after = session.digest
    session.load()
    #expect(session.happened() == ["loaded"] && session.digest == digest)
    session.undoLoad()
    #expect(session.digest == after)
    session.undoLoad()
    #expect(session.digest == digest)
    #expect(session.happened() == ["loadUndone", "loadUndone"])
  }

  @Test func commandsMeanTheChosenSlot() throws {
    let session = try session(Source.counter)
    session.choose(.key(4))
    session.save()
    session.load(.key(5))
    session.choose(Autosave.exit.slot)
    #expect(session.slot == .key(4))
    #expect(session.happened() == ["slotChosen", "saved", "slotEmpty"])
    #expect(try slots(session).names() == [.key(4)])
  }

  @Test func aLoadedAutosaveIsNotTheSlotThatIsSavedTo() throws {
    let session = try session(Source.counter) { $0.autosaveSeconds = 1 }
    session.runFrames(60)
    #expect(session.happened() == [])
    let digest = session.digest
    session.runFrames(10)
    session.load(Autosave.minute.slot)
    #expect(session.happened() == ["loaded"] && session.digest == digest)
    #expect(session.slot == .key(1))
    session.save()
    #expect(session.happened() == ["saved"])
    #expect(try saved(.key(1), session) == digest)
  }

  @Test func replacedSavesCanBeRestored() throws {
    let session = try session(Source.counter)
    session.runFrames(1)
    let first = session.digest
    session.save()
    session.runFrames(1)
    session.save()
    session.undoSave()
    #expect(session.happened() == ["saved", "saved", "saveUndone"])
    #expect(try saved(.key(1), session) == first)
    session.delete(.key(1))
    #expect(session.happened() == ["deleted"])
    session.load()
    session.undoSave()
    #expect(session.happened() == ["slotEmpty", "saveUndone"])
    #expect(try saved(.key(1), session) == first)
    session.choose(.key(2))
    session.undoSave()
    session.undoLoad()
    #expect(session.happened().sorted() == ["noLoadToUndo", "noSaveToUndo", "slotChosen"])
  }

  @Test func listsExistingSlots() throws {
    let session = try session(Source.counter)
    session.runFrames(2)
    session.save()
    session.listSlots()
    session.finishWork()
    #expect(session.slotListCount == 1 && session.slotList.map(\.slot) == [.key(1)])
    #expect(session.slotList.first?.current?.contents?.frames == 2)
    session.delete(.key(1))
    session.listSlots()
    session.finishWork()
    #expect(session.slotListCount == 2 && session.slotList.allSatisfy { $0.current == nil })
  }

  @Test func failedLoadsChangeNothing() throws {
    let session = try session(Source.counter)
    session.runFrames(2)
    session.save()
    session.finishWork()
    _ = session.takeNotices()
    let path = slots(session).path(.key(1))
    var bytes = try Storage.read(path, limit: 1 << 20)
    bytes[40] ^= 1
    try Storage.writeAtomically(path, with: bytes)
    let digest = session.digest
    session.load()
    session.finishWork()
    guard
      case .failed(.load(SlotName.key(1)), let error as StorageError)? = session.takeNotices()
        .first
    else { throw Unexpected() }
    #expect(error == .image(path, .digestMismatch))
    #expect(session.digest == digest && session.machineCount == 0)
    session.runFrames(1)
    #expect(session.frames == 3)
  }

  /// Whatever takes the machine's place.
  @Test func theEngineStaysTheOneThatWasChosen() throws {
    var options = PlaySession.Options()
    options.slotsRoot = root
    options.machine.engine = .reference
    let path = try scratch.write("count.ch8", [0x70, 0x01, 0x12, 0x00])
    let session = PlaySession(try LoadedMachine(path, options.machine), .none, options)
    session.runFrames(2)
    session.save()
    let commands: [(PlaySession) -> Void] = [
      { $0.load() }, { $0.undoLoad() }, { $0.reset() }, { $0.open(path) },
    ]
    for command in commands {
      let count = session.machineCount
      command(session)
      session.finishWork()
      #expect(session.machineCount == count + 1 && session.player.machine.engine == .reference)
    }
    session.runFrames(1)
    session.close()
    let resumed = try LoadedMachine(path, options.machine)
      .resumed(path, options.machine, slotsRoot: root)
    #expect(resumed.image != nil && resumed.machine.engine == .reference)
    #expect(try LoadedMachine(path).machine.engine == .fast)
  }

  @Test func aSlotIsRestoredInANewProcess() throws {
    let session = try session(Source.counter)
    session.runFrames(2)
    let digest = session.digest
    session.save()
    session.runFrames(2)
    let left = session.digest
    session.loadInNewProcess()
    session.finishWork()
    #expect(session.restart?.machine.stateDigest == digest)
    #expect(session.restart?.path == slots(session).path(.key(1)))
    // Nothing is run any more, and what is left can be resumed.
    session.runFrames(2)
    #expect(session.digest == left)
    #expect(try saved(Autosave.exit.slot, session) == left)
  }

  // MARK: Standing

  @Test func aPausedMachineDoesNotRun() throws {
    let session = try session(Source.counter)
    session.togglePause()
    session.runFrames(3)
    #expect(session.frames == 0 && session.isStopped && session.tone == nil)
    session.togglePause()
    session.runFrames(3)
    #expect(session.frames == 3 && session.happened() == ["paused", "unpaused"])
  }

  @Test func aBreakpointPausesUntilTheMachineContinues() throws {
    var metadata = MetadataRequest()
    metadata.breakpoints = [.label("here")]
    let session = try session(": main loop v0 += 1 : here again", metadata)
    session.runFrames(3)
    #expect(session.isPaused && session.stoppedAt == .breakpoint(0x202) && session.v0 == 1)
    session.togglePause()
    session.runFrames(3)
    #expect(session.v0 == 2 && session.happened() == ["stopped", "unpaused", "stopped"])
  }

  @Test func haltedMachinesIgnoreKeys() throws {
    let faulty = try session(Source.fault)
    faulty.runFrames(2)
    guard case .fault(let fault)? = faulty.halt else { throw Unexpected() }
    #expect(fault.kind == .stackUnderflow && faulty.happened() == ["halted"])
    faulty.togglePause()
    faulty.togglePause()
    faulty.runFrames(2)
    #expect(faulty.halt == .fault(fault) && !faulty.isPaused && faulty.v0 == 1)
    #expect(faulty.happened() == [])
    // What led there is in its autosave.
    let image = try slots(faulty).image(Autosave.fault.slot)
    #expect(try image.lastInstructions().map(\.opcode) == [0x7001])
    // A machine in its place continues; the one before is there again as it was.
    faulty.reset()
    #expect(faulty.happened() == ["reset"] && faulty.halt == nil && faulty.v0 == 0)
    faulty.undoLoad()
    #expect(faulty.halt == .fault(fault) && faulty.v0 == 1)
  }

  @Test func aProgramThatHasLeftIsNotResumed() throws {
    let session = try session(Source.exit)
    session.runFrames(1)
    #expect(session.halt == .exit && session.close() == .nothingToSave)
    #expect(try slots(session).names() == [])
  }

  // MARK: Autosaves

  @Test func keysAndAutosavesHaveSlots() throws {
    for number in 0...9 {
      #expect(try SlotName(typed: "\(number)") == .key(number))
      #expect(SlotName.key(number).description == "slot\(number)")
    }
    for text in ["a", "slot1", "10", "٣"] { #expect(try SlotName(typed: text) == SlotName(text)) }
    #expect(
      Autosave.allCases.map(\.slot.description) == ["auto-exit", "auto-minute", "auto-fault"])
    #expect(Autosave.allCases.map(\.slot.isAutosave) == [true, true, true])
  }

  @Test func aMachineThatIsLeftCanBeResumed() throws {
    let session = try session(Source.counter)
    #expect(session.close() == .nothingToSave)
    #expect(try slots(session).names() == [])
    session.runFrames(4)
    #expect(session.close() == .saved)
    #expect(try saved(Autosave.exit.slot, session) == session.digest)
  }

  @Test func autosavesAreSecondsOfTheMachineApart() throws {
    let session = try session(Source.counter) { $0.autosaveSeconds = 2 }
    session.runFrames(119)
    session.finishWork()
    #expect(try slots(session).names() == [])
    session.runFrames(1)
    let digest = session.digest
    session.runFrames(119)
    session.finishWork()
    #expect(try saved(Autosave.minute.slot, session) == digest)
    let none = try self.session(": main loop v0 += 2 again") { $0.autosaveSeconds = nil }
    none.runFrames(4000)
    #expect(none.close() == .nothingToSave)
    #expect(try slots(none).names() == [])
  }

  /// The tests may run as root, whom no permission stops, so something is where the slots go.
  @Test func quittingReportsFailedSaves() throws {
    try scratch.write("slots", [1])
    let session = try session(Source.counter)
    session.runFrames(1)
    session.save()
    session.finishWork()
    guard
      case .failed(.save(SlotName.key(1)), let error as StorageError)? =
        session.takeNotices()
        .first
    else { throw Unexpected() }
    #expect(error.path.hasPrefix(root))
    #expect(session.close() == .failed)
    guard case .failed(.autosave, _)? = session.takeNotices().first else { throw Unexpected() }
    #expect(try Storage.read(root, limit: 9) == [1])
  }

  // MARK: Other machines

  @Test func aResetRestartsTheSameMachine() throws {
    let session = try session(Source.counter) { $0.machine.seed = 9 }
    session.runFrames(3)
    let before = session.digest
    let configuration = session.player.machine.state.configuration
    session.reset()
    #expect(session.happened() == ["reset"] && session.frames == 0)
    #expect(session.player.machine.state.configuration == configuration)
    let once = session.digest
    session.undoLoad()
    #expect(session.digest == before)
    session.reset()
    session.finishWork()
    #expect(session.digest == once)
    // Without a seed the random numbers are others each time.
    let other = try self.session(Source.counter)
    let digests = (0..<2).map { _ in
      other.reset()
      other.finishWork()
      return other.digest
    }
    #expect(digests[0] != digests[1])
  }

  @Test func anotherProgramIsOpenedOrNothingChanges() throws {
    let session = try session(Source.counter) { $0.machine.pokes = [Poke(0x300, [7])] }
    session.runFrames(3)
    let digest = session.digest
    session.open(scratch.path("missing.8o"))
    session.finishWork()
    guard
      case .failed(.open(scratch.path("missing.8o")), is StorageError)? = session.takeNotices()
        .first
    else { throw Unexpected() }
    #expect(session.digest == digest)
    session.save()
    session.finishWork()
    let saved = slots(session).path(.key(1))
    let old = slots(session)
    session.open(try scratch.write("other.8o", ": main v0 := 5 loop again"))
    #expect(session.happened() == ["saved", "began"])
    session.runFrames(1)
    // The bytes were for one program, which was left with an autosave.
    #expect(session.v0 == 5 && session.player.machine.state.ram[0x300] == 0)
    #expect(try (old.image(Autosave.exit.slot).machine() as Chip8).stateDigest == digest)
    session.open(saved)
    #expect(session.happened() == ["began"] && session.digest == digest)
  }

  // MARK: A program that is being written

  private func watching(_ source: String, keepsState: Bool) throws -> PlaySession {
    let session = try session(source)
    let path = scratch.path("game.8o")
    session.watch(path, try LoadedFile(path), keepsState: keepsState)
    return session
  }

  private func change(_ source: String, _ session: PlaySession) throws -> [String] {
    try scratch.write("game.8o", source)
    session.pollWatchedFile()
    return session.happened()
  }

  @Test func aChangedProgramIsRestarted() throws {
    let session = try watching(Source.counter, keepsState: false)
    session.runFrames(3)
    session.pollWatchedFile()
    #expect(session.happened() == [] && session.frames == 3)
    #expect(
      try change(": main loop v0 += 3 again", session) == ["watchedFileChanged"])
    #expect(session.frames == 0)
    session.runFrames(1)
    #expect(session.v0 == 30)
    // There are no autosaves of programs that are being written.
    #expect(session.close() == .nothingToSave)
    #expect(try slots(session).names() == [])
  }

  @Test func aChangedProgramReplacesTheOldOneInTheMachine() throws {
    let session = try watching(Source.counter, keepsState: true)
    session.runFrames(1)
    #expect(session.v0 == 10)
    _ = try change(": main loop v0 += 3 again", session)
    #expect(session.frames == 1)
    session.runFrames(1)
    #expect(session.v0 == 40)
  }

  @Test func programsWithErrorsLeaveTheOldOneRunning() throws {
    let session = try watching(Source.counter, keepsState: false)
    session.runFrames(1)
    #expect(try change(": main v0 := 300", session) == ["failed"])
    guard case PlayerError.source(_, let errors)? = session.watchProblem else { throw Unexpected() }
    #expect(errors.errors.count == 1)
    session.runFrames(1)
    #expect(session.v0 == 20)
    #expect(try change(Source.counter + " ", session) == ["watchedFileChanged"])
    #expect(session.watchProblem == nil)
  }

  // MARK: User flags

  private let counting = ": main loadflags v0 v0 += 1 saveflags v0 loop again"

  @Test func flagsOutliveTheirMachine() throws {
    let kept = KeptFlags(root: scratch.path("flags"))
    for count in 1...3 as ClosedRange<UInt8> {
      let session = try session(counting) { $0.keptFlags = kept }
      session.runFrames(1)
      #expect(session.v0 == count)
      session.finishWork()
      #expect(
        try kept.memory(of: session.player.machine.program).read()?.first == count)
      session.reset()
      session.finishWork()
      #expect(session.player.machine.userFlags.first == count)
    }
    let none = try session(counting)
    none.runFrames(1)
    #expect(none.v0 == 1)
  }

  @Test(arguments: [Source.exit, Source.fault, Source.halt])
  func stoppedProgramsAreOver(source: String) throws {
    let session = try session(source)
    #expect(!session.isOver || source == Source.halt)
    for _ in 0..<3 { session.runFrame(keys: []) }
    #expect(session.isOver)
  }

  @Test func flagsThatCannotBeReadAreReportedOnce() throws {
    let kept = KeptFlags(root: scratch.path("flags"))
    var session = try session(counting) { $0.keptFlags = kept }
    session.runFrames(1)
    session.finishWork()
    let program = session.player.machine.program
    try Storage.writeAtomically(kept.memory(of: program).path, with: [1, 2, 3])
    var options = PlaySession.Options()
    (options.slotsRoot, options.keptFlags) = (root, kept)
    session = PlaySession(try LoadedMachine(scratch.path("game.8o")), .none, options)
    #expect(session.happened() == ["began", "flagsFailed"])
    session.runFrames(1)
    #expect(session.v0 == 1)
    _ = session.happened()
    #expect(try Storage.read(kept.memory(of: program).path, limit: 9) == [1, 2, 3])
  }

  /// Each version of a program finds what the one before has left.
  @Test func flagsPassToTheNextVersion() throws {
    let kept = KeptFlags(root: scratch.path("flags"), isNamed: false)
    let session = try session(counting) { $0.keptFlags = kept }
    let path = scratch.path("game.8o")
    session.watch(path, try LoadedFile(path), keepsState: false)
    session.runFrames(1)
    _ = try change(counting.replacing("v0 += 1", with: "v0 += 5"), session)
    session.runFrames(1)
    #expect(session.v0 == 6)
    session.finishWork()
    // They are not kept, as the user has not said where.
    #expect(try kept.memory(of: session.player.machine.program).read() == nil)
  }

  // MARK: Host calls

  @Test func machinesBlockOnHostCalls() throws {
    let directory = try scratch.makeDirectory("host")
    let session = try session(Source.saving, host: Host(directory: directory))
    session.runFrames(5)
    let frames = session.frames
    session.finishWork()
    session.runFrames(1)
    #expect(session.v0 == HostStatus.done.rawValue)
    #expect(frames == 0 && session.frames == 2)
    #expect(try LoadedMachine(directory + "/a").machine.isSuspended)
  }

  @Test func aBreakpointAfterACallPauses() throws {
    let directory = try scratch.makeDirectory("host")
    var metadata = MetadataRequest()
    metadata.breakpoints = [.label("counting")]
    let source = Source.saving.replacing("loop v1", with: ": counting loop v1")
    let session = try session(source, host: Host(directory: directory), metadata)
    session.runFrames(1)
    session.finishWork()
    session.runFrames(1)
    #expect(session.isPaused && session.stoppedAt != nil)
    #expect(session.player.machine.state.v[1] == 0)
  }

  @Test func programsLeaveOrTakeEachOthersPlace() throws {
    let directory = try scratch.makeDirectory("host")
    let leaving = try session(Source.savingAndLeaving, host: Host(directory: directory))
    leaving.runFrames(1)
    #expect(leaving.happened() == ["halted"] && leaving.halt == .exit)
    let restoring = try session(Source.restoring, host: Host(directory: directory))
    restoring.runFrames(1)
    restoring.finishWork()
    #expect(restoring.restart?.path == directory + "/a")
    #expect(restoring.restart?.machine.program == leaving.player.machine.program)
  }
}
