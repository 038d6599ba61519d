// What images say beside the machine of looks, keys, points and labels.

import Chip8Core
import SaveState
import Testing

@Suite struct SettingsTests {
  private let machine: Chip8

  init() throws { machine = try Chip8(program([0x1200]), Configuration(.chip8)) }

  private var everything: SessionMetadata {
    var settings = SessionMetadata()
    settings.speed = 250
    settings.colors = [0, 0xFF_FFFF, 0x12_3456, 0xABCDEF]
    settings.rotation = 0
    settings.keys = [KeyAssignment(usage: 4, key: 15), KeyAssignment(usage: 99, key: nil)]
    settings.breakpoints = [0, 0x200, 0xFFF]
    settings.watchpoints = [
      Watchpoint(address: 0, byteCount: 4096), Watchpoint(address: 0xFFF),
    ]
    return settings
  }

  private func label(_ name: String, _ address: UInt16) throws -> Label {
    try #require(Label(name, at: address))
  }

  private func read(_ settings: SessionMetadata) throws -> SessionMetadata? {
    var image = Image(of: machine)
    image.setSettings(settings)
    return try Image(image.bytes).settings(for: machine)
  }

  @Test func settingsComeBack() throws {
    #expect(try read(everything) == everything)
    #expect(try read(SessionMetadata()) == nil)
    // Each thing alone, and as much as there can be.
    for change in [
      { $0.speed = 10 }, { $0.speed = 1000 }, { $0.colors = [1, 2, 3, 4] }, { $0.rotation = 270 },
      { settings in
        settings.keys = (0...255).filter(KeyAssignment.isUsage).map {
          KeyAssignment(usage: $0, key: 0)
        }
      }, { $0.breakpoints = (0..<256).map { UInt16($0) } },
      { settings in settings.watchpoints = (0..<256).map { Watchpoint(address: $0) } },
    ] as [(inout SessionMetadata) -> Void] {
      var settings = SessionMetadata()
      change(&settings)
      #expect(try read(settings) == settings)
    }
  }

  @Test func labelsComeBack() throws {
    let names = try [
      label("main", 0x200), label(String(repeating: "é", count: 127), 0xFFFF), label("a", 0x200),
      label("Ü\n\u{1B}", 0), label("a", 0x200), label("e\u{301}", 5), label("\u{E9}", 5),
    ]
    let labels = try #require(Labels(names))
    #expect(labels.all.map(\.address) == [0, 5, 5, 0x200, 0x200, 0xFFFF])
    var image = Image(of: machine)
    image.setLabels(labels)
    #expect(try Image(image.bytes).labels() == labels)
    image.setLabels(Labels())
    #expect(image == Image(of: machine))
  }

  @Test func namesHaveLimits() throws {
    #expect(Label("", at: 0) == nil && Label(String(repeating: "a", count: 256), at: 0) == nil)
    let name = String(repeating: "a", count: 125)
    let most = try (0..<1 << 15).map { try label(name, UInt16($0)) }
    let labels = try #require(Labels(most))
    #expect(Labels(most + [try label("b", 0)]) == nil)
    var image = Image(of: machine)
    image.setLabels(labels)
    #expect(try Image(image.bytes).labels() == labels)
  }

  /// They are not part of the machine, and stay while it continues.
  @Test func settingsSurviveAndLeaveTheStateUnchanged() throws {
    var image = Image(of: machine)
    image.setSettings(everything)
    image.setLabels(try #require(Labels([label("main", 0x200)])))
    try image.setNote("there")
    #expect(
      image.sections.suffix(4).map(\.tag.description) == ["WITN", "NOTE", "SETT", "LABL"])
    #expect(image.holdsSameState(as: Image(of: machine)))
    #expect(try image.verification(Chip8.self).isCanonical)
    var later: Chip8 = try image.machine()
    later.step(3)
    let again = Image(of: later, preservingUnknownSectionsOf: image)
    #expect(try again.settings(for: later) == everything)
    #expect(try again.labels().all.map(\.name) == ["main"])
  }

  @Test func givenOptionsTakePrecedence() {
    var some = SessionMetadata()
    (some.speed, some.breakpoints) = (50, [7])
    let both = some.over(everything)
    #expect(both.speed == 50 && both.breakpoints == [7])
    #expect(both.colors == everything.colors && both.keys == everything.keys)
    #expect(SessionMetadata().over(everything) == everything && everything.over(some) == everything)
  }

  // MARK: Refusals

