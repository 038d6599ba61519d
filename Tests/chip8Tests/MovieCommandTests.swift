// MovieCommandTests.swift: movies end to end, by the built program.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct MovieCommandTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.ch8", Programs.sketchWithKeys)
  }

  private static let run = [
    "game.ch8", "--headless", "--seed", "7", "--poke", "0x500=7", "--frames", "90", "--keys",
    "2-9:5,12-20:A,30-44:1,50-90:7",
  ]

  /// Runs chip8, which has to do what it is asked.
  @discardableResult
  private func chip8(_ arguments: String...) throws -> Outcome {
    let outcome = try scratch.run(arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments) \(outcome.errors)")
    return outcome
  }

  private func record(_ name: String, _ options: String...) throws -> Report {
    let outcome = try scratch.run(Self.run + ["--json", "--record", name] + options)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try Report(outcome)
  }

  // MARK: Recording and playing

  @Test func aMovieEndsWhereItEnds() throws {
    let live = try record("a.movie")
    #expect(try Report(scratch.run(Self.run + ["--json"])) == live)
    for arguments in [["game.ch8"], ["game.ch8", "--seed", "7", "--poke", "0x500=7"], []] {
      let outcome = try scratch.run(arguments + ["--headless", "--json", "--input", "a.movie"])
      let played = try Report(outcome)
      #expect(outcome.code == 0 && played.stop == "movie", "\(outcome.errors)")
      #expect(played.state == live.state && played.instructions == live.instructions)
    }
    // Other stops are as ever, before the end and after it.
    let early = try scratch.report("game.ch8", "--input", "a.movie", "--frames", "10")
    #expect(early.stop == "frames" && early.frames == 10)
    let late = try scratch.report("game.ch8", "--input", "a.movie", "--instructions", "2010")
    #expect(late.instructions == 2010 || late.stop == "key-wait")
    // A movie is an image, at its end, with its past.
    #expect(try scratch.report("a.movie", "--frames", "0").state == live.state)
    #expect(try scratch.report("a.movie", "--seek", "10", "--frames", "0").state == early.state)
    #expect(try chip8("image", "verify", "a.movie").text.contains("past proved from power-on"))
    // From the middle of it, and on standard output.
    let middle = try scratch.report("game.ch8", "--input", "a.movie", "--seek", "10")
    #expect(middle.state == live.state)
    let text = try scratch.run(Self.run + ["--record", "-"]).text
    #expect(text.hasPrefix("movie 1\nstart power-on\nseed 7\n") && text.hasSuffix("\nend\n"))
    #expect(
      try scratch.report("game.ch8", "--input", "-", input: Array(text.utf8)).state == live.state)
  }

  @Test func haltsAndFaultsAreWhereTheyWere() throws {
    try scratch.write("halt.ch8", Programs.halt)
    let halted = try scratch.report("halt.ch8", "--frames", "30", "--record", "a.movie")
    let played = try scratch.report("halt.ch8", "--input", "a.movie")
    #expect(played.state == halted.state && played.frames == 30)
    let stopped = try scratch.report("halt.ch8", "--input", "a.movie", "--until", "halt")
    #expect(stopped.stop == "halt" && stopped.frames == 1)
    try scratch.write("fault.ch8", Programs.fault)
    let outcome = try scratch.chip8("fault.ch8", "--headless", "--json", "--record", "b.movie")
    #expect(outcome.code == 70)
    let fault = try scratch.chip8("fault.ch8", "--headless", "--json", "--input", "b.movie")
    #expect(fault.code == 70 && fault.text == outcome.text)
  }

  @Test func aMovieIsContinued() throws {
    _ = try record("a.movie")
    try chip8("movie", "mark", "a.movie", "--author", "Ada", "--marker", "20=here")
    let live = try scratch.report("a.movie", "--frames", "20", "--record", "b.movie")
    let info = try info("b.movie")
    #expect(info.authors == ["Ada"] && info.markers.map(\.frame) == [20] && info.rerecords == 0)
    #expect(try scratch.report("game.ch8", "--input", "b.movie").state == live.state)
    // From an earlier moment it is another course.
    _ = try scratch.report("a.movie", "--seek", "15", "--frames", "20", "--record", "c.movie")
    let other = try self.info("c.movie")
    #expect(other.rerecords == 1 && other.markers.map(\.frame) == [20] && other.end.frame == 35)
    // The recorded file may be the one that was loaded.
    _ = try scratch.report("a.movie", "--frames", "5", "--record", "a.movie")
    #expect(try chip8("movie", "verify", "a.movie").text.contains("proved from power-on"))
  }

  @Test func aStateThatIsRecordedHasItsPast() throws {
    _ = try scratch.report("game.ch8", "--frames", "30", "--keys", "3-9:4", "--save", "a.state")
    let live = try scratch.report("a.state", "--frames", "30", "--record", "a.movie")
    #expect(try info("a.movie").start.powerOn && info("a.movie").frames == 60)
    #expect(try scratch.report("a.state", "--input", "a.movie").state == live.state)
    _ = try scratch.report("a.state", "--frames", "0", "--no-past", "--save", "bare.state")
    _ = try scratch.report("bare.state", "--frames", "30", "--record", "b.movie")
    #expect(try !info("b.movie").start.powerOn && info("b.movie").frames == 30)
    #expect(try scratch.report("game.ch8", "--input", "b.movie").state == live.state)
  }

  // MARK: Commands

  private struct Info: Decodable {
    struct Moment: Decodable {
      let frame: Int
      let instruction: Int
    }
    struct Start: Decodable {
      let powerOn: Bool
      let seed: UInt64?
      let frame: Int
    }
    struct Marker: Decodable {
      let frame: Int
      let text: String
    }
    let program: String
    let sha1: String
    let platform: String
    let start: Start
    let end: Moment
    let frames: Int
    let instructions: Int
    let milliseconds: Int
    let events: Int
    let lagFrames: Int
    let rerecords: Int
    let authors: [String]
    let markers: [Marker]
    let digestInterval: Int
    let checkInterval: Int
  }

  private func info(_ name: String) throws -> Info {
    try JSONDecoder().decode(Info.self, from: Data(chip8("movie", "info", name, "--json").output))
  }

  @Test func infoShowsWhatAMovieIs() throws {
    let live = try record("a.movie")
    let info = try info("a.movie")
    #expect(info.program == "game" && info.sha1 == "\(Digest.sha1(Programs.sketchWithKeys))")
    #expect(info.start.powerOn && info.start.seed == 7 && info.start.frame == 0)
    #expect(info.end.frame == live.frames && info.end.instruction == live.instructions)
    #expect(info.frames == live.frames && info.instructions == live.instructions)
    #expect(info.rerecords == 0)
    #expect(info.milliseconds == live.frames * 1000 / 60 && info.lagFrames < live.frames)
    #expect(info.digestInterval == 256 && info.checkInterval == 1)
    let text = try chip8("movie", "info", "a.movie").text
    #expect(text.contains("start       power-on, seed 7\n"))
    try scratch.write("picture.png", Array("\u{89}PNG".utf8))
    for other in ["game.ch8", "picture.png"] {
      try scratch.expectRefusal(
        ["movie", "info", other], code: 65, naming: "\(other): not a movie")
    }
  }

  @Test func textAndBuildAreInverse() throws {
    _ = try record("a.movie", "--colors", "000000,FFFFFF", "--break", "0x300")
    try chip8("movie", "mark", "a.movie", "--author", "\u{7F}größe", "--marker", "9=a \"b\"")
    try chip8("image", "set", "a.movie", "--note", "a\nb")
    try chip8("movie", "text", "a.movie", "-o", "a.txt")
    try chip8("movie", "build", "a.txt", "-o", "b.movie")
    #expect(try scratch.read("b.movie") == scratch.read("a.movie"))
    #expect(try chip8("movie", "text", "b.movie").output == scratch.read("a.txt"))
    #expect(try chip8("movie", "verify", "a.txt", "a.movie").text.split(separator: "\n").count == 2)
  }

  @Test func aMovieIsCut() throws {
    let live = try record("a.movie")
    try chip8("movie", "trim", "a.movie", "--from", "10", "--to", "40", "-o", "b.movie")
    let part = try info("b.movie")
    #expect((part.start.frame, part.end.frame, part.frames) == (10, 40, 30))
    let there = try scratch.report("a.movie", "--seek", "40", "--frames", "0")
    #expect(try scratch.report("--input", "b.movie").state == there.state)
    try chip8("movie", "trim", "a.movie", "--from", "10")
    #expect(try scratch.report("--input", "a.movie").state == live.state)
    try scratch.expectRefusal(
      ["movie", "trim", "a.movie", "--from", "9"], code: 65,
      naming: "a.movie: the movie has no frame 9")
    try scratch.expectRefusal(["movie", "trim", "a.movie"], code: 64, naming: "Nothing to cut")
  }

  @Test func exportsAreWritten() throws {
    _ = try record("a.movie")
    try chip8(
      "movie", "export", "a.movie", "--gif", "a.gif", "--wav", "a.wav", "--y4m", "a.y4m",
      "--png-frames", "frames", "--show-keys", "--scale", "2")
    let count = try info("a.movie").frames
    let frames = try FileManager.default.contentsOfDirectory(atPath: scratch.path("frames"))
      .sorted()
    #expect(frames.count == count && frames.first == "00000000.png")
    let picture = try #require(ScreenRenderer(png: scratch.read("frames/00000000.png")))
    #expect((picture.width, picture.height) == (128, 78))
    #expect(try scratch.read("a.gif").starts(with: Array("GIF89a".utf8)))
    #expect(try scratch.read("a.y4m").count > count * 3 * 128 * 78)
    #expect(try chip8("movie", "export", "a.movie", "--wav", "-").output == scratch.read("a.wav"))
    try scratch.expectRefusal(
      ["movie", "export", "a.movie"], code: 64, naming: "Nothing to export")
    try scratch.expectRefusal(
      ["movie", "export", "a.movie", "--gif", "a.movie"], code: 64, naming: "a.movie")
    for output in ["--gif", "--wav", "--y4m"] {
      try scratch.expectRefusal(
        ["movie", "export", "a.movie", output, ""], code: 74, naming: "chip8: \"\": cannot be")
    }
  }

  @Test func aMovieIsWholeHoweverItWasSaved() throws {
    _ = try record("a.movie")
    try chip8("a.movie", "--headless", "--frames", "5", "--save", "light.state", "--no-rom")
    try chip8(
      "a.movie", "--headless", "--frames", "5", "--save", "delta.state", "--base", "a.movie")
    for name in ["light.state", "delta.state"] {
      try chip8("movie", "build", name, "-o", "whole.movie")
      try chip8("image", "verify", "whole.movie")
      #expect(try Image(scratch.read("whole.movie")).needs().isEmpty)
    }
    try scratch.expectRefusal(
      [
        "a.movie", "--headless", "--frames", "5", "--save", "delta.state", "--base", "a.movie",
        "--record", "a.movie",
      ], code: 64, naming: "a.movie")
  }

  // MARK: Refusals

  @Test func moviesOfOthersAreRefused() throws {
    _ = try record("a.movie")
    try scratch.write("other.ch8", Programs.sketch)
    for (arguments, reason) in [
      (["other.ch8"], "recorded with another program, game"),
      (["game.ch8", "--seed", "8"], "recorded with seed 7, not 8"),
      (["game.ch8", "--platform", "vip"], "recorded with platform"),
      (["game.ch8", "--ipf", "99"], "recorded with instructions per frame 12, not 99"),
      (["game.ch8", "--quirk", "wrap=on"], "recorded with quirk wrap=off, not wrap=on"),
      (["game.ch8", "--poke", "0x500=8"], "recorded with different pokes"),
    ] {
      try scratch.expectRefusal(
        arguments + ["--headless", "--input", "a.movie"], code: 65, naming: "a.movie: \(reason)")
    }
    _ = try scratch.report("game.ch8", "--frames", "1", "--save", "a.state")
    for (arguments, option) in [
      (["game.ch8", "--host-calls", "."], "--host-calls"),
      (["game.ch8", "--call", "0x200"], "--call"),
      (["a.state", "--poke", "0x500=7"], "--poke"), (["game.ch8", "--keys", "0-1:1"], "--input"),
    ] {
      try scratch.expectRefusal(
        arguments + ["--headless", "--input", "a.movie"], code: 64, naming: option)
    }
    try scratch.expectRefusal(
      ["game.ch8", "--headless", "--read-only"], code: 64, naming: "--read-only")
  }

  @Test func falseMoviesAreNotPlayed() throws {
    _ = try record("a.movie")
    let image = try Image(scratch.read("a.movie"))
    let machine: Chip8 = try image.machine()
    let movie = try #require(try image.movie(of: machine))
    var tape = Tape<InputEvent>()
    for entry in movie.past.tape.entries {
      var input = entry.input
      if case .keys(let keys) = input, keys == KeySet(key: 0xA) { input = .keys(KeySet(key: 0xB)) }
      tape.append(input, at: entry.position)
    }
    var forged = image
    forged.setPast(Past(start: movie.past.start, tape: tape))
    try scratch.write("forged.movie", forged.bytes)
    try scratch.expectRefusal(
      ["game.ch8", "--headless", "--input", "forged.movie"], code: 65,
      naming: "forged.movie: the movie does not reproduce its final state")
    let verdict = try scratch.chip8("movie", "verify", "forged.movie", "a.movie")
    #expect(verdict.code == 65 && verdict.text.hasPrefix("a.movie: proved from power-on"))
    #expect(
      verdict.errors.contains(
        #/forged.movie: the run diverges from the movie in frame 12, at instruction \d+: field keys is 2048, but was recorded as 1024/#
      ),
      "\(verdict.errors)")
    // As it is, it is an image like any other.
    #expect(try scratch.report("forged.movie", "--frames", "0").state.bytes > 0)
    _ = try scratch.report("game.ch8", "--frames", "9", "--no-past", "--save", "bare.state")
    try scratch.expectRefusal(
      ["game.ch8", "--headless", "--input", "bare.state"], code: 65, naming: "without a past")
    try scratch.expectRefusal(["movie", "info", "game.ch8"], code: 65, naming: "game.ch8")
  }

  @Test func damagedMoviesAreRefused() throws {
    _ = try record("a.movie")
    let bytes = try scratch.read("a.movie")
    for count in [0, 1, 20, bytes.count / 2, bytes.count - 1] {
      try scratch.write("cut.movie", Array(bytes.prefix(count)))
      try scratch.expectRefusal(["movie", "verify", "cut.movie"], code: 65, naming: "cut.movie")
    }
    let image = try Image(bytes)
    for tag in [Tag("MOVI"), Tag("TAPE")] {
      let contents = try #require(try image.ancillary(tag))
      for change in [Array(contents.dropLast()), contents + [0], [], [9]] {
        var damaged = image
        damaged.setAncillary(.ancillary(tag), change, of: Chip8.self)
        try scratch.write("damaged.movie", damaged.bytes)
        try scratch.expectRefusal(
          ["game.ch8", "--headless", "--input", "damaged.movie"], code: 65, naming: "damaged.movie")
      }
    }
  }
}
