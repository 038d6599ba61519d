// OldRecordingTests.swift: recordings as they were before there were movies are read forever.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct OldRecordingTests {
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

  @Test func keysAreReplayed() throws {
    try scratch.write("game.ch8", Programs.sketchWithKeys)
    let digest = Digest.sha1(Programs.sketchWithKeys)
    try scratch.write("r.txt", Array("session \(digest)\n# 60 frames\n5-9:3\n20-60:A1\nend\n".utf8))
    let replayed = try scratch.report("game.ch8", "--frames", "60", "--input", "r.txt")
    #expect(
      try scratch.report("game.ch8", "--frames", "60", "--keys", "5-9:3,20-60:A1") == replayed)
    // What they lead to can be recorded as a movie.
    let outcome = try scratch.chip8(
      "game.ch8", "--headless", "--frames", "60", "--input", "r.txt", "--record", "a.movie")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try scratch.report("game.ch8", "--input", "a.movie").state == replayed.state)
    try scratch.expectRefusal(
      ["game.ch8", "--input", "r.txt"], code: 64, naming: "--input requires --headless")
  }

  @Test func imagesAreReplayedFromTheirLines() throws {
    try write("a.8o", restoring: "a")
    _ = try scratch.report("a.8o", "--instructions", "1", "--no-past", "--save", "dir/a")
    let live = try scratch.report("dir/a", "--host-calls", "dir", "--frames", "30")
    let image = "host restore a 02 " + Data(try scratch.read("dir/a")).base64EncodedString()
    let again = Array(repeating: "host restore a 02 @1", count: 29)
    for calls in [[image] + again, Array(repeating: image, count: 30)] {
      try scratch.write("r.txt", Array((["host"] + calls).joined(separator: "\n").utf8))
      #expect(try scratch.report("dir/a", "--frames", "30", "--input", "r.txt") == live)
    }
    try scratch.expectRefusal(
      ["dir/a", "--headless", "--frames", "31", "--input", "r.txt"], code: 65,
      naming: "not in the recording")
    try scratch.write("bad.txt", Array("host\nhost restore a 02 @1\n".utf8))
    try scratch.expectRefusal(
      ["dir/a", "--headless", "--input", "bad.txt"], code: 65,
      naming: "bad.txt: not an input recording")
    for number in ["@0", "@2", "@", "@x", "@1@"] {
      try scratch.write("bad.txt", Array("host\n\(image)\nhost restore a 02 \(number)\n".utf8))
      try scratch.expectRefusal(
        ["dir/a", "--headless", "--input", "bad.txt"], code: 65,
        naming: "bad.txt: not an input recording")
    }
  }

  @Test func flagsAreThoseOfTheRecording() throws {
    // Loads a flag, counts it up and stores it.
    try scratch.write("count.ch8", rom(0xF085, 0x7001, 0xF075, 0x1206))
    let digest = Digest.sha1(rom(0xF085, 0x7001, 0xF075, 0x1206))
    try scratch.write("r.txt", Array("session \(digest)\nflags 0700000000000000\nend\n".utf8))
    let replayed = try scratch.report("count.ch8", "--platform", "schip", "--input", "r.txt")
    #expect(replayed.registers.v[0] == 8)
    _ = try scratch.report("count.ch8", "--platform", "schip", "--frames", "1", "--save", "a.state")
    try scratch.expectRefusal(
      ["a.state", "--headless", "--input", "r.txt"], code: 65, naming: "r.txt: recorded")
    try scratch.write("cut.txt", Array("session \(digest)\nflags 0700000000000000\n".utf8))
    try scratch.expectRefusal(
      ["count.ch8", "--headless", "--input", "cut.txt"], code: 65, naming: "truncated")
  }
}
