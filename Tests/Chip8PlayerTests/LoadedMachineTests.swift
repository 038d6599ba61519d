// Machines from files in every form that there is.

import Chip8Core
import Chip8Player
import Foundation
import Octo
import SaveState
import Testing

@Suite struct LoadedMachineTests {
  let scratch: Scratch
  /// What the source of the counter assembles to.
  private let counter: [UInt8]

  init() throws {
    scratch = try Scratch()
    counter = try assemble(Source.counter, named: "counter").program
  }

  // MARK: Forms

  @Test func aProgramIsSwitchedOn() throws {
    let path = try scratch.write("count.ch8", counter)
    let loaded = try LoadedMachine(path)
    #expect(loaded.machine.program == Program(name: "count", bytes: counter))
    #expect(loaded.machine.state.configuration == Configuration(.chip8))
    #expect(loaded.machine.state.instructions == 0 && loaded.image == nil)
    #expect(loaded.inputs.paths == [path] && loaded.warnings.isEmpty)
  }

  @Test func aSourceBringsItsLabels() throws {
    let loaded = try scratch.load(": main v0 := 1 : later jump later")
    #expect(loaded.machine.program.name == "game")
    #expect(loaded.machine.state.configuration.platform == .xochip)
    #expect(loaded.metadata.names.name(0x202) == "later")
    #expect(loaded.metadata.names.place(of: 0x204) == "later+2")
  }

  @Test func allErrorsOfASourceAreReported() throws {
    do {
      _ = try scratch.load(": main\n v0 := 300\n jump nowhere\n")
      Issue.record("it was assembled")
    } catch PlayerError.source(let path, let errors) {
      #expect(path == scratch.path("game.8o"))
      #expect(errors.errors.map(\.line) == [2, 3])
    }
  }

  @Test func sourcesLoadIncludes() throws {
    try scratch.write("part.8o", ": part v0 += 1 ;")
    let loaded = try scratch.load(":include \"part.8o\"\n: main loop part again")
    #expect(loaded.inputs.paths == [scratch.path("game.8o"), scratch.path("part.8o")])
  }