  /// Bytes of `SETT` by their fields.
  private func bytes(
    speed: UInt16 = 0, rotation: UInt16 = 0xFFFF, colors: [UInt8] = [0], keys: [UInt8] = [0],
    breakpoints: [UInt16] = [0], watchpoints: [UInt16] = [0]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(speed)
    writer.append(rotation)
    writer.append(contentsOf: colors + keys)
    for word in breakpoints + watchpoints { writer.append(word) }
    return writer.bytes
  }

  private func expectRefusal(
    _ tag: String, _ contents: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var image = Image(of: machine)
    image.setAncillary(
      .ancillary(tag == "SETT" ? Tag("SETT") : Tag("LABL"), isSafeToCopy: true), contents,
      of: Chip8.self)
    let read = try Image(image.bytes)
    #expect(throws: ImageError.self, "\(contents)", sourceLocation: sourceLocation) {
      _ = try (read.settings(for: machine), read.labels())
    }
    // The machine is whole all the same.
    let loaded: Chip8 = try read.machine()
    #expect(loaded.stateDigest == machine.stateDigest, sourceLocation: sourceLocation)
  }

  @Test func settingsOutOfTheirRangesAreRefused() throws {
    let good = bytes(
      speed: 100, rotation: 90, colors: [4] + Array(0..<12), keys: [1, 4, 1], breakpoints: [1, 2],
      watchpoints: [1, 3, 4])
    for count in 0..<good.count { try expectRefusal("SETT", Array(good[..<count])) }
    try expectRefusal("SETT", good + [0])
    for bad in [
      bytes(), bytes(speed: 9), bytes(speed: 1001), bytes(rotation: 45), bytes(rotation: 360),
      bytes(colors: [1, 0, 0, 0]), bytes(colors: [5] + Array(0..<15)),
      bytes(keys: [1, 3, 0]), bytes(keys: [1, 58, 0]), bytes(keys: [1, 4, 16]),
      bytes(keys: [1, 4, 254]), bytes(keys: [2, 5, 0, 4, 0]), bytes(keys: [2, 4, 0, 4, 1]),
      bytes(breakpoints: [1, 0x1000]), bytes(breakpoints: [2, 5, 4]),
      bytes(breakpoints: [2, 5, 5]), bytes(breakpoints: [257] + (0..<257).map { UInt16($0) }),
      bytes(watchpoints: [1, 3, 0]), bytes(watchpoints: [1, 0xFFF, 2]),
      bytes(watchpoints: [1, 0xFFFF, 0xFFFF]), bytes(watchpoints: [2, 4, 1, 3, 1]),
      bytes(watchpoints: [2, 4, 2, 4, 2]), bytes(watchpoints: [2, 4, 2, 4, 1]),
      bytes(watchpoints: [257] + (0..<257).flatMap { [UInt16($0), 1] }),
    ] { try expectRefusal("SETT", bad) }
  }

  @Test func invalidLabelsAreRefused() throws {
    for bad in [
      [], [0], [0, 2], [0, 2, 0], [0, 2, 2, 65], [0, 2, 1, 0xC3], [0, 2, 1, 65, 0],
      [0, 2, 1, 66, 0, 2, 1, 65], [0, 2, 1, 65, 0, 2, 1, 65], [1, 2, 1, 65, 0, 2, 1, 66],
      [0, 2, 0, 1, 2, 1, 66], Array(repeating: 7, count: Labels.maxByteCount + 10),
    ] as [[UInt8]] { try expectRefusal("LABL", bad) }
  }

  /// Whatever can be read is written again as it was.
  @Test func byteSoupIsRefusedOrRead() throws {
    let seed: UInt64 = 61
    print("settings from seed \(seed)")
    var random = Seeded(seed)
    for _ in 0..<2000 {
      let soup = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        UInt8.random(in: 0...(Bool.random(using: &random) ? 3 : 255), using: &random)
      }
      var image = Image(of: machine)
      image.setAncillary(.ancillary(Tag("SETT"), isSafeToCopy: true), soup, of: Chip8.self)
      image.setAncillary(.ancillary(Tag("LABL"), isSafeToCopy: true), soup, of: Chip8.self)
      // What is read is what would be written.
      if let settings = try? image.settings(for: machine) {
        var again = image
        again.setSettings(settings)
        #expect(again == image)
      }
      if let labels = try? image.labels() {
        var again = image
        again.setLabels(labels)
        #expect(again == image)
      }
    }
  }
}
