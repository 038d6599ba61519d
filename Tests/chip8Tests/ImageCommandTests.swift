// ImageCommandTests.swift: saved states are looked into, checked, compared, and rewritten.

import Foundation
import SaveState
import Testing

@Suite struct ImageCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
    _ = try scratch.report(
      "sketch.ch8", "--platform", "chip8", "--instructions", "100", "--save", "a.state")
  }

  private func json(_ arguments: String...) throws -> [String: Any] {
    let outcome = try scratch.run(["image"] + arguments + ["--json"])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
  }

  /// Changes an image in a way that only its makers could.
  private func alter(_ name: String, _ change: (inout AlteredImage) -> Void) throws {
    var image = AlteredImage(try scratch.read(name))
    change(&image)
    try scratch.write(name, image.bytes)
  }

  // MARK: info

  @Test func infoAgreesWithTheReport() throws {
    let report = try scratch.report("a.state", "--frames", "0")
    let info = try json("info", "a.state")
    let screen = try #require(info["screen"] as? [String: Any])
    let state = try #require(info["state"] as? [String: Any])
    let registers = try #require(info["registers"] as? [String: Any])
    #expect(screen["sha1"] as? String == report.screen.sha1)
    #expect(state["sha256"] as? String == report.state.sha256)
    #expect(registers["pc"] as? Int == report.registers.pc)
    #expect(registers["v"] as? [Int] == report.registers.v)
    #expect(info["instructions"] as? Int == 100)
    let sections = try #require(info["sections"] as? [[String: Any]])
    #expect(
      sections.compactMap { $0["tag"] as? String }
        == ["PROG", "ROM ", "CORE", "RAM ", "DISP", "WITN", "TAPE"])
    let code = try #require(info["code"] as? [[String: Any]])
    #expect(code.contains { $0["address"] as? Int == report.registers.pc })
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
      (951_782_400, "2000-02-29T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
      (.max, "1141709097-06-13T06:26:08Z"),
    ] as [(UInt64, String)])
  func timesAreDates(time: UInt64, date: String) throws {
    var image = try Image(try scratch.read("a.state"))
    image.setTime(time)
    try scratch.write("dated.state", image.bytes)
    #expect(try json("info", "dated.state")["time"] as? String == date)
  }

  @Test func infoIsReadByPeople() throws {
    let screen = try scratch.chip8(
      "a.state", "--headless", "--frames", "0", "--print", "screen")
    let info = try scratch.chip8("image", "info", "a.state")
    #expect(info.code == 0 && info.errors.isEmpty)
    #expect(info.text.contains(screen.text))
    #expect(info.text.hasPrefix("a.state: a saved state of "))
    for word in ["sketch (", "chip8, 12 instructions per frame", "100 instructions", "→ 0"] {
      #expect(info.text.contains(word), "\(word) in \(info.text)")
    }
  }

  @Test func infoNamesPlacesAndTakesPictures() throws {
    try scratch.write("b.8o", Array(": main v0 := 1 : turn v1 += 1 jump turn".utf8))
    #expect(try scratch.chip8("asm", "b.8o", "--symbols", "b.sym").code == 0)
    _ = try scratch.report("b.ch8", "--instructions", "11", "--save", "b.state")
    let info = try scratch.chip8(
      "image", "info", "b.state", "--symbols", "b.sym", "--screenshot", "b.png", "--scale", "2")
    #expect(info.text.contains("turn: v1 += 0x01"))
    #expect(info.text.contains("jump turn"))
    let run = try scratch.chip8(
      "b.state", "--headless", "--frames", "0", "--screenshot", "c.png", "--scale", "2")
    #expect(run.code == 0)
    #expect(try scratch.read("b.png") == scratch.read("c.png"))
    try scratch.expectRefusal(
      ["image", "info", "a.state", "--symbols", "b.sym"], code: 65, naming: "b.sym")
    try scratch.expectRefusal(
      ["image", "info", "a.state", "--scale", "2"], code: 64, naming: "--scale")
  }

  // MARK: verify

  @Test func verifyReportsWhatHolds() throws {
    let verdict = try json("verify", "a.state")
    for key in ["whole", "canonical", "witness", "past"] { #expect(verdict[key] as? Bool == true) }
    #expect(verdict["problem"] is NSNull)
    let text = try scratch.chip8("image", "verify", "a.state", "a.state").text
    let line = "a.state: intact, canonical, witness holds, past proved from power-on\n"
    #expect(text == line + line)
    try alter("a.state") {
      $0["WITN"] = nil
      $0["TAPE"] = nil
    }
    #expect(try json("verify", "a.state")["past"] is NSNull)
    #expect(
      try scratch.chip8("image", "verify", "a.state").text
        == "a.state: intact, canonical, no witness\n")
  }

  @Test func driftIsReportedAtEachLoad() throws {
    try alter("a.state") { $0["WITN"]?.contents[20] ^= 1 }
    let verdict = try scratch.chip8("image", "verify", "a.state", "--json")
    #expect(verdict.code == 65)
    #expect(verdict.text.contains(#""canonical":true"#))
    #expect(verdict.text.contains(#""witness":false"#))
    expectOneSentence(verdict, naming: "a.state: intact, but the machine behaves differently")
    let load = try scratch.chip8("a.state", "--headless", "--frames", "1")
    #expect(load.code == 0)
    expectOneSentence(load, naming: "a.state: warning: the state is intact, but behaves")
  }

  @Test func otherSectionsThanOursAreFound() throws {
    try alter("a.state") { $0.sections.swapAt(2, 3) }
    let verdict = try scratch.chip8("image", "verify", "a.state")
    #expect(verdict.code == 65)
    expectOneSentence(verdict, naming: "a.state: intact, but saving the machine again")
    #expect(try scratch.chip8("a.state", "--headless", "--frames", "1").errors.isEmpty)
  }

  @Test func oneBadFileDoesNotHideTheOthers() throws {
    try scratch.write("bad.state", [1, 2, 3])
    let verdict = try scratch.chip8("image", "verify", "bad.state", "a.state", "none.state")
    #expect(verdict.code == 66)
    #expect(
      verdict.text == "a.state: intact, canonical, witness holds, past proved from power-on\n")
    #expect(verdict.errors.split(separator: "\n").count == 2)
    #expect(verdict.errors.contains("bad.state: not a saved state"))
  }

  // MARK: diff

  @Test func diffReportsDifferences() throws {
    #expect(
      try scratch.chip8("image", "diff", "a.state", "a.state").text
        == "the machines are the same\n")
    _ = try scratch.report(
      "a.state", "--instructions", "1", "--poke", "0x204=0xAB", "--poke", "0x900=1,2,3", "--save",
      "b.state")
    let difference = try json("diff", "a.state", "b.state")
    #expect(difference["same"] as? Bool == false)
    let values = try #require(difference["values"] as? [[String: String]])
    #expect(values.contains(["name": "instructions", "a": "100", "b": "101"]))
    let ranges = try #require(difference["ram"] as? [[String: Any]])
    #expect(ranges.compactMap { $0["address"] as? Int } == [0x204, 0x900])
    #expect(ranges.last?["a"] as? String == "000000")
    #expect(ranges.last?["b"] as? String == "010203")
    #expect((ranges.first?["code"] as? [Any])?.count == 1)
    let text = try scratch.chip8("image", "diff", "a.state", "b.state").text
    #expect(text.contains("RAM 0900–0902\n  0900  000000"))
    _ = try scratch.report("sketch.ch8", "--frames", "0", "--save", "c.state")
    #expect(try scratch.chip8("image", "diff", "a.state", "c.state").text.contains(" │ "))
    try scratch.expectRefusal(["image", "diff", "-", "-"], code: 64, naming: "standard input")
  }

  // MARK: rom and set

  @Test func programsAreTakenOut() throws {
    let outcome = try scratch.chip8("image", "rom", "a.state", "-o", "game.ch8")
    #expect(outcome.code == 0 && outcome.output.isEmpty)
    #expect(try scratch.read("game.ch8") == Programs.sketch)
    try FileManager.default.removeItem(atPath: scratch.path("sketch.ch8"))
    #expect(try scratch.chip8("image", "rom", "a.state").code == 0)
    #expect(try scratch.read("sketch.ch8") == Programs.sketch)
    #expect(try scratch.chip8("image", "rom", "a.state", "-o", "-").output == Programs.sketch)
    // It is there already, or is another one that was not named.
    #expect(try scratch.chip8("image", "rom", "a.state").code == 0)
    try scratch.write("sketch.ch8", [1])
    try scratch.expectRefusal(["image", "rom", "a.state"], code: 73, naming: "sketch.ch8")
    #expect(try scratch.read("sketch.ch8") == [1])
  }

  /// A program's name comes from a file, and may not lead anywhere.
  @Test(arguments: ["../out", "/tmp/out", ".hidden", "a/b", "/"])
  func namesInFilesAreNoPaths(name: String) throws {
    try alter("a.state") { image in
      guard let program = image["PROG"] else { return }
      let bytes = program.contents[..<24] + [UInt8(name.utf8.count)] + Array(name.utf8)
      image["PROG"]?.contents = Array(bytes)
      image["PROG"]?.decodedByteCount = UInt32(bytes.count)
    }
    let before = try scratch.names
    #expect(try scratch.chip8("image", "rom", "a.state").code == 0)
    let new = Set(try scratch.names).subtracting(before)
    let leaf = name.split(separator: "/").last.map(String.init) ?? ""
    #expect(new == [leaf.isEmpty || leaf.hasPrefix(".") ? "program.ch8" : leaf + ".ch8"])
  }

  @Test func notesAreSetAndTheRestStaysAsItWas() throws {
    // What comes before an image, and what others have put into it, stay.
    try alter("a.state") { image in
      image.sections.append(
        AlteredImage.Section(
          tag: "new1", flags: 0, version: 7, codec: 9, contents: [1, 2], decodedByteCount: 5))
    }
    let script = Array("#!/bin/sh\n".utf8)
    try scratch.write("a.state", script + scratch.read("a.state"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o750], ofItemAtPath: scratch.path("a.state"))
    let info = try json("set", "a.state", "--note", "-- before the door · 扉")
    #expect(info["note"] as? String == "-- before the door · 扉")
    let bytes = try scratch.read("a.state")
    #expect(bytes.starts(with: script + [0x89]))
    let image = AlteredImage(Array(bytes.dropFirst(script.count)))
    #expect(
      image.sections.map(\.tag)
        == ["PROG", "ROM ", "CORE", "RAM ", "DISP", "WITN", "NOTE", "TAPE", "new1"])
    #expect(image["new1"]?.contents == [1, 2] && image["new1"]?.codec == 9)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("a.state"))
    #expect(mode[.posixPermissions] as? Int == 0o750)
    #expect(try scratch.chip8("image", "set", "a.state", "--note", "").code == 0)
    #expect(try json("info", "a.state")["note"] == nil)
    let long = String(repeating: "a", count: 4097)
    try scratch.expectRefusal(
      ["image", "set", "a.state", "--note", long], code: 64, naming: "--note")
  }

  @Test func safeToCopySectionsStayWithTheMachine() throws {
    try alter("a.state") { image in
      for (tag, flags) in [("keep", 2), ("drop", 0)] as [(String, UInt8)] {
        image.sections.append(
          AlteredImage.Section(
            tag: tag, flags: flags, version: 1, codec: 0, contents: [1], decodedByteCount: 1))
      }
    }
    _ = try scratch.report("a.state", "--frames", "1", "--save", "b.state")
    let tags = AlteredImage(try scratch.read("b.state")).sections.map(\.tag)
    #expect(tags.suffix(2) == ["TAPE", "keep"])
  }

  @Test func unusableFilesAreRefused() throws {
    try scratch.write("bad.state", [1, 2, 3])
    for command in [
      ["info"], ["rom"], ["set", "--note", "a"], ["diff", "a.state"],
    ] {
      try scratch.expectRefusal(
        ["image"] + command + ["bad.state"], code: 65, naming: "bad.state")
      try scratch.expectRefusal(
        ["image"] + command + ["none.state"], code: 66, naming: "none.state")
    }
  }
}
