// ConformanceTests.swift: runs the cases of Tests/Conformance.

import Chip8Core
import SaveState
import Testing

@Suite struct ConformanceTests {
  private static let names = ConformanceCase.names
  static let suite = names.filter { $0.hasPrefix("suite-") }
  static let ours = names.filter { !$0.hasPrefix("suite-") }

  @Test func casesAreFound() {
    #expect(ConformanceTests.suite.count >= 18 && ConformanceTests.ours.count >= 2)
  }

  @Test(arguments: ours)
  func bundledCases(name: String) throws { try run(name) }

  @Test(
    .enabled(
      if: ConformanceCase.suiteDirectory != nil,
      "CHIP8_TEST_SUITE does not name a directory with the public test suite's programs"),
    arguments: suite)
  func publicSuite(name: String) throws { try run(name) }

  private func run(_ name: String) throws {
    let test = try ConformanceCase(directory: name)
    let program = try test.programBytes()
    #expect(!test.platforms.isEmpty && !test.about.isEmpty)
    let picture = ConformanceCase.picture(of: name)
    #expect(test.screen != nil || test.sound != nil || test.fault != nil || picture != nil)
    for platform in test.platforms {
      if let opcodes = test.opcodes {
        try checkOpcodes(test, program, opcodes, on: platform)
      } else {
        try checkScreen(test, program, on: platform, picture: picture)
      }
      if test.sound != nil || test.tones != nil { try checkSound(test, program, on: platform) }
    }
  }

  private func checkScreen(
    _ test: ConformanceCase, _ program: [UInt8], on platform: String, picture: String?
  ) throws {
    let scratch = try Scratch()
    try scratch.write("program.ch8", program)
    let arguments = ["program.ch8", "--headless"] + test.options(on: platform)
    let outcome = try scratch.run(arguments + ["--json"])
    #expect(outcome.code == (test.fault == nil ? 0 : 70), "\(platform): \(outcome.errors)")
    let report = try Report(outcome)
    #expect(report.stop == test.until ?? "frames", "\(platform)")
    #expect(report.fault?.kind == test.fault?.kind, "\(platform)")
    if let pc = test.fault?.pc { #expect(report.fault?.pc == Int(pc), "\(platform)") }
    if let last = test.lasts?[platform] { #expect(report.frames == last, "\(platform)") }
    if let screen = test.screen {
      #expect(report.screen.sha1 == screen.sha1, "\(platform)")
      #expect((report.screen.width, report.screen.height) == (screen.width, screen.height))
    }
    if let picture {
      let shown = try scratch.run(arguments + ["--print", "screen"]).text
      #expect(ConformanceCase.trimmed(shown) == ConformanceCase.trimmed(picture), "\(platform)")
    }
  }

  private func checkOpcodes(
    _ test: ConformanceCase, _ program: [UInt8], _ opcodes: [String], on platform: String
  ) throws {
    let configuration = try test.configuration(on: platform)
    for opcode in opcodes {
      let machine = try test.machine(program, configuration, opcode: opcode)
      let played = test.play(
        machine, keys: [],
        step: { $0.run(frames: 1, keys: $1, stopsAtHalt: true) })
      #expect(test.isMet(by: played, picture: nil), "\(platform) \(opcode): \(played.stop)")
    }
  }

  private func checkSound(
    _ test: ConformanceCase, _ program: [UInt8], on platform: String
  ) throws {
    let machine = try test.machine(program, test.configuration(on: platform))
    let played = try test.play(
      machine, keys: test.keysByFrame(), step: { $0.run(frames: 1, keys: $1) })
    if let sound = test.sound { #expect(test.isMet(sound, by: played), "\(platform)") }
    if let tones = test.tones {
      #expect(played.tones.compactMap { $0?.text } == tones, "\(platform)")
    }
  }
}
