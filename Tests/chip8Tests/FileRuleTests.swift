// FileRuleTests.swift: what no command writes over, and what the new file is like: docs/FILES.md.

import Foundation
import SaveState
import Testing

@Suite struct FileRuleTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
  }

  private func mode(_ name: String) throws -> mode_t {
    var status = stat()
    try #require(lstat(scratch.path(name), &status) == 0)
    return status.st_mode & 0o7777
  }

  private func run(_ command: String) throws -> Outcome {
    try scratch.run(command.split(separator: " ").map(String.init))
  }

  /// Runs commands that have to go well.
  private func make(_ commands: String...) throws {
    for command in commands {
      let outcome = try run(command)
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(command): \(outcome.errors)")
    }
  }

  private func expectRefusal(_ command: String, code: Int32, naming name: String) throws {
    try scratch.expectRefusal(
      command.split(separator: " ").map(String.init), code: code, naming: name)
  }

  // MARK: A program in the machine

  /// Writes an image over an executable file, which a shell would run: its bytes would be commands.
  @Test func hostCallsDoNotReplaceScripts() throws {
    let source = """
      : main i := request native 0xC81 : over jump over
      : request 1 0 :pointer name 0 0 0 0 0 0
      : name 0x72 0x75 0x6E 0x2E 0x73 0x68 0
      """
    try scratch.write("evil.8o", Array(source.utf8))
    let script = Array("#!/bin/sh\necho ok\n".utf8)
    for (contents, mode, status) in [
      (script, 0o755, 0x20), ([], 0o755, 1), (script, 0o644, 0x20),
      (try image("sketch.ch8"), 0o444, 0x20), (try image("sketch.ch8"), 0o755, 1),
    ] as [([UInt8], mode_t, Int)] {
      _ = try scratch.shell("rm -rf d; mkdir d")
      try scratch.write("d/run.sh", contents)
      #expect(chmod(scratch.path("d/run.sh"), mode) == 0)
      let report = try scratch.report("evil.8o", "--host-calls", "d")
      #expect(report.registers.v[0] == status)
      #expect((try scratch.read("d/run.sh") == contents) == (status != 1))
      #expect(try self.mode("d/run.sh") == (status == 1 ? 0o644 : mode))
    }
    // What it was loaded from is not its own to write over either, but for itself.
    try make(
      "evil.8o --headless --host-calls d --frames 0 --save d/run.sh",
      "d/run.sh --headless --frames 0 --save over.state --base d/run.sh")
    let base = try scratch.read("d/run.sh")
    let report = try scratch.report("over.state", "--base-path", "d", "--host-calls", "d")
    #expect(report.registers.v[0] == 0x20)
    #expect(try scratch.read("d/run.sh") == base)
    #expect(try scratch.report("d/run.sh", "--host-calls", "d").registers.v[0] == 1)
  }

  /// One that is written later is empty so far, or not there.
  @Test func aProgramDoesNotReplaceWhatItsRunWrites() throws {
    let source = """
      : main i := request native 0xC81 : over saveflags v0 jump over
      : request 1 0 :pointer name 0 0 0 0 0 0
      : name 0x66 0x6C 0x61 0x67 0x73 0
      """
    try scratch.write("greedy.8o", Array(source.utf8))
    _ = try run("asm greedy.8o")
    let directory = "kept/\(Digest.sha1(try scratch.read("greedy.ch8")))"
    for option in ["--trace", "--record", "--screenshot", "--keep-flags"] {
      _ = try scratch.shell("rm -rf kept; mkdir -p \(directory)")
      let file = "\(directory)/flags"
      let report = try scratch.report(
        "greedy.8o", "--frames", "3", "--host-calls", directory, option,
        option == "--keep-flags" ? "kept" : file)
      #expect(report.registers.v[0] == 0x20, "\(option)")
      // A movie is a saved state, of the run and not of the program's making.
      #expect(try Image.isImage(scratch.read(file)) == (option == "--record"), "\(option)")
    }
  }

  private func image(_ program: String) throws -> [UInt8] {
    try scratch.run([program, "--headless", "--frames", "1", "--save", "-"]).output
  }

  /// The new process reads what was checked, and its name no more.
  @Test(.enabled(if: Strace.isAvailable, "needs strace, and to be allowed to trace"))
  func restoredBytesAreThoseChecked() throws {
    _ = try scratch.shell("mkdir d")
    try make("sketch.ch8 --headless --frames 5 --save d/other.state")
    let source = """
      : main i := request native 0xC81 : over jump over
      : request 2 0 :pointer name 0 0 0 0 0 0
      : name 0x6F 0x74 0x68 0x65 0x72 0x2E 0x73 0x74 0x61 0x74 0x65 0
      """
    try scratch.write("door.8o", Array(source.utf8))
    let (outcome, calls) = try Strace.run(
      ["door.8o", "--headless", "--host-calls", "d", "--frames", "6", "--json"], in: scratch)
    #expect(outcome.code == 0)
    #expect(try Report(outcome).program == "sketch")
    #expect(calls.filter { $0.name == "execve" }.count == 2)
    let opened = calls.filter { $0.name == "openat" && $0.details.contains("other.state") }
    #expect(opened.count == 1)
    // What the new process saves without its program does not replace the only file that has it.
    let before = try scratch.read("d/other.state")
    try scratch.expectRefusal(
      [
        "door.8o", "--headless", "--host-calls", "d", "--frames", "6", "--no-rom", "--save",
        "d/other.state",
      ], code: 64, naming: "d/other.state")
    #expect(try scratch.read("d/other.state") == before)
  }

  // MARK: What was read

  @Test func inputsAreNotOutputs() throws {
    try make(
      "sketch.ch8 --headless --frames 5 --save s0",
      "s0 --headless --frames 5 --save s1 --base s0",
      "s1 --headless --frames 5 --save s2 --base s1",
      "sketch.ch8 --headless --frames 5 --save light --no-rom",
      "sketch.ch8 --headless --frames 5 --record keys.txt",
      "disasm sketch.ch8 -o sketch.8o", "cart pack sketch.8o -o cart.gif",
      "cart unpack cart.gif -o out.8o --options cart.json")
    // It warns that the program alone runs otherwise.
    #expect(try run("asm sketch.8o -o again.ch8 --symbols sketch.sym").code == 0)
    _ = try scratch.shell("ln s0 hard; ln -s s0 soft; mkdir dir; ln -s .. dir/up")
    let run = "--headless --frames 1"
    let needed: [(String, String)] = [
      ("image optimize s1 -o s0", "s0"), ("image flatten s2 -o s0", "s0"),
      ("image optimize s2 -o hard", "hard"), ("image flatten s1 -o soft", "soft"),
      ("s2 \(run) --save s1", "s1"), ("s2 \(run) --save dir/up/s0", "dir/up/s0"),
      ("s1 \(run) --trace s0", "s0"), ("s1 \(run) --record soft", "soft"),
      ("s1 \(run) --screenshot hard", "hard"), ("s1 \(run) --trace s1", "s1"),
      ("s0 \(run) --save s0 --base s0", "s0"), ("sketch.ch8 \(run) --save s2 --base s2", "s2"),
      ("sketch.ch8 \(run) --trace sketch.ch8", "sketch.ch8"),
      ("light \(run) --screenshot sketch.ch8", "sketch.ch8"),
      ("sketch.ch8 \(run) --save - --move --else-save s1 --base s2", "s1"),
      ("sketch.ch8 \(run) --input keys.txt --record keys.txt", "keys.txt"),
      ("sketch.ch8 \(run) --symbols sketch.sym --trace sketch.sym", "sketch.sym"),
      ("sketch.8o \(run) --trace sketch.8o", "sketch.8o"),
      ("cart.gif \(run) --screenshot cart.gif", "cart.gif"),
      ("image info s1 --screenshot s0", "s0"),
      ("image info light --screenshot sketch.ch8", "sketch"),
      ("image info s1 --symbols sketch.sym --screenshot sketch.sym", "sketch.sym"),
      ("image rom light -o sketch.ch8", "sketch.ch8"), ("image rom s1 -o s1", "s1"),
      ("asm sketch.8o -o sketch.8o", "sketch.8o"),
      ("asm sketch.8o --symbols sketch.8o", "sketch.8o"),
      ("disasm sketch.ch8 -o sketch.ch8", "sketch.ch8"),
      ("disasm sketch.ch8 --symbols sketch.sym -o sketch.sym", "sketch.sym"),
      ("cart pack sketch.8o -o sketch.8o", "sketch.8o"),
      ("cart pack sketch.8o --options cart.json -o cart.json", "cart.json"),
      ("cart unpack cart.gif -o cart.gif", "cart.gif"),
      ("cart unpack cart.gif -o new.8o --options cart.gif", "cart.gif"),
    ]
    for (command, name) in needed { try expectRefusal(command, code: 64, naming: name) }
    // Whatever it is called there, standard input is a file that was read, and standard output one
    // that is written.
    for (command, name) in [
      ("- \(run) --trace sketch.ch8 <sketch.ch8", "sketch.ch8"),
      ("s1 \(run) --trace - >>s0", "standard output"),
      ("image optimize s1 -o - >>s1", "standard output"),
    ] {
      let before = try (scratch.read("s0"), scratch.read("s1"), scratch.read("sketch.ch8"))
      let outcome = try scratch.shell("\"$CHIP8\" \(command)")
      #expect(outcome.code == 64)
      expectOneSentence(outcome, naming: name)
      let after = try (scratch.read("s0"), scratch.read("s1"), scratch.read("sketch.ch8"))
      #expect(before == after)
    }
    // The program would be in no file any more.
    try expectRefusal("s0 \(run) --save s0 --no-rom", code: 64, naming: "s0")
    try expectRefusal("s0 \(run) --save hard --no-rom", code: 64, naming: "hard")
    try make("s0 \(run) --save s3 --no-rom --base s0", "s3 \(run) --save s3 --no-rom --base s0")
    // Only what was loaded may be saved over.
    try make(
      "s2 \(run) --save s2 --base s1", "image optimize s2 -o ./s2", "image flatten s2",
      "image set s1 --note kept", "s0 \(run) --save s0", "light \(run) --save light --no-rom")
  }

  @Test func twoOutputsAreNotOneFile() throws {
    try scratch.write("old.txt", [1])
    _ = try scratch.shell("ln -s old.txt link.txt; ln old.txt hard.txt; mkdir dir")
    let run = "sketch.ch8 --headless --frames 1"
    for (first, second) in [
      ("--save a.state", "--trace a.state"), ("--save a.state", "--screenshot ./a.state"),
      ("--trace old.txt", "--record link.txt"), ("--trace old.txt", "--screenshot hard.txt"),
      ("--record dir/../old.txt", "--trace old.txt"),
    ] {
      try expectRefusal("\(run) \(first) \(second)", code: 64, naming: "two outputs")
    }
    try make("disasm sketch.ch8 -o sketch.8o", "cart pack sketch.8o")
    try expectRefusal("asm sketch.8o -o x --symbols ./x", code: 64, naming: "two outputs")
    try expectRefusal("cart unpack sketch.gif -o x --options ./x", code: 64, naming: "two outputs")
    let (slots, program) = ("--slots slots", Digest.sha1(Programs.sketch))
    try make("\(run) --save-slot one \(slots)")
    try expectRefusal(
      "\(run) --save-slot one \(slots) --save slots/\(program)/one.state", code: 64,
      naming: "two outputs")
  }

  @Test func basesStayInTheirSlots() throws {
    let directory = "slots/\(Digest.sha1(Programs.sketch))"
    try make(
      "sketch.ch8 --headless --frames 5 --save-slot one --slots slots",
      "sketch.ch8 --headless --frames 9 --save s1 --base \(directory)/one.state")
    let one = try scratch.read("\(directory)/one.state")
    let paths = "--slots slots --base-path \(directory)"
    try expectRefusal(
      "s1 --headless --frames 1 --save-slot one \(paths)", code: 64, naming: "one.state")
    try expectRefusal(
      "slots import sketch.ch8 one s1 \(paths)", code: 64, naming: "one.state")
    #expect(try scratch.read("\(directory)/one.state") == one)
    // The state in a slot may be saved over when it is what was loaded.
    try make(
      "\(directory)/one.state --headless --frames 1 --save-slot one --slots slots",
      "slots note \(directory)/one.state one text --slots slots")
  }

  // MARK: Protection

  @Test func protectedFilesStay() throws {
    let directory = "slots/\(Digest.sha1(Programs.sketch))"
    let run = "sketch.ch8 --headless --frames 1"
    try make(
      "\(run) --save a.state", "\(run) --save-slot one --slots slots",
      "slots lock sketch.ch8 one --slots slots")
    try scratch.write("text", [1])
    for name in ["a.state", "text"] { #expect(chmod(scratch.path(name), 0o444) == 0) }
    for path in ["a.state", "\(directory)/one.state"] {
      let bytes = try scratch.read(path)
      for command in [
        "\(run) --save \(path)", "\(path) --headless --save \(path)",
        "\(run) --save \(path) --executable", "image set \(path) --note x",
        "image optimize \(path)", "image executable \(path)", "image executable \(path) --off",
        "slots export sketch.ch8 one \(path) --slots slots",
        "\(run) --save - --move --else-save \(path)",
      ] {
        try expectRefusal(command, code: 73, naming: "\(path): cannot be overwritten")
      }
      #expect(try scratch.read(path) == bytes && mode(path) == 0o444)
    }
    for command in [
      "\(run) --trace text", "\(run) --record text", "\(run) --screenshot text",
      "disasm sketch.ch8 -o text", "image rom a.state -o text",
    ] {
      try expectRefusal(command, code: 73, naming: "text: cannot be overwritten")
    }
    try expectRefusal("\(run) --save-slot one --slots slots", code: 73, naming: "locked")
    try make("slots note sketch.ch8 one text --slots slots")
    #expect(try mode("\(directory)/one.state") == 0o444)
  }

  /// The permission of a file counts, and not only that of its directory.
  @Test(.enabled(if: geteuid() == 0, "only root can become another user"))
  func filesWithoutPermissionAreNotReplaced() throws {
    try make("sketch.ch8 --headless --frames 1 --save a.state")
    try scratch.write("text", [1])
    let bytes = try scratch.read("a.state")
    chmod(scratch.directory, 0o777)
    let user = "setpriv --reuid 65534 --regid 65534 --clear-groups --"
    let run = "\"$CHIP8\" sketch.ch8 --headless --frames 2"
    let saved = try scratch.shell("\(user) \(run) --save own.state")
    try #require(saved.code == 0, "\(saved.errors)")
    for (output, name) in [("--save", "a.state"), ("--trace", "text"), ("--screenshot", "text")] {
      let outcome = try scratch.shell("\(user) \(run) \(output) \(name)")
      #expect([73, 74].contains(outcome.code))
      expectOneSentence(outcome, naming: "\(name): cannot be written")
    }
    #expect(try scratch.read("a.state") == bytes && scratch.read("text") == [1])
    // With it they may, and then the file is theirs.
    chmod(scratch.path("a.state"), 0o666)
    #expect(try scratch.shell("\(user) \(run) --save a.state").code == 0)
    #expect(try scratch.read("a.state") != bytes && mode("a.state") == 0o666)
  }

  // MARK: Programs

  /// Root saves over what another user has prepared: it must not become a program of root's.
  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func preludesOfOtherUsersAreDropped() throws {
    try make("sketch.ch8 --headless --frames 1 --save made --executable")
    let made = try scratch.read("made")
    let state = try image("sketch.ch8")
    for command in [
      "sketch.ch8 --headless --frames 1 --save file", "image optimize file -o other",
      "image flatten file -o other", "image set file --note x", "image optimize file",
      "image executable file --off",
    ] {
      try scratch.write("file", made)
      #expect(chown(scratch.path("file"), 65534, 65534) == 0)
      #expect(chmod(scratch.path("file"), 0o6755) == 0)
      unlink(scratch.path("other"))
      let outcome = try run(command)
      #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      let changed = command.contains("other") ? "other" : "file"
      #expect(try scratch.read(changed).starts(with: state.prefix(8)), "\(command)")
      #expect(try mode(changed) == 0o644)
      if changed == "other" {
        #expect(try scratch.read("file") == made && mode("file") == 0o6755)
      }
    }
  }

  @Test func executePermissionsGoWithTheProgram() throws {
    try make("sketch.ch8 --headless --frames 1 --save a.state")
    try scratch.write("text", [1])
    for name in ["a.state", "text"] { #expect(chmod(scratch.path(name), 0o4755) == 0) }
    try make("sketch.ch8 --headless --frames 2 --save a.state --screenshot text")
    #expect(try mode("a.state") == 0o644 && mode("text") == 0o644)
    // What comes before a state and is not ours stays where the state is changed, and nowhere else.
    let photo = Array("a photo".utf8)
    try scratch.write("photo", photo + (try scratch.read("a.state")))
    for command in ["image executable photo", "image executable photo --off"] {
      try expectRefusal(command, code: 73, naming: "photo: cannot be overwritten")
    }
    for command in ["image set photo --note x", "image optimize photo", "image flatten photo"] {
      try make(command)
      #expect(try scratch.read("photo").starts(with: photo))
    }
    try make("image optimize photo -o small", "sketch.ch8 --headless --frames 1 --save photo")
    #expect(try scratch.read("small").first == 0x89 && scratch.read("photo").first == 0x89)
  }

  @Test func outputsOfOtherKindsLeaveStatesAlone() throws {
    try make(
      "sketch.ch8 --headless --frames 1 --save a.state", "disasm sketch.ch8 -o a.8o",
      "cart pack a.8o -o a.gif")
    for command in [
      "sketch.ch8 --headless --frames 1 --trace a.state",
      "sketch.ch8 --headless --frames 1 --record new.txt --trace a.state",
      "sketch.ch8 --headless --frames 1 --screenshot a.state",
      "asm a.8o -o a.state", "asm a.8o --symbols a.state", "disasm sketch.ch8 -o a.state",
      "cart pack a.8o -o a.state", "cart unpack a.gif -o a.state",
    ] {
      try expectRefusal(command, code: 73, naming: "a.state: cannot be overwritten")
    }
    try make("sketch.ch8 --headless --frames 1 --save-slot 1 --slots slots")
    for command in [
      "sketch.ch8 --headless --frames 1 --save a.8o",
      "sketch.ch8 --headless --frames 1 --record a.8o", "image optimize a.state -o a.8o",
      "image flatten a.state -o a.8o", "slots export sketch.ch8 1 a.8o --slots slots",
    ] {
      try expectRefusal(command, code: 73, naming: "a.8o: cannot be overwritten")
    }
  }
}
