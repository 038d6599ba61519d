// KeptMachineTests.swift: the machine of a program, as it was chosen while playing.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct KeptMachineTests {
  private let scratch: Scratch
  private let kept: KeptSettings
  private let rom: String

  init() throws {
    scratch = try Scratch()
    kept = KeptSettings(root: scratch.path("slots"))
    rom = try scratch.write("game.ch8", [0x70, 0x01, 0x12, 0x00])
  }

  /// A session as a front end begins it.
  private func session(
    _ request: MachineRequest = MachineRequest(), _ path: String? = nil
  ) throws -> PlaySession {
    let path = path ?? rom
    var levels = SettingLevels()
    var loaded = try LoadedMachine(LoadedFile(path), request)
    #expect(levels.readProgram(loaded.machine.program.sha1, kept) == nil)
    try loaded.choose(levels[.program], under: request, from: path)
    try loaded.apply(MetadataRequest().asking(for: levels), from: path)
    var options = PlaySession.Options()
    (options.machine, options.settings, options.keptSettings) = (request, levels, kept)
    options.slotsRoot = scratch.path("slots")
    options.autosaveSeconds = nil
    return PlaySession(loaded, .none, options)
  }

  private func lines() throws -> String {
    let program = try LoadedMachine(LoadedFile(rom)).machine.program.sha1
    return try String(contentsOfFile: scratch.path("slots/\(program)/settings"), encoding: .utf8)
  }

  private func chosen(_ session: PlaySession) -> Configuration {
    session.finishWork()
    return session.player.machine.state.configuration
  }

  private var vip: MachineRequest {
    var request = MachineRequest()
    request.platform = .vip
    return request
  }

  @Test func theChosenMachineIsKept() throws {
    let first = try session()
    #expect(chosen(first).platform == .chip8)
    first.setPlatform(.schip)
    let platform = chosen(first)
    #expect(try lines() == "platform schip\n")
    first.setMachine(quirks: platform.quirks.symmetricDifference([.shift, .wrap]))
    first.setMachine(instructionsPerFrame: 77)
    let all = chosen(first)
    #expect(try lines() == "platform schip\nquirk shift=off,wrap=on\nipf 77\n")
    #expect(try chosen(session()) == all)
    // So does a session that opens it, and any other program has its own.
    let other = try scratch.write("other.ch8", [0x60, 0x01, 0x12, 0x00])
    let second = try session(MachineRequest(), other)
    #expect(chosen(second) == Configuration(.chip8))
    second.open(rom)
    #expect(chosen(second) == all)
    second.open(other)
    #expect(chosen(second) == Configuration(.chip8))
  }

  @Test func onlyDifferencesFromTheOwnMachineAreKept() throws {
    let session = try session()
    session.setMachine(quirks: .wrap, instructionsPerFrame: 30)
    session.setPlatform(.vip)
    session.finishWork()
    // Another platform is a machine of its own.
    #expect(try lines() == "platform vip\n")
    session.setPlatform(.chip8)
    session.finishWork()
    #expect(try lines() == "" && chosen(session) == Configuration(.chip8))
    session.set(.speed, to: "150")
    session.setMachine(instructionsPerFrame: 30)
    session.setMachine(instructionsPerFrame: 12)
    session.finishWork()
    #expect(try lines() == "speed 150\n")
  }

  @Test func optionsAndSavedStatesTakePrecedence() throws {
    let image = scratch.path("a.state")
    let first = try session()
    try first.player.savedImage().save(to: image, apartFrom: InputFiles())
    first.setPlatform(.schip)
    first.setMachine(quirks: Platform.schip.quirks.union(.wrap), instructionsPerFrame: 40)
    first.finishWork()
    #expect(try chosen(session(vip)) == Configuration(.vip))
    var request = MachineRequest()
    request.instructionsPerFrame = 9
    request.quirks = [QuirkChoice(.wrap, isOn: false), QuirkChoice(.jump, isOn: false)]
    let mixed = try chosen(session(request))
    #expect(mixed.platform == .schip && mixed.instructionsPerFrame == 9)
    #expect(mixed.quirks == Platform.schip.quirks.subtracting(.jump))
    let restored = try session(MachineRequest(), image)
    #expect(chosen(restored) == Configuration(.chip8))
    // What is changed in it is the program's from then on, as it is now.
    restored.setMachine(instructionsPerFrame: 20)
    restored.finishWork()
    #expect(try lines() == "ipf 20\n")
  }

  /// With a machine that a cycle takes time on, nothing of another one holds.
  @Test func aTimingIsAnotherMachine() throws {
    let first = try session(vip)
    first.setPlatform(.schip)
    first.finishWork()
    var request = vip
    request.timing = .cycles
    #expect(try chosen(session(request)).timing == .cycles)
    request.platform = nil
    #expect(throws: PlayerError.self) { try session(request) }
  }

  @Test func theProgramsOwnMachineCanBeRestored() throws {
    let first = try session(vip)
    first.setMachine(quirks: [.wrap])
    let before = chosen(first)
    #expect(before.platform == .vip)
    #expect(
      try lines() == "platform vip\nquirk logic=off,vblank=off,wrap=on,key-wait-beeps=off\n")
    first.runFrame(keys: [])
    first.useOwnMachine()
    #expect(chosen(first) == Configuration(.chip8) && first.player.machine.state.frames == 0)
    #expect(try lines() == "")
    // Without another platform it goes on where it is.
    first.setMachine(quirks: [.wrap], instructionsPerFrame: 50)
    first.runFrame(keys: [])
    first.useOwnMachine()
    #expect(chosen(first) == Configuration(.chip8) && first.player.machine.state.frames == 1)
    #expect(try lines() == "")
  }

  @Test func theOwnMachineOfAnImageIsDetected() throws {
    let image = scratch.path("a.state")
    try session(vip).player.savedImage().save(to: image, apartFrom: InputFiles())
    let restored = try session(MachineRequest(), image)
    #expect(restored.ownConfiguration == Configuration(.chip8))
    restored.setPlatform(.schip)
    restored.useOwnMachine()
    #expect(chosen(restored).platform == .chip8)
    // A state that has it already forgets what is kept, too.
    restored.save()
    restored.setPlatform(.schip)
    restored.finishWork()
    restored.load()
    restored.finishWork()
    #expect(try lines() == "platform schip\n")
    restored.useOwnMachine()
    restored.finishWork()
    #expect(try lines() == "")
  }

  @Test func undoRevertsKeptSettings() throws {
    let session = try session()
    session.setMachine(quirks: [.wrap])
    session.runFrame(keys: [])
    session.setPlatform(.schip)
    session.finishWork()
    #expect(try lines() == "platform schip\n")
    session.undo()
    session.finishWork()
    #expect(try lines() == "quirk wrap=on\n" && chosen(session).quirks == [.wrap])
    session.undo()
    session.finishWork()
    #expect(try lines() == "" && chosen(session).quirks == [])
    session.redo()
    session.redo()
    session.finishWork()
    #expect(try lines() == "platform schip\n" && chosen(session).platform == .schip)
    session.undoLoad()
    session.finishWork()
    #expect(try lines() == "quirk wrap=on\n")
    // A load is undone without any of that.
    session.save()
    session.load()
    session.finishWork()
    session.undo()
    session.finishWork()
    #expect(try lines() == "quirk wrap=on\n")
  }

  @Test(arguments: [
    "shift", "shift=1", "shift=on,", "", "gravity=on", "=on", "shift=on=off",
  ])
  func otherTextsAreNoQuirks(text: String) throws {
    #expect(throws: SettingError.self) { try Setting.quirk.row.kind.checked(text) }
  }
}
