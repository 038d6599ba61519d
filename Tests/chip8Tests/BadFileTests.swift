// BadFileTests.swift: files that cannot be read, used or written. Exit codes 65, 66, 73 and 74.

import Foundation
import Testing

@Suite struct BadFileTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("halt.ch8", Programs.halt)
  }

  private func image() throws -> [UInt8] {
    try scratch.write("sketch.ch8", Programs.sketch)
    _ = try scratch.report("sketch.ch8", "--frames", "5", "--save", "good.state")
    return try scratch.read("good.state")
  }

  // MARK: Files that are not there

  @Test(arguments: ["missing.ch8", "directory", "missing/a.ch8", "halt.ch8/a.ch8"])
  func filesThatCannotBeRead(name: String) throws {
    try FileManager.default.createDirectory(
      atPath: scratch.path("directory"), withIntermediateDirectories: false)
    try scratch.expectRefusal([name, "--headless"], code: 66, naming: name)
    try scratch.expectRefusal(["--restore", name, "--headless"], code: 66, naming: name)
    try scratch.expectRefusal(
      ["halt.ch8", "--headless", "--input", name], code: 66, naming: name)
  }

  @Test(.disabled(if: geteuid() == 0, "root may read every file"))
  func filesThatNobodyMayRead() throws {
    chmod(scratch.path("halt.ch8"), 0)
    defer { chmod(scratch.path("halt.ch8"), 0o600) }
    let outcome = try scratch.chip8("halt.ch8", "--headless")
    #expect(outcome.code == 66)
    expectOneSentence(outcome, naming: "halt.ch8")
  }

  // MARK: Programs

  @Test func anEmptyProgram() throws {
    try scratch.write("empty.ch8", [])
    try scratch.expectRefusal(["empty.ch8", "--headless"], code: 65, naming: "empty.ch8")
    try scratch.expectRefusal(["-", "--headless"], code: 65, naming: "standard input")
  }

  @Test(arguments: [
    ("vip", 3232, "chip8"), ("chip8", 3584, "xochip"), ("chip48", 3583, "chip8"),
    ("schip10", 3583, "xochip"), ("schip11", 3583, "xochip"), ("schip", 3583, "xochip"),
  ])
  func aProgramThatIsTooLarge(platform: String, limit: Int, fitting: String) throws {
    try scratch.write("large.ch8", Programs.halt + Array(repeating: 0, count: limit - 6))
    #expect(try scratch.report("large.ch8", "--platform", platform).stop == "halt")
    try scratch.write("large.ch8", Programs.halt + Array(repeating: 0, count: limit - 5))
    let arguments = ["large.ch8", "--headless", "--platform", platform]
    try scratch.expectRefusal(arguments, code: 65, naming: "large.ch8")
    let message = try scratch.run(arguments).errors
    #expect(message.contains("\(limit)") && message.contains("--platform \(fitting)"))
  }

  /// No other machine has its display.
  @Test func aTwoPageProgramThatIsTooLarge() throws {
    try scratch.write("large.ch8", Programs.twoPage + Array(repeating: 0, count: 3232))
    let arguments = ["large.ch8", "--headless", "--platform", "hires"]
    try scratch.expectRefusal(arguments, code: 65, naming: "large.ch8")
    let message = try scratch.run(arguments).errors
    #expect(message.contains("3232") && message.contains("no platform has room for it"))
  }

  @Test func programsTooLargeForEveryPlatform() throws {
    try scratch.write("large.ch8", Programs.halt + Array(repeating: 0, count: 65024))
    try scratch.expectRefusal(
      ["large.ch8", "--headless"], code: 65,
      naming: "large.ch8: no platform has room for a program of more than 65024 bytes")
    try scratch.expectRefusal(["/dev/zero", "--headless"], code: 65, naming: "/dev/zero")
  }

  // MARK: Images

  @Test func aProgramIsNotRestored() throws {
    try scratch.expectRefusal(
      ["--restore", "halt.ch8", "--headless"], code: 65,
      naming: "halt.ch8: not a saved state; to run it as a program, leave out --restore")
    try scratch.expectRefusal(
      ["--restore", "-", "--headless"], code: 65, naming: "standard input")
  }

  @Test func aTruncatedImage() throws {
    let image = try image()
    for count in [8, 9, 16, 40, image.count / 2, image.count - 48, image.count - 1] {
      try scratch.write("cut.state", Array(image.prefix(count)))
      try scratch.expectRefusal(["cut.state", "--headless"], code: 65, naming: "cut.state")
      try scratch.expectRefusal(
        ["--restore", "cut.state", "--headless"], code: 65, naming: "cut.state")
    }
  }

  @Test func anAlteredImage() throws {
    let image = try image()
    for index in stride(from: 0, to: image.count, by: 17) {
      var altered = image
      altered[index] ^= 1 << UInt8(index % 8)
      try scratch.write("altered.state", altered)
      try scratch.expectRefusal(
        ["--restore", "altered.state", "--headless"], code: 65, naming: "altered.state")
    }
  }

  @Test func dataAfterAnImage() throws {
    try scratch.write("more.state", try image() + [0])
    try scratch.expectRefusal(
      ["--restore", "more.state", "--headless"], code: 65, naming: "more.state")
  }

  // MARK: Recordings

  @Test func aBadRecording() throws {
    for text in ["nonsense", "5-3:1", "0-5:1 6-7:2"] {
      try scratch.write("keys.txt", Array("# ok\n0-5:1\n\(text)\n".utf8))
      try scratch.expectRefusal(
        ["halt.ch8", "--headless", "--input", "keys.txt"], code: 65, naming: "keys.txt")
    }
    try scratch.write("keys.txt", [0xFF, 0xFE])
    try scratch.expectRefusal(
      ["halt.ch8", "--headless", "--input", "keys.txt"], code: 65, naming: "keys.txt")
  }

  // MARK: Targets

  @Test(arguments: ["--save", "--screenshot", "--trace"])
  func targetsThatCannotBeCreated(option: String) throws {
    try scratch.expectRefusal(
      ["halt.ch8", "--headless", "--json", option, "missing/a"], code: 73, naming: "missing/a")
  }

  @Test(arguments: ["--save", "--screenshot", "--trace"])
  func aFullDisk(option: String) throws {
    try scratch.expectRefusal(
      ["halt.ch8", "--headless", "--json", option, "/dev/full"], code: 74, naming: "/dev/full")
  }

  @Test(arguments: ["--save", "--screenshot"])
  func aDirectoryIsNotReplaced(option: String) throws {
    try FileManager.default.createDirectory(
      atPath: scratch.path("directory"), withIntermediateDirectories: false)
    try scratch.expectRefusal(
      ["halt.ch8", "--headless", "--json", option, "directory"], code: 74, naming: "directory")
  }
}
