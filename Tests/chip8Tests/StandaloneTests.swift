// StandaloneTests.swift: an emulator and a saved state in one file.

import Foundation
import Testing

@Suite struct StandaloneTests {
  let scratch: Scratch
  private let hashes: String

  /// Links the program as `make install` does, and makes a file with it that stands alone.
  init() throws {
    scratch = try Scratch()
    let link = Process()
    link.executableURL = URL(filePath: "Scripts/link-in-order.sh")
    link.arguments = [Bundle.main.bundleURL.path, scratch.path("chip8")]
    try link.run()
    link.waitUntilExit()
    try #require(link.terminationStatus == 0)
    try scratch.write("sketch.ch8", Programs.sketch)
    let saved = try scratch.shell(
      """
      $CHIP8 sketch.ch8 --headless --frames 5 --save a.state --print hashes
      strip chip8
      ./chip8 image standalone a.state -o game --with '--headless --frames 0 --print hashes'
      """)
    #expect(saved.code == 0 && saved.errors.isEmpty, "\(saved.errors)")
    hashes = saved.text
  }

  /// All in one test, for linking takes its time.
  @Test func oneFileIsAllThatIsNeeded() throws {
    try hasWhatShortRunsCallInOnePlace()
    try runsWhereNothingElseIs()
    try isASavedState()
    try keepsItsStateOrSaysThatItIsGone()
    if Desktop.isAvailable { try opensAWindow() }
  }

  private func hasWhatShortRunsCallInOnePlace() throws {
    #if arch(x86_64)
      let sections = try scratch.shell(
        "readelf --sections --wide chip8 | grep -c '\\.text\\.first '")
      #expect(sections.text == "1\n", "\(sections.errors)")
    #endif
  }

  /// In a root with the C library and nothing else: no chip8, no Swift, no SDL2, no shell.
  private func runsWhereNothingElseIs() throws {
    let libraries = try scratch.shell(
      """
      mkdir root
      ldd ./game | grep -o '/[^ ]*' | while read -r file; do
        mkdir -p "root/${file%/*}" && cp -L "$file" "root/$file" && echo "${file##*/}"
      done
      """)
    #expect(
      Set(libraries.text.split(separator: "\n").map { $0.prefix { $0 != "." } })
        .isSubset(of: ["libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"]))
    let chroot = "cp game root/it && unshare --map-root-user /usr/sbin/chroot root /it"
    let run = try scratch.shell(chroot)
    #expect(run.errors.isEmpty && run.text == hashes, "\(run.errors)")
    // Arguments arrive without /proc too.
    let refused = try scratch.shell(chroot + " one")
    #expect(refused.code == 65)
    expectOneSentence(refused, naming: "takes no arguments")
    let windowed = try scratch.shell(
      "./chip8 image standalone a.state -o game2; cp game2 game;" + chroot)
    #expect(windowed.code == 69)
    expectOneSentence(windowed, naming: "libSDL2-2.0.so.0")
  }

  private func isASavedState() throws {
    let state = try scratch.report("a.state", "--frames", "0").state
    let remake = "./chip8 image standalone a.state -o game --with '--headless --print hashes'"
    #expect(try scratch.shell(remake).code == 0)
    #expect(try scratch.report("--restore", "game", "--frames", "0").state == state)
    #expect(try scratch.chip8("image", "verify", "game").code == 0)
    // A note, another state: it remains what it is.
    try scratch.expectRefusal(["image", "executable", "game"], code: 65, naming: "standalone")
    #expect(try scratch.chip8("image", "set", "game", "--note", "a note").code == 0)
    let later = try scratch.report("sketch.ch8", "--frames", "9", "--save", "game")
    #expect(try scratch.report("game", "--frames", "0").state == later.state)
    let run = try scratch.shell("./game '' --json")
    #expect(run.code == 65)
    expectOneSentence(run, naming: "takes no arguments")
    // What it runs in its own place is an emulator.
    let emulator = try scratch.shell(
      "exec bash -c 'exec -a \"chip8 without a state\" ./game image verify a.state'")
    #expect(emulator.text.hasPrefix("a.state: intact"), "\(emulator.errors)")
  }

  private func opensAWindow() throws {
    #expect(try scratch.shell("./chip8 image standalone a.state -o game").code == 0)
    let desktop = try Desktop([], program: scratch.path("game"))
    let end = try desktop.quit()
    #expect(end.code == 0 && end.errors.isEmpty, "\(end.errors)")
  }

  private func keepsItsStateOrSaysThatItIsGone() throws {
    let stripped = try scratch.shell("strip -o stripped game && ./stripped")
    #expect(stripped.code == 65)
    expectOneSentence(stripped, naming: "the saved state is missing")
    let built = try scratch.shell("$CHIP8 image standalone a.state -o other")
    #expect(built.code == 69)
    expectOneSentence(built, naming: "more libraries")
    #expect(try !scratch.names.contains("other"))
  }
}

@Suite struct LinkInOrderTests {
  /// A compiler that sends the script the signal, as an impatient user does.
  @Test(arguments: [("INT", 130), ("TERM", 143)] as [(String, Int32)])
  func interruptedLinksLeaveNothing(signal: String, code: Int32) throws {
    let scratch = try Scratch()
    try scratch.write("swiftc", Array("#!/bin/sh\nkill -\(signal) $(cat \"$SCRIPT\")\n".utf8))
    try scratch.write("clang", Array("#!/bin/sh\n".utf8))
    let outcome = try scratch.shell(
      """
      mkdir temporary && chmod +x clang swiftc && export SCRIPT="$PWD/script" TMPDIR="$PWD/temporary"
      export PATH="$PWD:$PATH" OUT="$PWD/out"
      cd '\(FileManager.default.currentDirectoryPath)'
      sh -c 'echo $$ >"$SCRIPT" && exec Scripts/link-in-order.sh none "$OUT"'
      echo $?
      ls "$TMPDIR" "${OUT%/out}"
      """)
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.first == "\(code)", "\(outcome.errors)")
    #expect(!lines.contains { $0.starts(with: "out") || $0.starts(with: "tmp") }, "\(lines)")
  }
}
