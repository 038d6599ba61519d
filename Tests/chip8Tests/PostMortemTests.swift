// PostMortemTests.swift: a program that cannot continue leaves a state that tells why.

import Foundation
import Testing

@Suite struct PostMortemTests {
  private struct Info: Decodable {
    struct Line: Decodable {
      let address: Int
      let opcode: Int
      let place: String?
      let text: String
    }

    struct Fault: Decodable {
      let kind: String
      let pc: Int
      let message: String
    }

    struct Return: Decodable {
      let address: Int
      let place: String?
    }

    let fault: Fault?
    let last: [Line]
    let stack: [Return]
  }

  /// A program, what is pressed, and how fast it runs.
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let source: String
    let options: [String]
  }

  private static let cases = [
    Case(
      testDescription: "at once", source: ": main v0 := 1 : bad 0xF0 0x99", options: []),
    Case(
      testDescription: "deep in calls",
      source: ": main v0 += 1 sub : sub v1 += v0 : bad main", options: []),
    Case(
      testDescription: "after keys",
      source: """
        : main v0 := key v1 := random 255 if v0 == 3 then oops main-again
        : main-again jump main
        : oops i := 0x300 : bad 0xF0 0x99
        """,
      options: ["--keys", "3-6:1,9-12:A,900-903:2,5000-5003:3"]),
    Case(
      testDescription: "after an answer of the host",
      source: """
        : main v0 := 1 i := block native 0xC81 v1 := v0
        : bad 0xF0 0x99
        : block 1 0 :pointer name 0 0 0 0 0 0
        : name 0x61 0
        """,
      options: ["--host-calls", "."]),
    Case(
      testDescription: "after millions of instructions",
      source: """
        : main loop v0 += 1 v4 := random 255 if v0 != 0 then jump more
          v1 += 1 if v1 != 0 then jump more v2 += 1
          : more if v2 != 9 then again : bad 0xF0 0x99
        """,
      options: ["--platform", "xochip", "--ipf", "1000"]),
  ]

  /// What the state tells is what a trace of the whole run tells.
  @Test(arguments: cases) func theLastInstructionsAreThoseOfTheTrace(of run: Case) throws {
    let scratch = try Scratch()
    try scratch.write("a.8o", Array(run.source.utf8))
    let assembled = try scratch.chip8("asm", "a.8o", "--symbols", "a.sym")
    #expect(assembled.code == 0, "\(assembled.errors)")
    let short = run.testDescription.contains("millions")
    let outcome = try scratch.run(
      ["a.ch8", "--headless", "--frames", "20000", "--save", "a.state"] + run.options)
    #expect(outcome.code == 70, "\(outcome.errors)")
    let printed = try scratch.chip8(
      "image", "info", "a.state", "--symbols", "a.sym", "--json")
    let info = try JSONDecoder().decode(Info.self, from: Data(printed.output))
    #expect(info.fault?.message.isEmpty == false)
    #expect(outcome.errors.contains(info.fault?.message ?? "?"))
    #expect(info.last.count <= 32)
    guard !short else {
      #expect(info.last.count == 32)
      #expect(info.last.last?.text == "if v2 == 0x09 then" || info.last.last?.place != nil)
      return
    }
    let traced = try scratch.run(
      ["a.ch8", "--headless", "--frames", "20000", "--trace", "a.trace"] + run.options)
    #expect(traced.code == 70)
    // The last line of a trace is the instruction that could not be executed.
    let lines = try scratch.text("a.trace").split(separator: "\n").dropLast().suffix(32)
    let expected = lines.map { line -> String in
      let words = line.split(separator: " ")
      return "\(words[2]) \(words[3])"
    }
    #expect(info.last.map { digits($0.address) + " " + digits($0.opcode) } == expected)
  }

  private func digits(_ number: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - text.count) + text
  }

  @Test func infoShowsThePostMortem() throws {
    let scratch = try Scratch()
    try scratch.write(
      "a.8o", Array(": main v0 := 7 sub : sub v1 := 8 : bad 0xF0 0x99".utf8))
    #expect(try scratch.chip8("asm", "a.8o", "--symbols", "a.sym").code == 0)
    #expect(try scratch.chip8("a.ch8", "--headless", "--save", "a.state").code == 70)
    let text = try scratch.chip8("image", "info", "a.state", "--symbols", "a.sym").text
    for line in [
      "fault     F099 at 0x206 is not an instruction of CHIP-8",
      "stack     0204 (sub)", "  executed last:\n    0200  6007  main: v0 := 0x07\n",
      "  → 0206  F099  bad: 0xF0 0x99",
    ] {
      #expect(text.contains(line), "\(line) in \(text)")
    }
  }

  @Test func goodStatesHaveNoPostMortem() throws {
    let scratch = try Scratch()
    try scratch.write("a.ch8", Programs.sketch)
    _ = try scratch.report("a.ch8", "--frames", "9", "--save", "a.state")
    let text = try scratch.chip8("image", "info", "a.state").text
    #expect(!text.contains("fault") && !text.contains("executed last"))
  }
}
