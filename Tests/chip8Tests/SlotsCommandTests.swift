// SlotsCommandTests.swift: slots from the command line, and the runs that save to them.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// The JSON objects, as a reader of the documentation expects them.
private struct SlotObject: Decodable {
  struct State: Decodable {
    struct Screen: Decodable, Equatable {
      let width: Int
      let height: Int
      let sha1: String
    }

    let version: Int?
    let path: String
    let bytes: Int
    let locked: Bool
    let damage: String?
    let time: String?
    let note: String?
    let program: String?
    let platform: String?
    let machineTime: String?
    let frames: Int?
    let instructions: Int?
    let screen: Screen?
  }

  let program: String?
  let sha1: String
  let slot: String
  let path: String
  let state: State?
  let versions: [State]
}

private struct ListObject: Decodable {
  struct Row: Decodable {
    let slot: String
    let versions: Int
    let state: SlotObject.State?
  }

  let program: String?
  let sha1: String
  let folder: String
  let slots: [Row]
}

private struct ProgramsObject: Decodable {
  struct Row: Decodable {
    let program: String?
    let sha1: String
    let folder: String
    let slots: Int
    let time: String?
  }

  let programs: [Row]
}

@Suite struct SlotsCommandTests {
  let scratch: Scratch
  private static let sha1 = "\(Digest.sha1(Programs.count))"

  init() throws {
    scratch = try Scratch()
    try scratch.write("count.ch8", Programs.count)
  }

  private var slots: Slots {
    Slots(root: scratch.path("state/chip8"), program: Digest.sha1(Programs.count))
  }

  /// Runs so many instructions and saves the machine in a slot.
  private func save(_ instructions: Int, to slot: String) throws {
    _ = try scratch.report(
      "count.ch8", "--instructions", "\(instructions)", "--save-slot", slot)
  }

  /// A command that has to go well, and what it prints.
  @discardableResult
  private func text(_ arguments: String...) throws -> String {
    let outcome = try scratch.run(["slots"] + arguments)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return outcome.text
  }

