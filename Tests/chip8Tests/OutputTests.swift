// OutputTests.swift: what a headless run tells and writes.

import Foundation
import Testing

@Suite struct OutputTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("digit.ch8", Programs.digit)
  }

  // MARK: Text

  @Test func oneLineSaysHowItEnded() throws {
    let outcome = try scratch.chip8("digit.ch8", "--headless", "--platform", "vip")
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(outcome.text.filter(\.isNewline).count == 1)
    #expect(outcome.text.contains("digit on vip"))
    #expect(outcome.text.contains("halt"))
  }

  @Test func theScreenAsText() throws {
    let outcome = try scratch.chip8(
      "digit.ch8", "--headless", "--platform", "vip", "--print", "screen")
    let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 17 && lines.last?.isEmpty == true)
    #expect(lines.dropLast().allSatisfy { $0.count == 64 })
    let drawn = lines.dropLast().filter { $0.contains { $0 != " " } }
      .map { $0.dropFirst(30).prefix(4) }
    #expect(drawn == ["▄▄▄▄", "   █", "   █"])
  }

  @Test func theRegistersAsText() throws {
    let outcome = try scratch.chip8("digit.ch8", "--headless", "--print", "registers")
    #expect(
      outcome.text == """
        PC=020A I=0023 SP=0 DT=0 ST=0
        V0=07 V1=1E V2=0D V3=00 V4=00 V5=00 V6=00 V7=00 V8=00 V9=00 VA=00 VB=00 VC=00 VD=00 \
        VE=00 VF=00

        """)
  }

  @Test func theHashesAsText() throws {
    let report = try scratch.report("digit.ch8")
    let outcome = try scratch.chip8(
      "digit.ch8", "--headless", "--print", "hashes", "--print", "registers")
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.count == 5)
    let hashes = lines.prefix(3).map { $0.split(separator: " ").map(String.init) }
    #expect(
      hashes == [
        ["screen", report.screen.sha1], ["ram", report.ram.sha1], ["state", report.state.sha256],
      ])
  }

  // MARK: JSON

  @Test func theReportHasExactlyItsKeys() throws {
    let outcome = try scratch.chip8("digit.ch8", "--headless", "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    #expect(outcome.text.filter(\.isNewline).count == 1)
    func keys(_ name: String) -> Set<String> {
      Set((object[name] as? [String: Any] ?? [:]).keys)
    }
    #expect(
      Set(object.keys) == [
        "program", "platform", "ipf", "frames", "instructions", "stop", "fault", "screen", "ram",
        "state", "registers",
      ])
    #expect(object["fault"] is NSNull)
    #expect(keys("screen") == ["width", "height", "sha1"])
    #expect(keys("ram") == ["bytes", "sha1"])
    #expect(keys("state") == ["bytes", "sha256"])
    #expect(keys("registers") == ["pc", "i", "sp", "dt", "st", "v"])
  }

  @Test func theReportIsTrue() throws {
    let report = try scratch.report("digit.ch8", "--platform", "vip")
    #expect((report.program, report.platform, report.ipf) == ("digit", "vip", 15))
    #expect((report.screen.width, report.screen.height, report.ram.bytes) == (64, 32, 4096))
    #expect(report.screen.sha1.count == 40 && report.ram.sha1.count == 40)
    #expect(report.state.sha256.count == 64 && report.state.bytes > 4096)
    #expect(report.registers.v == [7, 30, 13] + Array(repeating: 0, count: 13))
    #expect((report.registers.pc, report.registers.i) == (0x20A, 0x23))
  }

  @Test func theReportOfAHiresScreen() throws {
    try scratch.write("hires.ch8", rom(0x00FF, 0x1202))
    let report = try scratch.report("hires.ch8", "--platform", "xochip")
    #expect((report.screen.width, report.screen.height, report.ram.bytes) == (128, 64, 65536))
  }

  @Test func theReportOfATwoPageScreen() throws {
    try scratch.write("two.ch8", Programs.twoPage)
    let report = try scratch.report("two.ch8", "--frames", "60", "--screenshot", "a.png")
    #expect((report.platform, report.screen.width, report.screen.height) == ("hires", 64, 64))
    let picture = try #require(ScreenRenderer(png: scratch.read("a.png")))
    #expect((picture.width, picture.height) == (512, 512))
    #expect(picture.points.suffix(512 * 256).contains(0xF2EEE2))
  }

  // MARK: Pictures

  @Test(arguments: [nil, 1, 3, 64])
  func theScreenAsAPicture(scale: Int?) throws {
    let options = scale.map { ["--scale", "\($0)"] } ?? []
    let outcome = try scratch.run(
      ["digit.ch8", "--headless", "--platform", "vip", "--screenshot", "a.png"] + options)
    #expect(outcome.code == 0)
    let picture = try #require(ScreenRenderer(png: scratch.read("a.png")))
    let scale = scale ?? 8
    #expect((picture.width, picture.height) == (64 * scale, 32 * scale))
    // A 7 of the VIP's font has a bar and a stem.
    let lit = Set((30...33).map { [$0, 13] } + (14...17).map { [33, $0] })
    let colors = (0..<picture.points.count).map { index in
      let (y, x) = (index / picture.width / scale, index % picture.width / scale)
      return lit.contains([x, y]) ? 0xF2EEE2 : 0x10161E
    }
    #expect(picture.points == colors)
  }

  @Test func theFourColorsOfTwoPlanes() throws {
    try scratch.write(
      "planes.ch8", rom(0xA210, 0xF301, 0x6000, 0x6100, 0xD012, 0x120A, 0, 0, 0xAAAA, 0xCCCC))
    _ = try scratch.report(
      "planes.ch8", "--platform", "xochip", "--screenshot", "a.png", "--scale", "1")
    let picture = try #require(ScreenRenderer(png: scratch.read("a.png")))
    #expect(Array(picture.points.prefix(5)) == [0x4F8FC0, 0xE08E3C, 0xF2EEE2, 0x10161E, 0x4F8FC0])
  }

  @Test func aPictureOnStandardOutput() throws {
    let outcome = try scratch.chip8("digit.ch8", "--headless", "--screenshot", "-")
    #expect(ScreenRenderer(png: outcome.output)?.width == 512)
  }

  // MARK: The trace

  @Test(arguments: ["vip", "chip8", "schip11", "xochip"])
  func theTraceHasALineForEachInstruction(platform: String) throws {
    try scratch.write("sketch.ch8", Programs.sketchWithKeys)
    let run = [
      "sketch.ch8", "--headless", "--json", "--platform", platform, "--keys", "2-4:5,8-9:1",
      "--frames", "30",
    ]
    let plain = try scratch.run(run)
    let traced = try scratch.run(run + ["--trace", "a.txt"])
    #expect(traced.output == plain.output)
    try expectWholeTrace("a.txt", try Report(plain))
  }

  @Test func theTraceOfCycles() throws {
    try scratch.write("sketch.ch8", Programs.sketch)
    let run = ["sketch.ch8", "--headless", "--json", "--platform", "vip", "--timing", "cycles"]
    let plain = try scratch.run(run + ["--frames", "60"])
    let traced = try scratch.run(run + ["--frames", "60", "--trace", "a.txt"])
    #expect(traced.output == plain.output)
    try expectWholeTrace("a.txt", try Report(plain))
  }

  private func expectWholeTrace(_ name: String, _ report: Report) throws {
    let lines = try scratch.text(name).split(separator: "\n")
    #expect(lines.count == report.instructions)
    let numbers = lines.map { Int($0.split(separator: " ").dropFirst().first ?? "") }
    #expect(numbers == Array(0..<lines.count))
  }

  @Test func aLineOfTheTrace() throws {
    let outcome = try scratch.chip8(
      "digit.ch8", "--headless", "--instructions", "5", "--trace", "-")
    let zeros = String(repeating: " 00", count: 13)
    #expect(
      outcome.text.split(separator: "\n").last
        == "0 4 0208 D125 I=0023 V=07 1E 0D\(zeros) sprite v1 v2 5")
  }

  @Test func theTraceEndsWithTheInstructionThatFaults() throws {
    try scratch.write("fault.ch8", Programs.fault)
    let outcome = try scratch.chip8("fault.ch8", "--headless", "--trace", "-")
    #expect(outcome.code == 70)
    #expect(outcome.text.split(separator: "\n").last?.contains("0202 00EE") == true)
  }
}
