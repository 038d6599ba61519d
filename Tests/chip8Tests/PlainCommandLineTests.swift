// PlainCommandLineTests.swift: what is read without the parser is what the parser would have read.

import Foundation
import Testing
import chip8

@Suite struct PlainCommandLineTests {
  /// An option as the parser describes it.
  private struct Option: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let names: [Name]?
  }

  private struct Help: Decodable {
    struct Command: Decodable { let arguments: [Option] }

    let command: Command
  }

  /// What the parser alone answers.
  private static let leftToParser: Set = ["-h", "--help", "--help-all", "--version"]

  /// Command lines in which there is an option: one of them allows it.
  private static let contexts = [
    ["game.ch8", "--headless"], ["--restore", "state", "--headless", "--save", "file"],
    ["game.ch8"], ["game.ch8", "--watch"], ["game.ch8", "--headless", "--screenshot=a.png"],
    ["game.ch8", "--headless", "--input", "a.movie"],
    ["game.ch8", "--headless", "--save", "file", "--executable"],
    ["--restore", "-", "--headless", "--move", "--save", "-", "--else-save", "file"],
    ["--restore", "-", "--acknowledge"],
    ["--restore", "x", "--headless", "--save", "-", "--else-save", "y"],
    ["--restore", "x", "--headless", "--save", "-", "--move"],
  ]

  /// Those come first that any option takes which takes all of them.
  private static let texts = [
    "-", "=", "a=b", "ä", " 1", "1", "0", "+5", "90", "500", "18446744073709551615", "0x300",
    "off", "auto", "vip", "none", "name", "wrap=on", "jump=off", "wrap=maybe", "cycles", "ipf",
    "fast", "0x300=1,0xFF", "0x300=", "halt", "key-wait", "pc=0x200", "pc=loop", "pc=99999",
    "screen=\(String(repeating: "aB", count: 20))", "0-3:5,7-:AF", "3-0:5", "ff0000,00FF00", "#12",
    "sextants", "square", "lcd", "mild", "up=5,a=none", "a=5,p2-l=none", "up=x", "loop:4",
    "0x300:0", "screen", "registers", "hashes",
    "--json", "-1",
    "--", "", "1e3", "1 ",
  ]

  private func options() throws -> [Option] {
    let outcome = try Scratch().chip8("--experimental-dump-help")
    return try JSONDecoder().decode(Help.self, from: Data(outcome.output)).command.arguments
  }

  /// Compares both ways to read a line; false if it is left to the parser.
  private func isReadAlike(_ line: [String]) -> Bool {
    guard isPlainCommandLine(line) else { return false }
    let (parsed, plain) = commandLineValues(of: line)
    #expect(plain == parsed, "\(line)")
    return true
  }

  /// Every option there is: a new one is in `Chip8Command+Plain.swift`, or above.
  @Test func everyOptionIsReadAsTheParserReadsIt() throws {
    let options = try options().filter { $0.kind != "positional" }
    #expect(options.count > 45)
    for option in options {
      for name in (option.names ?? []).map(\.text) {
        let words =
          [[name]] + PlainCommandLineTests.texts.flatMap { [[name, $0], ["\(name)=\($0)"]] }
        let context = PlainCommandLineTests.contexts.first { context in
          words.contains { isPlainCommandLine(context + $0) }
        }
        #expect((context == nil) == PlainCommandLineTests.leftToParser.contains(name), "\(name)")
        guard let context else { continue }
        // The parser takes its time.
        let plain = words.filter { isPlainCommandLine(context + $0) }.prefix(12)
        for words in plain { _ = isReadAlike(context + words) }
        // Again, and before everything else.
        _ = isReadAlike(context + plain.joined())
        _ = isReadAlike(plain[0] + context)
      }
    }
  }

  @Test(arguments: [
    ["game.ch8"], ["-"], ["--headless", "./a", "b", "c"], ["--restore", "a", "b", "c"],
    ["--restore", "a", "--", "--frames", "b", "--", "-x"], ["--restore=a", "image", "help"],
    ["--headless", "--headless", "a.ch8"],
    ["a.ch8", "--headless", "--frames", "1", "--frames", "2"],
    ["a.ch8", "--platform", "vip", "--platform", "auto"], ["--resume", "a.ch8"],
  ])
  func linesAreReadAsTheParserReadsThem(line: [String]) { #expect(isReadAlike(line)) }

  /// Everything that the parser has something to say about, and what may be understood in two ways.
  @Test(arguments: [
    [], ["image", "info", "a"], ["help"], ["-h"], ["a.ch8", "--help"], ["--version"],
    ["a.ch8", "--frames"], ["a.ch8", "--frames", "--headless"], ["a.ch8", "--frames", "-1"],
    ["a.ch8", "--headless", "--frames="], ["a.ch8", "--headless=yes"], ["a.ch8", "--bogus"],
    ["a.ch8", "--head"], ["a.ch8", "-f"], ["a.ch8", "---"], ["a.ch8", "--json"],
    ["a.ch8", "--keep-flags", ""], ["a.ch8", "--seed", "x"], ["--experimental-dump-help"],
    ["a.ch8", "--generate-completion-script", "bash"], ["--restore", "a", "", "b"],
    ["a.ch8", "--frames=1=2", "--headless"],
  ])
  func everythingElseIsLeftToTheParser(line: [String]) { #expect(!isPlainCommandLine(line)) }

  /// Words in any order, always the same ones.
  @Test func anyLineIsReadAsTheParserReadsIt() throws {
    let names = try options().flatMap { ($0.names ?? []).map(\.text) }
    var state: UInt64 = 1
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var count = 0
    for _ in 0..<1500 {
      var line = PlainCommandLineTests.contexts[next(2)]
      for _ in 0...next(5) {
        let text = PlainCommandLineTests.texts[next(PlainCommandLineTests.texts.count)]
        let name = names[next(names.count)]
        let words = [[name], [name, text], ["\(name)=\(text)"], [text]][next(4)]
        line.insert(contentsOf: words, at: next(2) * line.count)
      }
      if isReadAlike(line) { count += 1 }
    }
    #expect(count > 50)
  }
}
