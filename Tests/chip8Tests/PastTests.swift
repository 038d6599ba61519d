// PastTests.swift: saved states carry how their machines have come where they are.

import Chip8Core
import SaveState
import Testing

@Suite struct PastTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.ch8", Programs.sketchWithKeys)
  }

  private let keys = ["--keys", "2-9:5,12-20:A,30-:1"]

  private func digest(_ arguments: [String]) throws -> String {
    let outcome = try scratch.run(arguments + ["--headless", "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try Report(outcome).state.sha256
  }

  /// A state 100 frames after power-on.
  private func save(_ name: String, _ options: String...) throws {
    let outcome = try scratch.run(
      ["game.ch8", "--headless", "--seed", "7", "--frames", "100", "--poke", "0x500=7"] + keys
        + ["--save", name] + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func anyMomentIsTheOneOfTheRun() throws {
    try save("a.state")
    let run = ["game.ch8", "--seed", "7", "--poke", "0x500=7"] + keys
    for frame in ["0", "1", "57", "100"] {
      let moment = try digest(["a.state", "--seek", frame, "--frames", "0"])
      #expect(try moment == digest(run + ["--frames", frame]), "\(frame)")
    }
    for instruction in ["1", "20", "33"] {
      let moment = try digest(["a.state", "--seek-instruction", instruction, "--frames", "0"])
      #expect(try moment == digest(run + ["--instructions", instruction]), "\(instruction)")
    }
    let rewound = try digest(["a.state", "--rewind", "43", "--frames", "0"])
    #expect(try rewound == digest(run + ["--frames", "57"]))
    // It continues from there, as it had.
    let again = try digest(
      ["a.state", "--seek", "10", "--frames", "90", "--keys", "2-10:A,20-:1"])
    #expect(try again == digest(["a.state", "--frames", "0"]))
  }

  /// A state that was saved from a state has the past of both, and so on.
  @Test func imagesCarryTheirPast() throws {
    try save("0.state")
    for k in 0..<3 {
      let outcome = try scratch.run(
        ["\(k).state", "--headless", "--instructions", "77", "--keys", "1-3:\(k)"]
          + ["--save", "\(k + 1).state"] + (k == 1 ? ["--rewind", "9"] : []))
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    let verdict = try scratch.chip8("image", "verify", "3.state")
    #expect(
      verdict.text == "3.state: intact, canonical, witness holds, past proved from frame 0\n"
        || verdict.text == "3.state: intact, canonical, witness holds, past proved from power-on\n",
      "\(verdict.text)\(verdict.errors)")
    #expect(
      try digest(["3.state", "--seek", "50", "--frames", "0"])
        == digest(["0.state", "--seek", "50", "--frames", "0"]))
  }

  @Test func thePastIsNotPartOfTheState() throws {
    try save("with.state")
    try save("without.state", "--no-past")
    let (with, without) = (
      try Image(scratch.read("with.state")), try Image(scratch.read("without.state"))
    )
    #expect(with.holdsSameState(as: without) && with.sections.count == without.sections.count + 1)
    let difference = try scratch.chip8("image", "diff", "with.state", "without.state")
    #expect(difference.code == 0 && difference.text.contains("same"), "\(difference.text)")
    let verdict = try scratch.chip8("image", "verify", "without.state")
    #expect(verdict.text == "without.state: intact, canonical, witness holds\n")
    let refusal = try scratch.run(["without.state", "--headless", "--rewind", "1"])
    #expect(refusal.code == 65 && refusal.errors.contains("carries no past"))
  }

  @Test func whatIsRewrittenKeepsItsPast() throws {
    try save("a.state")
    for command in [
      ["optimize", "a.state"], ["set", "a.state", "--note", "x"], ["executable", "a.state"],
    ] {
      #expect(try scratch.run(["image"] + command).code == 0)
      let verdict = try scratch.chip8("image", "verify", "a.state")
      #expect(verdict.text.contains("past proved"), "\(command) \(verdict.errors)")
    }
    let outcome = try scratch.run(
      ["a.state", "--headless", "--frames", "9", "--base", "a.state", "--save", "b.state"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try scratch.chip8("image", "verify", "b.state").text.contains("past proved"))
    #expect(try scratch.chip8("image", "flatten", "b.state").code == 0)
    #expect(try scratch.chip8("image", "verify", "b.state").text.contains("past proved"))
    #expect(try scratch.run(["b.state", "--headless", "--seek", "50", "--frames", "0"]).code == 0)
  }

  @Test func aLimitLetsTheOldestPartGiveWay() throws {
    let keys = (0..<200).map { "\(3 * $0)-\(3 * $0 + 1):5" }.joined(separator: ",")
    let outcome = try scratch.run(
      ["game.ch8", "--headless", "--frames", "700", "--keys", keys, "--past", "900"]
        + ["--save", "a.state"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let section = try #require(
      try Image(scratch.read("a.state")).sections.first { $0.tag == Tag("TAPE") })
    #expect(section.decodedByteCount <= 900)
    let verdict = try scratch.chip8("image", "verify", "a.state")
    #expect(verdict.text.contains(/past proved from frame [1-9]\d+\n/), "\(verdict.text)")
    let refusal = try scratch.run(["a.state", "--headless", "--seek", "0", "--frames", "0"])
    #expect(refusal.code == 65 && refusal.errors.contains("does not go back that far"))
    #expect(try scratch.run(["a.state", "--headless", "--seek", "690", "--frames", "0"]).code == 0)
  }

  /// A past that leads elsewhere is refused where it is needed, and only there.
  @Test func aFalsePastIsRefused() throws {
    try save("a.state")
    let image = try Image(scratch.read("a.state"))
    let machine: Chip8 = try image.machine()
    var other = machine
    try other.apply(.poke(0x600, [1]))
    var forged = Image(of: other)
    forged.setPast(try image.past(of: machine))
    try scratch.write("forged.state", forged.bytes)
    let verdict = try scratch.chip8("image", "verify", "forged.state")
    #expect(verdict.code == 65 && verdict.errors.contains("does not lead to its machine"))
    let refusal = try scratch.run(["forged.state", "--headless", "--seek", "5", "--frames", "0"])
    #expect(refusal.code == 65 && refusal.errors.contains("does not lead to its machine"))
    #expect(try scratch.run(["forged.state", "--headless", "--frames", "1"]).code == 0)
    var damaged = Image(of: machine)
    let kind = try #require(image.sections.first { $0.tag == Tag("TAPE") })
    damaged.setAncillary(.ancillary(kind.tag), [9, 9], of: Chip8.self)
    try scratch.write("damaged.state", damaged.bytes)
    let warned = try scratch.run(["damaged.state", "--headless", "--frames", "1"])
    #expect(warned.code == 0 && warned.errors.contains("warning: section \"TAPE\""))
    #expect(try scratch.chip8("image", "verify", "damaged.state").code == 65)
  }

  /// The images that a program saves by a host call carry their past, too.
  @Test func hostCallsSaveThePast() throws {
    // A request to save and to continue, in a frame in which keys are down.
    try scratch.write(
      "call.8o",
      Array(
        """
        : main
          v3 := 2
          if v3 key then v4 += 1
          v5 += 1
          if v5 != 40 then jump main
          i := block native 0xC81
        : stop
          jump stop
        : block 1 1 :pointer name 0 0 0 0 0 0
        : name 0x61 0
        """.utf8))
    try scratch.makeDirectory("calls")
    let outcome = try scratch.run(
      ["call.8o", "--platform", "chip8", "--headless", "--frames", "60", "--keys", "3-7:2"]
        + ["--host-calls", "calls"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let verdict = try scratch.chip8("image", "verify", "calls/a")
    #expect(verdict.text.contains("past proved from power-on"), "\(verdict.text)\(verdict.errors)")
  }

  @Test(arguments: [
    ["--seek", "1"], ["--rewind", "1"], ["--seek-instruction", "1"],
    ["--seek", "1", "--rewind", "1"], ["--past", "0"], ["--past", "4194305"],
    ["--past", "9", "--no-past"], ["--seek", "-1"],
  ])
  func usage(options: [String]) throws {
    let outcome = try scratch.run(["game.ch8", "--headless", "--frames", "0"] + options)
    #expect(outcome.code == 64, "\(outcome.errors)")
  }
}
