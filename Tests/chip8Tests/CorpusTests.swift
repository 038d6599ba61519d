// CorpusTests.swift: every state that was ever released is read, and means what it meant.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct CorpusTests {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Corpus/v1").path

  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return files.filter { $0.hasSuffix(".state") }.map { String($0.dropLast(6)) }.sorted()
  }

  static func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
  }

  @Test func thereAreManyForEverything() {
    #expect(Self.names.count >= 40)
  }

  /// Every platform, every quirk, and both ways to measure a frame.
  @Test func everyMachineIsThere() throws {
    let machines: [Chip8] = try Self.names.map { try Image(Self.read($0 + ".state")).machine() }
    let configurations = machines.map(\.state.configuration)
    #expect(Set(configurations.map(\.platform)) == Set(Platform.allCases))
    for (name, quirk) in Quirks.named {
      #expect(configurations.contains { $0.quirks.contains(quirk) }, "\(name)")
    }
    let counted = configurations.filter { $0.timing == .cycles }.map(\.platform)
    #expect(Set(counted) == [.vip, .hires])
    #expect(machines.contains { ($0.state.drawWait ?? 0) > 0 }, "a sprite is being prepared")
  }

  /// The built program gives the report that it gave on the day the image was added, as the image
  /// stands and a second later.
  @Test(arguments: names) func oldImagesStillLoad(name: String) throws {
    let scratch = try Scratch()
    let reports = try String(decoding: Self.read(name + ".json"), as: UTF8.self)
      .split(separator: "\n").map { endingAt0000(String($0)) }
    let image = "\(Self.directory)/\(name).state"
    let now = try scratch.chip8("--restore", image, "--headless", "--json", "--frames", "0")
    let later = try scratch.chip8(
      "--restore", image, "--headless", "--json", "--frames", "60", "--keys", "5-15:5,20-30:A")
    #expect(
      [now.text, later.text].map(withoutSentence) == reports.map { withoutSentence($0 + "\n") })
  }

  /// A report without the sentence on a fault, which is for people and may be put better: kind, address
  /// and opcode say the same.
  private func withoutSentence(_ report: String) -> String {
    report.replacing(#/"message":"[^"]*"/#, with: #""message":"""#)
  }

  /// A report from when 0000 was a fault. It ends a program since then, at the same place: nothing
  /// else in the report is different.
  private func endingAt0000(_ report: String) -> String {
    let fault = #/"fault":\{"kind":"machine-code","message":"0000 [^"]*","opcode":0,"pc":\d+\}/#
    guard report.contains(fault) else { return report }
    return report.replacing(fault, with: #""fault":null"#)
      .replacing(#""stop":"fault""#, with: #""stop":"halt""#)
  }

  /// Saved again, they are the same, to the byte where a chip8 has written them.
  @Test(arguments: names) func imagesAreWrittenAsTheyWere(name: String) throws {
    let bytes = try Self.read(name + ".state")
    let image = try Image(bytes)
    let machine: Chip8 = try image.machine()
    #expect(try image.witness()?.holds(for: machine) ?? true)
    guard !name.hasPrefix("foreign-") else { return }
    #expect(try image.verification(Chip8.self).isCanonical)
    var again = Image(of: machine, preservingUnknownSectionsOf: image)
    again.setTime(try image.time())
    if let note = try image.note() { try again.setNote(note) }
    let past = try image.past(of: machine)
    #expect(past?.leads(to: machine) ?? true)
    again.setPast(past)
    if let movie = try image.movie(of: machine) {
      #expect(movie.divergence() == nil)
      again.setMovie(movie)
    }
    if let last = try image.ancillary(Tag("LAST")) {
      again.setAncillary(.ancillary(Tag("LAST")), last, of: Chip8.self)
    }
    #expect(again.bytes == bytes)
  }
}
