// FlagTests.swift: user flags that outlive their machines, in headless runs and on the command line.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct FlagTests {
  let scratch: Scratch
  /// Counts in flag 0 how often it was started, and keeps counting with each key.
  static let counter = rom(0xF085, 0x7001, 0xF075, 0xF10A, 0x1200)

  init() throws {
    scratch = try Scratch()
    try scratch.write("count.ch8", FlagTests.counter)
  }

  private func memory(_ root: String = "kept", of program: [UInt8] = counter) -> NonVolatileMemory {
    .userFlags(root: scratch.path(root), program: Digest.sha1(program))
  }

  /// The first flag as it is kept.
  private func kept(of program: [UInt8] = counter) throws -> UInt8? {
    try memory(of: program).read()?.first
  }

  private func count(_ arguments: String...) throws -> Int {
    let outcome = try scratch.run(
      ["count.ch8", "--platform", "schip", "--headless", "--json"] + arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try Report(outcome).registers.v[0]
  }

  // MARK: Runs

  @Test func runsFindFlagsOfEarlierRuns() throws {
    #expect(try count() == 1)
    #expect(try count() == 1)
    #expect(try scratch.names == ["count.ch8"])
    for run in 1...3 { #expect(try count("--keep-flags", "a/kept") == run) }
    #expect(try count("--keep-flags", "a/kept", "--keys", "2-4:5,8-9:1") == 6)
    // It is found by its bytes.
    try FileManager.default.moveItem(
      atPath: scratch.path("count.ch8"), toPath: scratch.path("other.ch8"))
    try scratch.write("count.ch8", FlagTests.counter)
    #expect(try count("--keep-flags", "a/kept") == 7)
    #expect(try count("--keep-flags", "off") == 1)
    #expect(try scratch.names == ["a", "count.ch8", "other.ch8"])
    // With all that a machine does not have: 8 flags are changed, and the other 8 are left.
    let memory = memory("a/kept")
    try memory.write((0..<16).map { 0x40 + $0 })
    #expect(try count("--keep-flags", "a/kept") == 0x41)
    #expect(try memory.read() == [0x41] + (1..<16).map { 0x40 + $0 })
  }

  @Test func flagsAreKeptHoweverARunEnds() throws {
    let faulty = rom(0x6009, 0xF075, 0x00EE)
    try scratch.write("fault.ch8", faulty)
    let outcome = try scratch.chip8(
      "fault.ch8", "--platform", "schip", "--headless", "--keep-flags", "kept")
    #expect(outcome.code == 70)
    #expect(try kept(of: faulty) == 9)
    // Nothing was stored here, so nothing is written.
    _ = try count("--keep-flags", "none", "--frames", "0")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("none")).isEmpty)
    // Nor is there anything to keep on a machine without flags.
    _ = try scratch.report(
      "count.ch8", "--platform", "vip", "--frames", "0", "--keep-flags", "none")
  }

  @Test func aRestoredMachineBringsItsFlags() throws {
    #expect(try count("--keep-flags", "kept", "--save", "one.state") == 1)
    #expect(try count("--keep-flags", "kept") == 2)
    let restored = try scratch.report("--restore", "one.state", "--keep-flags", "kept")
    #expect(restored.registers.v[0] == 1)
    #expect(try kept() == 2)
    // What it changes from then on is written.
    _ = try scratch.report(
      "--restore", "one.state", "--keep-flags", "kept", "--keys", "0-2:1,5-6:1,8-9:1")
    #expect(try kept() == 4)
  }

  @Test func unusableFilesAreRefusedAndKept() throws {
    #expect(try count("--keep-flags", "kept") == 1)
    let good = try Storage.read(memory().path, limit: 1000)
    let bad = Array(good.dropLast(20))
    try Data(bad).write(to: URL(filePath: memory().path))
    for arguments in [
      ["count.ch8", "--platform", "schip", "--headless", "--keep-flags", "kept"],
      ["flags", "show", "count.ch8", "--slots", "kept"],
    ] {
      try scratch.expectRefusal(
        arguments, code: 65, naming: "/flags: the file is damaged; chip8 flags clear removes it")
      #expect(try Storage.read(memory().path, limit: 1000) == bad)
    }
    #expect(try scratch.chip8("flags", "clear", "count.ch8", "--slots", "kept").code == 0)
    #expect(try count("--keep-flags", "kept") == 1)
    // A directory that cannot be made or written to is found out before the run.
    try scratch.write("file", [1])
    for (platform, code) in [("schip", Int32(66)), ("chip8", 73)] {
      try scratch.expectRefusal(
        [
          "count.ch8", "--headless", "--platform", platform, "--keep-flags", "file/kept", "--save",
          "a.state",
        ], code: code, naming: "file/kept")
    }
    try scratch.expectRefusal(
      [
        "count.ch8", "--headless", "--platform", "schip", "--keep-flags", "/proc", "--save",
        "a.state",
      ],
      code: 73, naming: "/proc/")
    try scratch.expectRefusal(
      ["count.ch8", "--headless", "--keep-flags", ""], code: 64, naming: "--keep-flags")
  }

  /// A saved state brings its flags, and yet the file that they would be written to is looked at.
  @Test func theFileIsLookedAtBeforeARun() throws {
    #expect(try count("--keep-flags", "kept", "--save", "a.state") == 1)
    let bad = Array(try Storage.read(memory().path, limit: 1000).dropLast())
    try Data(bad).write(to: URL(filePath: memory().path))
    try scratch.expectRefusal(
      ["a.state", "--headless", "--keep-flags", "kept", "--save", "b.state"], code: 65,
      naming: "/flags: the file is damaged")
    #expect(try !scratch.names.contains("b.state"))
  }

  /// Nothing else of a run is written to it, whether or not it is there and however it is named.
  @Test(arguments: [true, false], ["--trace", "--record", "--screenshot"])
  func theFileIsAnOutputOfItsOwn(exists: Bool, option: String) throws {
    #expect(try count("--keep-flags", "kept") == 1)
    let before = exists ? try Storage.read(memory().path, limit: 1000) : nil
    if !exists { #expect(unlink(memory().path) == 0) }
    let path = "kept/../kept/\(Digest.sha1(FlagTests.counter))/flags"
    // A movie is a saved state, which takes the place of no other file in any case.
    let isOther = exists && option == "--record"
    try scratch.expectRefusal(
      ["count.ch8", "--platform", "schip", "--headless", "--keep-flags", "kept", option, path],
      code: isOther ? 73 : 64, naming: path)
    let after = try? Storage.read(memory().path, limit: 1000)
    #expect(after == before)
    // On a machine without flags it is a file like any other.
    guard !isOther else { return }
    _ = try scratch.report(
      "count.ch8", "--platform", "vip", "--frames", "0", "--keep-flags", "kept", option, path)
  }

  // MARK: Recordings

  @Test func recordingsHoldInitialFlags() throws {
    #expect(try count("--keep-flags", "kept") == 1)
    let options = ["--keep-flags", "kept", "--record", "r.txt", "--keys", "3-5:2"]
    let live = try scratch.run(
      ["count.ch8", "--platform", "schip", "--headless", "--json"] + options)
    #expect(try Report(live).registers.v[0] == 3)
    #expect(try scratch.text("r.txt").contains("\nflags 0100000000000000\n"))
    // Whatever has become of the file.
    #expect(try count("--keep-flags", "kept") == 4)
    let names = try scratch.names
    let replayed = try scratch.chip8(
      "count.ch8", "--platform", "schip", "--headless", "--json", "--input", "r.txt")
    #expect(try Report(replayed).state == Report(live).state)
    #expect(try kept() == 4)
    #expect(try scratch.names == names)
    // And recorded again, it is the same recording.
    _ = try count("--input", "r.txt", "--record", "s.txt")
    #expect(try scratch.text("s.txt") == scratch.text("r.txt"))
    // Without flags as an input there is no such line, and so in those of earlier versions.
    _ = try count("--record", "t.txt")
    #expect(try !scratch.text("t.txt").contains("flags"))
    #expect(try count("--input", "t.txt") == 1)
  }

  @Test func replaysCannotHaveOtherFlags() throws {
    _ = try count("--keep-flags", "kept", "--record", "r.txt", "--save", "a.state")
    _ = try count("--record", "old.txt")
    for recording in ["r.txt", "old.txt"] {
      try scratch.expectRefusal(
        ["count.ch8", "--headless", "--input", recording, "--keep-flags", "other"], code: 64,
        naming: "--keep-flags cannot be combined with \(recording)")
    }
    // A state of the same program has no part in that.
    let replayed = try scratch.report("a.state", "--input", "r.txt")
    #expect(try replayed.state == scratch.report("a.state", "--frames", "0").state)
    for line in [
      "flags", "flags 0", "flags 0x", "flags 01 02", "flags +1",
      "flags 0102030405060708090a0b0c0d0e0f1011", "flags 01\nflags 01",
    ] {
      try scratch.write("bad.txt", Array("\(line)\n".utf8))
      try scratch.expectRefusal(
        ["count.ch8", "--headless", "--input", "bad.txt"], code: 65,
        naming: "bad.txt: not an input recording")
    }
    // Keys that were written by hand are not a session.
    try scratch.write("keys.txt", Array("2-4:5\n".utf8))
    #expect(try count("--input", "keys.txt", "--keep-flags", "kept") == 3)
  }

  // MARK: Other processes

  @Test("One that becomes another program writes its own first", arguments: [false, true])
  func handOver(isRecorded: Bool) throws {
    try FileManager.default.createDirectory(
      atPath: scratch.path("dir"), withIntermediateDirectories: false)
    let tail = ": block %d 0 :pointer file 0 0 0 0 0 0 : file 0x61 0"
    func write(_ name: String, _ call: Int, _ source: String) throws {
      try scratch.write(
        name, Array((source + tail.replacing("%d", with: "\(call)")).utf8))
    }
    // The first saves itself; woken, it stores 3. The second stores 5 and becomes the first.
    try write(
      "a.8o", 1,
      ": main i := block native 0xC81 if v0 == 2 then v5 := 3 v0 := v5 saveflags v0 "
        + "loop again ")
    try write("b.8o", 2, ": main v0 := 5 saveflags v0 i := block native 0xC81 loop again ")
    let host = ["--headless", "--platform", "schip", "--host-calls", "dir"]
    #expect(try scratch.run(["a.8o", "--frames", "9"] + host).code == 0)
    let outcome = try scratch.run(
      ["b.8o", "--frames", "20", "--keep-flags", "kept"] + host
        + (isRecorded ? ["--record", "r.txt"] : []))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let programs = try FileManager.default.contentsOfDirectory(atPath: scratch.path("kept"))
    let flags = try programs.map { program in
      let digest = try #require(Digest(sha1: program))
      let memory = NonVolatileMemory.userFlags(root: scratch.path("kept"), program: digest)
      return try #require(try memory.read()).first
    }
    #expect(Set(flags) == [3, 5])
  }

  @Test func flagsMoveWithTheMachine() throws {
    let outcome = try scratch.shell(
      """
      mkfifo there back
      "$CHIP8" count.ch8 --platform schip --headless --keep-flags here --until key-wait \\
        --save - --move --else-save a.state >there <back &
      "$CHIP8" --restore - --acknowledge --headless --keep-flags there.flags --keys 0-2:1 \\
        --frames 9 --save b.state <there >back
      wait $!
      """)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try memory("here").read()?.first == 1)
    #expect(try memory("there.flags").read()?.first == 2)
  }

  // MARK: Commands

  private struct Flags: Decodable, Equatable {
    let program: String?
    let sha1: String
    let path: String
    let flags: [UInt8]?
  }

  private func flags(_ arguments: String...) throws -> Flags {
    let outcome = try scratch.run(["flags"] + arguments + ["--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Flags.self, from: Data(outcome.output))
  }

  @Test func flagsAreShownAndCleared() throws {
    let sha1 = "\(Digest.sha1(FlagTests.counter))"
    let missing = ["flags", "show", "count.ch8"]
    try scratch.expectRefusal(missing, code: 66, naming: "count: no user flags are stored")
    try scratch.expectRefusal(["flags", "clear", sha1], code: 66, naming: sha1)
    // The slots' own place is where a window keeps them.
    #expect(try count("--keep-flags", "state/chip8", "--save", "a.state", "--no-rom") == 1)
    let shown = try scratch.chip8("flags", "show", "count.ch8")
    #expect(shown.text == "01" + String(repeating: " 00", count: 15) + "\n")
    let object = Flags(
      program: "count", sha1: sha1, path: "\(scratch.path("state/chip8"))/\(sha1)/flags",
      flags: [1] + Array(repeating: 0, count: 15))
    #expect(try flags("show", "count.ch8") == object)
    #expect(try flags("show", "a.state") == object)
    #expect(try flags("show", sha1).program == nil)
    #expect(try flags("show", sha1).flags == object.flags)
    #expect(try flags("clear", "a.state").flags == nil)
    try scratch.expectRefusal(missing, code: 66, naming: "count: no user flags are stored")
    // Where there are flags alone, there are no slots.
    #expect(try scratch.chip8("slots", "list").text == "no slots\n")
  }
}