  private func object<Object: Decodable>(
    _: Object.Type = Object.self, _ arguments: String...
  ) throws -> Object {
    let outcome = try scratch.run(["slots"] + arguments + ["--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return try JSONDecoder().decode(Object.self, from: Data(outcome.output))
  }

  private func slot(_ arguments: String...) throws -> SlotObject {
    let outcome = try scratch.run(["slots"] + arguments + ["--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
    return try JSONDecoder().decode(SlotObject.self, from: Data(outcome.output))
  }

  // MARK: Looking

  @Test func slotsAreListedAndShown() throws {
    #expect(try text("list") == "no slots\n")
    #expect(try text("list", "count.ch8") == "no slots\n")
    let before = Date(timeIntervalSinceNow: -1)
    for instructions in [10, 20, 30] { try save(instructions, to: "3") }
    try save(36_000 * 12, to: "boss fight")
    try text("note", "count.ch8", "boss fight", "größer\n\u{1B}[31m")
    try text("lock", "count.ch8", "boss fight")
    try Storage.writeAtomically(slots.path(.key(4)), with: [1, 2, 3])
    try text("delete", "count.ch8", "3")

    let list = try object(ListObject.self, "list", "count.ch8")
    #expect((list.program, list.sha1, list.folder) == ("count", Self.sha1, slots.directory))
    #expect(list.slots.map(\.slot) == ["boss fight", "slot3", "slot4"])
    #expect(list.slots.map(\.versions) == [0, 3, 0])
    let boss = try #require(list.slots[0].state)
    #expect((boss.version, boss.locked, boss.damage) == (nil, true, nil))
    #expect(boss.note == "größer\n\u{1B}[31m")
    #expect((boss.program, boss.platform) == ("count", "chip8"))
    #expect((boss.frames, boss.instructions) == (36_000, 432_000))
    #expect(boss.bytes == (try scratch.read("state/chip8/\(Self.sha1)/boss fight.state")).count)
    let time = try #require(boss.time)
    #expect((before...Date()).contains(try Date(time, strategy: .iso8601)))
    #expect(boss.machineTime == "0:10:00")
    let report = try scratch.report(boss.path, "--frames", "0")
    #expect(boss.screen?.sha1 == report.screen.sha1)
    #expect((boss.screen?.width, boss.screen?.height) == (64, 32))
    #expect(list.slots[1].state == nil)
    let damaged = try #require(list.slots[2].state)
    #expect((damaged.bytes, damaged.damage) == (3, "not a saved state"))
    #expect((damaged.time, damaged.platform, damaged.screen) == (nil, nil, nil))

    let programs = try object(ProgramsObject.self, "list").programs
    #expect(programs.map(\.program) == ["count"] && programs.map(\.sha1) == [Self.sha1])
    #expect(programs.map(\.slots) == [3] && programs.map(\.time) == [time])

    let shown = try slot("show", "count.ch8", "3")
    #expect((shown.slot, shown.path) == ("slot3", slots.path(.key(3))))
    #expect(shown.state == nil && shown.program == "count")
    #expect(shown.versions.map(\.version) == [3, 2, 1])
    #expect(shown.versions.map(\.instructions) == [30, 20, 10])
  }

  @Test func shownTextIsSanitized() throws {
    try scratch.write("digit.ch8", Programs.digit)
    _ = try scratch.report("digit.ch8", "--frames", "9000", "--save-slot", "a")
    _ = try scratch.report("digit.ch8", "--frames", "9060", "--save-slot", "a")
    try text("note", "digit.ch8", "a", "two\nlines\u{1B}[31m")
    let lines = try text("list", "digit.ch8").split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    #expect(
      lines[0].split(separator: " ")
        == ["slot", "saved", "time", "platform", "bytes", "versions"])
    #expect(lines[1].hasPrefix("a     20"))
    #expect(lines[1].contains("  0:02:31  chip8  "))
    #expect(lines[1].hasSuffix("  two\u{FFFD}lines\u{FFFD}[31m"))
    #expect(try text("list").split(separator: "\n").count == 2)

    let screen = try scratch.chip8(
      "digit.ch8", "--headless", "--frames", "9060", "--print", "screen")
    let shown = try text("show", "digit.ch8", "a")
    #expect(shown.hasPrefix("a of digit\nsaved 20"))
    #expect(shown.contains("\ntime 0:02:31 on CHIP-8: 9060 frames, "))
    #expect(shown.contains("\n\ntwo\nlines\u{FFFD}[31m\n\n"))
    #expect(shown.contains(screen.text))
    #expect(shown.contains("\n1        20"))

    let path = try text("path", "digit.ch8", "a").dropLast()
    try Storage.writeAtomically(String(path), with: [1])
    for command in [["list", "digit.ch8"], ["show", "digit.ch8", "a"]] {
      let outcome = try scratch.run(["slots"] + command)
      #expect(outcome.code == 0 && outcome.text.contains("damaged: not a saved state"))
    }
  }

  @Test func programsAreIdentifiedByAnyOfTheirFiles() throws {
    try scratch.write("game.8o", Array(": main v0 += 1 v1 := v0 jump main".utf8))
    let commands = [
      ["asm", "game.8o"], ["cart", "pack", "game.8o"],
      ["game.8o", "--headless", "--frames", "9", "--save-slot", "a", "--save", "game.state"],
    ]
    for command in commands { #expect(try scratch.run(command).code == 0) }
    let sha1 = "\(Digest.sha1(try scratch.read("game.ch8")))"
    // One state leaves its program out.
    try FileManager.default.createDirectory(
      atPath: scratch.path("alone"), withIntermediateDirectories: false)
    _ = try scratch.report("game.8o", "--frames", "9", "--no-rom", "--save", "alone/game.state")
    let states = ["game.state", "alone/game.state"]
    for program in ["game.8o", "game.ch8", "game.gif"] + states + [sha1, sha1.uppercased()] {
      #expect(try slot("show", program, "a").sha1 == sha1, "\(program)")
    }
    let piped = try scratch.run(
      ["slots", "path", "-", "a"], input: try scratch.read("game.ch8"))
    #expect(piped.text == scratch.path("state/chip8/\(sha1)/a.state\n"))
    #expect(
      try text("path", sha1, "a", "--slots", "state/chip8") == "state/chip8/\(sha1)/a.state\n")
  }

  // MARK: Changing

  @Test func slotsAreChanged() throws {
    for instructions in [10, 20, 30] { try save(instructions, to: "1") }
    #expect(try slot("rename", "count.ch8", "1", "a").slot == "a")
    #expect(try slot("note", "count.ch8", "a", "hm").state?.note == "hm")
    #expect(try slot("note", "count.ch8", "a", "--off").state?.note == nil)
    #expect(try slot("lock", "count.ch8", "a").state?.locked == true)
    #expect(try slot("lock", "count.ch8", "a", "--off").state?.locked == false)
    let restored = try slot("restore", "count.ch8", "a")
    #expect(restored.state?.instructions == 20)
    #expect(restored.versions.map(\.instructions) == [30, 10])
    let first = try #require(restored.versions.last?.version)
    #expect(
      try slot("restore", "count.ch8", "a", "--version", "\(first)").state?.instructions == 10)
    let deleted = try slot("delete", "count.ch8", "a")
    #expect(deleted.state == nil && deleted.versions.map(\.instructions) == [10, 20, 30])
    #expect(try slot("delete", "count.ch8", "a", "--purge").versions.isEmpty)

    // Without --json, a line says what was done.
    try save(10, to: "1")
    try save(20, to: "1")
    #expect(
      try text("restore", "count.ch8", "1")
        == "slot1 holds its newest version; the previous state is version 2\n")
    #expect(
      try text("delete", "count.ch8", "1") == "slot1 is empty; the previous state is version 3\n")
    #expect(try text("restore", "count.ch8", "1", "--version", "2") == "slot1 holds version 2\n")
  }

