// ForeignFileTests.swift: programs in zip files, and files that are not programs.

import CDeflate
import Foundation
import Testing

/// A zip file, made by hand so that anything in it can be wrong.
private struct ZipFile {
  struct Entry {
    var name: String
    var contents: [UInt8]
    var isDeflated = true
    var flags: UInt16 = 0
    var method: UInt16?
    /// What the directory says of the length of the contents.
    var byteCount: UInt32?
    var crc: UInt32?
    /// What it says of where it is, and of how many bytes it is stored in.
    var offset: UInt32?
    var storedByteCount: UInt32?
  }

  var entries: [Entry]
  var comment = ""
  var entryCount: UInt16?
  /// What is before the first file.
  var start: [UInt8] = []

  var bytes: [UInt8] {
    var file = start
    var directory: [UInt8] = []
    for entry in entries {
      let stored = entry.isDeflated ? deflated(entry.contents) : entry.contents
      let method = entry.method ?? (entry.isDeflated ? 8 : 0)
      let crc = entry.crc ?? libdeflate_crc32(0, entry.contents, entry.contents.count)
      let fields =
        number(entry.flags) + number(method) + number(0 as UInt32) + number(crc)
        + number(entry.storedByteCount ?? UInt32(stored.count))
        + number(entry.byteCount ?? UInt32(entry.contents.count))
        + number(UInt16(entry.name.utf8.count))
      directory += [0x50, 0x4B, 1, 2] + number(20 as UInt16) + number(20 as UInt16) + fields
      directory += number(0 as UInt16) + number(0 as UInt16) + number(0 as UInt16)
      directory += number(0 as UInt16) + number(0 as UInt32)
      directory += number(entry.offset ?? UInt32(file.count))
      directory += Array(entry.name.utf8)
      // More in front of the file than the directory knows of.
      file += [0x50, 0x4B, 3, 4] + number(20 as UInt16) + fields + number(4 as UInt16)
      file += Array(entry.name.utf8) + [1, 2, 3, 4] + stored
    }
    let count = number(entryCount ?? UInt16(entries.count))
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
      + number(UInt32(directory.count)) + number(UInt32(file.count))
      + number(UInt16(comment.utf8.count)) + Array(comment.utf8)
  }

  private func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private func deflated(_ bytes: [UInt8]) -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(9) else { return [] }
    defer { libdeflate_free_compressor(compressor) }
    let bound = libdeflate_deflate_compress_bound(compressor, bytes.count)
    var stream = [UInt8](repeating: 0, count: bound)
    let count = libdeflate_deflate_compress(compressor, bytes, bytes.count, &stream, bound)
    return Array(stream.prefix(count))
  }
}

