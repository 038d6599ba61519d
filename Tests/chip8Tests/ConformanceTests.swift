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
  func ourCases(name: String) throws { try run(name) }

  @Test(
    .enabled(
      if: ConformanceCase.suiteFolder != nil,
      "CHIP8_TEST_SUITE does not name a folder with the public test suite's programs"),
    arguments: suite)
  func publicSuite(name: String) throws { try run(name) }

  private func run(_ name: String) throws {
    let test = try ConformanceCase(folder: name)
    let program = try test.programBytes()
    #expect(!test.platforms.isEmpty && !test.about.isEmpty)
    #expect(test.screen != nil || test.sound != nil || ConformanceCase.picture(of: name) != nil)
    for platform in test.platforms {
      try checkScreen(test, program, on: platform, picture: ConformanceCase.picture(of: name))
      if let sound = test.sound { try checkSound(test, program, sound, on: platform) }
    }
  }

  private func checkScreen(
    _ test: ConformanceCase, _ program: [UInt8], on platform: String, picture: String?
  ) throws {
    let scratch = try Scratch()
    try scratch.write("program.ch8", program)
    let arguments = ["program.ch8", "--headless"] + test.options(on: platform)
    let outcome = try scratch.run(arguments + ["--json"])
    #expect(outcome.code == 0, "\(platform): \(outcome.errors)")
    let report = try Report(outcome)
    #expect(report.stop == test.until ?? "frames", "\(platform)")
    if let last = test.lasts?[platform] { #expect(report.frames == last, "\(platform)") }
    if let screen = test.screen {
      #expect(report.screen.sha1 == screen.sha1, "\(platform)")
      #expect((report.screen.width, report.screen.height) == (screen.width, screen.height))
    }
    if let picture {
      let shown = try scratch.run(arguments + ["--print", "screen"]).text
      #expect(trimmed(shown) == trimmed(picture), "\(platform)")
    }
  }

  /// A screen without the blanks at the ends of its lines, and without empty lines at its end.
  private func trimmed(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private func checkSound(
    _ test: ConformanceCase, _ program: [UInt8], _ sound: String, on platform: String
  ) throws {
    var configuration = Configuration(try #require(Platform(rawValue: platform)))
    if let ipf = test.ipf { configuration.instructionsPerFrame = ipf }
    for setting in test.quirks ?? [] {
      let parts = setting.split(separator: "=")
      let quirk = try #require(Quirks(named: String(parts[0])))
      if parts.last == "on" {
        configuration.quirks.insert(quirk)
      } else {
        configuration.quirks.remove(quirk)
      }
    }
    var machine = try Chip8(Program(name: "", bytes: program), configuration)
    // Frames on and off in turn, from the first sound on.
    var lengths: [Int] = []
    for _ in 0..<(test.frames ?? 0) {
      #expect(machine.run(frames: 1) == .done)
      let isSounding = machine.tone != nil
      if isSounding == lengths.count.isMultiple(of: 2) {
        lengths.append(1)
      } else if !lengths.isEmpty {
        lengths[lengths.count - 1] += 1
      }
    }
    let expected = sound.split(whereSeparator: { "/ ".contains($0) }).compactMap { Int($0) }
    #expect(Array(lengths.prefix(expected.count)) == expected, "\(platform)")
  }
}