  @Test func aCartridgeSaysHowItIsRun() throws {
    let loaded = try scratch.load(Source.counter)
    var configuration = loaded.machine.state.configuration
    configuration.instructionsPerFrame = 77
    configuration.quirks.insert(.shift)
    let options = CartridgeOptions(configuration, loaded.appearance, CartridgeOptions())
    let cartridge = try Cartridge(program: Source.counter, options: options).encoded(
      label: loaded.machine.state.screen, appearance: loaded.appearance)
    let played = try LoadedMachine(scratch.write("game.gif", cartridge))
    #expect(played.machine.program.bytes == counter)
    #expect(played.machine.state.configuration == configuration)
    #expect(options.lacks(configuration, for: played.machine.program) == [])
    configuration.quirks.insert(.indexWraps)
    #expect(
      options.lacks(configuration, for: played.machine.program)
        == [.quirk(QuirkChoice(.indexWraps, isOn: true))])
  }

  @Test func programsInZipFilesAreNamedLikeFilesInADirectory() throws {
    let one = try scratch.write("one.zip", zip([("count.ch8", counter), ("read.me", [0x61])]))
    let loaded = try LoadedMachine(one)
    #expect(loaded.machine.program == Program(name: "count", bytes: counter))
    #expect(loaded.inputs.paths == [one])
    let two = try scratch.write("two.zip", zip([("a.ch8", counter), ("b.ch8", [0x12, 0])]))
    #expect(try LoadedMachine(two + "/b.ch8").machine.program.bytes == [0x12, 0])
    let refusal = try #require(contentsError { _ = try LoadedMachine(two) })
    #expect(refusal.path == two && refusal.reason.hasSuffix("a.ch8, b.ch8"))
  }

  @Test func imagesAreRestoredWithTheirMetadata() throws {
    var metadata = MetadataRequest()
    (metadata.speed, metadata.rotation) = (50, 90)
    var player = Player(try scratch.load(Source.counter, MachineRequest(), metadata))
    _ = player.runFrames(3)
    let path = scratch.path("saved")
    try player.savedImage().save(to: path)
    let restored = try LoadedMachine(path)
    #expect(restored.machine.stateDigest == player.machine.stateDigest)
    #expect(restored.image != nil && restored.inputs.paths == [path])
    #expect(restored.metadata == player.metadata)
    // What is requested takes precedence over the image, and nothing of it need be wanted.
    var asked = MetadataRequest()
    asked.speed = 200
    let settings = try LoadedMachine(path, MachineRequest(), asked).metadata
    #expect((settings.speed, settings.rotation) == (200, 90))
    asked = MetadataRequest()
    asked.forgetsSaved = true
    #expect(try LoadedMachine(path, MachineRequest(), asked).metadata == SessionMetadata())
  }

  // MARK: Requests

  @Test func theRequestedMachineIsLoaded() throws {
    var request = MachineRequest()
    (request.platform, request.instructionsPerFrame, request.seed) = (.schip, 9, 4)
    request.quirks = [QuirkChoice(.shift, isOn: false), QuirkChoice(.wrap, isOn: true)]
    request.pokes = [Poke(0x300, [1, 2])]
    let machine = try scratch.load(Source.counter, request).machine
    let state = machine.state
    #expect(state.configuration.platform == .schip && state.configuration.instructionsPerFrame == 9)
    #expect(
      state.configuration.quirks == Platform.schip.quirks.subtracting(.shift).union(.wrap))
    #expect(Array(state.ram[0x300..<0x302]) == [1, 2])
    request.seed = 5
    #expect(try scratch.load(Source.counter, request).machine.stateDigest != machine.stateDigest)
  }

  @Test func aSavedStateBringsItsOwnMachine() throws {
    let path = scratch.path("saved")
    try Image(of: scratch.load(Source.counter).machine).save(to: path)
    for (part, change) in parts {
      var request = MachineRequest()
      change(&request)
      #expect(
        requestError { _ = try LoadedMachine(path, request) } == .fixedByImage(part, path: path))
    }
    var request = MachineRequest()
    request.pokes = [Poke(0x300, [7])]
    #expect(try LoadedMachine(path, request).machine.state.ram[0x300] == 7)
  }

  private let parts: [(MachineRequest.Part, (inout MachineRequest) -> Void)] = [
    (.platform, { $0.platform = .vip }), (.quirk, { $0.quirks = [QuirkChoice(.wrap, isOn: true)] }),
    (.speed, { $0.instructionsPerFrame = 3 }), (.timing, { $0.timing = .cycles }),
    (.seed, { $0.seed = 1 }),
  ]

  @Test func conflictsAreTypedErrors() throws {
    let path = try scratch.write("count.ch8", counter)
    var request = MachineRequest()
    request.timing = .cycles
    #expect(
      requestError { _ = try LoadedMachine(path, request) } == .noCycles(program: "count", .chip8))
    request = MachineRequest()
    request.pokes = [Poke(0x1000, [1])]
    #expect(throws: InputError.program(.outsideRAM(address: 0x1000, .chip8))) {
      try LoadedMachine(path, request)
    }
    var metadata = MetadataRequest()
    metadata.breakpoints = [.label("main")]
    #expect(
      requestError { _ = try LoadedMachine(path, MachineRequest(), metadata) }
        == .noLabels("main", .breakpoint))
    metadata.breakpoints = []
    metadata.watchpoints = [WatchedPlace(.address(0xFFF), byteCount: 2)]
    #expect(
      requestError { _ = try LoadedMachine(path, MachineRequest(), metadata) }
        == .outsideRAM(.watchpoint, address: 0xFFF, byteCount: 2, ramByteCount: 4096))
    metadata.watchpoints = []
    metadata.breakpoints = [.label("other")]
    #expect(
      requestError { _ = try scratch.load(Source.counter, MachineRequest(), metadata) }
        == .unknownLabel("other", .breakpoint))
    var loaded = try LoadedMachine(path)
    #expect(throws: InputError.entryCall(.outsideRAM(address: 0x1000, .chip8))) {
      try loaded.prepare(entryCalls: [0x1000], arguments: [], path: path)
    }
    #expect(
      contentsError { try loaded.prepare(entryCalls: [], arguments: ["a"], path: path) }?.path
        == path)
  }

  @Test func filesThatHoldNoProgramAreRefused() throws {
    let empty = try scratch.write("empty.ch8", [])
    #expect(contentsError { _ = try LoadedMachine(empty) }?.path == empty)
    let picture = try scratch.write(
      "a.ch8", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0])
    #expect(contentsError { _ = try LoadedMachine(picture) }?.path == picture)
    let large = try scratch.write("large.ch8", Array(repeating: 1, count: 65025))
    #expect(contentsError { _ = try LoadedMachine(large) }?.path == large)
    do {
      _ = try LoadedMachine(scratch.path("missing"))
      Issue.record("it was loaded")
    } catch let error as StorageError {
      #expect(error.isMissingFile && error.path == scratch.path("missing"))
    }
  }

  // MARK: Resuming

  @Test func aProgramContinuesWhereItsUserLeftIt() throws {
    let loaded = try scratch.load(Source.counter)
    let path = scratch.path("game.8o")
    let root = scratch.path("slots")
    let nothing = try loaded.resumed(path, MachineRequest(), slotsRoot: root)
    #expect(nothing.warnings == [.nothingToResume(program: "game")] && nothing.image == nil)
    var player = Player(loaded)
    _ = player.runFrames(5)
    let slots = Slots(root: root, program: loaded.machine.program.sha1)
    _ = try slots.autosave(player.savedImage(), to: Autosave.exit.slot)
    let resumed = try loaded.resumed(path, MachineRequest(), slotsRoot: root)
    #expect(resumed.machine.stateDigest == player.machine.stateDigest)
    #expect(resumed.image != nil && resumed.warnings.isEmpty)
    var request = MachineRequest()
    request.seed = 1
    #expect(
      requestError { _ = try loaded.resumed(path, request, slotsRoot: root) }
        == .fixedByAutosave(.seed))
    #expect(
      requestError { _ = try resumed.resumed(path, MachineRequest(), slotsRoot: root) }
        == .resumesImage(path: path))
  }
}

/// A zip file of files that are stored as they are.
private func zip(_ files: [(name: String, contents: [UInt8])]) -> [UInt8] {
  func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  let none = number(0 as UInt16)
  var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
  for (name, contents) in files {
    let count = number(UInt32(contents.count))
    // Version, flags, method, time, date, checksum, lengths.
    let fields =
      number(20 as UInt16) + none + none + none + none + number(crc(contents)) + count + count
      + number(UInt16(name.utf8.count)) + none
    directory += [0x50, 0x4B, 1, 2, 20, 0] + fields + none + none + none + none + none
    directory += number(UInt32(bytes.count)) + Array(name.utf8)
    bytes += [0x50, 0x4B, 3, 4] + fields + Array(name.utf8) + contents
  }
  let count = number(UInt16(files.count))
  return bytes + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
    + number(UInt32(directory.count)) + number(UInt32(bytes.count)) + none
}

private func crc(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~0) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
}