  @Test func statesComeAndGoAsFiles() throws {
    try save(10, to: "1")
    try save(20, to: "1")
    try text("export", "count.ch8", "1", "a.state")
    #expect(try scratch.report("a.state", "--frames", "0").instructions == 20)
    let exported = try scratch.chip8("slots", "export", "count.ch8", "1", "-")
    #expect(try exported.output == scratch.read("a.state") && exported.errors.isEmpty)

    try save(30, to: "1")
    let imported = try slot("import", "count.ch8", "1", "a.state")
    #expect(imported.state?.instructions == 20)
    #expect(imported.versions.map(\.instructions) == [30, 10])
    let piped = try scratch.run(
      ["slots", "import", "count.ch8", "boss fight", "-"], input: try scratch.read("a.state"))
    #expect(piped.text == "boss fight holds standard input\n")
    #expect(
      try scratch.read("state/chip8/\(Self.sha1)/boss fight.state") == scratch.read("a.state"))
  }

  // MARK: Refusals

  @Test func refusals() throws {
    try save(10, to: "1")
    try save(20, to: "locked")
    try text("lock", "count.ch8", "locked")
    try Storage.writeAtomically(slots.path(.key(2)), with: [1, 2, 3])
    try scratch.write("digit.ch8", Programs.digit)
    _ = try scratch.report("digit.ch8", "--save", "digit.state")
    _ = try scratch.report("count.ch8", "--frames", "1", "--save", "count.state")
    try scratch.write("cut.state", try scratch.read("count.state").dropLast(9))
    let refusals: [(String, Int32, String)] = [
      ("show count.ch8 a/b", 64, "\"a/b\": a slot's name must not contain a slash"),
      ("rename count.ch8 1 .a", 64, "\".a\": a slot's name"),
      ("rename count.ch8 1 auto-a", 64, "slot auto-a: names that begin with auto-"),
      ("import count.ch8 auto-exit count.state", 64, "slot auto-exit: names"),
      ("note count.ch8 1", 64, "--off"), ("note count.ch8 1 a --off", 64, "--off"),
      ("note count.ch8 1 \(String(repeating: "x", count: 4097))", 64, "4096 bytes"),
      ("export count.ch8 1 - --json", 64, "standard output"),
      ("import - 1 -", 64, "standard input"), ("restore count.ch8 1 --version x", 64, "--version"),
      ("lock count.ch8 auto-exit", 64, "slot auto-exit"), ("show count.ch8", 64, "NAME"),
      ("export count.ch8 2 a.state", 65, "slot2.state: not a saved state"),
      ("note count.ch8 2 a", 65, "slot2.state: not a saved state"),
      (
        "import count.ch8 1 digit.state", 65,
        "digit.state: the saved state belongs to another program"
      ),
      ("import count.ch8 1 cut.state", 65, "cut.state"),
      ("import count.ch8 1 count.ch8", 65, "count.ch8: not a saved state"),
      ("list cut.state", 65, "cut.state"),
      ("show missing.ch8 1", 66, "missing.ch8"), ("import count.ch8 1 missing", 66, "missing"),
      ("show count.ch8 3", 66, "slot slot3: empty"),
      ("path count.ch8 3", 66, "slot slot3"), ("export count.ch8 3 a", 66, "slot slot3"),
      ("delete count.ch8 3", 66, "slot slot3"), ("restore count.ch8 3", 66, "slot slot3"),
      ("restore count.ch8 1", 66, "slot slot1: no earlier version"),
      ("restore count.ch8 1 --version 7", 66, "slot slot1: no version 7"),
      ("import count.ch8 locked count.state", 73, "slot locked: locked"),
      ("delete count.ch8 locked --purge", 73, "slot locked: locked"),
      ("rename count.ch8 1 locked", 73, "slot locked: already exists"),
      ("export count.ch8 1 missing/a", 73, "missing/a"),
      ("export count.ch8 1 /dev/full", 74, "/dev/full"),
      ("import count.ch8 1 count.state --slots /dev/null", 73, "/dev/null"),
    ]
    for (command, code, name) in refusals {
      try scratch.expectRefusal(
        ["slots"] + command.split(separator: " ").map(String.init), code: code, naming: name)
    }
    try scratch.expectRefusal(
      ["slots", "show", "count.ch8", "a\u{1B}[31m"], code: 64, naming: "\"a\u{FFFD}[31m\"")
    #expect(try slots.names().map(\.description) == ["locked", "slot1", "slot2"])
    #expect(try slots.versions(of: .key(1)).isEmpty)
  }

  // MARK: Runs

  @Test func aRunIsSavedInASlot() throws {
    let report = try scratch.report(
      "count.ch8", "--frames", "5", "--save-slot", "7", "--slots", "elsewhere")
    let again = try scratch.report("elsewhere/\(Self.sha1)/slot7.state", "--frames", "0")
    #expect(again.state == report.state)
    try save(10, to: "locked")
    try text("lock", "count.ch8", "locked")
    let refusals: [(String, Int32, String)] = [
      ("--headless --save-slot a/b", 64, "must not contain a slash"),
      ("--save-slot a", 64, "--headless"),
      ("--headless --save-slot auto-exit", 64, "slot auto-exit"),
      ("--headless --frames 1 --save-slot locked", 73, "slot locked"),
      ("--headless --frames 1 --save-slot a --slots /dev/null", 73, "/dev/null"),
    ]
    for (options, code, name) in refusals {
      try scratch.expectRefusal(
        ["count.ch8"] + options.split(separator: " ").map(String.init), code: code, naming: name)
    }
  }

  private func autosave(_ autosave: Autosave, instructions: Int, time: UInt64) throws {
    _ = try scratch.report(
      "count.ch8", "--instructions", "\(instructions)", "--save", "auto.state")
    var image = try Image(contentsOf: scratch.path("auto.state"))
    image.setTime(time)
    try slots.autosave(image, to: autosave.slot)
  }

  @Test func aProgramIsResumed() throws {
    func resumed(_ options: String...) throws -> (instructions: Int, errors: [String]) {
      let outcome = try scratch.run(
        ["--resume", "count.ch8", "--headless", "--json", "--frames", "0"] + options)
      #expect(outcome.code == 0)
      let errors = outcome.errors.split(separator: "\n").map(String.init)
      return (try Report(outcome).instructions, errors)
    }
    let nothing = "chip8: count: nothing to resume; starting from power-on"
    #expect(try resumed("--ipf", "7") == (0, [nothing]))
    try save(5, to: "1")
    try autosave(.fault, instructions: 6, time: 900)
    #expect(try resumed() == (0, [nothing]))
    try autosave(.minute, instructions: 10, time: 100)
    try autosave(.exit, instructions: 20, time: 50)
    #expect(try resumed() == (10, []))
    try autosave(.exit, instructions: 30, time: 200)
    #expect(try resumed() == (30, []))
    for option in ["--platform vip", "--quirk shift=on", "--ipf 5", "--timing ipf", "--seed 1"] {
      let options = option.split(separator: " ").map(String.init)
      try scratch.expectRefusal(
        ["--resume", "count.ch8", "--headless"] + options, code: 64,
        naming: "\(options[0]) cannot be combined with --resume")
    }
    let exit = slots.path(Autosave.exit.slot)
    try Storage.writeAtomically(exit, with: [1])
    let skipped = "chip8: skipped: \(exit): not a saved state"
    // The newest version of what is damaged is older than the other autosave.
    #expect(try resumed() == (10, [skipped]))
    try scratch.expectRefusal(
      ["--resume", "auto.state", "--headless"], code: 64, naming: "--resume is not needed")
    try scratch.expectRefusal(
      ["--resume", "--restore", "auto.state", "--headless"], code: 64, naming: "--resume")
  }

  @Test func aResumedSourceKeepsItsNames() throws {
    try scratch.write("game.8o", Array(": main v0 := 1 : here v0 += 1 jump here".utf8))
    _ = try scratch.report("game.8o", "--instructions", "2", "--save", "a.state")
    let image = try Image(contentsOf: scratch.path("a.state"))
    let own = Slots(root: scratch.path("state/chip8"), program: try image.program().sha1)
    try own.autosave(image, to: Autosave.exit.slot)
    let report = try scratch.report(
      "--resume", "game.8o", "--until", "pc=here", "--poke", "0x300=7")
    #expect((report.instructions, report.stop) == (3, "pc"))
  }

  // MARK: Many at once

  @Test func eightProcessesLoseNothing() throws {
    let processes = 1...8
    let running = try processes.map { number in
      try Running(
        "/bin/sh",
        [
          "-ec",
          """
          run() { "$CHIP8" count.ch8 --headless --instructions "$@" >/dev/null; }
          run \(number)1 --save-slot shared
          run \(number)1 --save-slot own\(number)
          run \(number)2 --save \(number).state
          "$CHIP8" slots import count.ch8 shared \(number).state >/dev/null
          "$CHIP8" slots import count.ch8 own\(number) \(number).state >/dev/null
          """,
        ], in: scratch)
    }
    for process in running {
      let outcome = try process.outcome()
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    }
    let shared = try slot("show", "count.ch8", "shared")
    let kept = ([shared.state].compactMap { $0 } + shared.versions).compactMap(\.instructions)
    let saved: [Int] = processes.flatMap { [$0 * 10 + 1, $0 * 10 + 2] }
    #expect(kept.sorted() == saved)
    for number in processes {
      let own = try slot("show", "count.ch8", "own\(number)")
      #expect(own.state?.instructions == number * 10 + 2)
      #expect(own.versions.map(\.instructions) == [number * 10 + 1])
    }
    #expect(try scratch.shell("ls -A '\(slots.directory)'").text.split(separator: "\n").count == 11)
  }
}
