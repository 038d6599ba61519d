// RecordingLimitTests.swift: what is recorded can be played, however much it is.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing
import chip8

@Suite struct RecordingLimitTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path("dir"), withIntermediateDirectories: false)
  }

  /// A program that restores a file in its place, as soon as it runs.
  private func write(_ name: String, restoring file: Character) throws {
    let source = """
      : main i := block native 0xC81 v4 := v0 loop again
      : block 2 0 :pointer file 0 0 0 0 0 0
      : file \(file.asciiValue ?? 0) 0
      """
    try scratch.write(name, Array(source.utf8))
  }

  /// An image of a machine that restores a file, with many bytes that nobody knows.
  private func save(_ name: String, restoring file: Character, extra byteCount: Int) throws {
    try write("a.8o", restoring: file)
    _ = try scratch.report("a.8o", "--instructions", "1", "--save", "dir/\(name)")
    var image = try Image(contentsOf: scratch.path("dir/\(name)"))
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<byteCount / 8).flatMap { _ in
      withUnsafeBytes(of: random.next()) { Array($0) }
    }
    let isSet = image.setAncillary(.ancillary(Tag("BIG!")), bytes, of: Chip8.self)
    #expect(isSet)
    try scratch.write("dir/\(name)", image.bytes)
  }

  @Test func anImageIsInARecordingOnce() throws {
    try save("a", restoring: "a", extra: 1 << 20)
    let live = try scratch.report(
      "dir/a", "--host-calls", "dir", "--frames", "30", "--record", "r.txt")
    let lines = try scratch.text("r.txt").split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("host restore a 02 ") } == 30)
    #expect(lines.count { $0 == "host restore a 02 @1" } == 29)
    #expect(try scratch.read("r.txt").count < 2 << 20)
    #expect(try scratch.report("dir/a", "--frames", "30", "--input", "r.txt") == live)
    // What was recorded with the image in each line is read as ever.
    let image = try #require(lines.first { $0.hasPrefix("host restore a 02 i") }.map(String.init))
    let whole = lines.prefix(20).map { $0.hasSuffix(" @1") ? image : String($0) } + ["end\n"]
    try scratch.write("whole.txt", Array(whole.joined(separator: "\n").utf8))
    let calls = whole.count { $0 == image }
    let replayed = try scratch.report(
      "dir/a", "--frames", "\(calls)", "--input", "whole.txt", "--record", "s.txt")
    #expect(replayed.state == live.state)
    #expect(try scratch.text("s.txt").hasSuffix("\nhost restore a 02 @1\nend\n"))
    try scratch.write("bad.txt", Array("host\nhost restore a 02 @1\n".utf8))
    try scratch.expectRefusal(
      ["dir/a", "--headless", "--input", "bad.txt"], code: 65,
      naming: "bad.txt: not an input recording")
    for number in ["@0", "@2", "@", "@x", "@1@"] {
      try scratch.write("bad.txt", Array("host\n\(image)\nhost restore a 02 \(number)\n".utf8))
      try scratch.expectRefusal(
        ["dir/a", "--headless", "--input", "bad.txt"], code: 65,
        naming: "bad.txt: not an input recording"
      )
    }
  }

  @Test func aRunEndsWhereItsRecordingIsFull() throws {
    try write("a.8o", restoring: "1")
    for name in 1...4 {
      try save("\(name)", restoring: Character("\((name + 1) % 10)"), extra: 15 << 20)
    }
    try write("a.8o", restoring: "1")
    let outcome = try scratch.chip8(
      "a.8o", "--headless", "--json", "--host-calls", "dir", "--record", "r.txt", "--save",
      "full.state", "--frames", "50")
    #expect(outcome.code == 74)
    expectOneSentence(outcome, naming: "r.txt: the recording is full at 64 MiB")
    // All else is there: the report, the machine before the call, and three of its four images.
    let full = try Report(outcome)
    #expect(full.stop == "recording")
    let recording = try scratch.read("r.txt")
    #expect(recording.count <= 64 << 20 && recording.count > 60 << 20)
    let replayed = try scratch.report("a.8o", "--input", "r.txt", "--frames", "3")
    #expect(
      try scratch.report("a.8o", "--host-calls", "dir", "--frames", "3").state == replayed.state)
    try scratch.expectRefusal(
      ["a.8o", "--headless", "--input", "r.txt"], code: 65, naming: "not in the recording")
    #expect(try scratch.report("full.state", "--frames", "0").state == full.state)
    let goesOn = try scratch.report("full.state", "--host-calls", "dir", "--frames", "5")
    #expect(goesOn.registers.v[4] == 0x21)
  }

  @Test func recordingsStayWithinTheirLimit() throws {
    let keys = try #require(KeyScript("0-5:1,3-7:2F,100-:A"))
    let program = Program(name: "\u{7F}x", bytes: [0x12, 0x00])
    let full = try #require(SessionRecorder(program, keys.tape, hasHost: true))
    let count = full.bytes(frames: .max).count
    for limit in [0, count - 1] {
      #expect(SessionRecorder(program, keys.tape, hasHost: true, maxByteCount: limit) == nil)
    }
    let least = try #require(
      SessionRecorder(program, keys.tape, hasHost: true, maxByteCount: count))
    #expect(!least.hasRoom && least.bytes(frames: .max) == full.bytes(frames: .max))
    let text = String(decoding: full.bytes(frames: 101), as: UTF8.self)
    #expect(
      text.split(separator: "\n").dropFirst()
        == [
          "# \u{FFFD}x, 101 frames", "0-3:1", "3-5:12F", "5-7:2F", "100-101:A", "host", "end",
        ])
  }
}
