// IncludeCommandTests.swift: sources that include files, on the command line.

import Foundation
import Testing

@Suite struct IncludeCommandTests {
  static let source = """
    : main
      i := picture
      sprite v0 v0 4
    : stay jump stay
    :include "lib/picture.8o"

    """

  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.8o", Array(Self.source.utf8))
    try FileManager.default.createDirectory(
      atPath: scratch.path("lib"), withIntermediateDirectories: false)
    try scratch.write("lib/picture.8o", Array(": picture 0x90 0x90\n  0xF0 0x90\n".utf8))
  }

  @Test func aSourceIsAssembledWithWhatItIncludes() throws {
    let program = rom(0xA206, 0xD004, 0x1204) + [0x90, 0x90, 0xF0, 0x90]
    // By its path, the files are found beside it, wherever that is.
    for path in ["game.8o", "./game.8o", scratch.path("game.8o")] {
      #expect(try scratch.chip8("asm", path, "-o", "-").output == program, "\(path)")
    }
    #expect(try scratch.report("game.8o").registers.i == 0x206)
  }

  @Test func errorsListingsAndSymbolsNameTheFile() throws {
    let listing = try scratch.chip8("asm", "game.8o", "--listing", "--symbols", "game.sym")
    #expect(
      listing.text == """
                                          1  : main
        0200  A2 06                       2    i := picture
        0202  D0 04                       3    sprite v0 v0 4
        0204  12 04                       4  : stay jump stay
                                          5  :include "lib/picture.8o"

        lib/picture.8o:
        0206  90 90                       1  : picture 0x90 0x90
        0208  F0 90                       2    0xF0 0x90

        """)
    #expect(
      try scratch.text("game.sym").contains(
        #"{"address":518,"bytes":2,"line":1,"source":"lib/picture.8o"}"#))
    try scratch.write("lib/picture.8o", Array(": picture 0x90\n  300\n".utf8))
    let outcome = try scratch.chip8("./game.8o", "--headless")
    #expect(outcome.code == 65)
    #expect(
      outcome.errors == """
        chip8: ./lib/picture.8o:2:3: 300 does not fit in a byte (-128 to 255)
          300
          ^

        """)
  }

  /// Nothing outside of the source's directory, no links, and nothing but regular files.
  @Test(arguments: ["link.8o", "links/picture.8o", "pipe", "lib", "locked.8o", "../outside.8o"])
  func otherFilesAreNotRead(name: String) throws {
    try scratch.write("outside.8o", Array("1".utf8))
    let manager = FileManager.default
    try manager.createDirectory(atPath: scratch.path("in"), withIntermediateDirectories: false)
    for (link, target) in [("in/link.8o", "../outside.8o"), ("in/links", "../lib")] {
      try manager.createSymbolicLink(
        atPath: scratch.path(link), withDestinationPath: target)
    }
    try manager.createDirectory(atPath: scratch.path("in/lib"), withIntermediateDirectories: false)
    #expect(mkfifo(scratch.path("in/pipe"), 0o600) == 0)
    try scratch.write("in/locked.8o", [0xFF])
    try scratch.write("in/game.8o", Array(": main 1 :include \"\(name)\"\n".utf8))
    let outcome = try scratch.chip8("asm", "in/game.8o", "-o", "-")
    #expect(outcome.code == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("chip8: in/game.8o:1:19: `"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 3)
  }

  /// What is read to make a machine is not written over, and nothing else is written then.
  @Test func includedFilesAreProtected() throws {
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link"), withDestinationPath: "lib/picture.8o")
    let picture = try scratch.read("lib/picture.8o")
    for output in ["lib/picture.8o", "./lib/../lib/picture.8o", scratch.path("link")] {
      for command in [
        ["game.8o", "--headless", "--save", output],
        ["game.8o", "--headless", "--save", "new.state", "--trace", output],
        ["game.8o", "--headless", "--screenshot", output],
        ["asm", "game.8o", "-o", output], ["asm", "game.8o", "-o", "new", "--symbols", output],
        ["disasm", "game.8o", "-o", output],
      ] {
        try scratch.expectRefusal(command, code: 64, naming: "\(output): cannot be overwritten")
      }
    }
    _ = try scratch.chip8("game.8o", "--headless", "--slots", "slots", "--save-slot", "1")
    try scratch.expectRefusal(
      ["slots", "export", "game.8o", "1", "lib/picture.8o", "--slots", "slots"], code: 64,
      naming: "lib/picture.8o: cannot be overwritten")
    #expect(try scratch.read("lib/picture.8o") == picture)
  }

  @Test func oneFileIncludesNothing() throws {
    let source = Array(Self.source.utf8)
    let piped = try scratch.chip8("asm", "-", input: source)
    #expect(piped.code == 65 && piped.errors.contains("cannot be included by standard input"))
    let packed = try scratch.chip8("cart", "pack", "game.8o")
    #expect(packed.code == 65)
    #expect(packed.errors.contains("game.8o:5:10: `lib/picture.8o` cannot be included in a cart"))
    #expect(try scratch.names == ["game.8o", "lib"])
  }
}
