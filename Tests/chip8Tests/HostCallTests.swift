// HostCallTests.swift: programs that write images of themselves and become others, end to end.

import Chip8Core
import Foundation
import SaveState
import Testing

/// Images that programs write and restore, in a directory of their own.
@Suite struct HostCallTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path("dir"), withIntermediateDirectories: false)
  }

  /// Assembles a program whose call is made at the start, with `a.img` as the name of the file.
  /// What it comes to is in V0 and V1, and moved to V4 and V5.
  private func write(_ name: String, _ block: String, _ rest: String = "") throws {
    let source = """
      : main
        i := block native 0xC81
        v4 := v0 v5 := v1 \(rest)
        : stop jump stop
      : block \(block)
      : file 0x61 0x2E 0x69 0x6D 0x67 0
      : other 0x62 0x2E 0x69 0x6D 0x67 0
      : given 0x66 0x6F 0x6F 0  0x20 0xC3 0xBC 0
      : buffer
      """
    try scratch.write(name, Array(source.utf8))
  }

  private static let save = "1 0 :pointer file 0 0 :pointer buffer 8 20"
  private static let restore = "2 0 :pointer file 0 0 :pointer given 0 2"

  private func status(_ arguments: String...) throws -> Int {
    let outcome = try scratch.run(arguments + ["--headless", "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try Report(outcome).registers.v[4]
  }

  /// What is in the buffer of the program at the end of an image, up to the last argument.
  private func arguments(in report: Report, saved file: String) throws -> [String] {
    let info = try scratch.chip8("image", "info", file, "--json").text
    let host = try #require(
      JSONSerialization.jsonObject(with: Data(info.utf8)) as? [String: Any])["host"]
    return try #require((host as? [String: Any])?["arguments"] as? [String])
  }

  // MARK: Saving and waking

  @Test func programsSaveAndResume() throws {
    try write("a.8o", Self.save)
    let first = try scratch.report("a.8o", "--host-calls", "dir")
    #expect(Array(first.registers.v[4...5]) == [1, 0])
    #expect(try scratch.chip8("image", "verify", "dir/a.img").code == 0)
    #expect(try scratch.chip8("image", "info", "dir/a.img").text.contains("suspended"))
    let woken = try scratch.report("--restore", "dir/a.img")
    #expect(Array(woken.registers.v[4...5]) == [2, 0])
    // It has been the same machine until then.
    #expect((woken.frames, woken.instructions) == (first.frames, first.instructions))
    // Without a host the program does not get so far.
    #expect(try scratch.chip8("a.8o", "--headless").code == 70)
  }

  @Test func metadataTravelsWithTheMachine() throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--speed", "150")
    #expect(try scratch.chip8("image", "info", "dir/a.img").text.contains("speed     150 %"))
    // The image alone knows what is where.
    let stopped = try scratch.report("--restore", "dir/a.img", "--break", "stop")
    #expect(stopped.stop == "breakpoint" && stopped.registers.v[4] == 2)
    // What the user has said of one machine holds for the one that takes its place.
    try write("b.8o", Self.restore)
    _ = try scratch.report("b.8o", "--host-calls", "dir", "--rotate", "90", "--save", "c.state")
    let text = try scratch.chip8("image", "info", "c.state").text
    #expect(text.contains("speed     150 %") && text.contains("rotation  90°"))
    // But where one program is to stop says nothing of another, in the same process too.
    try scratch.write("none.txt", [])
    for options in [[], ["--input", "none.txt"]] {
      let options = ["b.8o", "--host-calls", "dir", "--watchpoint", "0x200:0x100"] + options
      let become = try Report(try scratch.run(options + ["--headless", "--json"]))
      #expect(become.program == "a" && become.stop == "halt")
    }
  }

  /// In this process, and in the next one.
  @Test(arguments: [[], ["--input", "none.txt"]])
  func theEngineStaysTheOneThatWasChosen(options: [String]) throws {
    try scratch.write("none.txt", [])
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir")
    try write("b.8o", Self.restore)
    let run = ["b.8o", "--host-calls", "dir", "--headless", "--json"] + options
    #expect(try Report(try scratch.run(run)).engine == nil)
    let report = try Report(try scratch.run(run + ["--engine", "reference"]))
    #expect(report.program == "a" && report.engine == "reference")
  }

  @Test(arguments: [
    [], ["a"], ["", "--", "--frames", "-x", "a b", #"it's "so""#, "größe 扉", "\n"],
    (0..<20).map { "\($0)" }, [String(repeating: "ü", count: 1024)],
  ])
  func argumentsArriveUnharmed(arguments: [String]) throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir")
    let outcome = try scratch.run(
      ["--restore", "dir/a.img", "--headless", "--json", "--save", "b.state", "--"] + arguments)
    let report = try Report(outcome)
    #expect(Array(report.registers.v[4...5]) == [2, arguments.count])
    #expect(try self.arguments(in: report, saved: "b.state") == arguments)
    // Those that were given to a machine that did not run yet are still there.
    let waiting = try scratch.run(
      ["--restore", "dir/a.img", "--headless", "--frames", "0", "--save", "c.state", "--"]
        + arguments)
    #expect(waiting.code == 0)
    #expect(try scratch.report("--restore", "c.state").state == report.state)
    // An image that is a program of its own hands on all that comes after its name.
    let made = try scratch.chip8(
      "image", "executable", "dir/a.img", "--with", "--headless --json --save d.state")
    #expect(made.code == 0, "\(made.errors)")
    let executed = try Running(scratch.path("dir/a.img"), arguments, in: scratch).outcome()
    #expect(try Report(executed) == report)
    #expect(try self.arguments(in: report, saved: "d.state") == arguments)
  }

  @Test func tooManyAndTooLongArgumentsAreRefused() throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--save", "b.state")
    let restore = ["--restore", "dir/a.img", "--headless", "--"]
    try scratch.expectRefusal(
      restore + (0..<21).map { "\($0)" }, code: 64, naming: "at most 20 arguments")
    let long = String(repeating: "a", count: 2049)
    try scratch.expectRefusal(restore + [long], code: 64, naming: "at most 2048 bytes")
    try scratch.expectRefusal(
      ["--restore", "b.state", "--headless", "a"], code: 65,
      naming: "b.state: the saved state takes no arguments")
    #expect(try scratch.chip8("image", "executable", "dir/a.img", "--with", "--headless").code == 0)
    for arguments in [(0..<21).map { "\($0)" }, [long]] {
      let outcome = try Running(scratch.path("dir/a.img"), arguments, in: scratch).outcome()
      #expect(outcome.code == 64 && outcome.errors.contains("at most"), "\(outcome.errors)")
    }
  }

  @Test func programsExitAfterSaving() throws {
    try write("a.8o", "1 1 :pointer file 0 0 0 0 0 0")
    let left = try scratch.report("a.8o", "--host-calls", "dir", "--save", "b.state")
    #expect(left.stop == "halt" && left.registers.v[4] == 0)
    // What has ended is what was written.
    #expect(try scratch.report("dir/a.img", "--frames", "0").state == left.state)
    #expect(try scratch.report("--restore", "b.state").registers.v[4] == 2)
  }

  // MARK: Statuses

  /// What is run by its name each day has saved itself the day before.
  @Test func executableImagesStayExecutable() throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir")
    let options = "--headless --json"
    #expect(
      try scratch.chip8("image", "executable", "dir/a.img", "--with", options).code == 0)
    _ = try scratch.report("a.8o", "--host-calls", "dir")
    let woken = try Report(try scratch.shell("dir/a.img foo"))
    #expect(Array(woken.registers.v[4...5]) == [2, 1])
    #expect(try scratch.chip8("image", "verify", "dir/a.img").code == 0)
  }

  @Test func everyFailureIsAStatusAndLeavesTheDirectoryAsItWas() throws {
    try write("save.8o", Self.save)
    try write("restore.8o", Self.restore)
    #expect(try status("restore.8o", "--host-calls", "dir") == 0x21)
    for bytes in [[1, 2, 3], damagedState] {
      try scratch.write("dir/a.img", bytes)
      #expect(try status("restore.8o", "--host-calls", "dir") == 0x23)
    }
    _ = try scratch.report("save.8o", "--host-calls", "dir")
    var image = AlteredImage(try scratch.read("dir/a.img"))
    image.sections[0].contents = Array("host-calls\nzzz\n".utf8)
    image.sections[0].codec = 0
    image.sections[0].decodedByteCount = 15
    try scratch.write("dir/a.img", image.bytes)
    #expect(try status("restore.8o", "--host-calls", "dir") == 0x24)
    // One without its program, which is nowhere.
    _ = try scratch.report("save.8o", "--frames", "0", "--no-rom", "--save", "dir/a.img")
    #expect(try status("restore.8o", "--host-calls", "dir") == 0x24)
    // An image of a machine that waits for nothing.
    _ = try scratch.report("save.8o", "--host-calls", "dir", "--save", "dir/a.img")
    #expect(try status("restore.8o", "--host-calls", "dir") == 0x25)
    #expect(try scratch.names(in: "dir") == ["a.img"])
  }

  @Test func hostCallsWithoutADirectoryAreDenied() throws {
    try write(
      "a.8o", Self.save,
      "i := once native 0xC81 v4 := v0 jump stop : once 1 0 :pointer other 0 0 0 0 0 0")
    #expect(try status("a.8o", "--host-calls", "dir") == 1)
    try FileManager.default.removeItem(atPath: scratch.path("dir/b.img"))
    #expect(try status("--restore", "dir/a.img") == 0x20)
    #expect(try scratch.names(in: "dir") == ["a.img"])
  }

  @Test func linksDirectoriesAndDevicesAreRefused() throws {
    try write("save.8o", Self.save)
    try write("restore.8o", Self.restore)
    try scratch.write("outside", [7])
    for make in [
      "ln -s ../outside dir/a.img", "ln -s nowhere dir/a.img", "mkdir dir/a.img",
      "mkfifo dir/a.img",
    ] {
      _ = try scratch.shell("rm -rf dir/*; \(make)")
      #expect(try status("save.8o", "--host-calls", "dir") == 0x22, "\(make)")
      #expect(try status("restore.8o", "--host-calls", "dir") == 0x22, "\(make)")
      #expect(try scratch.names(in: "dir") == ["a.img"])
    }
    #expect(try scratch.read("outside") == [7])
  }

  @Test func theDirectoryHasLimits() throws {
    try write("save.8o", Self.save)
    _ = try scratch.shell("for k in $(seq 64); do : >dir/$k; done")
    #expect(try status("save.8o", "--host-calls", "dir") == 0x26)
    _ = try scratch.shell("rm dir/1")
    #expect(try status("save.8o", "--host-calls", "dir") == 1)
    // What is replaced does not count twice.
    #expect(try status("save.8o", "--host-calls", "dir") == 1)
    let image = try scratch.read("dir/a.img")
    _ = try scratch.shell("truncate -s $((16 * 1024 * 1024 - 100)) dir/2")
    #expect(try status("save.8o", "--host-calls", "dir") == 0x27)
    #expect(try scratch.read("dir/a.img") == image)
    try scratch.expectRefusal(
      ["save.8o", "--headless", "--host-calls", "none"], code: 66, naming: "none: cannot be read")
  }

  @Test func aFullDiskIsAStatus() throws {
    try write("save.8o", Self.save)
    try scratch.write("dir/a.img", damagedState)
    // A limit of the size of files stands for a disk that is full in the middle of one.
    let outcome = try scratch.shell(
      "(ulimit -f 0; exec \"$CHIP8\" save.8o --headless --host-calls dir --print registers) | cat"
    )
    #expect(outcome.text.contains("V4=28"), "\(outcome.text) \(outcome.errors)")
    #expect(try scratch.read("dir/a.img") == damagedState)
    #expect(try scratch.names(in: "dir") == ["a.img"])
  }

  // MARK: Restoring from within

  @Test func programsRestoreOtherPrograms() throws {
    try write("a.8o", Self.save, "v6 := 6")
    try write("b.8o", Self.restore)
    _ = try scratch.report("a.8o", "--host-calls", "dir")
    let become = try scratch.report("b.8o", "--host-calls", "dir", "--save", "c.state")
    #expect(become.program == "a" && Array(become.registers.v[4...6]) == [2, 2, 6])
    #expect(try arguments(in: become, saved: "c.state") == ["foo", " ü"])
    // In the same process it comes to the same.
    try scratch.write("none.txt", [])
    let inPlace = try scratch.report("b.8o", "--host-calls", "dir", "--input", "none.txt")
    #expect(inPlace.state == become.state)
  }

  /// The same process has another executable image, another command line, and no file left open.
  @Test func restoringIsACleanNewProcess() throws {
    try write("a.8o", Self.save, "loop v6 += 1 again")
    try write("b.8o", "2 0 :pointer file 0 0 :pointer given 0 1")
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--frames", "10")
    let running = try Running(
      ["b.8o", "--headless", "--host-calls", "dir", "--until", "pc=0x2FF", "--json"], in: scratch)
    let directory = "/proc/\(running.process)"
    func commandLine() -> [String] {
      let bytes = (try? Data(contentsOf: URL(fileURLWithPath: directory + "/cmdline"))) ?? Data()
      return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
    try waitUntil { commandLine().contains("--restore=dir/a.img") }
    #expect(commandLine().suffix(2) == ["--", "foo"])
    // It has the same files open as one that a user has started, and one of the test's own.
    let options = ["--headless", "--host-calls", "dir", "--until", "pc=0x2FF"]
    let plain = try Running(["--restore", "dir/a.img"] + options, in: scratch)
    // A run catches signals when it has opened everything.
    for running in [running, plain] { try waitUntil { try catchesSignals(running) } }
    let (open, openInPlain) = try (openFiles(of: running), openFiles(of: plain))
    #expect(open.count == openInPlain.count)
    #expect(open.filter { $0.hasPrefix(scratch.directory + "/") } == [scratch.path("dir")])
    kill(plain.process, SIGKILL)
    _ = try plain.outcome()
    let children = try String(
      contentsOfFile: "\(directory)/task/\(running.process)/children", encoding: .utf8)
    #expect(children.isEmpty)
    kill(running.process, SIGTERM)
    let outcome = try running.outcome()
    #expect(outcome.code == 130)
    #expect(try Report(outcome).program == "a")
  }

  /// Another program of ours does the same with the library; what cannot be restored is found out
  /// while the error can still be reported.
  @Test func failedRestoresReturnToTheirCaller() throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--save", "awake.state")
    try scratch.write("broken.state", try scratch.read("awake.state").dropLast(60) + [0])
    _ = try scratch.report("a.8o", "--frames", "0", "--no-rom", "--save", "light.state")
    func refusal(_ name: String, _ arguments: [String]) -> (any Error)? {
      do {
        try Chip8.becomeProcess(restoring: scratch.path(name), arguments: arguments)
      } catch { return error }
    }
    for (name, reason) in [
      ("none", "none: cannot be read"), ("broken.state", "is truncated"),
      ("light.state", "leaves out its program"),
    ] {
      let error = try #require(refusal(name, []) as? StorageError)
      #expect(error.description.contains(reason))
    }
    #expect(refusal("awake.state", ["a"]) as? Arguments.Refusal == .notSuspended)
    let many = Array(repeating: "", count: 21)
    #expect(refusal("dir/a.img", many) as? Arguments.Refusal == .tooMany(21))
  }

  /// Whether SIGTERM does not end a process any more.
  private func catchesSignals(_ running: Running) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(running.process)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:\t") }
    let caught = try #require(line.flatMap { UInt64($0.dropFirst(8), radix: 16) })
    return caught >> (UInt64(SIGTERM) - 1) & 1 == 1
  }

  private func openFiles(of running: Running) throws -> [String] {
    let directory = "/proc/\(running.process)/fd"
    return try FileManager.default.contentsOfDirectory(atPath: directory).map {
      try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
    }
  }

  @Test func remainingRunsContinueInTheOtherMachine() throws {
    try write("a.8o", Self.save, "v7 := key loop v6 += 1 again")
    try write("b.8o", "2 0 :pointer file 0 0 0 0 0 0", "")
    try scratch.write(
      "wait.8o",
      Array(try scratch.text("b.8o").replacing("i := block", with: "v9 := key i := block").utf8))
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--frames", "10")
    let options = ["--host-calls", "dir", "--keys", "3-5:5,20-25:7", "--frames", "60"]
    let inNewProcess = try scratch.run(["wait.8o", "--headless", "--json"] + options)
    let report = try Report(inNewProcess)
    #expect(report.registers.v[7] == 7 && report.stop == "frames")
    let recorded = try scratch.run(
      ["wait.8o", "--headless", "--json", "--record", "r.txt"] + options)
    #expect(try Report(recorded) == report)
    // By instructions, with pictures and text.
    let outcome = try scratch.run([
      "wait.8o", "--headless", "--host-calls", "dir", "--keys", "3-5:5", "--instructions", "40",
      "--screenshot", "a.png", "--scale", "2", "--print", "registers", "--print", "hashes",
    ])
    #expect(outcome.code == 0 && outcome.text.hasPrefix("PC="))
    #expect(ScreenRenderer(png: try scratch.read("a.png")) != nil)
  }

  /// Entry calls are subroutines of the program that the run began with, in whichever process it continues.
  @Test func entryCallsDoNotMoveToTheOtherProgram() throws {
    try write("a.8o", Self.save)
    try write("b.8o", Self.restore)
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--frames", "10")
    for record in [[], ["--record", "r.txt"]] {
      let outcome = try scratch.run(
        ["b.8o", "--headless", "--json", "--host-calls", "dir", "--call", "0x200"] + record
          + ["--save", "a.state"])
      let saved = try scratch.report("a.state", "--frames", "0")
      #expect(try Report(outcome).state == saved.state, "\(record)")
    }
  }

  /// An image that restores itself does so once a frame, not forever.
  @Test func endlessRestoringEnds() throws {
    try write("b.8o", "2 0 :pointer file 0 0 0 0 0 0")
    _ = try scratch.report(
      "b.8o", "--host-calls", "dir", "--instructions", "1", "--save", "dir/a.img")
    let outcome = try scratch.chip8(
      "dir/a.img", "--headless", "--host-calls", "dir", "--frames", "20", "--json")
    #expect(try Report(outcome).stop == "frames")
    let limited = try scratch.report("dir/a.img", "--host-calls", "dir", "--instructions", "20")
    #expect(limited.stop == "instructions")
  }

  // MARK: Recordings

  @Test func replaysNeedNoDisk() throws {
    try write(
      "a.8o", Self.save,
      """
        if v4 == 2 then jump stop
        v7 := key i := missing native 0xC81 v8 += v0
        i := become native 0xC81 jump stop
        : missing 2 0 :pointer other 0 0 0 0 0 0
        : become 2 0 :pointer file 0 0 :pointer given 0 2
      """)
    let live = try scratch.report(
      "a.8o", "--host-calls", "dir", "--keys", "7-9:A,11-14:4", "--record", "r.txt", "--save",
      "live.state")
    #expect(live.registers.v[4] == 2)
    // The machine that was restored has not had all that the one before had: its own course is recorded.
    let text = try scratch.text("r.txt")
    #expect(text.contains("\nhost\n") && text.contains(#/\nin \d+ answer 02\n/#), "\(text)")
    #expect(!text.contains("answer 21"))
    try FileManager.default.removeItem(atPath: scratch.path("dir"))
    let names = try scratch.names
    let replayed = try scratch.report("a.8o", "--input", "r.txt")
    #expect(replayed.state == live.state && replayed.stop == "movie")
    #expect(try scratch.names == names)
    // And recorded again, it is the same recording.
    _ = try scratch.report("a.8o", "--input", "r.txt", "--record", "s.txt")
    #expect(try scratch.text("s.txt") == text)
  }

  /// Wherever a recording is cut off, the rest is none of another session.
  @Test func recordingsAreReadToTheirEnd() throws {
    try write("a.8o", Self.save)
    _ = try scratch.report("a.8o", "--host-calls", "dir", "--keys", "3-5:7", "--record", "r.txt")
    let recording = try scratch.read("r.txt")
    for count in 1..<recording.count - 1 {
      try scratch.write("cut.txt", Array(recording.prefix(count)))
      try scratch.expectRefusal(
        ["a.8o", "--headless", "--input", "cut.txt"], code: 65, naming: "cut.txt")
    }
    try scratch.write("other.ch8", Programs.sketch)
    try scratch.expectRefusal(
      ["other.ch8", "--headless", "--input", "r.txt"], code: 65, naming: "another program")
  }

  @Test func recordingsOfOtherSessionsAreRefused() throws {
    try write("a.8o", Self.save)
    try scratch.write("r.txt", Array("host\nhost save b.img 01\n".utf8))
    try scratch.expectRefusal(
      ["a.8o", "--headless", "--input", "r.txt"], code: 65, naming: "r.txt")
    try scratch.write("r.txt", Array("host\n".utf8))
    try scratch.expectRefusal(
      ["a.8o", "--headless", "--input", "r.txt"], code: 65, naming: "r.txt")
    try scratch.expectRefusal(
      ["a.8o", "--headless", "--input", "r.txt", "--host-calls", "dir"], code: 64,
      naming: "--host-calls cannot be combined")
    for line in [
      "host save", "host save a.img", "host save a.img 99", "host save .a 01", "host save a.img 1x",
      "host delete a.img 01", "host restore a.img 02", "host save a.img 01 AAAA",
      "host restore a.img 02 !", "host restore a.img 21 AAAA",
    ] {
      try scratch.write("r.txt", Array(line.utf8))
      try scratch.expectRefusal(
        ["a.8o", "--headless", "--input", "r.txt"], code: 65,
        naming: "r.txt: not an input recording")
    }
    try write("b.8o", Self.restore)
    try scratch.write("r.txt", Array("host\nhost restore a.img 02 AAAA\n".utf8))
    try scratch.expectRefusal(
      ["b.8o", "--headless", "--input", "r.txt"], code: 65, naming: "r.txt: the recorded image")
  }

  // MARK: EntryCalls

  private func writeEntryCalls() throws {
    try scratch.write(
      "g.8o",
      Array(
        """
        : main v1 := 1 loop v2 += 1 again
        : first i := trail load v0 v0 += 1 i := trail save v0 v2 := 0 ;
        : second i := trail load v0 v0 <<= v0 i := trail save v0 ;
        : broken 0x00 0x01
        : endless jump endless
        : trail 0
        """.utf8))
    #expect(try scratch.chip8("asm", "g.8o", "--symbols", "g.sym").code == 0)
  }

  @Test func savedEntryCallsAreMadeOnRestore() throws {
    try writeEntryCalls()
    let saved = try scratch.report(
      "g.8o", "--frames", "9", "--save", "a.state", "--call", "first", "--goal", "second")
    let plain = try scratch.report("g.8o", "--frames", "9", "--save", "b.state")
    #expect(saved == plain)
    #expect(
      try scratch.chip8("image", "info", "a.state", "--symbols", "g.sym").text
        .contains("first"))
    // Seven instructions and six, and the program is where it was.
    let restored = try scratch.report("a.state", "--instructions", "13", "--save", "c.state")
    #expect(restored.registers == plain.registers)
    #expect(try trail("c.state") == 2)
    // Further entry calls come after those.
    _ = try scratch.report(
      "--restore", "a.state", "--call", "first", "--symbols", "g.sym", "--frames", "9", "--save",
      "d.state")
    #expect(try trail("d.state") == 3)
    // In the middle of an entry call, too.
    _ = try scratch.report("a.state", "--instructions", "4", "--save", "e.state")
    let whole = try scratch.report("a.state", "--instructions", "50")
    #expect(try scratch.report("e.state", "--instructions", "46").state == whole.state)
  }

  /// What the entry calls leave after them, in the last byte of the program.
  private func trail(_ file: String) throws -> UInt8 {
    let machine: Chip8 = try Image(contentsOf: scratch.path(file)).machine()
    return machine.state.ram[0x200 + machine.program.bytes.count - 1]
  }

  @Test func faultsInEntryCallsAreReported() throws {
    try writeEntryCalls()
    _ = try scratch.report("g.8o", "--frames", "9", "--save", "a.state")
    for (label, what) in [("broken", "0001 at"), ("endless", "did not return within 3600")] {
      let outcome = try scratch.chip8(
        "--restore", "a.state", "--call", label, "--symbols", "g.sym", "--headless", "--json")
      #expect(outcome.code == 70)
      expectOneSentence(outcome, naming: "entry call at 0x")
      #expect(outcome.errors.contains(what))
      #expect(try Report(outcome).stop == "fault")
    }
    for (arguments, name) in [
      (["g.8o", "--headless", "--call", "first"], "--call requires --restore"),
      (
        ["a.state", "--no-settings", "--headless", "--call", "first"],
        "--call first: no labels are known"
      ),
      (["g.8o", "--headless", "--save", "b", "--call", "none"], "--call none: no such label"),
      (
        ["g.8o", "--headless", "--save", "b", "--call", "0xFFFF"], "--call: an entry call at 0xFFFF"
      ),
      (["a.state", "--headless", "--call", "65536"], "--call: an entry call at 0x10000"),
    ] {
      try scratch.expectRefusal(arguments, code: 64, naming: name)
    }
  }
}

extension Scratch {
  func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(directory)).sorted()
  }
}
