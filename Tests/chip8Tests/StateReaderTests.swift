// StateReaderTests.swift: a reader that was written from docs/STATE-FORMAT.md alone, in another
// language, reads what chip8 writes, and refuses what chip8 refuses.

import Chip8Core
import Foundation
import SaveState
import Testing

/// What the headless report says of a machine, and the reader too.
private struct Reported: Decodable, Equatable {
  let program: String
  let platform: String
  let ipf: Int
  let frames: Int
  let instructions: Int
  let screen: Report.Screen
  let ram: Report.RAM
  let state: Report.State
  let registers: Report.Registers
}

/// What `image info` says, and the reader too.
private struct FileInfo: Decodable, Equatable {
  struct Machine: Decodable, Equatable {
    let platform: String
    let timing: String
    let ipf: Int
    let quirks: [String]
    let font: String
  }

  struct Instruction: Decodable, Equatable {
    let address: Int
    let opcode: Int?
  }

  struct KeyWait: Decodable, Equatable {
    let register: Int
    let pressed: [Int]
  }

  struct Witness: Decodable, Equatable {
    let instructions: Int
    let frames: Int
    let sha256: String
  }

  struct Past: Decodable, Equatable {
    let powerOn: Bool
    let frames: Int
    let instructions: Int
    let events: Int
  }

  struct Movie: Decodable, Equatable {
    struct Marker: Decodable, Equatable {
      let frame: Int
      let text: String
    }

    let rerecords: Int
    let authors: [String]
    let markers: [Marker]
    let digestInterval: Int
    let checkInterval: Int
  }

  struct Base: Decodable, Equatable {
    let name: String
    let sha256: String
    let state: String
  }

  struct Settings: Decodable, Equatable {
    struct Key: Decodable, Equatable {
      let usage: Int
      let keypad: Int?
    }

    struct Point: Decodable, Equatable {
      let address: Int
      let bytes: Int?
    }

    let speed: Int?
    let rotation: Int?
    let colors: [String]
    let keys: [Key]
    let breakpoints: [Point]
    let watchpoints: [Point]
  }

  struct Label: Decodable, Equatable {
    let address: Int
    let name: String
  }

  struct Section: Decodable, Equatable {
    let tag: String
    let version: Int
    let critical: Bool
    let safeToCopy: Bool
    let bytes: Int
    let stored: Int
  }

  struct Host: Decodable, Equatable {
    let asleep: Bool
    let arguments: [String]
  }

  struct Goal: Decodable, Equatable {
    let address: Int
  }

  let bytes: Int
  let machine: Machine
  let needs: [String]
  let base: Base?
  let note: String?
  let frames: Int
  let instructions: Int
  let cycles: Int?
  let frameRest: Int?
  let registers: Report.Registers
  let stack: [Instruction]
  let flags: [Int]
  let keys: [Int]
  let keyWait: KeyWait?
  let random: UInt64
  let host: Host?
  let goals: [Goal]
  let last: [Instruction]
  let screen: Report.Screen
  let ram: Report.RAM
  let state: Report.State
  let witness: Witness?
  let past: Past?
  let movie: Movie?
  let settings: Settings?
  let labels: [Label]
  let sections: [Section]
}

private func decode<Value: Decodable>(_ bytes: some Sequence<UInt8>) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(bytes))
}

