// FarmTests.swift: farms, as processes. What is in a row is compared with a run by itself.

import Foundation
import SaveState
import Testing

@Suite struct FarmTests {
  private let scratch: Scratch
  /// Counts, and draws digits.
  private let count = rom(0x7001, 0xA300, 0xF033, 0xD005, 0x1200)

  init() throws {
    scratch = try Scratch()
    try scratch.write("count.ch8", count)
    try scratch.write("fault.ch8", rom(0x6001, 0x00EE))
    try scratch.write("key.ch8", rom(0xF00A, 0x7101, 0x1200))
    try scratch.write("halt.ch8", rom(0x6005, 0x1202))
    try scratch.write("exit.ch8", rom(0x00FD))
    try scratch.makeDirectory("states")
    _ = try scratch.report("count.ch8", "--frames", "9", "--save", "states/a.state")
    _ = try scratch.report(
      "count.ch8", "--instructions", "333", "--platform", "xochip", "--save", "states/b.state")
  }

  /// Jobs, and the options of the same runs.
  private static let jobs: [(members: String, options: [String])] = [
    (#""program":"count.ch8","frames":300"#, ["count.ch8", "--frames", "300"]),
    (
      #""program":"count.ch8","frames":100,"platform":"vip","seed":7,"ipf":33"#,
      ["count.ch8", "--frames", "100", "--platform", "vip", "--seed", "7", "--ipf", "33"]
    ),
    (
      #""program":"count.ch8","instructions":777,"quirks":{"wrap":true,"shift":true}"#,
      ["count.ch8", "--instructions", "777", "--quirk", "wrap=on", "--quirk", "shift=on"]
    ),
    (#""program":"count.ch8","until":["pc=0x206"]"#, ["count.ch8", "--until", "pc=0x206"]),
    (#""program":"fault.ch8","frames":3"#, ["fault.ch8", "--frames", "3"]),
    (
      #""program":"key.ch8","keys":"3-5:A,9-:B","until":["key-wait"]"#,
      ["key.ch8", "--keys", "3-5:A,9-:B", "--until", "key-wait"]
    ),
    (#""program":"key.ch8""#, ["key.ch8"]),
    (#""program":"halt.ch8""#, ["halt.ch8"]),
    (#""program":"halt.ch8","frames":5"#, ["halt.ch8", "--frames", "5"]),
    (#""program":"exit.ch8","platform":"schip""#, ["exit.ch8", "--platform", "schip"]),
    (
      #""restore":"states/a.state","frames":20"#, ["--restore", "states/a.state", "--frames", "20"]
    ),
    (
      #""restore":"states/b.state","instructions":20,"until":["halt"]"#,
      ["--restore", "states/b.state", "--instructions", "20", "--until", "halt"]
    ),
    (#""program":"count.ch8","frames":0"#, ["count.ch8", "--frames", "0"]),
    (
      #""program":"count.ch8","frames":9,"seed":"18446744073709551615""#,
      ["count.ch8", "--frames", "9", "--seed", "18446744073709551615"]
    ),
  ]

  /// The same with what is played.
  private static let playing: [(members: String, options: [String])] = [
    (#""input":"key.movie""#, ["--input", "key.movie"]),
    (#""input":"key.txt","instructions":2"#, ["--input", "key.txt", "--instructions", "2"]),
    (#""input":"late.movie","frames":90"#, ["--input", "late.movie", "--frames", "90"]),
    (#""program":"key.ch8","input":"key.movie","seed":3"#, ["key.ch8", "--input", "key.movie"]),
    (#""restore":"states/a.state","input":"late.movie""#, ["--input", "late.movie"]),
    (
      #""program":"key.ch8","input":"keys","frames":20"#,
      ["key.ch8", "--input", "keys", "--frames", "20"]
    ),
    (
      #""restore":"states/a.state","input":"keys","frames":9"#,
      ["--restore", "states/a.state", "--input", "keys", "--frames", "9"]
    ),
    (
      #""program":"flags.ch8","platform":"schip","input":"flags""#,
      ["flags.ch8", "--platform", "schip", "--input", "flags"]
    ),
    (
      #""restore":"caller.state","input":"calls","frames":30"#,
      ["caller.state", "--input", "calls", "--frames", "30"]
    ),
  ]

  private func writeWhatIsPlayed() throws {
    let key = ["key.ch8", "--seed", "3", "--frames", "30", "--keys", "5-9:A"]
    for name in ["key.movie", "key.txt"] {
      #expect(try scratch.run(key + ["--headless", "--record", name]).code == 0)
    }
    _ = try scratch.report("states/a.state", "--frames", "20", "--record", "late.movie")
    try scratch.write("keys", Array("2-5:3\n# and\n7-:1\n".utf8))
    let flags = rom(0xF085, 0x7001, 0xF075, 0x1206)
    try scratch.write("flags.ch8", flags)
    try scratch.write(
      "flags", Array("session \(Digest.sha1(flags))\nflags 0700000000000000\nend\n".utf8))
    // A program that restores another machine in its place, which is in the recording.
    try scratch.write(
      "caller.8o",
      Array(
        """
        : main i := block native 0xC81 v4 := v0 loop again
        : block 2 0 :pointer file 0 0 0 0 0 0
        : file 0x61 0
        """.utf8))
    _ = try scratch.report(
      "caller.8o", "--instructions", "1", "--no-past", "--save", "caller.state")
    let image = Data(try scratch.read("caller.state")).base64EncodedString()
    let calls =
      ["host", "host restore a 02 \(image)"]
      + Array(repeating: "host restore a 02 @1", count: 29)
    try scratch.write("calls", Array(calls.joined(separator: "\n").utf8))
  }

  private func write(_ jobs: [String], as name: String = "jobs.jsonl") throws {
    try scratch.write(name, Array((jobs.joined(separator: "\n") + "\n").utf8))
  }

  private func rows(_ name: String = "results.jsonl") throws -> [[String: any Sendable]] {
    try scratch.text(name).split(separator: "\n").map { try object(String($0)) }
  }

  private func object(_ text: String) throws -> [String: any Sendable] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: any Sendable])
  }

  private func farm(_ options: String...) throws -> Outcome {
    try scratch.run(["farm", "jobs.jsonl", "-o", "results.jsonl"] + options)
  }

  @Test func resultsAreNotWrittenToAPipe() throws {
    try writeWhatIsPlayed()
    try write([#"{"program":"count.ch8","frames":1}"#])
    #expect(mkfifo(scratch.path("pipe"), 0o600) == 0)
    try scratch.expectRefusal(
      ["farm", "jobs.jsonl", "-o", "pipe"], code: 73, naming: "not a regular file")
  }

  @Test func aRowIsTheReportOfTheRunByItself() throws {
    try writeWhatIsPlayed()
    let jobs = FarmTests.jobs + FarmTests.playing
    try write(jobs.enumerated().map { #"{"id":"\#($0)",\#($1.members)}"# })
    let outcome = try farm()
    #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty)
    let rows = try rows()
    try #require(rows.count == jobs.count)
    for (number, (row, job)) in zip(rows, jobs).enumerated() {
      let alone = try scratch.run(job.options + ["--headless", "--json"])
      var expected = try object(alone.text)
      expected["id"] = "\(number)"
      #expect(row as NSDictionary == expected as NSDictionary, "\(job.members)")
    }
  }

  @Test func savesAreThoseOfTheRunByItself() throws {
    try writeWhatIsPlayed()
    try write([
      #"{"id":1,"program":"count.ch8","frames":50,"seed":3,"save":"states/c.state"}"#,
      #"{"id":2,"restore":"states/a.state","frames":50,"keys":"1-2:3","save":"states/d.state"}"#,
      #"{"id":3,"input":"key.movie","save":"states/e.state"}"#,
    ])
    #expect(try farm().code == 0)
    _ = try scratch.report("count.ch8", "--frames", "50", "--seed", "3", "--save", "1.state")
    _ = try scratch.report(
      "--restore", "states/a.state", "--frames", "50", "--keys", "1-2:3", "--save", "2.state")
    #expect(try scratch.read("states/c.state") == scratch.read("1.state"))
    #expect(try scratch.read("states/d.state") == scratch.read("2.state"))
    _ = try scratch.report("--input", "key.movie", "--save", "3.state")
    #expect(try scratch.read("states/e.state") == scratch.read("3.state"))
  }

  @Test func jobsDoNotReplaceTheFilesOfTheFarm() throws {
    let names = ["results.jsonl", "results.jsonl.farm", "jobs.jsonl"]
    try write(names.map { #"{"id":"\#($0)","program":"count.ch8","frames":1,"save":"\#($0)"}"# })
    let jobs = try scratch.read("jobs.jsonl")
    #expect(try farm().code == 65)
    let rows = try scratch.text("results.jsonl").split(separator: "\n")
    #expect(rows.count == 3 && rows.allSatisfy { $0.contains("cannot be overwritten") })
    #expect(try scratch.read("jobs.jsonl") == jobs)
  }

  @Test func invalidJobsGetARow() throws {
    try writeWhatIsPlayed()
    #expect(mkfifo(scratch.path("pipe"), 0o600) == 0)
    try scratch.write("torn.movie", Array(scratch.read("key.movie").dropLast()))
    let bad: [(job: String, sentence: String)] = [
      ("nonsense", "the document is not JSON"), ("[]", "is not an object"),
      ("{}", "`id` is missing"), (#"{"id":[],"program":"count.ch8"}"#, "`id` is missing, or"),
      (#"{"id":1}"#, "one of `program` and `restore`"),
      (#"{"id":1,"program":"count.ch8","restore":"states/a.state"}"#, "one of"),
      (#"{"id":1,"program":"count.ch8","frmes":1}"#, "`frmes` is not a member"),
      (#"{"id":1,"program":"count.ch8","frames":-1}"#, "`frames` is negative"),
      (#"{"id":1,"program":"count.ch8","frames":"1"}"#, "`frames` is not a whole number"),
      (#"{"id":1,"program":"count.ch8","ipf":0}"#, "`ipf` is not in"),
      (#"{"id":1,"program":"count.ch8","platform":"x"}"#, "unknown `platform`; expected"),
      (#"{"id":1,"program":"count.ch8","quirks":{"x":true}}"#, "unknown quirk in `quirks`"),
      (#"{"id":1,"program":"count.ch8","keys":"x"}"#, "`keys` is not as in"),
      (#"{"id":1,"program":"count.ch8","until":["pc=here"]}"#, "`until`"),
      (#"{"id":1,"program":"count.ch8","until":["soon"]}"#, "\\\"soon\\\""),
      (#"{"id":1,"program":"none.ch8"}"#, "none.ch8: cannot be read: no such file"),
      (#"{"id":1,"program":"states"}"#, "states: cannot be read"),
      (#"{"id":1,"program":"-"}"#, "standard input"),
      (#"{"id":1,"program":"states/a.state"}"#, "name it as `restore`"),
      (#"{"id":1,"restore":"count.ch8"}"#, "count.ch8: not a saved state"),
      (#"{"id":1,"restore":"states/a.state","seed":1}"#, "`seed` cannot be set for a saved state"),
      (#"{"id":1,"input":"keys"}"#, "keys: is not a movie: name what it is for as `program`"),
      (#"{"id":1,"input":"none"}"#, "none: cannot be read"),
      (#"{"id":1,"input":"count.ch8"}"#, "count.ch8: not an input recording"),
      (#"{"id":1,"input":"torn.movie"}"#, "torn.movie: "),
      (#"{"id":1,"input":"key.movie","ipf":9}"#, "`ipf` cannot be set for a movie"),
      (#"{"id":1,"input":"key.movie","keys":"1-2:3"}"#, "cannot be combined"),
      (#"{"id":1,"input":"key.movie","program":"count.ch8"}"#, "key.movie: recorded with another"),
      (#"{"id":1,"input":"key.movie","program":"key.ch8","seed":4}"#, "recorded with seed 3"),
      (#"{"id":1,"input":"-"}"#, "standard input"),
      (#"{"id":1,"restore":"caller.state","input":"calls","frames":31}"#, "not in the recording"),
      (#"{"id":1,"program":"key.ch8","input":"flags"}"#, "flags: recorded with another program"),
      (#"{"id":1,"program":"pipe"}"#, "pipe: is not a regular file"),
      (#"{"id":1,"restore":"pipe"}"#, "pipe: is not a regular file"),
      (#"{"id":1,"program":"count.ch8","input":"pipe"}"#, "pipe: is not a regular file"),
      (#"{"id":1,"program":"count.ch8","frames":1,"save":"pipe"}"#, "pipe: is not a regular file"),
      (#"{"id":1,"program":"count.ch8\u0000"}"#, "cannot have a zero byte"),
      (#"{"id":1,"program":"count.ch8","seed":"x"}"#, "`seed` is not a whole number"),
      (#"{"id":1,"program":"count.ch8","frames":9999}"#, "more than 50000 instructions"),
      (#"{"id":1,"program":"count.ch8","instructions":50001}"#, "more than 50000 instructions"),
      (#"{"id":1,"program":"count.ch8","frames":1,"save":"count.ch8"}"#, "count.ch8: cannot be"),
    ]
    let good = #"{"id":9,"program":"count.ch8","instructions":50000}"#
    try write(bad.flatMap { [$0.job, good] } + ["", "  "])
    let outcome = try farm("--max-instructions", "50000", "--fields", "instructions")
    #expect(outcome.code == 65)
    #expect(
      outcome.errors == "chip8: results.jsonl: \(bad.count) of \(2 * bad.count) jobs could not be "
        + "run; their lines say why\n")
    let lines = try scratch.text("results.jsonl").split(separator: "\n")
    try #require(lines.count == 2 * bad.count)
    for (number, (_, sentence)) in bad.enumerated() {
      let row = lines[2 * number]
      #expect(row.hasPrefix(#"{"error":""#) && row.contains(sentence), "\(sentence): \(row)")
      #expect(lines[2 * number + 1] == #"{"id":9,"instructions":50000}"#)
    }
    #expect(try scratch.read("count.ch8") == count)
    #expect(try farm("--max-instructions", "50000", "--fields", "instructions").code == 65)
  }

  // MARK: Resuming

  private func writeMany(_ count: Int = 200) throws {
    try write((0..<count).map { #"{"id":\#($0),"program":"count.ch8","frames":\#($0 % 50)}"# })
  }

  @Test func aFarmThatWasCutOffAnywhereContinues() throws {
    try writeMany(7)
    #expect(try farm("--fields", "frames,state").code == 0)
    let whole = try scratch.read("results.jsonl")
    for length in stride(from: 0, to: whole.count, by: 13) {
      try scratch.write("results.jsonl", Array(whole.prefix(length)))
      #expect(try farm("--fields", "frames,state").code == 0)
      #expect(try scratch.read("results.jsonl") == whole)
    }
    // The file that says of which jobs they are is there first.
    try FileManager.default.removeItem(atPath: scratch.path("results.jsonl"))
    #expect(try farm("--fields", "frames,state").code == 0)
    #expect(try scratch.read("results.jsonl") == whole)
  }

  @Test func aFarmThatWasKilledContinues() throws {
    try writeMany(4000)
    #expect(try scratch.chip8("farm", "jobs.jsonl", "-o", "whole.jsonl").code == 0)
    let whole = try scratch.read("whole.jsonl")
    for part in 1...3 {
      let running = try Running(["farm", "jobs.jsonl", "-o", "results.jsonl"], in: scratch)
      try waitFor("some results") {
        let text = try? scratch.read("results.jsonl")
        return (text?.count ?? 0) > whole.count / 5 * part ? true : nil
      }
      kill(running.process, SIGKILL)
      _ = try running.outcome()
    }
    #expect(try farm().code == 0)
    #expect(try scratch.read("results.jsonl") == whole)
  }

  @Test func resultsOfOtherJobsAreRefusedAndLeftAlone() throws {
    try writeMany(5)
    #expect(try farm().code == 0)
    let results = try scratch.read("results.jsonl")
    func refused(_ options: String..., because: String) throws {
      let outcome = try scratch.run(["farm", "jobs.jsonl", "-o", "results.jsonl"] + options)
      #expect(outcome.code == 73 && outcome.errors.contains(because), "\(outcome.errors)")
      #expect(try scratch.read("results.jsonl") == results)
    }
    try refused("--fields", "frames", because: "the same jobs with other options")
    try refused("--shard", "1/2", because: "the same jobs with other options")
    try refused("--max-instructions", "5", because: "the same jobs with other options")
    try writeMany(6)
    try refused(because: "its results are of other jobs")
    try FileManager.default.removeItem(atPath: scratch.path("results.jsonl.farm"))
    try refused(because: "it is not the results of a farm")
    try scratch.write("results.jsonl.farm", Array("{}".utf8))
    try refused(because: "its results are of other jobs")
    let onItself = try scratch.chip8("farm", "jobs.jsonl", "-o", "jobs.jsonl")
    #expect(onItself.code != 0)
    #expect(try scratch.text("jobs.jsonl").hasPrefix(#"{"id":0,"#))
  }

  @Test func resultsAreOfOneFarmAtATime() throws {
    try writeMany(5)
    #expect(try farm().code == 0)
    let lock = open(scratch.path("results.jsonl"), O_RDWR | O_CLOEXEC)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    let outcome = try farm()
    #expect(outcome.code == 75 && outcome.errors.contains("keeps it locked"), "\(outcome.errors)")
  }

  // MARK: Threads and parts

  @Test func threadsAndPartsChangeNothing() throws {
    try writeMany()
    #expect(try farm("--threads", "1").code == 0)
    let whole = try scratch.read("results.jsonl")
    let output = try scratch.chip8("farm", "jobs.jsonl", "--threads", "7")
    #expect(output.output == whole)
    for count in [1, 3, 200, 201] {
      var parts: [UInt8] = []
      for number in count < 10 ? Array(1...count) : [1, 7, count] {
        let part = try scratch.chip8(
          "farm", "jobs.jsonl", "-o", "part", "--shard", "\(number)/\(count)")
        #expect(part.code == 0, "\(part.errors)")
        parts += try scratch.read("part")
        for name in ["part", "part.farm"] {
          try FileManager.default.removeItem(atPath: scratch.path(name))
        }
      }
      if count < 10 { #expect(parts == whole) }
    }
    let fromInput = try scratch.chip8("farm", "-", input: try scratch.read("jobs.jsonl"))
    #expect(fromInput.output == whole)
  }

  @Test(arguments: [
    ["--shard", "0/2"], ["--shard", "3/2"], ["--shard", "1"], ["--threads", "0"],
    ["--fields", "frames,none"], ["--fields", "engine"], ["--max-instructions", "0"],
  ])
  func optionsAreChecked(_ options: [String]) throws {
    try writeMany(1)
    #expect(try scratch.run(["farm", "jobs.jsonl", "-o", "results.jsonl"] + options).code == 64)
    #expect(try !scratch.names.contains("results.jsonl"))
  }
}
