// DependencyCommandTests.swift: saved states that leave out their program, or hold the difference
// from another one.

import Foundation
import Testing

@Suite struct DependencyCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
  }

  private func move(_ name: String, _ other: String) throws {
    try FileManager.default.moveItem(atPath: scratch.path(name), toPath: scratch.path(other))
  }

  private func digest(_ arguments: String...) throws -> String {
    let outcome = try scratch.run(arguments + ["--headless", "--frames", "0", "--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return try Report(outcome).state.sha256
  }

  /// Four images 20 frames apart, each a delta against the one before, and their digests.
  private func chain() throws -> [String] {
    var digests = [
      try scratch.report("sketch.ch8", "--frames", "20", "--save", "0.state").state.sha256
    ]
    for k in 1...3 {
      let base = "\(k - 1).state"
      let report = try scratch.report(
        base, "--frames", "20", "--save", "\(k).state", "--base", base)
      digests.append(report.state.sha256)
    }
    return digests
  }

  // MARK: Without the program

  @Test func theProgramIsFoundByItsDigest() throws {
    let saved = try scratch.report(
      "sketch.ch8", "--frames", "9", "--save", "a.state", "--no-rom")
    #expect(try digest("a.state") == saved.state.sha256)
    try move("sketch.ch8", "renamed")
    #expect(try digest("a.state") == saved.state.sha256)
    try FileManager.default.createDirectory(
      atPath: scratch.path("roms"), withIntermediateDirectories: false)
    try move("renamed", "roms/renamed")
    for path in ["roms", "roms/renamed"] {
      #expect(try digest("a.state", "--rom-path", path) == saved.state.sha256)
    }
    let piped = try scratch.run(
      ["--restore", "-", "--rom-path", "roms", "--headless", "--frames", "0", "--json"],
      input: try scratch.read("a.state"))
    #expect(try Report(piped).state.sha256 == saved.state.sha256)
    // Saved again, it is whole, unless that is requested too.
    _ = try digest("a.state", "--rom-path", "roms", "--save", "whole.state")
    #expect(try digest("whole.state") == saved.state.sha256)
  }

  @Test func missingProgramsAreNamedByDigest() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "9", "--save", "a.state", "--no-rom")
    let sum = try scratch.shell("sha1sum < sketch.ch8 | cut -d' ' -f1").text
      .trimmingCharacters(in: .newlines)
    try scratch.write("sketch.ch8", Programs.sketch.reversed())
    for arguments in [
      ["a.state"], ["--restore", "a.state", "--headless"], ["image", "info", "a.state"],
      ["image", "verify", "a.state"], ["image", "flatten", "a.state"],
    ] {
      try scratch.expectRefusal(arguments, code: 65, naming: sum)
      try scratch.expectRefusal(arguments, code: 65, naming: "sketch.ch8 is another program")
    }
    try scratch.expectRefusal(
      ["a.state", "--headless", "--rom-path", "nowhere"], code: 65, naming: "nowhere")
  }

  // MARK: Differences

  @Test func chainsAreReadWhereverAnImageIs() throws {
    let digests = try chain()
    for (k, digest) in digests.enumerated() {
      #expect(try self.digest("\(k).state") == digest)
      let verdict = try scratch.chip8("image", "verify", "\(k).state")
      #expect(
        verdict.text
          == "\(k).state: intact, canonical, witness holds, past proved from power-on\n")
      let rom = try scratch.chip8("image", "rom", "\(k).state", "-o", "-")
      #expect(rom.output == Programs.sketch)
    }
    let info = try scratch.chip8("image", "info", "3.state")
    #expect(info.text.contains("base      2.state (SHA-256 "))
    #expect(info.text.contains("needs     base"))
    let difference = try scratch.chip8("image", "diff", "0.state", "3.state", "--json")
    #expect(difference.code == 0 && difference.text.contains(#""same":false"#))
    // A note keeps the base, and those that are based on it.
    #expect(try scratch.chip8("image", "set", "2.state", "--note", "third").code == 0)
    #expect(try scratch.chip8("image", "info", "2.state").text.contains("needs     base"))
    #expect(try digest("3.state") == digests[3])
  }

  @Test func deltasAreSmall() throws {
    let rom = FileManager.default.currentDirectoryPath + "/roms/schuss.ch8"
    _ = try scratch.report(rom, "--frames", "300", "--save", "0.state")
    _ = try scratch.report("0.state", "--frames", "5", "--save", "1.state", "--base", "0.state")
    #expect(try scratch.read("1.state").count * 2 < scratch.read("0.state").count)
  }

  @Test func flattenedImagesAreSelfContained() throws {
    let digests = try chain()
    #expect(try scratch.chip8("image", "flatten", "3.state", "-o", "flat.state").code == 0)
    #expect(try scratch.chip8("image", "flatten", "1.state").code == 0)
    for name in ["0.state", "sketch.ch8"] {
      try FileManager.default.removeItem(atPath: scratch.path(name))
    }
    #expect(try digest("flat.state") == digests[3])
    #expect(try digest("1.state") == digests[1])
    // A program is one in its new place too.
    let commands = [
      ["image", "executable", "flat.state"], ["image", "flatten", "flat.state", "-o", "program"],
      ["image", "optimize", "flat.state", "-o", "smaller"],
    ]
    for command in commands { #expect(try scratch.run(command).code == 0) }
    for name in ["program", "smaller"] {
      #expect(FileManager.default.isExecutableFile(atPath: scratch.path(name)))
    }
    // What is based on it finds the state that it was.
    #expect(try digest("3.state") == digests[3])
    let verdict = try scratch.chip8("image", "verify", "flat.state", "1.state", "3.state")
    #expect(verdict.code == 0, "\(verdict.errors)")
  }

  @Test func anOptimizedImageIsTheSameInFewerBytes() throws {
    let digests = try chain()
    #expect(try scratch.chip8("image", "set", "0.state", "--note", "kept").code == 0)
    for k in [0, 3] {
      let before = try scratch.read("\(k).state").count
      let outcome = try scratch.chip8("image", "optimize", "\(k).state")
      let after = try scratch.read("\(k).state").count
      #expect(outcome.text == "\(k).state: \(before) bytes before, \(after) now\n")
      #expect(after <= before)
      #expect(try digest("\(k).state") == digests[k])
      #expect(try scratch.chip8("image", "verify", "\(k).state").code == 0)
    }
    #expect(try scratch.chip8("image", "info", "0.state").text.contains("kept"))
    #expect(try scratch.chip8("image", "info", "3.state").text.contains("needs     base"))
  }

  @Test func missingBasesAreNamed() throws {
    let digests = try chain()
    try move("1.state", "moved")
    #expect(try digest("3.state") == digests[3])
    try FileManager.default.createDirectory(
      atPath: scratch.path("old"), withIntermediateDirectories: false)
    try move("moved", "old/moved")
    try scratch.expectRefusal(["3.state", "--headless"], code: 65, naming: #""1.state" (SHA-256 "#)
    try scratch.expectRefusal(["3.state", "--headless"], code: 65, naming: "2.state")
    #expect(try digest("3.state", "--base-path", "old") == digests[3])
    #expect(try digest("3.state", "--base-path", "old/moved") == digests[3])
    _ = try scratch.report("sketch.ch8", "--frames", "1", "--save", "1.state")
    try scratch.expectRefusal(
      ["3.state", "--headless"], code: 65, naming: "1.state holds another state now")
    try scratch.write("1.state", Array(try scratch.read("0.state").dropLast()))
    try scratch.expectRefusal(["3.state", "--headless"], code: 65, naming: "1.state")
  }

  @Test func inputsAreNotOverwritten() throws {
    _ = try chain()
    for file in ["0.state", "1.state", "2.state", "./2.state"] {
      try scratch.expectRefusal(
        ["3.state", "--headless", "--save", file, "--base", "2.state"], code: 64,
        naming: String(file.suffix(7)))
    }
    for arguments in [["--base", "0.state"], ["--no-rom"], ["--save", "x", "--base", "-"]] {
      try scratch.expectRefusal(
        ["sketch.ch8", "--headless"] + arguments, code: 64,
        naming: arguments.contains("--base") ? "--base" : "--no-rom")
    }
    try scratch.expectRefusal(
      ["sketch.ch8", "--headless", "--save", "x", "--base", "sketch.ch8"], code: 65,
      naming: "sketch.ch8")
    try scratch.expectRefusal(
      ["sketch.ch8", "--headless", "--save", "x", "--base", "none"], code: 66, naming: "none")
  }

  @Test func slotsHoldWholeStates() throws {
    let digests = try chain()
    let imported = try scratch.chip8(
      "slots", "import", "sketch.ch8", "three", "3.state", "--slots", "slots")
    #expect(imported.code == 0, "\(imported.errors)")
    for k in 0...3 { try FileManager.default.removeItem(atPath: scratch.path("\(k).state")) }
    let exported = try scratch.chip8(
      "slots", "export", "sketch.ch8", "three", "out.state", "--slots", "slots")
    #expect(exported.code == 0, "\(exported.errors)")
    #expect(try digest("out.state") == digests[3])
  }

  // MARK: The picture

  @Test func theTreeShowsWhatIsBasedOnWhat() throws {
    _ = try chain()
    _ = try scratch.report(
      "1.state", "--frames", "60", "--save", "side.state", "--base", "1.state")
    #expect(try scratch.chip8("image", "set", "side.state", "--note", "a\nnote").code == 0)
    let size = { (name: String) in try scratch.read(name).count }
    let expected = """
      0.state           sketch, 0:00:00, \(try size("0.state")) bytes
      └─ 1.state        sketch, 0:00:00, \(try size("1.state")) bytes
         ├─ 2.state     sketch, 0:00:01, \(try size("2.state")) bytes
         │  └─ 3.state  sketch, 0:00:01, \(try size("3.state")) bytes
         └─ side.state  sketch, 0:00:01, \(try size("side.state")) bytes, a\u{FFFD}note

      """
    #expect(try scratch.chip8("image", "tree").text == expected)
    // One that is there, but not in the picture, is not missing.
    let alone = try scratch.chip8("image", "tree", "1.state").text
    #expect(alone.hasPrefix("0.state     elsewhere, SHA-256 "))
    try FileManager.default.removeItem(atPath: scratch.path("0.state"))
    try scratch.write("2.state", Array(try scratch.read("2.state").dropLast()) + [0])
    let broken = try scratch.chip8("image", "tree", "--json")
    let roots = try #require(
      JSONSerialization.jsonObject(with: Data(broken.output)) as? [[String: Any]])
    #expect(roots.map { $0["file"] as? String } == ["2.state", "0.state", "2.state"])
    #expect(roots.map { $0["missing"] as? Bool } == [false, true, true])
    #expect((roots[0]["problem"] as? String)?.contains("damaged") == true)
    let first = try #require((roots[1]["derived"] as? [[String: Any]])?.first)
    #expect(first["file"] as? String == "1.state")
    #expect((first["problem"] as? String)?.contains("0.state") == true)
    #expect(((first["derived"] as? [[String: Any]])?.first)?["note"] as? String == "a\nnote")
  }

  @Test func theTreeOfAnyDirectory() throws {
    for directory in ["/proc", "/proc/self", "/dev"] {
      let outcome = try scratch.chip8("image", "tree", directory)
      #expect(outcome.code == 0 && outcome.text == "no saved states\n", "\(directory)")
    }
    _ = try scratch.report("sketch.ch8", "--frames", "20", "--save", "a.state")
    mkfifo(scratch.path("b.state"), 0o600)
    let image = try scratch.read("a.state")
    for (name, count) in [("c.state", 8), ("d.state", image.count - 1), ("e.state", 4200)] {
      try scratch.write(name, Array((image + [UInt8](repeating: 0, count: 8000)).prefix(count)))
    }
    try scratch.write("f.state", [UInt8](repeating: 7, count: 8000) + image)
    let json = try scratch.chip8("image", "tree", "--json")
    let roots = try #require(
      JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
    let files = roots.map { $0["file"] as? String }
    #expect(files == ["a.state", "c.state", "d.state", "e.state", "f.state"])
    #expect(
      roots.map { ($0["problem"] as? String)?.contains("truncated") ?? false }
        == [false, true, true, true, false])
  }

  @Test(.enabled(if: Strace.isAvailable, "needs an strace that may trace"))
  func unreadableFilesHideNoOthers() throws {
    _ = try chain()
    let shown = try scratch.chip8("image", "tree", ".").text
    let unreadable = scratch.path("1.txt")
    try scratch.write("1.txt", [1, 2, 3])
    let (outcome, _) = try Strace.run(
      ["image", "tree", scratch.directory], in: scratch,
      injections: ["openat:error=EACCES:when=1+"], about: unreadable)
    #expect(outcome.code == 0)
    expectOneSentence(outcome, naming: "skipped: \(unreadable)")
    #expect(
      outcome.text.split(separator: "\n").count == shown.split(separator: "\n").count)
  }

  @Test func littleIsReadOfOtherFiles() throws {
    // Larger than what is read of it, however that is done.
    let file = open(scratch.path("large"), O_WRONLY | O_CREAT, 0o600)
    #expect(ftruncate(file, 1 << 40) == 0)
    close(file)
    let outcome = try scratch.shell("ulimit -v 4000000; exec \"$CHIP8\" image tree")
    #expect(outcome.code == 0 && outcome.text == "no saved states\n")
  }

  // MARK: Features

  @Test func unsupportedFeaturesAreNamed() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "1", "--save", "a.state", "--no-rom")
    var image = AlteredImage(try scratch.read("a.state"))
    image["NEED"]?.contents = Array("holograms\nno-rom\n".utf8)
    image["NEED"]?.codec = 0
    image["NEED"]?.decodedByteCount = 17
    try scratch.write("a.state", image.bytes)
    for arguments in [["a.state", "--headless"], ["image", "verify", "a.state"]] {
      try scratch.expectRefusal(arguments, code: 65, naming: #""holograms""#)
    }
  }
}