@Suite struct ForeignFileTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func entry(_ name: String, _ contents: [UInt8] = Programs.halt) -> ZipFile.Entry {
    ZipFile.Entry(name: name, contents: contents)
  }

  private func write(_ name: String, _ zip: ZipFile) throws { try scratch.write(name, zip.bytes) }

  // MARK: Zip files

  @Test func theProgramInAZipFileIsPlayed() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let alone = try scratch.report("halt.ch8")
    for (name, zip) in [
      ("one.zip", ZipFile(entries: [entry("halt.ch8")])),
      ("ending.bin", ZipFile(entries: [entry("halt")])),
      (
        "others.zip",
        ZipFile(
          entries: [
            entry("game/", []), entry("game/read me.txt", Array("PLAY IT".utf8)),
            entry("game/halt.CH8"), entry("__MACOSX/game/._halt.ch8"), entry(".hidden.ch8"),
          ], comment: "PK\u{5}\u{6} is in this comment")
      ),
      (
        "stored.zip",
        ZipFile(
          entries: [ZipFile.Entry(name: "halt.ch8", contents: Programs.halt, isDeflated: false)])
      ),
    ] {
      try write(name, zip)
      let report = try scratch.report(name)
      #expect(report.state == alone.state && report.program == "halt", "\(name)")
    }
    let piped = try scratch.shell("\"$CHIP8\" - --headless --json <one.zip")
    #expect(try Report(piped).state == alone.state)
    try write("source.zip", ZipFile(entries: [entry("a.8o", Array(": main 0x12 0".utf8))]))
    let source = try scratch.chip8("asm", "-", input: scratch.read("source.zip"))
    #expect(source.code == 0 && source.output == rom(0x1200), "\(source.errors)")
  }

  /// The first part of one that was split, and one that was to be but is whole.
  @Test(arguments: [[0x50, 0x4B, 7, 8], [0x50, 0x4B, 0x30, 0x30]] as [[UInt8]])
  func splitZipFilesAreNotExecuted(mark: [UInt8]) throws {
    var zip = ZipFile(entries: [entry("halt.ch8")])
    let part = mark + zip.bytes.dropLast(60)
    try scratch.write("part.z01", part)
    try scratch.expectRefusal(["part.z01", "--headless"], code: 65, naming: "zip file is damaged")
    zip.start = mark
    try write("whole.zip", zip)
    #expect(try scratch.report("whole.zip").program == "halt")
  }

  @Test func oneOfSeveralProgramsIsNamed() throws {
    let source = Array(": main v0 := 7 : halt jump halt".utf8)
    try write(
      "games.zip",
      ZipFile(entries: [
        entry("halt.ch8"), entry("more/halt.ch8", Programs.digit), entry("seven.8o", source),
      ]))
    try FileManager.default.createDirectory(
      atPath: scratch.path("in"), withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      atPath: scratch.path("games.zip"), toPath: scratch.path("in/games.zip"))
    #expect(try scratch.report("games.zip/halt.ch8").registers.v[1] == 7)
    #expect(try scratch.report("in/games.zip/more/halt.ch8").registers.v[1] == 0x1E)
    let seven = try scratch.report("games.zip/seven.8o")
    #expect(seven.platform == "xochip" && seven.registers.v[0] == 7)
    try scratch.expectRefusal(
      ["games.zip", "--headless"], code: 65,
      naming: "games.zip: this zip file holds 3 files; append a slash and one of: "
        + "halt.ch8, more/halt.ch8, seven.8o")
    try scratch.expectRefusal(
      ["games.zip/none.ch8", "--headless"], code: 65,
      naming:
        "games.zip: this zip file has no none.ch8; it has halt.ch8, more/halt.ch8, seven.8o")
    try scratch.expectRefusal(
      ["games.zip/", "--headless"], code: 65, naming: "this zip file holds 3 files")
    try scratch.expectRefusal(
      ["games.zip/halt.ch8/more", "--headless"], code: 65, naming: "has no halt.ch8/more;")
    try scratch.expectRefusal(["in/games/halt.ch8", "--headless"], code: 66, naming: "in/games")
    #expect(mkfifo(scratch.path("in/pipe"), 0o600) == 0)
    try scratch.expectRefusal(
      ["in/pipe/halt.ch8", "--headless"], code: 66, naming: "pipe/halt.ch8")
  }

  /// Whatever reads a program finds it in a zip file, and nothing writes there.
  @Test func everyCommandReadsZipFiles() throws {
    let source = Array(": main v0 := 7 : halt jump halt".utf8)
    try scratch.write("seven.8o", source)
    for command in ["asm seven.8o", "cart pack seven.8o", "seven.8o --headless --save seven.state"]
    {
      _ = try run(command)
    }
    let names = ["seven.8o", "seven.ch8", "seven.gif", "seven.state"]
    try write("all.zip", ZipFile(entries: names.map { entry($0, try scratch.read($0)) }))
    try write("one.zip", ZipFile(entries: [entry("seven.state", try scratch.read("seven.state"))]))
    let before = try scratch.read("all.zip")
    for (command, other) in [
      ("disasm all.zip/seven.ch8", "disasm seven.ch8"),
      ("slots list all.zip/seven.gif --slots none", "slots list seven.gif --slots none"),
      ("flags show all.zip/seven.ch8 --slots none", "flags show seven.ch8 --slots none"),
      ("asm all.zip/seven.8o -o -", "asm seven.8o -o -"),
      ("cart pack all.zip/seven.8o -o -", "cart pack seven.8o -o -"),
      ("cart unpack all.zip/seven.gif -o -", "cart unpack seven.gif -o -"),
      ("image rom one.zip -o -", "image rom seven.state -o -"),
      ("image rom all.zip/seven.state -o -", "image rom seven.state -o -"),
      ("--restore one.zip --headless --json", "--restore seven.state --headless --json"),
    ] {
      let (zipped, plain) = (try run(command), try run(other))
      #expect(zipped.code == plain.code && zipped.output == plain.output, "\(command): \(zipped)")
    }
    for (command, code) in [
      ("asm all.zip/seven.8o", 64), ("cart pack all.zip/seven.8o", 64),
      ("cart unpack all.zip/seven.gif", 64), ("image set one.zip --note x", 73),
      ("image set one.zip/seven.state --note x", 73),
      ("all.zip/seven.state --headless --save all.zip", 73),
      ("all.zip/seven.ch8 --headless --trace all.zip", 64),
      ("all.zip/seven.ch8 --headless --save all.zip/new.state", 73),
    ] as [(String, Int32)] {
      try scratch.expectRefusal(
        command.split(separator: " ").map(String.init), code: code, naming: ".zip")
    }
    #expect(try scratch.read("all.zip") == before)
    try write(
      "include.zip", ZipFile(entries: [entry("a.8o", Array(": main :include \"b\"".utf8))]))
    let included = try run("include.zip --headless")
    #expect(included.code == 65 && included.errors.contains("`b` cannot be included in a zip file"))
  }

  private func run(_ command: String) throws -> Outcome {
    try scratch.run(command.split(separator: " ").map(String.init))
  }

  @Test func hostileZipFiles() throws {
    let program = entry("a.ch8")
    func changed(_ change: (inout ZipFile.Entry) -> Void) -> ZipFile {
      var entry = program
      change(&entry)
      return ZipFile(entries: [entry])
    }
    let whole = ZipFile(entries: [program])
    let damaged = "this zip file is damaged"
    let cases: [(ZipFile, String)] = [
      (ZipFile(entries: []), "this zip file is empty"),
      (changed { $0.flags = 1 }, "a.ch8 in this zip file is encrypted"),
      (changed { $0.method = 12 }, "a.ch8 in this zip file is neither stored nor deflated"),
      (changed { $0.byteCount = .max }, "zip64"),
      (changed { $0.byteCount = .max - 1 }, "a.ch8 in this zip file is larger than any program"),
      (changed { $0.offset = 1 }, damaged), (changed { $0.offset = .max - 1 }, damaged),
      (changed { $0.storedByteCount = 1 << 20 }, damaged),
      // A bomb whose directory tells the truth, and two that do not.
      (
        ZipFile(entries: [entry("a.ch8", Array(repeating: 0, count: 17 << 20))]),
        "larger than any program"
      ),
      (
        ZipFile(entries: [
          ZipFile.Entry(name: "a", contents: Array(repeating: 0, count: 1 << 20), byteCount: 6)
        ]), damaged
      ),
      (changed { $0.byteCount = 7 }, damaged), (changed { $0.crc = 1 }, damaged),
      (ZipFile(entries: [program], entryCount: 2), damaged),
      (ZipFile(entries: [program, program]), "this zip file holds 2 files"),
      (ZipFile(entries: [program], entryCount: .max), "zip64"),
      (
        ZipFile(entries: (0..<20_000).map { entry("\($0).ch8", []) }),
        "this zip file holds 20000 files; append a slash and one of: 0.ch8, 1.ch8"
      ),
      (
        changed {
          $0.name = "\u{1B}[2J.ch8"; $0.flags = 1
        }, "\u{FFFD}[2J.ch8 in this zip file is"
      ),
      (ZipFile(entries: [entry("a.zip", whole.bytes)]), "a zip file within a zip file"),
      (ZipFile(entries: [entry("a.ch8", [])]), "the program is empty"),
    ]
    for (zip, message) in cases {
      try write("bad.zip", zip)
      try scratch.expectRefusal(["bad.zip", "--headless"], code: 65, naming: message)
    }
    // Nothing in it is a path.
    try write("bad.zip", changed { $0.name = "../../a.ch8" })
    #expect(try scratch.report("bad.zip").program == "a")
    for count in 0..<whole.bytes.count {
      try scratch.write("cut.zip", Array(whole.bytes.prefix(count)))
      guard count > 4 else { continue }
      let outcome = try scratch.chip8("cut.zip", "--headless")
      #expect(outcome.code == 65 && outcome.errors.contains(damaged), "\(count) bytes")
    }
  }

  // MARK: Other files

  @Test(
    arguments: [
      (Array("\u{89}PNG\r\n".unicodeScalars.map { UInt8($0.value) }) + [0x1A, 0x0A], "a picture"),
      ([0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10], "a picture"),
      (Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3], "a document (PDF)"),
      ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0], "a program for another machine"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "unpack it first"),
      (Array("NES\u{1A}".utf8) + [2, 1, 1, 0], "a program for another console"),
      (
        Array("MZ".utf8) + Array(repeating: 0, count: 58) + [0x40, 0, 0, 0] + Array("PE\0\0".utf8),
        "a program for another machine"
      ),
      (Array("hello, world\n".utf8), "text, not a program"),
      (
        Array(String(repeating: "text, ", count: 11).utf8) + [0xD7, 0x1A], "text, not a program"
      ),
      (Array("\u{FEFF}naïve\r\n".utf8), "text, not a program"),
      ([0xFF, 0xFE, 0x68, 0, 0x69, 0], "text, not a program"),
      (Array("\n <!DOCTYPE html>\n<html></html>".utf8), "a web page, not a program"),
      (Array(": main v0 := 5\n".utf8), "the name of an Octo source ends in .8o"),
    ] as [([UInt8], String)])
  func filesThatAreNotPrograms(bytes: [UInt8], what: String) throws {
    try scratch.write("file.ch8", bytes)
    for arguments in [
      ["file.ch8", "--headless"], ["disasm", "file.ch8"], ["slots", "list", "file.ch8"],
    ] {
      try scratch.expectRefusal(arguments, code: 65, naming: what)
    }
    try scratch.expectRefusal(["-", "--headless"], input: bytes, code: 65, naming: what)
  }

  /// What begins like one of those only is a program.
  @Test func programsThatLookLikeOtherFiles() throws {
    for bytes in [
      Array("MZ".utf8) + Programs.halt, Array("BM".utf8) + Programs.halt,
      Array("text ".utf8) + Programs.halt, [0x7F, 0x45] + Programs.halt,
    ] {
      try scratch.write("a.ch8", bytes)
      #expect(try scratch.chip8("a.ch8", "--headless", "--frames", "1").code != 65)
    }
  }

  /// The ending of a name says what an unknown program may need.
  @Test func endingsAreHints() throws {
    for (name, platform) in [
      ("a.ch8", "chip8"), ("a.sc8", "schip"), ("a.SC8", "schip"), ("a.xo8", "xochip"),
      ("a.bin", "chip8"),
    ] {
      try scratch.write(name, Programs.halt)
      #expect(try scratch.report(name).platform == platform, "\(name)")
    }
    let backfire = FileManager.default.currentDirectoryPath + "/roms/backfire.ch8"
    try FileManager.default.copyItem(atPath: backfire, toPath: scratch.path("known.xo8"))
    #expect(try scratch.report("known.xo8", "--frames", "1").platform == "chip8")
    try write("hint.zip", ZipFile(entries: [entry("a.sc8")]))
    #expect(try scratch.report("hint.zip").platform == "schip")
  }
}
