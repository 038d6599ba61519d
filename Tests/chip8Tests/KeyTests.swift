// KeyTests.swift: keys from the command line and from a recording.

import Testing

@Suite struct KeyTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("watch.ch8", KeyTests.watch)
  }

  /// Counts the frames in which key 5 is down in V1, and key A in V2: on vip, drawing ends a frame.
  private static let watch = rom(0x6005, 0x630A, 0xE0A1, 0x7101, 0xE3A1, 0x7201, 0xD001, 0x1204)

  /// How many of 20 frames each key is down in.
  private func held(_ options: String...) throws -> (five: Int, ten: Int) {
    let outcome = try scratch.run(
      ["watch.ch8", "--headless", "--json", "--frames", "20", "--platform", "vip"] + options)
    #expect(outcome.errors.isEmpty)
    let registers = try Report(outcome).registers
    return (registers.v[1], registers.v[2])
  }

  @Test func keysAreHeldUpToTheEndFrame() throws {
    #expect(try held() == (0, 0))
    #expect(try held("--keys", "3-7:5") == (4, 0))
    #expect(try held("--keys", "0-1:5") == (1, 0))
  }

  @Test func keysCanBeHeldToTheEnd() throws {
    #expect(try held("--keys", "15-:5") == (5, 0))
  }

  @Test func severalKeysAndPresses() throws {
    #expect(try held("--keys", "2-4:5a,10-15:A,12-13:5") == (3, 7))
    // The same key twice at the same time is down once.
    #expect(try held("--keys", "2-6:5,4-8:5") == (6, 0))
  }

  @Test func framesOfKeysCountFromTheStartOfTheRun() throws {
    _ = try scratch.report(
      "watch.ch8", "--platform", "vip", "--frames", "10", "--save", "a.state")
    let report = try scratch.report("a.state", "--frames", "10", "--keys", "0-3:5")
    #expect(report.registers.v[1] == 3)
  }

  @Test func aRecordingHasAPressOnEachLine() throws {
    let recording = """
      # frames   keys
      2-4:5A

        10-15:A  # a comment
      12-13 : 5
      18-:5
      """
    try scratch.write("keys.txt", Array(recording.utf8))
    #expect(try held("--input", "keys.txt") == (5, 7))
  }

  @Test func aRecordingWithoutKeys() throws {
    try scratch.write("keys.txt", Array("# nobody touched a key\n".utf8))
    #expect(try held("--input", "keys.txt") == (0, 0))
  }

  @Test func aRecordingFromStandardInput() throws {
    let report = try scratch.report(
      "watch.ch8", "--platform", "vip", "--frames", "5", "--input", "-",
      input: Array("1-3:5\r\n4-5:5\r\n".utf8))
    #expect(report.registers.v[1] == 3)
  }

  @Test func theLowestReleasedKeyGoesToTheRegister() throws {
    try scratch.write("key.ch8", Programs.key)
    let report = try scratch.report("key.ch8", "--until", "halt", "--keys", "3-6:EC")
    #expect((report.registers.v[0], report.frames) == (0xC, 7))
  }
}