@Suite struct StateReaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Reads all files in one run: what the reader says of each.
  private func read(_ names: [String]) throws -> [[UInt8]] {
    let outcome = try scratch.stateReader(names)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: UInt8(ascii: "\n")).map(Array.init)
    try #require(lines.count == names.count)
    return lines
  }

  /// Compares what the reader says of each file with what chip8 says.
  private func compare(_ names: [String], _ lines: [[UInt8]]) throws {
    for (name, line) in zip(names, lines) {
      let info = try scratch.chip8("image", "info", name, "--json")
      #expect(try decode(line) as FileInfo == decode(info.output), "\(name)")
    }
  }

  // MARK: What chip8 writes

  private static let machines = [
    ["vip"], ["vip", "--timing", "cycles"], ["chip8", "--ipf", "7"], ["chip48"], ["schip10"],
    ["schip11"], ["schip"], ["xochip", "--ipf", "10000"], ["hires"],
    ["hires", "--timing", "cycles"],
    ["chip8", "--quirk", "doubled-lores=on"], ["xochip", "--quirk", "doubled-lores=on"],
    ["schip", "--quirk", "resolution-clears=off", "--quirk", "vf-order=on"]
      + ["--quirk", "skip-machine-code=on"],
  ]
  /// Each machine comes to each stop, as the numbers of both have no common divisor.
  private static let stops = [
    ["--frames", "0"], ["--instructions", "1003"],
    ["--frames", "90", "--keys", "3-9:5,40-44:A,60-70:1F,85-95:27"],
  ]

  /// Where the programs are. Not every machine knows every instruction, and goes as far as it can.
  private func programs() throws -> [String] {
    try scratch.write("waits.ch8", Programs.sketchWithKeys)
    // Fills V0 to VF with digits and keeps them in the user flags.
    try scratch.write("flags.ch8", rom(0xA000, 0xFF65, 0xF775, 0xFF75, 0x1208))
    let directory = FileManager.default.currentDirectoryPath + "/roms"
    return ["waits.ch8", "flags.ch8"]
      + ["schuss", "tests/audio", "tests/hires", "tests/planes", "tests/scrolling"].map {
        "\(directory)/\($0).ch8"
      }
  }

  /// Machines of all platforms at several moments: within frames, waiting for keys, in both
  /// resolutions, with planes and sound.
  @Test func itReadsWhatIsSaved() throws {
    var names: [String] = []
    var reports: [Reported] = []
    for program in try programs() {
      for machine in StateReaderTests.machines {
        let index = names.count
        let stop = StateReaderTests.stops[index % StateReaderTests.stops.count]
        let outcome = try scratch.run(
          [program, "--platform"] + machine + stop
            + ["--seed", "\(index)", "--headless", "--json", "--save", "\(index).state"])
        try #require([0, 70].contains(outcome.code), "\(program) \(machine): \(outcome.errors)")
        names.append("\(index).state")
        reports.append(try decode(outcome.output))
      }
    }
    let lines = try read(names)
    for (report, line) in zip(reports, lines) { #expect(try decode(line) as Reported == report) }
    try compare(names, lines)
    try expectVariety(lines.map { try decode($0) })
  }

  /// Whether everything that the format can report is somewhere among the files.
  private func expectVariety(_ files: [FileInfo]) throws {
    #expect(Set(files.map(\.machine.platform)).count == 8)
    #expect(
      Set(files.flatMap(\.needs)) == [
        "cycles", "skip-machine-code", "superchip", "two-page", "vf-order", "xochip",
        "xochip-audio",
      ])
    #expect(files.contains { $0.keyWait != nil } && files.contains { $0.keyWait == nil })
    #expect(files.contains { $0.keyWait?.pressed.isEmpty == false })
    #expect(files.contains { !$0.keys.isEmpty } && files.contains { !$0.stack.isEmpty })
    #expect(
      files.contains { $0.frameRest == 0 }
        && files.contains { ($0.frameRest ?? 0) > 1 })
    #expect(files.contains { $0.flags[7] != 0 } && files.contains { $0.flags[15] != 0 })
    #expect(files.contains { $0.screen.width == 128 } && files.contains { !$0.last.isEmpty })
  }

  /// Programs that may call their host, some of them suspended, and goals.
  @Test func itReadsHostsAndEntryCalls() throws {
    var names: [String] = []
    for platform in Platform.allCases {
      for goalCount in [0, 1, 16] {
        var machine = try Chip8(
          Program(name: "host", bytes: rom(0x2204, 0x1202, 0x0C81)), Configuration(platform))
        if goalCount < 16 { machine.allowHostCalls() }
        _ = machine.run(instructions: 1)
        if goalCount == 1 { machine = machine.suspended }
        for goal in 0..<goalCount { try machine.apply(.entryCall(0x200 + goal)) }
        if goalCount == 1 { try machine.apply(.arguments(["", "a b", "ü扉"])) }
        names.append(try scratch.write("\(platform).\(goalCount)", Image(of: machine).bytes))
      }
    }
    let lines = try read(names)
    try compare(names, lines)
    let infos = try lines.map { try decode($0) as FileInfo }
    #expect(infos.contains { $0.host?.asleep == true && $0.host?.arguments.count == 3 })
    #expect(infos.contains { $0.host?.asleep == false } && infos.contains { $0.host == nil })
    #expect(Set(infos.map(\.goals.count)) == [0, 1, 16])
  }

  /// Pasts from power-on and from later, with every kind of event.
  @Test func itReadsPasts() throws {
    var names: [String] = []
    for (platform, timing) in Platform.allCases.map({ ($0, Configuration.Timing.ipf) })
      + [(.vip, .cycles), (.hires, .cycles)]
    {
      var configuration = Configuration(platform)
      configuration.timing = timing
      var machine = try Chip8(
        Program(name: "host", bytes: rom(0x2204, 0x1202, 0x7101, 0x1204)), configuration)
      machine.allowHostCalls()
      var timeline = Timeline(machine)
      let events: [InputEvent] = [
        .userFlags([1, 2, 3]), .keys(KeySet(rawValue: 0x8001)), .poke(0x600, [1, 2, 3]),
        .hostAnswer(.restored), .arguments(["", "a b", "ü扉"]), .hostAnswer(.done),
        .entryCall(0x200), .register(.v(3), 0xFF), .register(.i, 0xFEDC),
      ]
      for (index, event) in events.enumerated() {
        timeline.run { _ = $0.run(instructions: 100 + index) }
        try timeline.apply(event)
      }
      for (name, byteLimit) in [("whole", 1 << 18), ("rest", 1 << 18)] {
        if name == "rest" {
          try timeline.apply(.program(Program(name: "other", bytes: rom(0x7101, 0x1200))))
          try timeline.apply(.keys(KeySet(key: 1)))
          timeline.run { _ = $0.run(instructions: 99) }
        }
        var image = Image(of: timeline.machine)
        image.setPast(timeline.past(byteLimit: byteLimit))
        if name == "rest" {
          var facts = MovieFacts()
          (facts.reRecordCount, facts.authors) = (1 << 40, ["Ada", "größe"])
          let frame = timeline.start.frame
          facts.add(MovieFacts.Marker(frame: frame, text: "a"))
          facts.add(MovieFacts.Marker(frame: frame + 3, text: "b\n"))
          image.setMovie(try #require(timeline.movie(facts)))
        }
        names.append(try scratch.write("\(platform).\(timing).\(name)", image.bytes))
      }
    }
    let lines = try read(names)
    try compare(names, lines)
    let pasts = try lines.map { try #require((try decode($0) as FileInfo).past) }
    #expect(pasts.map(\.powerOn) == (0..<names.count).map { $0 % 2 == 0 })
    let movies = try lines.compactMap { (try decode($0) as FileInfo).movie }
    #expect(movies.count == names.count / 2 && movies.allSatisfy { $0.authors.count == 2 })
    #expect(pasts.contains { $0.events > 7 } && pasts.contains { $0.instructions > 0 })
  }

  /// Each font beneath each kind of RAM: the digits in the page are the right ones.
  @Test func itKnowsEveryFont() throws {
    var names: [String] = []
    for platform in Platform.allCases {
      for font in Font.allCases {
        var configuration = Configuration(platform)
        configuration.font = font
        let program = Program(name: "\(font)", bytes: Programs.sketch)
        let image = Image(of: try Chip8(program, configuration))
        names.append(try scratch.write("\(platform).\(font)", image.bytes))
      }
    }
    try compare(names, read(names))
  }

  /// What others may write: notes, times, sections of their own, other codecs, in any order and
  /// after other data.
  @Test func itReadsWhatOthersMayWrite() throws {
    _ = try save("a.state")
    let labels = #"{"format":"chip8-symbols","version":1,"labels":{"a":0,"Tür":512,"main":512}}"#
    try scratch.write("a.sym", Array(labels.utf8))
    let changed = try scratch.chip8(
      "image", "set", "a.state", "--note", "vor der Tür · 扉", "--symbols", "a.sym", "--speed", "60",
      "--rotate", "180", "--colors", "000102,030405", "--key-map", "a=F,space=none", "--break",
      "Tür", "--break", "0xFFF", "--watchpoint", "main:3", "--watchpoint", "0:4096")
    #expect(changed.code == 0, "\(changed.errors)")
    for tag in ["CORE", "RAM ", "DISP"] {
      let contents = try scratch.contents(of: tag, in: "a.state")
      try alter("a.state") {
        $0[tag]?.contents = contents
        $0[tag]?.codec = 0
      }
    }
    try alter("a.state") { image in
      image.sections.append(section("TIME", [1, 2, 3, 4, 5, 0, 0, 0]))
      image.sections.append(
        AlteredImage.Section(
          tag: "else", flags: 2, version: 9, codec: 77, contents: [1], decodedByteCount: 5))
      image.sections.reverse()
    }
    try scratch.write("a.state", Array("#!/bin/sh\n".utf8) + scratch.read("a.state"))
    let lines = try read(["a.state"])
    try compare(["a.state"], lines)
    let line = try #require(lines.first)
    let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
    #expect(object?["time"] as? Int == 0x05_0403_0201)
    #expect(object?["note"] as? String == "vor der Tür · 扉")
    let info: FileInfo = try decode(line)
    #expect(info.labels.map(\.name) == ["a", "Tür", "main"])
    #expect(info.settings?.watchpoints.map(\.address) == [0, 512])
    #expect(info.settings?.breakpoints.map(\.address) == [512, 0xFFF])
    #expect(info.settings?.keys.map(\.keypad) == [15, nil])
  }

  /// Images that leave out their program, or hold a delta against their parent, on all kinds of
  /// memories.
  @Test func itReadsWhatLeavesSomethingOut() throws {
    try scratch.write("sketch.ch8", Programs.sketch)
    for platform in ["chip8", "schip", "xochip"] {
      let names = (0..<4).map { "\(platform)\($0).state" }
      _ = try scratch.report(
        "sketch.ch8", "--platform", platform, "--frames", "5", "--save", names[0])
      for (k, options) in [[], ["--no-rom"], []].enumerated() {
        let outcome = try scratch.run(
          [names[k], "--headless", "--instructions", "99", "--save", names[k + 1]]
            + ["--base", names[k]] + options)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
      // This one is known by its state from now on.
      #expect(try scratch.chip8("image", "set", names[0], "--note", "first").code == 0)
      let given = names.flatMap { ["--with", $0] }
      let outcome = try scratch.stateReader(given + names)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: UInt8(ascii: "\n")).map(Array.init)
      try #require(lines.count == names.count)
      try compare(names, lines)
      let needs = try lines.map { (try decode($0) as FileInfo).needs }
      #expect(needs.map { $0.contains("base") } == [false, true, true, true])
      #expect(needs.map { $0.contains("no-rom") } == [false, false, true, false])
      let alone = try scratch.stateReader(["--with", names[1], names[2]])
      #expect(alone.code == 65 && alone.errors.contains("base image is missing"))
    }
    _ = try scratch.report("sketch.ch8", "--frames", "5", "--save", "light.state", "--no-rom")
    #expect(try scratch.stateReader(["light.state"]).code == 65)
    let outcome = try scratch.stateReader(["--with", "sketch.ch8", "light.state"])
    try compare(["light.state"], [outcome.output])
  }

  /// Images of every released version.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: corpus), "there is no corpus yet"))
  func itReadsTheCorpus() throws {
    let corpus = StateReaderTests.corpus
    let files = try FileManager.default.contentsOfDirectory(atPath: corpus)
    let names = files.filter { $0.hasSuffix(".state") }.sorted().map { "\(corpus)/\($0)" }
    #expect(!names.isEmpty)
    try compare(names, read(names))
  }

  private static let corpus = FileManager.default.currentDirectoryPath + "/Tests/Corpus/v1"

  // MARK: file(1)

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/file")))
  func fileTellsImages() throws {
    let good = try save("good.state")
    var other = good
    other.replaceSubrange(8..<12, with: Array("GAME".utf8))
    try scratch.write("other.state", other)
    let magic = FileManager.default.currentDirectoryPath + "/docs/chip8.magic"
    let outcome = try scratch.shell("file -b -m '\(magic)' good.state other.state sketch.ch8")
    let lines = outcome.text.split(separator: "\n")
    #expect(outcome.code == 0 && lines.count == 3, "\(outcome.errors)")
    #expect(lines.first == "chip8 system image, revision 1")
    #expect(!lines.dropFirst().contains { $0.contains("chip8") })
  }
}
