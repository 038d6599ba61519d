// A machine with all that belongs to it: stops, calls of the host, other machines in its place.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct PlayerTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func player(
    _ source: String, _ host: Host = .none, _ metadata: MetadataRequest = MetadataRequest()
  ) throws -> Player {
    Player(try scratch.load(source, MachineRequest(), metadata), host)
  }

  // MARK: Stops

  @Test func aPlayerSaysWhyItHasStopped() throws {
    var player = try player(Source.counter)
    guard case .done = player.runFrames(2) else { throw Unexpected() }
    #expect(player.machine.state.frames == 2)
    player = try self.player(Source.halt)
    guard case .halt = player.run(stopsAtHalt: true) else { throw Unexpected() }
    player = try self.player(Source.exit)
    guard case .exit = player.runFrames(1) else { throw Unexpected() }
    player = try self.player(Source.fault)
    guard case .fault(let fault) = player.runFrames(1) else { throw Unexpected() }
    #expect((fault.kind, fault.pc) == (.stackUnderflow, 0x202))
    #expect(player.machine.state.v[0] == 1)
    // Without a host there is nothing to call.
    player = try self.player(Source.saving)
    guard case .fault(let call) = player.runFrames(1) else { throw Unexpected() }
    #expect(call.callsMissingHost)
  }

  @Test func breakpointsStopAPlayerOnceEach() throws {
    var metadata = MetadataRequest()
    metadata.breakpoints = [.label("here")]
    var player = try player(": main loop v0 += 1 : here v1 += 1 again", .none, metadata)
    for count in 1...3 {
      guard case .point(.breakpoint(let address)) = player.runFrames(1) else { throw Unexpected() }
      #expect(address == 0x202 && player.metadata.names.name(address) == "here")
      #expect(player.machine.state.v[0] == UInt8(count))
    }
    // A machine that was saved there continues from there.
    let path = scratch.path("saved")
    try player.savedImage().save(to: path)
    var restored = Player(try LoadedMachine(path))
    guard case .point = restored.runFrames(1) else { throw Unexpected() }
    #expect((restored.machine.state.v[0], restored.machine.state.v[1]) == (4, 3))
  }

  // MARK: Host calls

  @Test func aProgramSavesItselfInTheDirectoryOfItsHost() throws {
    let directory = try scratch.makeDirectory("host")
    var player = try player(Source.saving, Host(directory: directory))
    guard case .hostCall(let call) = player.runFrames(1) else { throw Unexpected() }
    guard case .finished = try player.answer(call) else { throw Unexpected() }
    _ = player.runFrames(2)
    #expect(player.machine.state.v[0] == HostStatus.done.rawValue)
    let loaded = try LoadedMachine(directory + "/a")
    var other = Player(loaded, try Host(directory: directory))
    _ = other.runFrames(2)
    #expect(other.machine.state.v[0] == HostStatus.restored.rawValue)
    #expect(loaded.metadata == player.metadata)
  }

  @Test func aProgramThatSavesItselfToLeaveHasLeft() throws {
    let directory = try scratch.makeDirectory("host")
    var player = try player(Source.savingAndLeaving, Host(directory: directory))
    guard case .hostCall(let call) = player.runFrames(1) else { throw Unexpected() }
    guard case .exits = try player.answer(call) else { throw Unexpected() }
    #expect(player.machine.isSuspended)
    #expect(
      try LoadedMachine(directory + "/a").machine.stateDigest == player.machine.stateDigest)
  }

  @Test(
    arguments: [
      (nil, HostStatus.noSuchFile), ([1, 2, 3], .damagedImage),
    ] as [([UInt8]?, HostStatus)])
  func whatCannotBeRestoredIsAStatus(file: [UInt8]?, status: HostStatus) throws {
    let directory = try scratch.makeDirectory("host")
    if let file { try scratch.write("host/a", file) }
    var player = try player(Source.restoring, Host(directory: directory))
    guard case .hostCall(let call) = player.runFrames(1) else { throw Unexpected() }
    guard case .finished = try player.answer(call) else { throw Unexpected() }
    _ = player.runFrames(1)
    #expect(player.machine.state.v[0] == status.rawValue)
  }

  @Test func anotherMachineTakesThePlaceOfTheOneThatRestoresIt() throws {
    let directory = try scratch.makeDirectory("host")
    var metadata = MetadataRequest()
    metadata.breakpoints = [.address(0x300)]
    metadata.speed = 50
    var saver = try player(Source.saving, Host(directory: directory))
    guard case .hostCall(let save) = saver.runFrames(1) else { throw Unexpected() }
    _ = try saver.answer(save)
    var player = try player(Source.restoring, Host(directory: directory), metadata)
    guard case .hostCall(let call) = player.runFrames(1) else { throw Unexpected() }
    guard case .restores(let restoration) = try player.answer(call) else { throw Unexpected() }
    #expect(restoration.path == directory + "/a")
    player.adopt(restoration)
    #expect(player.machine.program == saver.machine.program && player.image != nil)
    // The speed was requested, whatever is played; the breakpoint was for another program.
    #expect(player.speed == 50 && player.metadata.breakpoints == [])
    #expect(player.metadata.names.name(0x200) == "main")
    _ = player.runFrames(2)
    #expect(player.machine.state.v[0] == HostStatus.restored.rawValue)
  }

  /// Nothing that was read for the machine is replaced by its program.
  @Test func aProgramDoesNotReplaceWhatItWasReadFrom() throws {
    let directory = try scratch.makeDirectory("host")
    var saver = try player(Source.saving, Host(directory: directory))
    guard case .hostCall(let call) = saver.runFrames(1) else { throw Unexpected() }
    _ = try saver.answer(call)
    let bytes = try Storage.read(directory + "/a", limit: 1 << 20)
    var inputs = InputFiles()
    _ = try inputs.read(directory + "/a", limit: 1 << 20)
    var loaded = try scratch.load(Source.saving)
    loaded.inputs.add(inputs)
    var player = Player(loaded, try Host(directory: directory))
    guard case .hostCall(let again) = player.runFrames(1) else { throw Unexpected() }
    _ = try player.answer(again)
    _ = player.runFrames(1)
    #expect(player.machine.state.v[0] == HostStatus.denied.rawValue)
    #expect(try Storage.read(directory + "/a", limit: 1 << 20) == bytes)
  }

  // MARK: Saving

  @Test func callsThatARestoredMachineMakesLeaveThisOneAlone() throws {
    let source = ": main loop v0 += 1 again : goal v0 := 9 i := here save v0 ; : here 0"
    var player = try player(source)
    _ = player.runFrames(1)
    let digest = player.machine.stateDigest
    let names = player.metadata.names
    let address = try names.address(of: .label("goal"), for: .entryCall)
    let here = try names.address(of: .label("here"), for: .entryCall)
    try player.saveWithEntryCalls([address])
    #expect(player.machine.stateDigest == digest)
    let path = scratch.path("saved")
    try player.savedImage().save(to: path)
    var restored = Player(try LoadedMachine(path))
    _ = restored.runFrames(2)
    _ = player.runFrames(2)
    #expect(restored.machine.state.ram[here] == 9 && player.machine.state.ram[here] == 0)
    #expect(throws: InputError.self) { try player.saveWithEntryCalls([0x10000]) }
  }

  /// Also those beside the state, which the engine has never heard of.
  @Test func optimizingReachesEverySectionOfAMachine() throws {
    var metadata = MetadataRequest()
    metadata.breakpoints = (0x300..<0x380).map { .address($0) }
    let source =
      Source.saving + "\n: goal ;\n"
      + (0..<400).map { ": label-\($0 * $0) v0 := 1" }.joined(separator: "\n")
    var player = try player(source, Host(directory: scratch.directory), metadata)
    guard case .hostCall = player.runFrames(1) else { throw Unexpected() }
    try player.saveWithEntryCalls([0x204])
    let image = try player.moment(withLastInstructions: true).image(time: 1)
    #expect(Set(Chip8.sections.map(\.tag)).isSubset(of: image.sections.map(\.tag)))
    let small = try image.optimized(Chip8.self)
    #expect(small.sections.map(\.tag) == image.sections.map(\.tag))
    for (section, optimized) in zip(image.sections, small.sections) {
      #expect(optimized.storedByteCount <= section.storedByteCount, "\(section.tag)")
    }
    func labels(_ image: Image) -> Int? {
      image.sections.first { $0.tag == Tag("LABL") }?.storedByteCount
    }
    #expect(try #require(labels(small)) < #require(labels(image)))
    #expect(try (small.machine() as Chip8).stateDigest == (image.machine() as Chip8).stateDigest)
    #expect(try small.labels() == image.labels())
  }
}

/// Something else has happened.
struct Unexpected: Error {}
