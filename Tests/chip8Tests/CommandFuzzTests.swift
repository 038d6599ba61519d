// CommandFuzzTests.swift: some of the command lines that `make fuzz` tries, always the same ones.

import Foundation
import Testing

@Suite struct CommandFuzzTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func fuzz(_ program: String, _ options: String...) throws -> Outcome {
    let fuzzer = FileManager.default.currentDirectoryPath + "/Fuzz/commands"
    return try Running("/usr/bin/python3", [fuzzer, program] + options, in: scratch).outcome()
  }

  /// No crash and no hang; what ends well has written every output whole; whatever fails has left
  /// every file as it was: Fuzz/README.md.
  @Test(arguments: 1...4)
  func anyOutputAgainstAnyInput(seed: Int) throws {
    let outcome = try fuzz(Running.executable, "--seed", "\(seed)", "--cases", "100")
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    // It has tried what it was to try, and much of that means something.
    let codes = try #require(outcome.text.firstMatch(of: /100 command lines.*\{0: (\d+),/))
    #expect(try #require(Int(codes.1)) > 10, "\(outcome.text)")
    #expect(try scratch.names.isEmpty)
  }

  /// A chip8 that breaks a rule is found out. A slow one breaks none, unless it may take 3 seconds only.
  @Test(arguments: [
    ("[ $code != 65 ] || kill -SEGV $$", 60, "it has ended with -11"),
    ("[ $code != 64 ] || exec sleep 1000", 3, "it has not ended after 3 seconds"),
    ("[ $code != 66 ] || mktemp litter.XXXXXX >/dev/null", 60, "it has failed and changed 'litter"),
    ("[ $code != 0 ] || [ ! -f sub/new ] || truncate -s -1 sub/new", 60, "case"),
    ("[ $code != 0 ] || chmod 700 run.sh", 60, "it has changed 'run.sh'"),
  ])
  func aBrokenRuleIsFound(fault: String, seconds: Int, finding: String) throws {
    let script = "#!/bin/sh\n'\(Running.executable)' \"$@\"\ncode=$?\n\(fault)\nexit $code\n"
    try scratch.write("broken", Array(script.utf8))
    chmod(scratch.path("broken"), 0o755)
    let outcome = try fuzz(
      scratch.path("broken"), "--seed", "1", "--cases", "1000", "--timeout", "\(seconds)")
    #expect(outcome.code == 1)
    #expect(outcome.text.contains(finding), "\(outcome.text)\(outcome.errors)")
  }
}
